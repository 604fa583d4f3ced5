"""The settings of citations."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from ..core.settings import SettingsBase

Bibliographies = Annotated[
    tuple[Path, ...],
    Meta(
        description="a file such as 'content/references.bib', a list of such files, or [] for none",
        extra={"one": True},
    ),
]
Style = Annotated[
    str, Meta(min_length=1, description="'author-date', or the name or the .csl file of a style of CSL")
]
Flag = Annotated[bool, Meta(description="True or False")]


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that citations own."""

    #: Bibliography files of the whole site.
    references: Bibliographies = (Path("content/references.bib"),)
    #: The citation style: ``author-date``, or the name or the .csl file of a style of CSL.
    citation_style: Style = "author-date"
    #: Read ``[@key]`` as part of the sentence and ``[@@key]`` in brackets, as pelican-cite has them.
    citations_swapped: Flag = False
    #: Whether an article ends with its own record, for readers to cite it by.
    cite_this_post: Flag = False

    @property
    def sources(self) -> Iterator[Path]:
        """The bibliographies, and the style where it is a file."""
        yield from super().sources
        yield from self.references
        if self.citation_style.endswith(".csl"):
            yield self.root / self.citation_style
