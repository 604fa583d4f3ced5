"""Written pages: the marks that `typesetting` left become SVG, and a page holds each glyph once."""

import re
from collections.abc import Mapping

from .formulas import SetFormula

#: The ids of numbered lines, to which references link.
ID_PREFIX = ' id="mjx-eqn:'
ID = re.compile(rf'{ID_PREFIX}[^"]*"')
GLYPHS = '<svg class="mjx-glyphs" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>\n'
MARK = re.compile(r'<mjx-container data-key="([^"]*)">([^<]*)</mjx-container>')


def mark(key: str, source: str) -> str:
    """Return the HTML that stands for a formula in posts: its TeX, in an element that `show` finds."""
    return f'<mjx-container data-key="{key}">{source}</mjx-container>'


def show(html: str, formulas: Mapping[str, SetFormula]) -> str:
    """Put `formulas`, by key, in the place of the marks of the page `html`.

    The outlines of all glyphs stand at the end of the page, so that its text is there first.
    """
    pieces = MARK.split(html)  # text, key, TeX, text, key, TeX, …, text
    shown = {key: formulas[key] for key in pieces[1::3] if key in formulas}
    if not shown:
        return html
    for at in range(1, len(pieces), 3):
        key, source = pieces[at : at + 2]
        pieces[at] = _with_source(shown[key].html, source) if key in shown else source
        pieces[at + 1] = ""
    outlines: dict[str, str] = {}
    for formula in shown.values():
        outlines |= formula.outlines
    html = _with_ids_once("".join(pieces))
    end = html.rfind("</body>")
    end = end if end >= 0 else len(html)
    glyphs = GLYPHS.format("".join(outlines.values()))
    return f"{html[:end]}{glyphs}{html[end:]}"


def _with_ids_once(html: str) -> str:
    """Leave out ids that a page has already, as one that shows several posts may."""
    seen: set[str] = set()

    def first(match: re.Match[str]) -> str:
        if match[0] in seen:
            return ""
        seen.add(match[0])
        return match[0]

    return ID.sub(first, html) if ID_PREFIX in html else html


def _with_source(formula: str, source: str) -> str:
    """Lay the TeX over the formula, not to be seen, but to be selected, copied and found."""
    inside, end, _ = formula.rpartition("</mjx-container>")
    if not end or "<a " in inside:  # a link must be reached
        return formula
    return f'{inside}<mjx-tex aria-hidden="true" hidden>{source}</mjx-tex>{end}'
