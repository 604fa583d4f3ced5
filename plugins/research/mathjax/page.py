"""Written pages: the marks that `typesetting` left become SVG, and a page holds each glyph once."""

import re
from collections.abc import Mapping

from .formulas import SetFormula

MARK = re.compile(r'<mjx-container data-key="([^"]*)">[^<]*</mjx-container>')


def mark(key: str, source: str) -> str:
    """Return the HTML that stands for a formula in posts: its TeX, in an element that `show` finds."""
    return f'<mjx-container data-key="{key}">{source}</mjx-container>'


def show(html: str, formulas: Mapping[str, SetFormula]) -> str:
    """Put `formulas`, by key, in the place of the marks of the page `html`.

    The outlines of all glyphs stand at the end of the page, so that its text is there first.
    """
    glyphs: dict[str, str] = {}

    def put(match: re.Match[str]) -> str:
        formula = formulas.get(match[1])
        if formula is None:
            return match[0]
        glyphs.update(formula.glyphs)
        return formula.html

    html = MARK.sub(put, html)
    if not glyphs:
        return html
    end = html.rfind("</body>")
    end = end if end >= 0 else len(html)
    return html[:end] + _outlines(glyphs) + html[end:]


def _outlines(glyphs: Mapping[str, str]) -> str:
    paths = "".join(f'<path id="{name}" d="{outline}"/>' for name, outline in sorted(glyphs.items()))
    return f'<svg class="mjx-glyphs" width="0" height="0" aria-hidden="true"><defs>{paths}</defs></svg>\n'
