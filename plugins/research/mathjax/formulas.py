"""Find the formulas of a post: HTML → frozen records with their places."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape

from ..markup import DELIMITED, Kind, Stretch

OPENING_TAG = re.compile(r"<(?P<name>\w+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


@dataclass(frozen=True)
class Formula:
    """TeX without its delimiters, to be set in a line of text or on lines of its own."""

    tex: str
    display: bool

    @property
    def source(self) -> str:
        """The formula as HTML text, with delimiters that MathJax and LaTeX know."""
        text = escape(self.tex, quote=False)
        if self.tex.startswith(r"\begin"):
            return text
        return rf"\[{text}\]" if self.display else rf"\({text}\)"


@dataclass(frozen=True)
class Place:
    """A formula and the stretch of HTML, `start` to `end`, that it stands for."""

    formula: Formula
    start: int
    end: int


@dataclass(frozen=True)
class SetFormula:
    """A formula as MathJax set it."""

    #: The element ``mjx-container``, whose SVG refers to glyphs by id.
    html: str
    #: The outline (SVG 2, section 9.3) of each glyph that it refers to.
    glyphs: Mapping[str, str]


@dataclass(frozen=True)
class Refusal:
    """Why MathJax does not set a formula, and at which character of its TeX, from 0, if that is known."""

    reason: str
    column: int | None = None


def find_formulas(html: str, found: Iterable[Stretch]) -> list[Place]:
    """Return the formulas of `html`, cut into the stretches `found`, in their order."""
    return [place for stretch in found if stretch.kind is Kind.FORMULA for place in _places(html, stretch)]


def _places(html: str, stretch: Stretch) -> Iterator[Place]:
    opening = OPENING_TAG.match(html, stretch.start, stretch.end)
    if not opening:
        yield Place(_delimited(html[stretch.start : stretch.end]), stretch.start, stretch.end)
        return
    closing = html.rfind("</", opening.end(), stretch.end)
    content = html[opening.end() : closing if closing >= 0 else stretch.end]
    found = list(DELIMITED.finditer(content))
    if len(found) == 1 and found[0][0] == content.strip():
        yield Place(_delimited(found[0][0]), stretch.start, stretch.end)
    elif found:  # prose about formulas, in an element that has the class
        for match in found:
            yield Place(_delimited(match[0]), opening.end() + match.start(), opening.end() + match.end())
    elif content.strip() and "<" not in content:  # TeX without delimiters, as Pandoc writes it
        formula = Formula(unescape(content).strip(), display=opening["name"].lower() != "span")
        yield Place(formula, stretch.start, stretch.end)


def _delimited(text: str) -> Formula:
    text = unescape(text)
    if text.startswith(r"\begin"):
        return Formula(text, display=True)
    return Formula(text[2:-2].strip(), display=not text.startswith(r"\("))
