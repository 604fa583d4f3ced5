"""A checked demo and the bundles of its models → what the figure is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.post import PublishedFile
from ..core.storage.cache import Cache
from .bundles.bundle import Bundle
from .bundles.conditions import conditioned
from .bundles.models import Models
from .bundles.normal import normalized
from .compile import UnsupportedError
from .drawing import gallery
from .drawing.figure import Live, Part, StaticImage
from .errors import DemoError, KeyedError
from .live.activation import LiveModel, fallback_model, live, live_model
from .settings import Settings
from .syntax.spec import Spec
from .words import Words


@dataclass(frozen=True)
class Figure:
    """What a figure shows."""

    parts: Sequence[Part]
    #: What it needs to be interactive; None for one that stays static.
    live: Live | None = None
    #: Why it cannot be what was asked for, and what it is instead.
    warning: str = ""
    #: Whether one of its models is a draft.
    is_draft: bool = False

    @property
    def files(self) -> tuple[PublishedFile, ...]:
        """All files that it needs."""
        images = tuple(part.published for part in self.parts if isinstance(part, StaticImage))
        return (*images, *(self.live.files if self.live else ()))


def drawn(spec: Spec, words: Words, models: Models, settings: Settings, cache: Cache) -> Figure:
    """Return the figure `spec`, in `words`, which says of itself whether it shows a draft.

    Raises `DemoError` where a model cannot be had, or lacks what the kind needs.
    """
    bundles = _bundles(spec, models, settings, cache)
    is_draft = any(bundle.manifest.get("draft") is True for bundle in bundles)
    return replace(_drawn(spec, bundles, words, settings, cache), is_draft=is_draft)


def _bundles(spec: Spec, models: Models, settings: Settings, cache: Cache) -> list[Bundle]:
    return [
        conditioned(normalized(_bundle(name, models, settings), cache), spec.condition)
        for name in spec.models
    ]


def _drawn(spec: Spec, bundles: Sequence[Bundle], words: Words, settings: Settings, cache: Cache) -> Figure:
    if not settings.live or not spec.live or not spec.kind.describe:
        return Figure(gallery.drawn(spec, bundles, cache).parts)
    found, reasons = _live_models(spec, bundles, settings, cache)
    active = [model for model in found if model]
    if len(active) < len(found):
        return Figure(gallery.drawn(spec, bundles, cache).parts, None, "; ".join(reasons))
    drawing = gallery.drawn(spec, [model.bundle for model in active], cache)
    return Figure(drawing.parts, live(spec, active, drawing, words, cache), "; ".join(reasons))


def _bundle(name: str, models: Models, settings: Settings) -> Bundle:
    """Return the bundle of `name`; raise `KeyedError` if there is none."""
    try:
        return models[name]
    except DemoError as error:
        if (settings.models / name).is_dir():
            raise
        raise KeyedError(str(error), "model") from error


def _live_models(
    spec: Spec, bundles: Sequence[Bundle], settings: Settings, cache: Cache
) -> tuple[list[LiveModel | None], list[str]]:
    """Return what readers can be sent of each bundle, None where nothing, and what stands in the way."""
    found: list[LiveModel | None] = []
    reasons = []
    for bundle in bundles:
        try:
            found.append(live_model(spec, bundle, cache))
        except UnsupportedError as error:
            found.append(fallback_model(spec, bundle, settings.root))
            outcome = "onnxruntime-web is sent with the figure" if found[-1] else "the figure stays static"
            reasons.append(f"{outcome}: model “{bundle.name}” cannot be compiled for the page: {error}")
    return found, reasons
