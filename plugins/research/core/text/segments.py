"""One walk over a post's HTML: which segments are prose, which are code, tag, link or formula.

Every part of the plugin edits posts through `segments` and `apply_edits`, so the question of what an
author's text is, and what must be left alone, is answered here and nowhere else. What no edit
covers comes out byte for byte, which is why this is a walk over offsets and not a parse into a
tree that would have to be written out again.

Tags are read as the HTML Standard tokenizes them (section 13.2.5), less its error recovery.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from html import unescape
from typing import NamedTuple

from ..lazy import lazy_pattern
from .guarded import Closed
from .tex import reads_as_prose, reads_as_tex


class Kind(Enum):
    """What a segment of HTML is to us."""

    PROSE = auto()  # text that an author wrote for reading
    LINK = auto()  # the text of a link: prose in which no further link may stand
    FORMULA = auto()  # TeX with its delimiters, and the element around it where there is one
    VERBATIM = auto()  # code, scripts, styles, images: with their tags, left alone
    TAG = auto()  # any other tag or comment, attributes included


class Segment(NamedTuple):
    """`html[start:end]` is of one kind."""

    kind: Kind
    start: int
    end: int


class Edit(NamedTuple):
    """Put `html` in the place of the segment from `start` to `end`."""

    start: int
    end: int
    html: str


VERBATIM_ELEMENTS = frozenset(
    "applet audio canvas code embed iframe kbd math noembed noscript object option pre samp script "
    "select style svg template textarea title tt var video xmp".split()
)
RAW_TEXT_ELEMENTS = frozenset("iframe noembed script style textarea title xmp".split())
VOID_ELEMENTS = frozenset("area base br col embed hr img input link meta source track wbr".split())
MATH_ELEMENTS = frozenset("div p span".split())

# Outside of quotes a tag ends before the next “<”: a search from one without an end does not read all others.
TAG = lazy_pattern(
    r"<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)
MATH_CLASS = lazy_pattern(
    r"""\bclass\s*=\s*(?:"(?:[^"]*\s)?math(?:\s[^"]*)?"|'(?:[^']*\s)?math(?:\s[^']*)?'|math\b)"""
)
PANDOC_CLASS = lazy_pattern(r"\bmath (?:inline|display)\b")
#: As MathJax 2 and kramdown leave TeX.
TEX_SCRIPT = lazy_pattern(r"""\stype\s*=\s*["']?math/tex\b""", re.IGNORECASE)
#: Commands whose argument is text, in which formulas may stand.
TEXT_COMMANDS = r"text[a-z]*|[mhf]box"
#: What stands between ``\\(`` and ``\\)``; in an argument that is text there may be such a formula.
IN_PARENTHESES = rf"(?:[^\\]++|(?>\\(?:{TEXT_COMMANDS})\s*\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})|\\.)+?"
# Each branch starts with its literal, the lookbehind after it: so the engine skips to candidates.
DELIMITED = Closed(
    lazy_pattern(
        rf"\\\((?P<inline>{IN_PARENTHESES})\\\)"
        r"|\\\[(?P<display>.+?)\\\]"
        r"|\$(?<![\\$]\$)\$(?!\$)(?P<dollars>.+?)(?<![\\$])\$\$(?!\$)"
        r"|\\begin\{(?P<name>[a-zA-Z]+\*?)\}.+?\\end\{(?P=name)\}",
        re.DOTALL,
    ),
    ((r"\(", r"\)"), (r"\[", r"\]")),
    lambda text: lambda match: match["dollars"] is None or not reads_as_prose(match["dollars"]),
)


def segments(html: str) -> Iterator[Segment]:
    """Cut `html` into segments that follow on each other and together are all of it, one by one."""
    links = at = 0
    while tag := TAG.search(html, at):
        start, end = tag.span()
        yield from _text(html, at, start, Kind.LINK if links else Kind.PROSE)
        closes, name, _ = tag.groups()
        name, at = (name or "").lower(), end
        if name in VERBATIM_ELEMENTS and not closes:
            at = _end_of_element(html, tag)
            is_tex = name == "script" and TEX_SCRIPT.search(tag["attributes"]) and "</" in html[end:at]
            yield Segment(Kind.FORMULA if is_tex else Kind.VERBATIM, start, at)
        elif name in MATH_ELEMENTS and not closes and (formula := _formula_in(html, tag)):
            at = formula
            yield Segment(Kind.FORMULA, start, at)
        else:
            if name == "a":
                links = max(0, links - 1) if closes else links + 1
            yield Segment(Kind.TAG, start, at)
    yield from _text(html, at, len(html), Kind.LINK if links else Kind.PROSE)


def apply_edits(html: str, edits: Iterable[Edit]) -> str:
    """Return `html` with the `edits` made; they may come in any order and must not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        if edit.start < at:
            raise ValueError(f"two edits overlap at {edit.start}: {edit.html[:60]!r}")
        parts += (html[at : edit.start], edit.html)
        at = edit.end
    parts.append(html[at:])
    return "".join(parts)


def _text(html: str, start: int, end: int, kind: Kind) -> Iterator[Segment]:
    offset = start
    for formula in DELIMITED.finditer(html[start:end]):
        first, last = formula.start() + offset, formula.end() + offset
        if start < first:
            yield Segment(kind, start, first)
        yield Segment(Kind.FORMULA, first, last)
        start = last
    if start < end:
        yield Segment(kind, start, end)


def holds_formula(content: str, attributes: str) -> bool:
    """Return whether `content`, of an element of class ``math``, is a formula: between delimiters, or TeX.

    Pandoc leaves TeX without delimiters in elements of the classes ``math inline`` and ``math display``.
    """
    bare = content.strip()
    if not bare:
        return False
    if bare.startswith(("\\", "$")):
        found = next(DELIMITED.finditer(bare), None)
        if found and found.span() == (0, len(bare)):
            return True
    if PANDOC_CLASS.search(attributes):
        return True
    is_prose = any(found.lastgroup != "name" for found in DELIMITED.finditer(bare))  # about formulas
    return not is_prose and reads_as_tex(unescape(bare))


def _formula_in(html: str, opening: re.Match[str]) -> int:
    """Return where the element of class ``math`` ends that `opening` begins; 0 where it is no formula."""
    if not MATH_CLASS.search(opening["attributes"]):
        return 0
    closing = TAG.search(html, opening.end())
    if not closing or not closing["close"] or closing["name"].lower() != opening["name"].lower():
        return 0
    is_formula = holds_formula(html[opening.end() : closing.start()], opening["attributes"])
    return closing.end() if is_formula else 0


def _end_of_element(html: str, opening: re.Match[str]) -> int:
    """Return the offset behind the closing tag that belongs to `opening`, or that of the end."""
    name = opening["name"].lower()
    if name in VOID_ELEMENTS or opening["attributes"].endswith("/"):
        return opening.end()
    if name in RAW_TEXT_ELEMENTS:
        closing = re.compile(rf"</{name}[^>]*>", re.IGNORECASE).search(html, opening.end())
        return closing.end() if closing else len(html)
    depth, at = 1, opening.end()
    while tag := TAG.search(html, at):
        at = tag.end()
        if (tag["name"] or "").lower() == name and not tag["attributes"].endswith("/"):
            depth += -1 if tag["close"] else 1
            if not depth:
                return at
    return len(html)


def is_inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether the offset `at` is in one of the `spans`, (start, end) in the order of the text."""
    place = bisect_right(spans, (at, at))
    return place > 0 and at < spans[place - 1][1]
