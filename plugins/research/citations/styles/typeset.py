"""The interface between styles and `resolve`: requests and typeset citations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ...core.terms import Terms
from ..sources.entry import Entry
from ..syntax.grammar import Citation


class Piece(NamedTuple):
    """A segment of a citation: plain HTML, or HTML that links to the reference `key`."""

    html: str
    key: str | None = None
    #: It stands in a note, and the text has the mark of that note.
    in_note: bool = False


class Reference(NamedTuple):
    """One entry in the reference list."""

    key: str
    html: str


@dataclass(frozen=True, slots=True)
class Typeset:
    """The citations of a post in their order, and its reference list in the style's."""

    citations: tuple[tuple[Piece, ...], ...]
    references: tuple[Reference, ...]
    #: Whether there is a reference list: some styles say everything in the text or in notes.
    has_references: bool = True
    #: What an author should know, though everything is typeset.
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The citations of one post, and the entries that they name."""

    citations: Sequence[Citation]
    entries: Mapping[str, Entry]
    #: Keys of entries that are listed without being cited.
    uncited: Sequence[str] = ()
    #: The number of the first note of each citation, for styles with notes; none if there are only theirs.
    notes: Sequence[int] = ()


class StyleError(Exception):
    """A style cannot be used; why, and what to do."""


class Style(Protocol):
    """Typesets citations and reference lists in one style and one language."""

    terms: Terms

    @property
    def decisive(self) -> str:
        """What decides how it typesets, beside its language and its code."""
        ...

    @property
    def is_numeric(self) -> bool:
        """Whether an entry is cited by its number in the list."""
        ...

    @property
    def has_notes(self) -> bool:
        """Whether citations stand in notes."""
        ...

    def typeset(self, requests: Sequence[Request]) -> Sequence[Typeset | StyleError]:
        """Typeset the citations of each post in `requests`; a `StyleError` stands for a post that failed.

        Raises `StyleError` if the style cannot be used at all.
        """
        ...
