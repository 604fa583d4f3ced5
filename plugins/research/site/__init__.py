"""What belongs to the site as a whole: how its articles are cited by readers and found by their programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..core import terms
from ..core.diagnostics import Diagnostic, Severity
from ..core.extras import installing
from ..core.labels import Labels
from ..core.part import Collected, Environment, Part, ReaderExtensions, Resolved, Results, Target
from ..core.post import TITLE, Post
from ..core.storage.assets import Linked, Script, StyleSheetFile
from ..core.text.head import with_head
from . import cards, front, identity, paper, search, tables
from .faces import Faces
from .settings import Settings

HERE = Path(__file__).parent
#: Links to what can be previewed, as markers of a page: numbered things and formulas, citations, footnotes.
LINKS = ('<a href="#', 'role="doc-biblioref"', 'class="footnote-ref"', 'class="footnote-reference')


class Site(Part):
    """Says in the head of an article what it is cited by, and at its end, if the blog wants that."""

    name = "site"
    settings_type = Settings

    def __init__(self, settings: Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self._characters: set[str] = set()
        #: By address.
        self._cards: dict[str, cards.Card] = {}

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Let the reader of Markdown align the columns of tables by classes."""
        return ReaderExtensions(cls.name, markdown={f"{__name__}.tables": {}})

    def decisive(self, posts: Sequence[Post]) -> Sequence[str]:
        """Return nothing for any of `posts`."""
        return [""] * len(posts)

    def take_note(self, posts: Sequence[Post], notes: Sequence[Any]) -> None:
        """Note the characters of `posts`, which the fonts of the blog must have."""
        if self.settings.text_faces:
            self._characters.update(*(text.html for post in posts for text in post.texts))

    def collect(self, post: Post) -> Collected:
        """Return what is wrong in the front matter of `post`."""
        return Collected(diagnostics=tuple(paper.diagnostics(post)))

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post`, if it is an article, with its front matter, and with its own record at the end."""
        if not post.publication:
            return Resolved(post)
        title, abstract = post.text(TITLE), post.text("abstract")
        publication = replace(post.publication, title=title.html) if title else post.publication
        found = paper.paper(publication, self.settings)
        words = front.words(post.language)
        body = front.before(found, abstract.html if abstract else "", words) + post.body.html
        body += front.behind(found, words)
        if self.settings.cite_this_post:
            body += identity.section(publication, found, terms.of(post.language))
        return Resolved(post.with_html([body, *(text.html for text in post.texts[1:])]))

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheets of tables and front matter, the script of the record, and previews."""
        if fonts := self._fonts():
            yield Faces(fonts, self._characters, self.environment.cache)
        yield StyleSheetFile(HERE / "tables.css", marker="research-align-")
        yield StyleSheetFile(HERE / "front.css", marker='class="paper-')
        yield Script(HERE / "copying" / "copy.js", (), marker='class="citation-record"')
        if self.settings.previews:
            yield StyleSheetFile(HERE / "previews" / "previews.css", LINKS)
            yield Script(HERE / "previews" / "previews.js", (), LINKS)

    def _fonts(self) -> tuple[Path, ...]:
        """Return the files of fonts; report what is missing, without which pages have the system's fonts."""
        fonts: tuple[Path, ...] = self.settings.text_faces
        place, message = self.settings.root, ""
        if missing := [path for path in fonts if not path.is_file()]:
            place = missing[0]
            message = "RESEARCH['text_faces'] names no file: pages have fonts of the readers' systems"
        elif fonts and not (find_spec("fontTools") and find_spec("brotli")):
            needed = "RESEARCH['text_faces'] needs fonttools and brotli to cut fonts down"
            message = f"{needed}: {installing('chtml')}"
        if message:
            self.environment.report(Diagnostic(place, None, message, Severity.WARNING))
        return () if message else fonts

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page of an article with tags in its head by which programs find it."""
        post = target.publication
        if not post:
            return html
        card = cards.card(html, post, target) if self.settings.social_cards else None
        tags = ""
        if card:
            self._cards[card.address] = card
            tags = card.tags(post.root)
        if self.settings.head_metadata:
            described = paper.paper(post, self.settings)
            image = post.root + card.address if card else ""
            tags += identity.head(post, described, identity.JSON_LD not in html, image)
        return with_head(html, tags) if tags else html

    def finish_site(self, output: Path) -> None:
        """Draw the images by which articles are shared, and index the site for readers who search it."""
        if self._cards:
            fonts = tuple(path for path in self.settings.text_faces if path.is_file())
            for found in cards.draw(iter(self._cards.values()), output, fonts, self.environment.cache):
                self.environment.report(found)
        if self.settings.search:
            try:
                search.index(output)
            except search.SearchError as error:
                self.environment.report(Diagnostic(output, None, str(error), Severity.WARNING))

    def finish_excerpt(self, html: str) -> str:
        """Return `html` without the record, which is of the page, and with the styles of tables in it."""
        return tables.with_styles(identity.without_section(html))
