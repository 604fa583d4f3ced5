"""What the citations of one build share: libraries by their files, styles by name and language."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.diagnostics import Diagnostic, Severity
from ..core.post import Post
from ..core.storage.cache import Cache
from ..core.storage.decisive import file_digest
from ..core.storage.files import is_file
from .settings import Settings
from .sources.entry import normal
from .sources.inline import Source
from .styles.author_date import AuthorDate
from .styles.typeset import Request, Style, StyleError, Typeset

if TYPE_CHECKING:
    from .sources.library import Library

#: The default style; any other name is that of a style of CSL.
AUTHOR_DATE = "author-date"


class Context:
    """Opens each bibliography and each style once."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self.settings = settings
        self.diagnostics: list[Diagnostic] = []
        self._cache = cache
        self._libraries: dict[tuple[Source, ...], Library] = {}
        #: Those that a post cites from.
        self._cited: dict[tuple[Source, ...], Library] = {}
        self._digests: dict[Path, str] = {}
        self._styles: dict[tuple[str, str], Style] = {}

    def library(self, own_sources: Sequence[Source]) -> "Library":
        """Return the entries that a post can cite: those of its `own_sources`, then those of the site.

        What is wrong with the files is reported from now on. A post with sources of its own needs no others.
        """
        shared = (file for file in self.settings.references if not own_sources or is_file(file))
        files = (*own_sources, *shared)
        return self._cited.setdefault(files, self._library(files))

    def knows(self, own_sources: Sequence[Source], key: str) -> bool:
        """Return whether a post with these `own_sources` could cite `key`; an entry may be broken."""
        return self._library((*own_sources, *self.settings.references)).has_entry(normal(key))

    def digest(self, file: Path) -> str:
        """Return a digest of a bibliography; nothing where there is none."""
        if file not in self._digests:
            self._digests[file] = file_digest(file)
        return self._digests[file]

    def style(self, name: str, language: str, source: Path) -> Style:
        """Return the style `name`, which the file `source` asks for."""
        if (name, language) not in self._styles:
            self._styles[name, language] = self._open(name, language, source)
        return self._styles[name, language]

    def default_style(self, language: str) -> AuthorDate:
        """Return the style that replaces a style that cannot be used."""
        style = self._styles.setdefault((AUTHOR_DATE, language), AuthorDate(language))
        assert isinstance(style, AuthorDate)
        return style

    def typeset(
        self, requests: Sequence[Request], style: Style, posts: Sequence[Post]
    ) -> list[tuple[Typeset, Style]]:
        """Typeset the request of each of `posts` in `style`, or else in the default style."""
        try:
            results = style.typeset(requests)
        except StyleError as error:
            self.diagnostics.append(Diagnostic(posts[0].source, None, str(error)))
            style = self.default_style(posts[0].language)
            results = style.typeset(requests)
        return [
            self._accepted(result, request, style, post)
            for result, request, post in zip(results, requests, posts, strict=True)
        ]

    def _accepted(
        self, result: Typeset | StyleError, request: Request, style: Style, post: Post
    ) -> tuple[Typeset, Style]:
        """Return the `result` of one post and its style; note what is wrong with it."""
        if isinstance(result, StyleError):
            self.diagnostics.append(Diagnostic(post.source, None, str(result)))
            default = self.default_style(post.language)
            return default.typeset([request])[0], default
        self.diagnostics += (
            Diagnostic(post.source, None, text, Severity.WARNING) for text in result.warnings
        )
        return result, style

    def all_diagnostics(self) -> list[Diagnostic]:
        """Return what has been found wrong, in bibliographies too."""
        return self.diagnostics + [fault for library in self._cited.values() for fault in library.diagnostics]

    def _library(self, files: tuple[Source, ...]) -> "Library":
        from .sources.library import Library  # brings in what reads LaTeX: a build may cite nothing new

        if files not in self._libraries:
            self._libraries[files] = Library(files)
        return self._libraries[files]

    def _open(self, name: str, language: str, source: Path) -> Style:
        if name == AUTHOR_DATE:
            return AuthorDate(language)
        from .styles import csl  # brings in what only such styles need

        try:
            return csl.CslStyle(csl.find(name, self.settings.root), language, self._cache)
        except ValueError as error:
            self.diagnostics.append(Diagnostic(source, None, f"citation_style: {error}"))
            return self.default_style(language)
