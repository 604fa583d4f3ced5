"""The protocol of a part: what the build asks of citations, formulas, numbering and demos alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from .diagnostics import Diagnostic
from .labels import Label, Labels
from .post import GeneratedPage, Post, Publication, PublishedFile, Site
from .settings import SettingsBase
from .storage import decisive
from .storage.assets import Linked
from .storage.cache import Cache


@dataclass(frozen=True)
class ReaderExtensions:
    """What a part adds to the readers of Pelican."""

    #: Its name, in messages.
    part: str = ""
    #: Options of extensions of Python-Markdown, by their dotted names.
    markdown: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Extensions that ours stand in for, by their classes and by the names that settings may have.
    replaced: tuple[type, ...] = ()
    replaced_names: frozenset[str] = frozenset()
    #: Receivers of `pelican.signals.all_generators_finalized` that would undo ours.
    disconnected: tuple[Callable[..., Any], ...] = ()
    directives: Mapping[str, type] = field(default_factory=dict)
    roles: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    docutils_settings: Mapping[str, Any] = field(default_factory=dict)
    #: Selectors of elements that TYPOGRIFY leaves alone.
    typogrify_ignored: tuple[str, ...] = ()
    #: Marks what is the part's in a title, which no reader parses: title and file → HTML.
    title: Callable[[str, Path], str] | None = None
    #: Found wrong in Pelican's settings.
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Collected:
    """What a part found in one post."""

    #: The part's own records, for its `resolve`.
    constructs: Any = None
    #: What `compute` is asked for; equal requests of several posts are computed once.
    requests: tuple[Any, ...] = ()
    labels: tuple[Label, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    #: Files that the post draws on.
    sources: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Failure:
    """The result of a request that could not be computed; the message says why."""

    message: str
    #: What an author wrote that it is about, if that is known.
    key: str | None = None


#: Results by request.
Results = Mapping[Any, Any]


@dataclass(frozen=True)
class Resolved:
    """A post with the constructs of one part replaced."""

    post: Post
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[PublishedFile, ...] = ()
    #: Labels that are known only when constructs are replaced, such as the numbers of equations.
    labels: tuple[Label, ...] = ()
    #: Whether the same post becomes the same again: not where something was missing that may come.
    is_lasting: bool = True
    #: What `take_note` is to know of the post, in this build and in later ones: what JSON can say.
    note: Any = None


@dataclass(frozen=True)
class Target:
    """What a piece of finished HTML is for."""

    #: The folder that the site is written to.
    output: Path
    #: What addresses of the site begin with, relative to the page or absolute; empty or ends in a slash.
    base: str
    #: The file below it, for a page.
    page: str = ""
    #: Of the page of an article, what that is cited by.
    publication: Publication | None = None


@dataclass(frozen=True)
class Environment:
    """What the build gives to its parts."""

    cache: Cache
    #: Takes what is found wrong outside of a single post.
    report: Callable[[Diagnostic], None]
    #: What a part may use again in the next build of the same process, if nothing but posts has changed.
    memory: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def computed_by(self) -> tuple[str, ...]:
        """What decides all that parts make beside their input: see `decisive.computed_by`."""
        return decisive.computed_by()


class Part:
    """One concern of the plugin, for one build; each method has a default that does nothing.

    `collect` and `resolve` see one post at a time and change nothing else. What is expensive, or shared by
    posts, is a request that `compute` answers. An exception costs what it was raised over: a request, or
    the part's work on a post.
    """

    #: Of the part, in messages.
    name: ClassVar[str]
    #: Whether the command ``check`` lets the part compute and resolve: not where that takes long.
    is_quick: ClassVar[bool] = False
    #: A record with a field for each key of ``RESEARCH`` that is the part's.
    settings_type: ClassVar[type[SettingsBase]] = SettingsBase

    def __init__(self, settings: Any, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment

    @classmethod
    def readers(cls, settings: Any, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Return what readers are to understand; other plugins have set theirs in `pelican_settings`."""
        return ReaderExtensions()

    @classmethod
    def settings_of_others(cls, pelican_settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what `pelican_settings` say to plugins like this part, as keys of ``RESEARCH``."""
        return {}

    def decisive(self, posts: Sequence[Post]) -> Sequence[str | None]:
        """Return, for each of all `posts`, what decides its result beside itself, the settings and our code.

        None where the part must see the post in every build.
        """
        return [None for _ in posts]

    def recall(self, posts: Sequence[Post]) -> Sequence[bool]:
        """Make ready what `posts` need, which an earlier build finished; say of which all is there."""
        return [True for _ in posts]

    def collect(self, post: Post) -> Collected:
        """Return what `post` has of this part's."""
        return Collected()

    def compute(self, requests: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
        """Yield each of the `requests` with its result, one by one."""
        return ()

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with what was `collected` from it replaced."""
        return Resolved(post)

    def take_note(self, posts: Sequence[Post], notes: Sequence[Any]) -> None:
        """Note what the pages of all `posts`, which are finished, will need.

        The `notes` are those that the part's `resolve` returned, in this build or in an earlier one.
        """

    def close(self) -> None:
        """End what `compute` has started; called once all posts have passed the part."""

    def check(self, posts: Sequence[Post]) -> Iterator[Diagnostic]:
        """Yield what an author may want to correct in `posts`, beyond what a build reports."""
        yield from ()

    def preview(self, post: Post) -> Post:
        """Return `post` with what `resolve` would replace marked, for a comparison; nothing is computed."""
        return post

    def pages(self, site: Site) -> Iterator[GeneratedPage]:
        """Yield the pages that the part adds to `site`; called once all posts have passed the parts."""
        yield from ()

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheets and scripts of the part: a page links those that it needs."""
        yield from ()

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page `html` as it is written."""
        return html

    def finish_site(self, output: Path) -> None:
        """Complete the site below `output`, once all its files are written."""

    def notes(self, output: Path) -> Iterator[str]:
        """Yield what an author may want to know of the site that is written below `output`."""
        yield from ()

    def finish_excerpt(self, html: str) -> str:
        """Return `html`, which leaves the site in a feed, without what only pages can have."""
        return html
