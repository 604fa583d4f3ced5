"""Show models in posts: figures that the build draws from their bundles, and numbers in prose.

The stages in the order in which a post goes through them: ``syntax`` (what an author writes, in one form,
checked) → ``bundles`` (what a trained model leaves behind) → ``kinds`` and ``drawing`` (static images,
cached) → ``compile`` and ``live`` (what an interactive figure needs) → the figure as readers get it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.diagnostics import Diagnostic
from ..core.labels import Labels
from ..core.part import Collected, Environment, Part, ReaderExtensions, Resolved, Results, Target
from ..core.post import GeneratedPage, Post, Site
from ..core.storage.assets import Linked, Script, StyleSheetFile
from ..core.text.segments import Edit, apply_edits
from . import numbers, shown, words
from .bundles.models import Models
from .errors import DemoError
from .live import weight
from .live.disk import FromDisk
from .provenance import frame
from .provenance.cards import Cards, networks_of, stated
from .settings import Settings
from .syntax import canonical, fences
from .syntax.directive import Demo

if TYPE_CHECKING:
    from .posts import PostDemo

LIVE = Path(__file__).parent / "live"
#: Kinds whose scripts come when a figure of them is near.
LATE_KINDS = tuple("classify conditional draw latents points posterior steps train training".split())


class Demos(Part):
    """Draws the demo blocks of posts, and fills numbers in.

    What that takes is imported when a post is to be shown: not by a build that finds all of them finished.
    """

    name = "demos"
    settings_type = Settings

    def __init__(self, settings: Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self._models = Models(settings, environment.memory)
        #: The demo blocks of posts, by file.
        self._demos: dict[Path, tuple[PostDemo, ...]] = {}
        self._cards = Cards(settings.model_cards, self._models, environment)
        #: Pages with interactive figures, and what their links begin with.
        self._pages: dict[str, str] = {}

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Let readers understand demo blocks in Markdown and reST."""
        return ReaderExtensions(
            cls.name, markdown={f"{__name__}.syntax.fence": {}}, directives={"demo": Demo}
        )

    def decisive(self, posts: Sequence[Post]) -> Sequence[str | None]:
        """Return digests of the bundles that each of `posts` shows, which are brought up to date.

        None where a block is wrong or a bundle cannot be had, and where links set figures of another post.
        """
        found = [shown.of(post, self.environment) for post in posts]
        self._models.bring_up_to_date(name for one in found for name in one.models)
        linked = shown.linked(posts)
        return [
            self._digests(one.models) if one.is_right and post.source.resolve() not in linked else None
            for post, one in zip(posts, found, strict=True)
        ]

    def take_note(self, posts: Sequence[Post], notes: Sequence[Any]) -> None:
        """Note the models that figures of `posts` show."""
        for name, networks in (model for models in notes for model in models or ()):
            self._cards.note(name, networks)

    def collect(self, post: Post) -> Collected:
        """Return the demo blocks of the body of `post`, and the models that it names."""
        found = (*fences.diagnostics(post.body.html, post.source),)
        blocks = canonical.blocks(post.body.html, post.source)
        stated = shown.numbers_of(post)
        if not (blocks or stated or shown.sets_figures(post)):
            return Collected(diagnostics=found)
        from . import posts

        demos = tuple(posts.demos(blocks, words.of(post.language)))
        self._demos[post.source.resolve()] = demos
        models = dict.fromkeys([*posts.models(demos), *stated])
        figures = dict.fromkeys(demo.request for demo in demos if demo.request)
        requests = (*map(posts.Model, models), *figures)
        return Collected(demos, requests, diagnostics=found)

    def compute(self, requests: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """Bring all models up to date, then draw the figures."""
        from . import figures, posts

        models = [request for request in requests if isinstance(request, posts.Model)]
        self._models.bring_up_to_date(request.name for request in models)
        for request in models:
            yield request, posts.attempt(self._models.__getitem__, request.name)
        settings, cache = self.settings, self.environment.cache
        for request in requests:
            if isinstance(request, posts.Figure):
                spec, said = request.spec, words.of(request.language)
                drawn = posts.attempt(figures.drawn, spec, said, self._models, settings, cache)
                yield request, drawn
                for model in drawn.models if isinstance(drawn, figures.Figure) else ():
                    self._cards.prepare(model)

    def close(self) -> None:
        """End the process in which graphs are opened."""
        self._models.close()

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with its figures and numbers.

        Excerpts lose their figures: they stand beside others, on pages of their own.
        """
        if collected.constructs is None:
            return Resolved(post)
        from . import posts

        diagnostics: list[Diagnostic] = []
        models = [request for request in results if isinstance(request, posts.Model)]
        bundles = {request.name: results[request] for request in models}
        html = []
        for text in post.texts:
            filled = text.html
            if text.is_body:
                filled = apply_edits(
                    filled, [posts.edit(demo, results, self.settings) for demo in collected.constructs]
                )
            elif text.is_excerpt:
                blocks = canonical.blocks(filled, post.source)
                filled = apply_edits(filled, [Edit(block.start, block.end, "") for block in blocks])
            filled, found = numbers.fill_in(filled, post.source, bundles)
            diagnostics += found
            if shown.SETTING.search(filled):
                filled, found = self._linked(filled, post, results)
                diagnostics += found
            html.append(filled)
        diagnostics += (
            one for demo in collected.constructs for one in posts.diagnostics(demo, post, results)
        )
        figures = [figure for demo in collected.constructs if (figure := posts.drawn(demo, results))]
        files = tuple(file for figure in figures for file in figure.files)
        if self.settings.about_figures or self.settings.model_cards:
            files += tuple(file for figure in figures for file in figure.graphs)
        note = [(model.bundle.name, networks_of(model)) for figure in figures for model in figure.models]
        return Resolved(post.with_html(html), tuple(diagnostics), files, note=note)

    def _digests(self, models: Iterable[str]) -> str | None:
        """Return digests of what the bundles of `models` state; None where one cannot be had."""
        try:
            return json.dumps([stated(self._models[name]) for name in models])
        except DemoError:  # reported when the post is seen
            return None

    def _linked(self, html: str, post: Post, results: Results) -> tuple[str, list[Diagnostic]]:
        """Return `html` with links that set figures, and what is wrong in them."""
        from . import linking, posts

        def figures(source: Path) -> linking.Figures:
            return dict(posts.made(demo, results) for demo in self._demos.get(source, ()))

        return linking.linked(html, post, figures)

    def pages(self, site: Site) -> Iterator[GeneratedPage]:
        """Yield the card of each model that a post shows."""
        yield from self._cards.pages(site)

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheet of figures, and the script that activates them."""
        yield StyleSheetFile(LIVE / "demos.css", marker='class="research-demo')
        yield Script(
            LIVE / "script" / "element.js",
            (
                "worker.js",
                "trainer.js",
                "conditions.js",
                "state.js",
                *(f"kinds/{kind}.js" for kind in LATE_KINDS),
            ),
            marker=weight.MARKER,
            name="live",
            cache=self.environment.cache,
        )
        yield Script(LIVE / "script" / "links.js", (), marker="data-demo-state=", name="links")
        yield FromDisk(self.environment.cache)

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page `html`, and note it if a reader will see what it weighs."""
        if weight.MARKER in html:
            self._pages[target.page] = target.base
        return html

    def finish_excerpt(self, html: str) -> str:
        """Return `html` without what is said of figures on their pages alone."""
        return frame.without(html)

    def notes(self, output: Path) -> Iterator[str]:
        """Yield what each page with figures weighs."""
        for page, base in self._pages.items():
            yield weight.report(page, output, base, self.environment.cache)
