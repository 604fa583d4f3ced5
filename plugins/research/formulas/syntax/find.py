"""Find the formulas of a post: HTML → frozen records with their places."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape, unescape
from typing import NamedTuple

from ...core.lazy import lazy_pattern
from ...core.text.segments import DELIMITED, VERBATIM_ELEMENTS, Kind, Segment, holds_formula, segments
from .delimiters import IN_DOLLARS, tex_of

DEPENDENT = lazy_pattern(
    r"\\(?:label|(?:eq)?ref|tag|notag|(?:re)?newcommand|(?:re)?newenvironment|def|g?let|"
    r"DeclareMathOperator|DeclarePairedDelimiters?X?(?:PP)?|newtagform|usetagform)(?![A-Za-z])"
    r"|\\begin\{(?:equation|align|gather|multline|flalign|alignat|eqnarray)\}"
)
#: Ids of numbered lines, and links to them, as MathJax writes them.
REFERENCE_ID = "mjx-eqn"
REFERENCE = lazy_pattern(r"\\(?:eq)?ref\{([^{}]*)\}")
LABEL = lazy_pattern(r"\\label\s*\{([^{}]*)\}")
#: A formula as readers leave it.
MARKED = lazy_pattern(r'<(span|div) class="math">(?P<tex>[^<]*)</\1>')
VERBATIM = lazy_pattern(
    rf"<({'|'.join(VERBATIM_ELEMENTS)})(?=[\s>])[^<>]*(?<!/)>[^<]*+(?:<(?!/?\1\b)[^<]*+)*+</\1\s*>",
    re.IGNORECASE,
)
TAG_NAME = lazy_pattern(r"<([a-zA-Z]+|!--)")
MATH_CLASS = lazy_pattern(r"class\s*=\s*(?:\"[^\"]*|'[^']*)?\bmath\b")
#: What keeps TeX in a script from being read as XML.
SCRIPT_MARKS = lazy_pattern(r"\A%?\s*<!\[CDATA\[|%?\s*\]\]>\Z")
OPENING_TAG = lazy_pattern(r"<(?P<name>\w+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


@dataclass(frozen=True)
class Formula:
    """TeX without its delimiters, to be typeset in a line of text or on lines of its own."""

    tex: str
    display: bool

    def __hash__(self) -> int:
        return hash(self.tex)

    @cached_property
    def depends(self) -> bool:
        """Whether it is typeset with all formulas of its document: it defines, numbers or refers."""
        return bool(DEPENDENT.search(self.tex))

    @cached_property
    def source(self) -> str:
        """The formula as HTML text, with delimiters that MathJax and LaTeX know."""
        text = escape(self.tex, quote=False)
        if self.tex.startswith(r"\begin"):
            return text
        return rf"\[{text}\]" if self.display else rf"\({text}\)"


class Group(tuple[Formula, ...]):
    """Formulas that are typeset as one document, one after another; each of a post looks its group up."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()


@dataclass(frozen=True)
class TypesetFormula:
    """A formula as MathJax typeset it."""

    #: The element ``mjx-container``, whose SVG refers to glyphs by id.
    html: str
    #: The same in one line of text, for places where no markup can stand.
    text: str
    #: Of SVG, the element ``path`` (SVG 2, section 9.3) of each glyph that it refers to, by id.
    outlines: Mapping[str, str]
    #: Of CHTML, the rules of CSS that it needs, each with the characters of the font that the rule brings.
    rules: Mapping[str, str] = field(default_factory=dict)
    #: The numbers of its lines that have labels, by label.
    labels: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def refers(self) -> bool:
        """Whether it has the id of a numbered line, or a link to one."""
        return REFERENCE_ID in self.html


@dataclass(frozen=True)
class TypesettingError:
    """Why MathJax does not typeset a formula, and at which character of its TeX, from 0, if that is known."""

    reason: str
    column: int | None = None


class Occurrence(NamedTuple):
    """A formula and the segment of HTML, `start` to `end`, that it stands for."""

    formula: Formula
    start: int
    end: int

    def overlaps(self, other: "Occurrence") -> bool:
        """Say whether both have a character in common."""
        return self.start < other.end and other.start < self.end


Reader = Callable[[str], Sequence[Occurrence]]


def candidates(html: str, dollars: bool = False) -> list[Segment]:
    """Return the segments of `html` that `find_formulas` and `scripts.removals` are to look at.

    Where readers have marked all formulas, these are the marks, and nobody walks through the rest.
    """
    found = list(MARKED.finditer(html))
    marks = [Segment(Kind.FORMULA, *match.span()) for match in found if _is_formula(match["tex"])]
    rest, count, tags = unmarked(html)
    code = tags & VERBATIM_ELEMENTS
    if (
        not count == len(found) == len(marks)
        or tags & {"!--", "script"}
        or (code and code & _tags(rest))
        or "\\" in rest
        or "$$" in rest
        or (dollars and rest.count("$") > 1)
        or MATH_CLASS.search(rest)
    ):
        return list(segments(html))
    return marks


@lru_cache(maxsize=16)  # asked for twice while a post is collected
def unmarked(html: str) -> tuple[str, int, frozenset[str]]:
    """Return `html` without code and without formulas in their elements, how many these are, and all tags."""
    tags = frozenset(_tags(html))
    return *MARKED.subn("", VERBATIM.sub("", html) if tags & VERBATIM_ELEMENTS else html), tags


@lru_cache(maxsize=4096)
def _is_formula(content: str) -> bool:
    return holds_formula(content, "")


def _tags(html: str) -> set[str]:
    """Return the names of the elements in `html`, and that of comments."""
    return {name.lower() for name in set(TAG_NAME.findall(html))}


def labels(html: str) -> frozenset[str]:
    """Return the labels of formulas in `html`."""
    return (
        frozenset(unescape(label).strip() for label in LABEL.findall(html))
        if "\\label" in html
        else frozenset()
    )


def find_formulas(
    html: str, found: Iterable[Segment], labels: frozenset[str] = frozenset(), dollars: bool = False
) -> list[Occurrence]:
    """Return the formulas of `html`, cut into the segments `found`, in their order.

    References in prose to one of the `labels` of formulas are found as well. Between single ``dollars``
    stands a formula if that is asked for, and what they hold reads as TeX.
    """

    def in_prose(text: str) -> Sequence[Occurrence]:
        between = _in_dollars(text) if dollars else ()
        outside = [one for one in _references(text, labels) if not any(map(one.overlaps, between))]
        return sorted((*between, *outside), key=lambda one: one.start)

    readers: dict[Kind, Reader] = {Kind.FORMULA: _read, Kind.PROSE: in_prose}
    if dollars:
        readers[Kind.LINK] = _in_dollars
    return [
        Occurrence(formula, start + first, start + last)
        for kind, start, end in found
        if kind in readers
        for formula, first, last in readers[kind](html[start:end])
    ]


def _in_dollars(text: str) -> Sequence[Occurrence]:
    if text.count("$") < 2:
        return ()
    return [
        Occurrence(Formula(unescape(tex_of(match)), display=False), *match.span())
        for match in IN_DOLLARS.finditer(text)
    ]


def _references(text: str, labels: frozenset[str]) -> list[Occurrence]:
    if "ref{" not in text:
        return []
    return [
        Occurrence(Formula(unescape(match[0]), display=False), *match.span())
        for match in REFERENCE.finditer(text)
        if unescape(match[1]).strip() in labels
    ]


@lru_cache(maxsize=4096)  # the same few formulas stand in many places of a blog
def _read(text: str) -> tuple[Occurrence, ...]:
    """Return the formula that `text` is: TeX between delimiters, in an element of class ``math`` or not."""
    opening = OPENING_TAG.match(text)
    if not opening:
        return (Occurrence(_delimited(text), 0, len(text)),)
    content = text[opening.end() : text.rindex("</")].strip()
    if opening["name"].lower() == "script":
        tex = SCRIPT_MARKS.sub("", content).strip()  # no reference of HTML stands for a character there
        return (Occurrence(Formula(tex, "mode=display" in opening[0]), 0, len(text)),)
    found = next(DELIMITED.finditer(content), None)
    if found and found.span() == (0, len(content)):
        return (Occurrence(_delimited(content), 0, len(text)),)
    # TeX without delimiters, as Pandoc writes it.
    is_display = opening["name"].lower() != "span" or "math display" in opening[0]
    return (Occurrence(Formula(unescape(content).strip(), is_display), 0, len(text)),)


def _delimited(text: str) -> Formula:
    text = unescape(text)
    if text.startswith(r"\begin"):
        return Formula(text, display=True)
    return Formula(text[2:-2].strip(), display=not text.startswith(r"\("))
