"""All posts of a site: the one place that holds libraries and styles while they are cited."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ..documents import Document
from ..faults import Fault, Severity
from . import overview
from .author_date import AuthorDate
from .library import Library, Work
from .resolve import Cited, cited_works, request, resolve, unknown_keys
from .settings import Settings
from .typeset import Request, Style, StyleError, Typeset

#: The style of the house; any other name is that of a style of CSL.
AUTHOR_DATE = "author-date"


@dataclass(frozen=True)
class Post:
    """The documents of one source: a body and its summary."""

    parts: tuple[Cited, ...]

    @property
    def document(self) -> Document:
        """The first of the documents: what is said of it is said of all."""
        return self.parts[0].document

    @property
    def cites(self) -> bool:
        """Whether there is anything to do."""
        return any(part.places for part in self.parts)


class Desk:
    """What one build keeps at hand: libraries by their files, styles by name and language."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults: list[Fault] = []
        self._libraries: dict[tuple[Path, ...], Library] = {}
        self._styles: dict[tuple[str, str], Style] = {}

    def library(self, post: Post) -> Library:
        """Return the works that `post` can cite: those of its own files, then those of the site."""
        files = (*_own_files(post.document, self.settings), *self.settings.references)
        if files not in self._libraries:
            self._libraries[files] = Library(files)
        return self._libraries[files]

    def style(self, post: Post) -> Style:
        """Return the style of `post`, which is that of the site where its front matter names none."""
        document = post.document
        own = document.metadata.get("citation_style")
        name, source = (own, document.source) if own else (self.settings.citation_style, self.settings.root)
        if (name, document.language) not in self._styles:
            self._styles[name, document.language] = self._open(name, document.language, source)
        return self._styles[name, document.language]

    def house_style(self, language: str) -> AuthorDate:
        """Return the style that sets everything when another one cannot."""
        style = self._styles.setdefault((AUTHOR_DATE, language), AuthorDate(language))
        assert isinstance(style, AuthorDate)
        return style

    def typeset(
        self, requests: Sequence[Request], style: Style, posts: Sequence[Post]
    ) -> list[tuple[Typeset, Style]]:
        """Set the request of each of `posts` in `style`, or in the default style where that cannot be."""
        try:
            results = style.typeset(requests)
        except StyleError as error:
            self.faults.append(Fault(posts[0].document.source, None, str(error)))
            style = self.house_style(posts[0].document.language)
            results = style.typeset(requests)
        return [
            self._accepted(result, request, style, post)
            for result, request, post in zip(results, requests, posts, strict=True)
        ]

    def _accepted(
        self, result: Typeset | StyleError, request: Request, style: Style, post: Post
    ) -> tuple[Typeset, Style]:
        """Return the `result` of one post and its style; what is wrong becomes a fault of the post."""
        source = post.document.source
        if isinstance(result, StyleError):
            self.faults.append(Fault(source, None, str(result)))
            house = self.house_style(post.document.language)
            return house.typeset([request])[0], house
        self.faults += (Fault(source, None, text, Severity.WARNING) for text in result.warnings)
        return result, style

    def all_faults(self) -> list[Fault]:
        """Return what has been found wrong, in bibliographies too."""
        return self.faults + [fault for library in self._libraries.values() for fault in library.faults]

    def _open(self, name: str, language: str, source: Path) -> Style:
        if name == AUTHOR_DATE:
            return AuthorDate(language)
        from . import csl  # brings in what only such styles need

        try:
            return csl.CslStyle(csl.find(name, self.settings.root), language, self.settings.cache)
        except ValueError as error:
            self.faults.append(Fault(source, None, f"citation_style: {error}"))
            return self.house_style(language)


def own_files(documents: Iterable[Document], settings: Settings) -> set[Path]:
    """Return the bibliographies that posts name in their front matter."""
    return {path for document in documents for path in _own_files(document, settings)}


def cite(documents: Sequence[Document], settings: Settings) -> tuple[list[Document], list[Fault]]:
    """Set the citations in `documents` and add a reference list to each that is not a summary.

    Documents of one source that follow on each other are one post. A library is read when the first
    citation of it is met.
    """
    desk = Desk(settings)
    posts = [
        Post(tuple(Cited.read(document, settings.citations_swapped) for document in group))
        for _, group in groupby(documents, key=lambda document: document.source)
    ]
    by_style: dict[Style, list[Post]] = {}
    for post in posts:
        if post.cites:
            by_style.setdefault(desk.style(post), []).append(post)
    published = {
        id(post): done
        for style, cited in by_style.items()
        for post, done in zip(cited, _published(cited, style, desk), strict=True)
    }
    for post in posts:
        if not post.cites:
            continue
        library = desk.library(post)
        if library or not library.faults:  # where nothing could be read, that is the fault, and not each key
            desk.faults += (fault for part in post.parts for fault in unknown_keys(part, library))
    unchanged = [[part.document for part in post.parts] for post in posts]
    done = [published.get(id(post), before) for post, before in zip(posts, unchanged, strict=True)]
    _list_all(posts, done, desk)
    return [document for post_documents in done for document in post_documents], desk.all_faults()


def _list_all(posts: Sequence[Post], published: Sequence[list[Document]], desk: Desk) -> None:
    """Add the list of all works to the pages that ask for it."""
    pages = [number for number, post in enumerate(posts) if overview.is_asked_for(post.document)]
    if not pages:
        return
    citing = overview.citing(part for post in posts for part in post.parts)
    works: dict[str, Work] = {}
    for post in posts:
        if post.cites:
            works = cited_works(post.parts, desk.library(post)) | works
    for number in pages:
        style = desk.style(posts[number])
        ((typeset, style),) = desk.typeset([overview.request(citing, works)], style, [posts[number]])
        published[number][0] = overview.add(published[number][0], citing, works, typeset, style)


def _published(posts: Sequence[Post], style: Style, desk: Desk) -> list[list[Document]]:
    works = [cited_works(post.parts, desk.library(post)) for post in posts]
    requests = [request(post.parts, known) for post, known in zip(posts, works, strict=True)]
    typeset = desk.typeset(requests, style, posts)
    return [
        resolve(post.parts, known, done, used)
        for post, known, (done, used) in zip(posts, works, typeset, strict=True)
    ]


def _own_files(document: Document, settings: Settings) -> Iterator[Path]:
    """Yield the files that the front matter names, beside the post or below the root."""
    names = document.metadata.get("publications_src", "")
    for name in names.split(",") if isinstance(names, str) else names:
        if name.strip():
            beside = document.source.parent / name.strip()
            yield beside if beside.exists() else settings.root / name.strip()
