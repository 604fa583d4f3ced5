"""What a style makes of the citations of one document: the contract between styles and `resolve`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .grammar import Citation
from .library import Work
from .terms import Terms


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a citation as readers see it: plain HTML, or what links to the work `key`."""

    html: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """One work in the reference list."""

    key: str
    html: str


@dataclass(frozen=True, slots=True)
class Typeset:
    """The citations of one document in their order, and its reference list in the style's."""

    citations: tuple[tuple[Piece, ...], ...]
    references: tuple[Reference, ...]


class Style(Protocol):
    """Sets citations and reference lists in one style and one language."""

    terms: Terms
    #: Whether a work is named by its number in the list.
    is_numeric: bool

    def typeset(self, citations: Sequence[Citation], works: Mapping[str, Work]) -> Typeset:
        """Set `citations`, whose keys are all in `works`."""
        ...
