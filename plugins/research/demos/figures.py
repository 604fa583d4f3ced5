"""A checked demo and the bundles of its models → what the figure is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.post import PublishedFile
from ..core.storage.cache import Cache
from .bundles.bundle import Bundle
from .bundles.conditions import conditioned
from .bundles.exact import exact
from .bundles.models import Models
from .bundles.normal import normalized
from .compile import UnsupportedError
from .drawing import gallery
from .drawing.figure import Live, Part, StaticImage
from .errors import DemoError, KeyedError
from .kinds import kinds
from .live.activation import LiveModel, fallback_model, live, live_model
from .provenance import facts
from .provenance.facts import ShownModel
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
    #: What it shows, in the order of the block.
    models: tuple[ShownModel, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Whether one of its models is a draft."""
        return any(model.bundle.manifest.get("draft") is True for model in self.models)

    @property
    def files(self) -> tuple[PublishedFile, ...]:
        """All files that it needs."""
        images = tuple(part.published for part in self.parts if isinstance(part, StaticImage))
        return (*images, *(self.live.files if self.live else ()))

    @property
    def graphs(self) -> tuple[PublishedFile, ...]:
        """The files of its models that readers may take away."""
        found = (files for model in self.models for files in facts.published(model.bundle).values())
        return tuple(file for files in found for file in files)


def drawn(spec: Spec, words: Words, models: Models, settings: Settings, cache: Cache) -> Figure:
    """Return the figure `spec`, in `words`.

    Raises `DemoError` where a model cannot be had, or lacks what the kind needs.
    """
    bundles = [_bundle(name, models, settings) for name in spec.models]
    found = _drawn(spec, [_prepared(bundle, spec, cache) for bundle in bundles], words, settings, cache)
    networks = [model.networks for model in found.models] or [{} for _ in bundles]
    return replace(found, models=tuple(map(ShownModel, bundles, networks)))


def networks(model: ShownModel, cache: Cache) -> Sequence[Part]:
    """Return a drawing of the networks of a model; raise `DemoError` where a graph cannot be read."""
    kind = kinds()["networks"]
    spec = Spec(kind, (model.bundle.name,), "", kind.options(), live=False)
    return gallery.drawn(spec, [normalized(model.bundle, cache)], cache).parts


def _prepared(bundle: Bundle, spec: Spec, cache: Cache) -> Bundle:
    if spec.kind.role not in (None, bundle.role):
        raise KeyedError(_other_role(bundle, spec), "model")
    found = conditioned(normalized(bundle, cache), spec.condition)
    return exact(found, cache) if spec.kind.is_exact else found


def _other_role(bundle: Bundle, spec: Spec) -> str:
    fitting = ", ".join(name for name, kind in kinds().items() if kind.role in (None, bundle.role))
    return (
        f"the kind {spec.kind.name} shows a model with a {spec.kind.role}, and “{bundle.name}” has a "
        f"{bundle.role}, which is shown by {fitting}"
    )


def _drawn(spec: Spec, bundles: Sequence[Bundle], words: Words, settings: Settings, cache: Cache) -> Figure:
    if not settings.live or not spec.live or not spec.can_be_live:
        return Figure(gallery.drawn(spec, bundles, cache).parts)
    found, reasons = _live_models(spec, bundles, settings, cache)
    active = [model for model in found if model]
    if len(active) < len(found):
        return Figure(gallery.drawn(spec, bundles, cache).parts, None, "; ".join(reasons))
    drawing = gallery.drawn(spec, [model.bundle for model in active], cache)
    shown = tuple(ShownModel(model.bundle, model.measured) for model in active)
    return Figure(drawing.parts, live(spec, active, drawing, words, cache), "; ".join(reasons), shown)


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
