"""What a style makes of the citations of a post: the contract between styles and `resolve`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ...core.terms import Terms
from ..sources.library import Work
from ..syntax.grammar import Citation


class Piece(NamedTuple):
    """A segment of a citation as readers see it: plain HTML, or what links to the work `key`."""

    html: str
    key: str | None = None
    #: It stands in a note, and the text has the mark of that note.
    in_note: bool = False


class Reference(NamedTuple):
    """One work in the reference list."""

    key: str
    html: str


@dataclass(frozen=True, slots=True)
class Typeset:
    """The citations of a post in their order, and its reference list in the style's."""

    citations: tuple[tuple[Piece, ...], ...]
    references: tuple[Reference, ...]
    #: What an author should know of them, though all is set.
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The citations of one post, and the works that they name."""

    citations: Sequence[Citation]
    works: Mapping[str, Work]


class StyleError(Exception):
    """A style cannot set anything; what to do about it."""


class Style(Protocol):
    """Sets citations and reference lists in one style and one language."""

    terms: Terms

    @property
    def is_numeric(self) -> bool:
        """Whether a work is named by its number in the list."""
        ...

    def typeset(self, requests: Sequence[Request]) -> Sequence[Typeset | StyleError]:
        """Set the citations of each post in `requests`; a `StyleError` stands for a post that cannot be set.

        Raises `StyleError` where there is nothing to set them with.
        """
        ...
