"""Show models in posts: figures that the build draws from their releases, and numbers in prose.

The files in the order in which a post goes through them: fence and directive (what an author
writes) → canonical (one form in HTML) → spec (checked, with options) → models and release (what a
trained model leaves behind) → kinds (what is drawn, by inference) → gallery and encoding (files,
cached) → figure, references and numbers (what readers get).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..documents import Document, PublishedFile
from ..faults import Fault, Severity
from ..markup import Edit, splice
from . import canonical, directive, fences, figure, numbers, references
from .canonical import Block
from .errors import DemoError, KeyedError
from .figure import Live, Part, Picture
from .models import Models, require_extra
from .release import Release
from .settings import Settings

if TYPE_CHECKING:
    from .live import LiveModel
    from .spec import Spec

__all__ = ["place", "teach_readers"]


def teach_readers(settings: dict[str, Any]) -> None:
    """Let Pelican's readers, whose `settings` these are, understand demos in Markdown and reST."""
    markdown = settings["MARKDOWN"]
    markdown["extensions"] = [*markdown.get("extensions", ()), f"{__name__}.fence"]
    directive.register()


def place(
    documents: Sequence[Document], settings: Settings
) -> tuple[list[Document], list[PublishedFile], list[Fault]]:
    """Draw the demos of `documents`, number them, and fill in references and numbers.

    Summaries lose their figures: they stand beside others, on pages of their own.
    """
    with Models(settings) as models:
        return _place(documents, settings, models)


def _place(
    documents: Sequence[Document], settings: Settings, models: Models
) -> tuple[list[Document], list[PublishedFile], list[Fault]]:
    placed: list[Document] = []
    files: dict[str, PublishedFile] = {}
    faults: list[Fault] = []
    blocks = [canonical.blocks(document) for document in documents]
    labels: dict[Path, dict[str, str]] = {}
    for document, found in zip(documents, blocks, strict=True):
        if not document.is_summary:
            labels[document.source] = {id: figure.label(number) for number, id, _ in _numbered(found)}
    for document, found in zip(documents, blocks, strict=True):
        faults += fences.faults(document)
        shown, published, drawing_faults = _show(document, found, models, settings)
        shown, reference_faults = references.resolve(shown, labels.get(document.source, {}))
        shown, number_faults = numbers.fill_in(shown, models)
        placed.append(shown)
        files |= {file.address: file for file in published}
        faults += (*drawing_faults, *reference_faults, *number_faults)
    return placed, list(files.values()), faults


def _numbered(blocks: Sequence[Block]) -> Iterator[tuple[int, str, Block]]:
    """Yield each block with its number and an id that no block before it has."""
    taken: set[str] = set()
    for number, block in enumerate(blocks, start=1):
        id = block.keys.get("id", "")
        id = f"figure-{number}" if not id or id in taken else id
        taken.add(id)
        yield number, id, block


def _show(
    document: Document, blocks: Sequence[Block], models: Models, settings: Settings
) -> tuple[Document, list[PublishedFile], list[Fault]]:
    if not blocks:
        return document, [], []
    edits: list[Edit] = []
    files: list[PublishedFile] = []
    faults: list[Fault] = []
    for number, id, block in _numbered(blocks):
        html = ""
        if not document.is_summary:
            try:
                alt, parts, live, why = _drawn(block, id, models, settings)
                html = figure.figure(block, alt, parts, id, number, live)
                if why:
                    faults.append(Fault(document.source, block.line, f"demo: {why}", Severity.WARNING))
                files += (part.published for part in parts if isinstance(part, Picture))
                files += live.files if live else ()
            except DemoError as error:
                html = figure.missing(block, id, number)
                faults.append(Fault(document.source, _line(block, error), f"demo: {error}"))
        edits.append(Edit(block.start, block.end, html))
    return replace(document, html=splice(document.html, edits)), files, faults


def _line(block: Block, error: DemoError) -> int | None:
    """Return the line of what `error` is about: a key, a line that cannot be read, or the whole block."""
    return block.line_of(error.key) if isinstance(error, KeyedError) else block.error_line or block.line


def _drawn(
    block: Block, id: str, models: Models, settings: Settings
) -> tuple[str, list[Part], Live | None, str]:
    """Return what the figure says to those who do not see it, its parts, and what it needs to wake.

    Where its networks cannot be compiled, the last item says why, and what comes of it.
    """
    require_extra()
    # These import what only blogs that show models have installed.
    from . import gallery, spec
    from .live import live

    checked = spec.check(block)
    if block.keys.get("id", id) != id:
        raise KeyedError(f"another demo of this post has the id “{block.keys['id']}”", "id")
    releases = [_release(name, models, settings) for name in checked.models]
    if not settings.live or not checked.live or not checked.kind.describe:
        return checked.alt, gallery.drawn(checked, releases, settings.cache), None, ""
    found, reasons = _live_models(checked, releases, settings)
    if None in found:
        return checked.alt, gallery.drawn(checked, releases, settings.cache), None, "; ".join(reasons)
    waking = [model for model in found if model]
    parts = gallery.drawn(checked, [model.release for model in waking], settings.cache)
    return checked.alt, parts, live(checked, waking, settings.cache), "; ".join(reasons)


def _release(name: str, models: Models, settings: Settings) -> Release:
    """Return the release of `name`; raise `KeyedError` if there is none."""
    try:
        return models[name]
    except DemoError as error:
        if (settings.models / name).is_dir():
            raise
        raise KeyedError(str(error), "model") from error


def _live_models(
    checked: "Spec", releases: Sequence[Release], settings: Settings
) -> "tuple[list[LiveModel | None], list[str]]":
    """Return what readers can be sent of each release, None where nothing, and what stands in the way."""
    from .compile import UnsupportedError
    from .live import fallback_model, live_model

    found: list[LiveModel | None] = []
    reasons = []
    for release in releases:
        try:
            found.append(live_model(checked, release, settings.cache))
        except UnsupportedError as error:
            found.append(fallback_model(checked, release, settings.root, settings.cache))
            outcome = "onnxruntime-web is sent with the figure" if found[-1] else "the figure stays still"
            reasons.append(f"{outcome}: model “{release.name}” cannot be compiled for the page: {error}")
    return found, reasons
