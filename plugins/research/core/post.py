"""The records that travel through the parts: a post with its texts, and the files that it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

BODY, SUMMARY, TITLE = "body", "summary", "title"


@dataclass(frozen=True)
class Text:
    """One text of a post, as HTML."""

    html: str
    #: `BODY`, `SUMMARY`, `TITLE`, or the name of another field of the front matter that holds markup.
    name: str = BODY

    @property
    def is_body(self) -> bool:
        """Whether it is the text of the post itself."""
        return self.name == BODY

    @property
    def field(self) -> str:
        """The field of the front matter that it is; empty for the body."""
        return "" if self.is_body else self.name

    @property
    def is_title(self) -> bool:
        """Whether it is shown where no markup can stand, too: in the name of a window, in a feed."""
        return self.name == TITLE

    @property
    def is_excerpt(self) -> bool:
        """Whether it stands on other pages too: it may link, but carries no ids and no reference list."""
        return self.name not in (BODY, TITLE)


@dataclass(frozen=True)
class Origin:
    """A piece of HTML in a post that stands in another file, such as the title of a work, and that file."""

    html: str
    path: Path
    line: int | None = None


@dataclass(frozen=True)
class Publication:
    """What an article is cited by, and where readers find it."""

    title: str
    authors: tuple[str, ...]
    date: date
    #: Absolute; empty where the blog does not say where it will be published.
    url: str
    site: str
    language: str
    slug: str
    #: What addresses of the site begin with, ending in a slash; empty like `url`.
    root: str = ""
    #: All of the front matter, keys in lower case.
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Post:
    """What an author wrote in one file. A part takes a post and returns one with other texts."""

    #: The author's file, for messages.
    source: Path
    #: The body first.
    texts: tuple[Text, ...]
    #: BCP 47 tag of the language that the post is in.
    language: str = "en"
    #: The front matter, keys in lower case, as Pelican read it.
    metadata: Mapping[str, Any] = field(default_factory=dict)
    #: None for what is no dated article.
    publication: Publication | None = None
    #: Pieces of its texts that come from other files.
    origins: tuple[Origin, ...] = ()

    @property
    def body(self) -> Text:
        """The text of the post itself."""
        return self.texts[0]

    def text(self, name: str) -> Text | None:
        """Return the text of that name, None where the post has none."""
        return next((text for text in self.texts if text.name == name), None)

    def with_origins(self, origins: Iterable[Origin]) -> "Post":
        """Return the post with more `origins`."""
        found = tuple(dict.fromkeys((*self.origins, *origins)))
        return self if found == self.origins else replace(self, origins=found)

    def is_of_author(self, text: Text) -> bool:
        """Return whether the author wrote `text` as such: a summary may be cut from the body."""
        return text.name != SUMMARY or bool(self.metadata.get(SUMMARY))

    def with_html(self, html: Iterable[str]) -> "Post":
        """Return the post with other `html`, one for each of its texts."""
        texts = tuple(
            text if text.html == new else replace(text, html=new)
            for text, new in zip(self.texts, html, strict=True)
        )
        return replace(self, texts=texts)


@dataclass(frozen=True)
class PublishedFile:
    """A file that the build made and the site must carry."""

    #: Where it lies now.
    path: Path
    #: Where in the output it goes; posts link to it as ``{static}/ADDRESS``.
    address: str


@dataclass(frozen=True)
class GeneratedPage:
    """A page that no author wrote, which the theme shows as it shows pages."""

    title: str
    html: str
    #: Where in the output it goes; posts link to it as ``{static}/ADDRESS``.
    address: str
    #: One line, for search engines.
    description: str
    #: The template of the theme that shows it; where the theme has none of that name, that of pages does.
    template: str


@dataclass(frozen=True)
class Site:
    """What a generated page may say of the site that it is on."""

    name: str
    author: str
    #: What addresses of the site begin with, ending in a slash; empty where its address is not known.
    root: str
    language: str
