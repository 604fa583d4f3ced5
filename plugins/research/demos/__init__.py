"""Show models in posts: figures that the build draws from their bundles, and numbers in prose.

The stages in the order in which a post goes through them: ``syntax`` (what an author writes, in one form,
checked) → ``bundles`` (what a trained model leaves behind) → ``kinds`` and ``drawing`` (static images,
cached) → ``compile`` and ``live`` (what an interactive figure needs) → the figure as readers get it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.labels import Labels
from ..core.lazy import lazy_pattern
from ..core.part import Collected, Environment, Failure, Part, ReaderExtensions, Resolved, Results, Target
from ..core.post import GeneratedPage, Post, Site
from ..core.storage.assets import Linked, Script, StyleSheetFile
from ..core.storage.decisive import file_digest
from ..core.text.segments import Edit, apply_edits
from . import numbers, words
from .bundles.models import Models, require_extra
from .drawing import figure
from .errors import DemoError, KeyedError
from .live import weight
from .live.disk import FromDisk
from .provenance import about
from .settings import Settings
from .syntax import canonical, fences
from .syntax.canonical import Block
from .syntax.directive import Demo

if TYPE_CHECKING:
    from .provenance.facts import ShownModel
    from .syntax.spec import Spec

#: What a text has that links to a figure to set it.
SETTING = lazy_pattern(r"#[^\s\"'<>?]+\?")
LIVE = Path(__file__).parent / "live"
#: Kinds whose scripts come when a figure of them is near.
LATE_KINDS = tuple("classify conditional draw latents points posterior steps train training".split())


@dataclass(frozen=True)
class Model:
    """A request for the bundle of a model."""

    name: str


@dataclass(frozen=True)
class Figure:
    """A request for a figure, in the words of a language."""

    spec: "Spec"
    language: str


@dataclass(frozen=True)
class PostDemo:
    """A demo block of a post."""

    block: Block
    #: From 0, and the id that it has in the page.
    index: int
    id: str
    words: words.Words
    #: The figure to render; None where there is an `error`.
    request: Figure | None
    error: str = ""
    #: The key of the block that it is about, if that is known.
    key: str | None = None


class Demos(Part):
    """Draws the demo blocks of posts, and fills numbers in."""

    name = "demos"
    settings_type = Settings

    def __init__(self, settings: Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self._models = Models(settings, environment.memory)
        #: The demo blocks of posts, by file.
        self._demos: dict[Path, tuple[PostDemo, ...]] = {}
        #: The models of figures, by name, each with the networks that readers get of it.
        self._shown: dict[str, ShownModel] = {}
        #: The drawings of their networks, by name.
        self._networks: dict[str, Sequence[figure.Part]] = {}
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

        None where one cannot be had, and for posts with links that set figures of one another.
        """
        models = [_models(post, canonical.blocks(post.body.html, post.source)) for post in posts]
        self._models.bring_up_to_date(name for names in models for name in names)
        linked = _linked_posts(posts)
        return [
            None if post.source.resolve() in linked else self._digests(names)
            for post, names in zip(posts, models, strict=True)
        ]

    def recall(self, posts: Sequence[Post], kept: Sequence[Any]) -> Sequence[bool]:
        """Fetch what the cards of the models of `posts` say of their networks from the cache."""
        return [all(self._recall(*model) for model in models or ()) for models in kept]

    def collect(self, post: Post) -> Collected:
        """Return the demo blocks of the body of `post`, and the models that it names."""
        blocks = canonical.blocks(post.body.html, post.source)
        demos = tuple(_demos(blocks, words.of(post.language)))
        self._demos[post.source.resolve()] = demos
        specs = [demo.request for demo in demos if demo.request]
        requests = (*map(Model, _models(post, blocks)), *dict.fromkeys(specs))
        found = (*fences.diagnostics(post.body.html, post.source),)
        return Collected(demos, requests, diagnostics=found)

    def compute(self, requests: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """Bring all models up to date, then draw the figures."""
        self._models.bring_up_to_date(request.name for request in requests if isinstance(request, Model))
        for request in requests:
            if isinstance(request, Model):
                yield request, _attempt(self._models.__getitem__, request.name)
        for request in requests:
            if not isinstance(request, Model):
                from . import figures  # imports what only blogs that show models have installed

                settings, cache = self.settings, self.environment.cache
                spec, said = request.spec, words.of(request.language)
                drawn = _attempt(figures.drawn, spec, said, self._models, settings, cache)
                for model in () if _failed(drawn) else drawn.models:
                    self._note(model)
                yield request, drawn

    def _note(self, model: "ShownModel") -> None:
        """Take note of a model that a figure shows, for its card."""
        from . import figures

        if not self.settings.model_cards:
            return
        name = model.bundle.name
        if name not in self._shown:
            found = _attempt(figures.networks, model, self.environment.cache)
            self._networks[name] = () if _failed(found) else found
        self._shown[name] = self._shown.get(name, model).with_networks(model.networks)

    def close(self) -> None:
        """End the process in which graphs are opened."""
        self._models.close()

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with its figures and numbers.

        Excerpts lose their figures: they stand beside others, on pages of their own.
        """
        diagnostics: list[Diagnostic] = []
        bundles = {request.name: results[request] for request in results if isinstance(request, Model)}
        html = []
        for text in post.texts:
            shown = text.html
            if text.is_body:
                shown = apply_edits(
                    shown, [_edit(demo, results, self.settings) for demo in collected.constructs]
                )
            elif text.is_excerpt:
                blocks = canonical.blocks(shown, post.source)
                shown = apply_edits(shown, [Edit(block.start, block.end, "") for block in blocks])
            shown, found = numbers.fill_in(shown, post.source, bundles)
            diagnostics += found
            if SETTING.search(shown):
                shown, found = self._linked(shown, post, results)
                diagnostics += found
            html.append(shown)
        diagnostics += (one for demo in collected.constructs for one in _diagnostics(demo, post, results))
        drawn = (results.get(demo.request) for demo in collected.constructs)
        figures = [figure for figure in drawn if figure and not _failed(figure)]
        files = tuple(file for figure in figures for file in figure.files)
        if self.settings.about_figures or self.settings.model_cards:
            files += tuple(file for figure in figures for file in figure.graphs)
        kept = [
            (model.bundle.name, {network: sent.key for network, sent in model.networks.items()})
            for drawing in figures
            for model in drawing.models
        ]
        return Resolved(post.with_html(html), tuple(diagnostics), files, kept=kept)

    def _digests(self, models: Iterable[str]) -> str | None:
        """Return digests of what the bundles of `models` state; None where one cannot be had."""
        try:
            folders = [self._models[name].folder for name in models]
        except DemoError:  # reported when the post is seen
            return None
        stated = (folder / name for folder in folders for name in ("manifest.json", "evaluation.json"))
        return json.dumps([file_digest(path) for path in stated])

    def _recall(self, name: str, keys: Mapping[str, str]) -> bool:
        """Take note of a model, of whose networks the cache has what `keys` say; return whether it does."""
        from .compile import compiled
        from .provenance.facts import ShownModel

        networks = {network: compiled.recalled(key, self.environment.cache) for network, key in keys.items()}
        found = {network: one for network, one in networks.items() if one}
        if len(found) == len(keys):
            self._note(ShownModel(self._models[name], found))
        return len(found) == len(keys)

    def _linked(self, html: str, post: Post, results: Results) -> tuple[str, list[Diagnostic]]:
        """Return `html` with links that set figures, and what is wrong in them."""
        from . import linking

        def figures(source: Path) -> linking.Figures:
            return dict(_made(demo, results) for demo in self._demos.get(source, ()))

        return linking.linked(html, post, figures)

    def pages(self, site: Site) -> Iterator[GeneratedPage]:
        """Yield the card of each model that a post shows."""
        if not self.settings.model_cards:
            return
        from .provenance import card  # imports numpy

        for name, model in sorted(self._shown.items()):
            address, said = self.settings.model_cards.format(name=name), words.of(site.language)
            drawing = figure.inner(self._networks[name], name, name, said)
            yield card.page(model, said, site, address, drawing)

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
        yield FromDisk()

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page `html`, and note it if a reader will see what it weighs."""
        if weight.MARKER in html:
            self._pages[target.page] = target.base
        return html

    def finish_excerpt(self, html: str) -> str:
        """Return `html` without what is said of figures on their pages alone."""
        return about.without(html)

    def notes(self, output: Path) -> Iterator[str]:
        """Yield what each page with figures weighs."""
        for page, base in self._pages.items():
            yield weight.report(page, output, base)


def _models(post: Post, blocks: Sequence[Block]) -> Sequence[str]:
    """Return the names of the models that `post` shows in its `blocks`, or of which it states a number."""
    names = [name for block in blocks for name in block.models]
    names += [name for text in post.texts for name in numbers.models(text.html)]
    return list(dict.fromkeys(names))


def _linked_posts(posts: Sequence[Post]) -> set[Path]:
    """Return the files of those of `posts` that set figures of another one, and of these others."""
    found: set[Path] = set()
    for post in posts:
        if any(SETTING.search(text.html) for text in post.texts):
            from . import linking

            source = post.source.resolve()
            sources = {place for text in post.texts for place in linking.sources(text.html, post)} | {source}
            found |= sources if len(sources) > 1 else set()
    return found


def _demos(blocks: Sequence[Block], said: words.Words) -> Iterator[PostDemo]:
    """Yield each block with an id that no block before it has, checked."""
    taken: set[str] = set()
    for index, block in enumerate(blocks):
        own = block.keys.get("id", "")
        id = f"figure-{index + 1}" if not own or own in taken else own
        taken.add(id)
        try:
            yield PostDemo(block, index, id, said, Figure(_checked(block, id), said.language))
        except DemoError as error:
            yield PostDemo(block, index, id, said, None, str(error), _key(error))


def _checked(block: Block, id: str) -> "Spec":
    require_extra()
    from .syntax import spec  # imports numpy

    checked = spec.check(block)
    if block.keys.get("id", id) != id:
        raise KeyedError(f"another demo of this post has the id “{block.keys['id']}”", "id")
    return checked


def _made(demo: PostDemo, results: Results) -> tuple[str, Any]:
    """Return the id of a figure, and its kind with what was drawn of it; None where it could not be made."""
    drawn = results.get(demo.request)
    is_made = demo.request and drawn and not _failed(drawn)
    return demo.id, (demo.request.spec.kind, drawn) if demo.request and is_made else None


def _edit(demo: PostDemo, results: Results, settings: Settings) -> Edit:
    drawn = results.get(demo.request)
    if drawn is None or _failed(drawn):
        html = figure.missing(demo.block, demo.id, demo.words)
    else:
        assert demo.request
        spec, said = demo.request.spec, demo.words
        is_lazy = demo.index > 0
        if settings.about_figures:
            note = about.about(spec.options, drawn.models, said, settings.model_cards)
        else:
            note = about.framed("", said) if drawn.live else ""
        html = figure.figure(
            demo.block, demo.id, spec.alt, drawn.parts, is_lazy, said, drawn.live, drawn.is_draft, note
        )
    return Edit(demo.block.start, demo.block.end, html)


def _diagnostics(demo: PostDemo, post: Post, results: Results) -> Iterator[Diagnostic]:
    block, drawn = demo.block, results.get(demo.request)
    if demo.error:
        line = block.line_of(demo.key) if demo.key else block.error_line or block.line
        yield Diagnostic(post.source, line, f"demo: {demo.error}")
    elif isinstance(drawn, Failure):
        yield Diagnostic(post.source, block.line_of(drawn.key), f"demo: {drawn.message}")
    elif drawn and drawn.warning:
        yield Diagnostic(post.source, block.line, f"demo: {drawn.warning}", Severity.WARNING)


def _attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `call` returns, or its `DemoError` as a `Failure`."""
    try:
        return call(*arguments)
    except DemoError as error:
        return Failure(str(error), _key(error))


def _key(error: DemoError) -> str | None:
    return error.key if isinstance(error, KeyedError) else None


def _failed(result: Any) -> bool:
    return isinstance(result, Failure)
