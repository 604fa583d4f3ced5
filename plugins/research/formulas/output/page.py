"""Pages: the marks that `posts` left become SVG, and a page holds each glyph once."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from ...core.lazy import lazy_pattern
from ...core.text import placeholders
from ..syntax.find import TypesetFormula

ID = lazy_pattern(r' id="(mjx-eqn:[^"]*)"')
LINK = lazy_pattern(r'<a href="#(mjx-eqn[^"]*)">([^<]*)</a>')
GLYPHS = '<svg class="mjx-glyphs" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>\n'
TITLE = lazy_pattern(r"<title>.*?</title>", re.DOTALL)
PART = "formula"
PLACEHOLDER = placeholders.pattern(PART, placeholders.ID)


def formula_placeholder(key: str, source: str) -> str:
    """Return a placeholder that `insert_formulas` replaces; it contains the TeX of the formula."""
    return placeholders.placeholder(PART, source, id=key)


def ids(html: str) -> list[str]:
    """Return the keys of the formulas of which `html` has placeholders, in their order."""
    return [id for id, _ in PLACEHOLDER.findall(html)] if placeholders.sign(PART) in html else []


def insert_formulas(page: str, formulas: Mapping[str, TypesetFormula]) -> str:
    """Put `formulas`, by key, in the place of the marks of a `page`.

    The outlines of all glyphs stand at the end of the page, so that its text is there first.
    """
    if placeholders.sign(PART) not in page:
        return page
    page = TITLE.sub(lambda title: placeholders.without(title[0]), page, count=1)
    shown: dict[str, TypesetFormula] = {}

    def insert(found: re.Match[str]) -> str:
        key = found[1]
        if key not in formulas:
            return found[2]
        shown[key] = formulas[key]
        return _with_source(shown[key].html, found[2])

    page = PLACEHOLDER.sub(insert, page)
    if any(formula.refers for formula in shown.values()):
        page = _fix_references(page)
    outlines: dict[str, str] = {}
    for formula in shown.values():
        outlines |= formula.outlines
    if not outlines:
        return page
    text, body, end = page.rpartition("</body>")
    # Side by side, outlines of one font compress better.
    glyphs = GLYPHS.format("".join(sorted(outlines.values())))
    return "".join((text, glyphs, body, end) if body else (page, glyphs))


def _fix_references(page: str) -> str:
    """Leave out ids that the page has already, as one that shows several posts may, and links to none.

    A summary may refer to what its post alone shows.
    """
    seen: set[str] = set()

    def first(match: re.Match[str]) -> str:
        known = match[1] in seen
        seen.add(match[1])
        return "" if known else match[0]

    page = ID.sub(first, page)
    return LINK.sub(lambda match: match[0] if unquote(match[1]) in seen else match[2], page)


@lru_cache(maxsize=4096)  # the same few formulas stand on many pages of a blog
def _with_source(formula: str, source: str) -> str:
    """Lay the TeX over the formula, not to be seen, but to be selected, copied and found."""
    inside, end, _ = formula.rpartition("</mjx-container>")
    if not end:  # a reference alone, which is a link
        return formula
    return f'{inside}<mjx-tex aria-hidden="true" hidden>{source}</mjx-tex>{end}'
