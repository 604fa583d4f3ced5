"""The prose of a text as one string, for what is to be found in it across tags: code, formulas and links are
masked there, and a place in it leads back to the author's file."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from .diagnostics import Source
from .text.placeholders import CLOSING, OPENING
from .text.segments import TAG, Kind, segments

#: What stands in `Prose.masked` for each character of code, formulas, links and other parts' constructs, and
#: between paragraphs. No HTML holds these characters.
CODE, FORMULA, LINK, CONSTRUCT, BREAK = "\x01", "\x02", "\x03", "\x04", "\x05"
MASKS = CODE + FORMULA + LINK + CONSTRUCT
#: Elements that stand in the middle of a sentence.
INLINE_ELEMENTS = frozenset(
    "a abbr acronym b bdi bdo big br cite data del dfn em font i ins label mark nobr q s small span strike "
    "strong sub sup time tt u wbr".split()
)


@dataclass(frozen=True)
class Prose:
    """Two strings of the same length."""

    #: What an author typed, as far as the HTML still tells; no tags.
    text: str
    #: The same, with what is no prose masked.
    masked: str
    #: The field of the front matter that it is; empty for the body.
    field: str = ""

    @classmethod
    def of(cls, html: str, field: str = "") -> "Prose":
        """Return the prose of `html`."""
        text, masked = [], []
        constructs = 0
        for kind, start, end in segments(html):
            piece = html[start:end]
            if kind is Kind.TAG:
                constructs += piece.startswith(OPENING) - piece.startswith(CLOSING)
                typed = mask = _between(piece)
            else:
                typed = _typed(kind, piece)
                mask = typed if kind is Kind.PROSE and not constructs else _mask(kind) * len(typed)
            text.append(typed)
            masked.append(mask)
        return cls("".join(text), "".join(masked), field)

    def place(self, source: Source, start: int, end: int) -> tuple[int | None, int | None]:
        """Return line and column at which the prose from `start` to `end` stands in `source`.

        What the reader has changed cannot be found: then both are None.
        """
        typed = self.text[start:end]
        if typed not in self._places:
            self._places[typed] = [found.start() for found in re.finditer(re.escape(typed), self.text)]
        ahead = bisect_right(self._places[typed], start - len(typed))
        return source.place_of(typed, ahead, self.field)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where each text that was asked for stands: many constructs of a post may read the same."""
        return {}

    @cached_property
    def paragraphs(self) -> list[tuple[int, int]]:
        """From where to where the paragraphs stand, in their order."""
        found, at = [], 0
        for paragraph in self.masked.split(BREAK):
            found.append((at, at + len(paragraph)))
            at += len(paragraph) + 1
        return [(start, end) for start, end in found if self.masked[start:end].strip()]


def _typed(kind: Kind, piece: str) -> str:
    """Return what an author of Markdown is likely to have typed for a `piece` of HTML."""
    if kind not in (Kind.VERBATIM, Kind.FORMULA):
        return unescape(piece)
    text = unescape(TAG.sub("", piece))
    if kind is Kind.VERBATIM:
        return f"`{text}`" if piece.startswith("<code") else text
    sign = {r"\(": "$", r"\[": "$$"}.get(text[:2], "")
    return f"{sign}{text[2:-2]}{sign}" if sign else text


def _mask(kind: Kind) -> str:
    return {Kind.VERBATIM: CODE, Kind.FORMULA: FORMULA, Kind.LINK: LINK}.get(kind, CONSTRUCT)


def _between(tag: str) -> str:
    """Return what stands for a `tag`: nothing inside of a sentence, but for an image."""
    opening = TAG.match(tag)
    name = ((opening and opening["name"]) or "").lower()
    if name == "img":
        return CODE
    is_inline = not name or "-" in name or name in INLINE_ELEMENTS
    return "" if is_inline else BREAK
