"""Scripts of MathJax that authors once pasted into posts.

The rule: a script element of a post goes if it loads MathJax (its address or its text names a file
of MathJax), configures it, or is what pelican-render-math adds. Formulas arrive typeset, so such a
script has nothing to do but to ask another host. Scripts of a theme are its own and stay.
"""

import re
from collections.abc import Iterable

from ...core.lazy import lazy_pattern
from ...core.text.segments import Edit, Kind, Segment

MATHJAX_SCRIPT = lazy_pattern(
    r"""<script\b[^>]*(?:\bsrc\s*=[^>]*mathjax|\btype\s*=\s*["']?text/x-mathjax-config)"""
    r"|<script\b[^>]*>(?:(?!</script).)*?(?:mathjaxscript_pelican|MathJax\.Hub|\bMathJax\s*=|/mathjax[@/.\w-]*/)",
    re.IGNORECASE | re.DOTALL,
)


def removals(html: str, found: Iterable[Segment]) -> list[Edit]:
    """Return the edits that take MathJax's scripts out of `html`, cut into the segments `found`."""
    return [
        Edit(start, end, "")
        for kind, start, end in found
        if kind is Kind.VERBATIM and MATHJAX_SCRIPT.match(html, start, end)
    ]
