"""The record that travels through the parts of the plugin: a piece of HTML and where it is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Document:
    """The body, the summary or the title of one content object, on its way from reader to theme.

    A part takes documents and gives back new ones with other `html`, in the same order.
    """

    html: str
    #: The author's file, for messages.
    source: Path
    #: BCP 47 tag of the language that the text is in.
    language: str = "en"
    #: A summary: links may point out of it, but it carries no ids and no reference list.
    is_summary: bool = False
    #: A title: it has no page of its own, and is shown where no markup can stand.
    is_title: bool = False
    #: The front matter, keys in lower case, as Pelican read it.
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_body(self) -> bool:
        """Whether it is the text of the content itself."""
        return not (self.is_summary or self.is_title)


@dataclass(frozen=True)
class PublishedFile:
    """A file that the build made and the site must carry."""

    #: Where it lies now.
    path: Path
    #: Where in the output it goes; content links to it as ``{static}/ADDRESS``.
    address: str
