"""The demo blocks of one post: checked, as requests, and the figures in their places."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.part import Failure, Results
from ..core.post import Post
from ..core.text.segments import Edit
from . import words
from .bundles.models import require_extra
from .drawing import figure
from .errors import DemoError, KeyedError
from .figures import Figure as Drawn
from .kinds import DemoKind
from .provenance import about, frame
from .settings import Settings
from .syntax import spec
from .syntax.canonical import Block


@dataclass(frozen=True)
class Model:
    """A request for the bundle of a model."""

    name: str


@dataclass(frozen=True)
class Figure:
    """A request for a figure, in the words of a language."""

    spec: spec.Spec
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


def demos(blocks: Sequence[Block], said: words.Words) -> Iterator[PostDemo]:
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


def models(demos: Iterable[PostDemo]) -> list[str]:
    """Return the names of the models that those of `demos` show which are right."""
    return [name for demo in demos if demo.request for name in demo.request.spec.models]


def _checked(block: Block, id: str) -> spec.Spec:
    require_extra()
    checked = spec.check(block)
    if block.keys.get("id", id) != id:
        raise KeyedError(f"another demo of this post has the id “{block.keys['id']}”", "id")
    return checked


def drawn(demo: PostDemo, results: Results) -> Drawn | None:
    """Return what was drawn of a demo; None where it could not be."""
    result = results.get(demo.request)
    return None if isinstance(result, Failure) else result


def made(demo: PostDemo, results: Results) -> tuple[str, tuple[DemoKind, Drawn] | None]:
    """Return the id of a figure, and its kind with what was drawn of it; None where it could not be made."""
    found = drawn(demo, results)
    return demo.id, (demo.request.spec.kind, found) if demo.request and found else None


def edit(demo: PostDemo, results: Results, settings: Settings) -> Edit:
    """Return the edit that puts the figure of a demo into its place, or says there that it is missing."""
    found, said = drawn(demo, results), demo.words
    if not found or not demo.request:
        return Edit(demo.block.start, demo.block.end, figure.missing(demo.block, demo.id, said))
    spec, is_lazy = demo.request.spec, demo.index > 0
    if settings.about_figures:
        note = about.about(spec.options, found.models, said, settings.model_cards)
    else:
        note = frame.framed("", said) if found.live else ""
    html = figure.figure(
        demo.block, demo.id, spec.alt, found.parts, is_lazy, said, found.live, found.is_draft, note
    )
    return Edit(demo.block.start, demo.block.end, html)


def diagnostics(demo: PostDemo, post: Post, results: Results) -> Iterator[Diagnostic]:
    """Yield what is wrong with a demo."""
    block, result = demo.block, results.get(demo.request)
    if demo.error:
        line = block.line_of(demo.key) if demo.key else block.error_line or block.line
        yield Diagnostic(post.source, line, f"demo: {demo.error}")
    elif isinstance(result, Failure):
        yield Diagnostic(post.source, block.line_of(result.key), f"demo: {result.message}")
    elif result and result.warning:
        yield Diagnostic(post.source, block.line, f"demo: {result.warning}", Severity.WARNING)


def attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `call` returns, or its `DemoError` as a `Failure`."""
    try:
        return call(*arguments)
    except DemoError as error:
        return Failure(str(error), _key(error))


def _key(error: DemoError) -> str | None:
    return error.key if isinstance(error, KeyedError) else None
