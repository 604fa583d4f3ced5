"""Citations: ``[@@key]`` in posts → author and year, and a reference list.

``syntax`` finds and parses them, ``sources`` reads bibliographies, ``styles`` formats citations and
references, and ``output`` inserts them into the post. `reported` warns of text that only looks like a
citation. `adding` is a tool for authors: it fetches references into a bibliography.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.labels import Labels
from ..core.part import Collected, Environment, Failure, Part, ReaderExtensions, Resolved, Results
from ..core.post import Origin, Post
from ..core.storage.assets import Linked, StyleSheetFile
from ..core.validation import checked
from . import reported
from .context import Context
from .frontmatter import EVERYTHING, FrontMatter
from .output import overview
from .output.footnotes import Numbering
from .output.origins import origin
from .output.resolve import (
    ParsedText,
    cited_entries,
    cited_keys,
    number,
    request,
    resolve,
    unknown_keys,
)
from .settings import Bibliographies, Settings
from .sources.entry import XDATA, Entry
from .sources.inline import Source
from .styles.typeset import Style, Typeset

HERE = Path(__file__).parent
NOTHING = Typeset((), ())
#: Plugins of Pelican with the same purpose, without “pelican-” before their names.
OTHER_PLUGINS = frozenset(("bibliography", "bibtex", "cite", "cite2"))


@dataclass(frozen=True, eq=False)
class PostCitations:
    """What one post cites: a request to typeset it."""

    post: Post
    texts: tuple[ParsedText, ...]
    front_matter: FrontMatter

    @property
    def own_sources(self) -> tuple[Source, ...]:
        """The references in its front matter, and the bibliographies that this names."""
        return self.front_matter.sources

    @property
    def cites(self) -> bool:
        """Whether it cites anything: it may have nothing but brackets that are no citation."""
        return bool(self.front_matter.uncited) or any(
            found.citation for text in self.texts for found in text.occurrences
        )


@dataclass(frozen=True, eq=False)
class AllReferences:
    """A request for the list of all references of the blog, for a page that asks for it."""

    post: Post


@dataclass(frozen=True)
class TypesetPost:
    """The citations of a post, typeset."""

    entries: Mapping[str, Entry]
    typeset: Typeset
    style: Style
    #: The numbers of its notes, for a style that has them.
    numbering: Numbering | None = None
    #: The keys of entries that are listed without being cited.
    uncited: Sequence[str] = ()


class Citations(Part):
    """Typesets the citations of posts."""

    name = "citations"
    is_quick = True
    settings_type = Settings

    def __init__(self, settings: Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self._context = Context(settings, environment.cache)
        #: What posts cite, for pages that list all references.
        self._cited: dict[PostCitations, None] = {}

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Let the reader of Markdown find citations, and warn of other plugins that would too."""
        warnings = tuple(_of_other_plugins(pelican_settings.get("PLUGINS") or (), settings.root))
        return ReaderExtensions(cls.name, {f"{__name__}.syntax.markdown": {}}, diagnostics=warnings)

    @classmethod
    def settings_of_others(cls, pelican_settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the setting of pelican-cite, or else the bibliography that lies beside the posts."""
        name = "PUBLICATIONS_SRC"
        file = pelican_settings.get(name)  # None where pelican-cite is loaded and has no file
        if file not in (None, ""):
            return {"references": checked(name, file, Bibliographies)}
        among_posts = Path(pelican_settings["PATH"]).resolve() / "references.bib"
        return {"references": [str(among_posts)]} if among_posts.is_file() else {}

    def decisive(self, posts: Sequence[Post]) -> Sequence[str | None]:
        """Return the bibliographies and the style of each of `posts`.

        A page with all references needs to see what every post cites.
        """
        if any(map(overview.is_asked_for, posts)):
            return [None] * len(posts)
        return [self._decisive(post) for post in posts]

    def collect(self, post: Post) -> Collected:
        """Return what `post` cites."""
        found = self.citations_of(post)
        asked = (AllReferences(post),) if overview.is_asked_for(post) else ()
        requests = (found, *asked) if found.cites else asked
        warnings = (*self._lookalikes(found), *FrontMatter.lost(post))
        return Collected((found, *asked), requests, diagnostics=warnings, sources=found.front_matter.files)

    def citations_of(self, post: Post) -> PostCitations:
        """Find the citations of `post`; titles have none."""
        swapped = self.settings.citations_swapped
        texts = tuple(
            ParsedText(text) if text.is_title else ParsedText.parse(text, swapped) for text in post.texts
        )
        return PostCitations(post, texts, FrontMatter.of(post, self.settings.root))

    def compute(self, requests: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """Typeset citations, all posts of a style at once, and then the lists of all references."""
        cited = [request for request in requests if isinstance(request, PostCitations)]
        self._cited |= dict.fromkeys(cited)
        by_style: dict[Style, list[PostCitations]] = {}
        for post in cited:
            by_style.setdefault(self._style(post.post), []).append(post)
        for style, posts in by_style.items():
            yield from self._typeset(posts, style)
        for asked in requests:
            if isinstance(asked, AllReferences):
                yield asked, self._list_of_all(asked.post)
        for diagnostic in self._context.all_diagnostics():
            self.environment.report(diagnostic)

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with typeset citations, and warnings for those that have none."""
        found, *asked = collected.constructs
        diagnostics: list[Diagnostic] = []
        if found.cites:
            result = results[found]
            if isinstance(result, Failure):
                return Resolved(post, (Diagnostic(post.source, None, result.message),))
            html = resolve(
                found.texts,
                result.entries,
                result.typeset,
                result.style,
                result.numbering,
                result.uncited,
                found.front_matter.heading,
            )
            post = post.with_html(html)
            post = post.with_origins(self._origins(result, found.own_sources))
            diagnostics += self._unknown_keys(found)
        elif any(text.occurrences for text in found.texts):
            style = self._context.default_style(post.language)
            post = post.with_html(resolve(found.texts, {}, NOTHING, style))
        for page in asked:
            result = results[page]
            if isinstance(result, Failure):
                diagnostics.append(Diagnostic(post.source, None, result.message))
            else:
                section, origins = result
                post = post.with_html([post.body.html + section, *(text.html for text in post.texts[1:])])
                post = post.with_origins(origins)
        return Resolved(post, tuple(diagnostics))

    def check(self, posts: Sequence[Post]) -> Iterator[Diagnostic]:
        """Yield what is wrong with the bibliographies that `posts`, which have passed `compute`, draw on."""
        from . import check

        cited = {key for found in self._cited for key in (*cited_keys(found.texts), *self._uncited(found))}
        yield from check.check((found.own_sources for found in self._cited), cited, self.settings.references)

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheet."""
        yield StyleSheetFile(HERE / "output" / "citations.css", marker='class="citation')

    def _decisive(self, post: Post) -> str:
        files = (*FrontMatter.of(post, self.settings.root).files, *self.settings.references)
        return json.dumps([self._style(post).decisive, *map(self._context.digest, files)])

    def _style(self, post: Post) -> Style:
        own = FrontMatter.of(post, self.settings.root).style
        name, source = (own, post.source) if own else (self.settings.citation_style, self.settings.root)
        return self._context.style(name, post.language, source)

    def _typeset(
        self, posts: Sequence[PostCitations], style: Style
    ) -> Iterator[tuple[PostCitations, TypesetPost]]:
        uncited = [self._uncited(post) for post in posts]
        entries = [
            cited_entries(post.texts, self._context.library(post.own_sources), keys)
            for post, keys in zip(posts, uncited, strict=True)
        ]
        numberings = [
            number(post.texts, known) if style.has_notes else None
            for post, known in zip(posts, entries, strict=True)
        ]
        requests = [
            request(post.texts, known, numbering, keys)
            for post, known, numbering, keys in zip(posts, entries, numberings, uncited, strict=True)
        ]
        typeset = self._context.typeset(requests, style, [post.post for post in posts])
        made = zip(posts, entries, numberings, uncited, typeset, strict=True)
        for post, known, numbering, keys, (done, used) in made:
            yield post, TypesetPost(known, done, used, numbering, keys)

    def _uncited(self, post: PostCitations) -> Sequence[str]:
        """Return the keys of the entries that `post` lists without citing them."""
        keys = post.front_matter.uncited
        if EVERYTHING not in keys:
            return keys
        library = self._context.library(post.own_sources)
        return [key for key in library if (entry := library.get(key)) and entry.item["type"] != XDATA]

    def _list_of_all(self, page: Post) -> tuple[str, tuple[Origin, ...]]:
        """Return the section that lists all references, and the origins of its formulas."""
        citing = overview.citing((found.post, found.texts) for found in self._cited)
        entries: dict[str, Entry] = {}
        sources: dict[str, Sequence[Source]] = {}
        for found in self._cited:
            known = cited_entries(found.texts, self._context.library(found.own_sources))
            entries, sources = known | entries, dict.fromkeys(known, found.own_sources) | sources
        asked = [overview.request(citing, entries)]
        ((typeset, style),) = self._context.typeset(asked, self._style(page), [page])
        section = overview.section(page.source, citing, entries, typeset, style)
        origins = [
            origin(reference.html, self._context.library(sources[reference.key]), entries[reference.key])
            for reference in typeset.references
        ]
        return section, tuple(filter(None, origins))

    def _origins(self, typeset: TypesetPost, own_sources: Sequence[Source]) -> Iterator[Origin]:
        """Yield the origins of the formulas in what is `typeset`."""
        library = self._context.library(own_sources)
        pieces = [(piece.key, piece.html) for cited in typeset.typeset.citations for piece in cited]
        for key, html in (*typeset.typeset.references, *pieces):
            if key is not None and (found := origin(html, library, typeset.entries[key])):
                yield found

    def _lookalikes(self, found: PostCitations) -> tuple[Diagnostic, ...]:
        def knows(key: str) -> bool:
            return self._context.knows(found.own_sources, key)

        return tuple(reported.diagnostics(found.post, found.texts, knows, self.settings.citations_swapped))

    def _unknown_keys(self, found: PostCitations) -> Iterable[Diagnostic]:
        library = self._context.library(found.own_sources)
        # Where nothing could be read, that is the error, and not each key.
        if library or not library.diagnostics:
            for text in found.texts:
                yield from unknown_keys(text, found.post.source, library)


def _of_other_plugins(plugins: Iterable[Any], root: Path) -> Iterator[Diagnostic]:
    """Yield a warning for each of the `plugins` of Pelican that resolves citations too."""
    for plugin in plugins:
        name = str(getattr(plugin, "__name__", plugin))
        if name.rsplit(".", 1)[-1].replace("-", "_").removeprefix("pelican_") in OTHER_PLUGINS:
            message = f"PLUGINS names “{name}”, which resolves citations too: remove it; see docs/adoption.md"
            yield Diagnostic(root, None, message, Severity.WARNING)
