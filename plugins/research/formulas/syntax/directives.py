"""The directive ``.. math::`` and the role ``:eq:`` of reStructuredText, with what Sphinx added to them.

docutils puts all that a directive holds into an environment of its own, an ``align`` too, and refuses
Sphinx's options (Sphinx, “Math support”): such a post would be lost.
"""

import re
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.body import MathBlock

from ...core.lazy import lazy_pattern

ENVIRONMENT = lazy_pattern(r"\s*\\begin\{(?:equation|align|gather|multline|flalign|alignat|eqnarray)\*?\}")
#: What needs an environment of its own in a line.
ALIGNED = lazy_pattern(r"&|\\\\")


class MathDirective(MathBlock):
    """``.. math::``, numbered where it has the option ``label``, as it stands under ``nowrap``."""

    option_spec: ClassVar[dict[str, Any]] = {
        **MathBlock.option_spec,
        "label": directives.unchanged_required,
        "nowrap": directives.flag,
        "no-wrap": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the formula as an element of class ``math``."""
        tex = "\n".join(self.content)
        label = self.options.pop("label", None)
        is_bare = {"nowrap", "no-wrap"} & self.options.keys() or ENVIRONMENT.match(tex)
        if not is_bare and not label:
            found: list[nodes.Node] = super().run()  # type: ignore[no-untyped-call]
            return found
        if not is_bare:
            lines = _lines(tex)
            tex = f"\\begin{{equation}}\n{lines} \\label{{{label}}}\n\\end{{equation}}"
        return [_element("div", tex)]


def equation_role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Refer to the formula that has the label: ``:eq:`bound```."""
    return [_element("span", rf"\(\eqref{{{text.strip()}}}\)")], []


def _lines(tex: str) -> str:
    """Return the `tex` of one number; as in Sphinx, blank lines separate formulas, each on its own line."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", tex) if part.strip()]
    if len(parts) == 1:
        return rf"\begin{{split}}{tex}\end{{split}}" if r"\\" in tex else tex
    lines = [rf"\begin{{aligned}}{part}\end{{aligned}}" if ALIGNED.search(part) else part for part in parts]
    return r"\begin{gathered}" + r" \\ ".join(lines) + r"\end{gathered}"


def _element(tag: str, tex: str) -> nodes.Node:
    return nodes.raw("", f'<{tag} class="math">{escape(tex, quote=False)}</{tag}>', format="html")
