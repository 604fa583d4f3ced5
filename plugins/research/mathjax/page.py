"""Written pages: the marks that `typesetting` left become SVG, and a page holds each glyph once."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from .formulas import SetFormula

#: Of ids of numbered lines, and of links to them, as MathJax writes them.
REFERENCE = "mjx-eqn"
ID = re.compile(r' id="(mjx-eqn:[^"]*)"')
LINK = re.compile(r'<a href="#(mjx-eqn[^"]*)">([^<]*)</a>')
GLYPHS = '<svg class="mjx-glyphs" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>\n'
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
#: A mark in what a theme made text of, as ``{{ title|e }}`` does.
ESCAPED = re.compile(r"&lt;mjx-container data-key=&#34;[^&]*&#34;&gt;(.*?)&lt;/mjx-container&gt;")
MARK = re.compile(r'<mjx-container data-key="([^"]*)">([^<]*)</mjx-container>')


def mark(key: str, source: str) -> str:
    """Return the HTML that stands for a formula in posts: its TeX, in an element that `show` finds."""
    return f'<mjx-container data-key="{key}">{source}</mjx-container>'


def show(html: str, formulas: Mapping[str, SetFormula]) -> str:
    """Put `formulas`, by key, in the place of the marks of the page `html`.

    The outlines of all glyphs stand at the end of the page, so that its text is there first.
    """
    if "data-key=" not in html:
        return html
    html = TITLE.sub(lambda title: MARK.sub(r"\2", title[0]), html, count=1)
    if "&lt;mjx-container" in html:
        html = ESCAPED.sub(r"\1", html)
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
    html = "".join(pieces)
    if REFERENCE in html:
        html = _mend_references(html)
    if not outlines:
        return html
    end = html.rfind("</body>")
    end = end if end >= 0 else len(html)
    glyphs = GLYPHS.format("".join(outlines.values()))
    return f"{html[:end]}{glyphs}{html[end:]}"


def _mend_references(html: str) -> str:
    """Leave out ids that the page has already, as one that shows several posts may, and links to none.

    A summary may refer to what its post alone shows.
    """
    seen: set[str] = set()

    def first(match: re.Match[str]) -> str:
        known = match[1] in seen
        seen.add(match[1])
        return "" if known else match[0]

    html = ID.sub(first, html)
    return LINK.sub(lambda match: match[0] if unquote(match[1]) in seen else match[2], html)


def _with_source(formula: str, source: str) -> str:
    """Lay the TeX over the formula, not to be seen, but to be selected, copied and found."""
    inside, end, _ = formula.rpartition("</mjx-container>")
    if not end or "<a " in inside:  # a link must be reached
        return formula
    return f'{inside}<mjx-tex aria-hidden="true" hidden>{source}</mjx-tex>{end}'
