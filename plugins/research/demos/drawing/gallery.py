"""Renders figures; results are cached under a hash of everything that determines them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from ...core.storage.cache import Cache
from ..bundles.bundle import Bundle
from ..bundles.conditions import labels_of
from ..bundles.tensors import Tensor
from ..syntax.spec import Spec
from ..words import Words
from .bars import Bars
from .figure import Part, StaticImage
from .intervals import Intervals
from .networks import Networks
from .panels import Panel, Sheet
from .plot import Plot
from .polarity import is_ink
from .scatter import Scatter
from .terms import Terms

DESCRIPTION = "description.json"
#: What is drawn as text, and not as an image.
DRAWN: tuple[type[Plot | Scatter | Bars | Intervals | Terms | Networks], ...] = (
    Plot,
    Scatter,
    Bars,
    Intervals,
    Terms,
    Networks,
)
#: What draws; another version may draw other pixels or smaller files.
PACKAGES = ("numpy", "onnxruntime", "pillow")


@dataclass(frozen=True)
class Gallery:
    """What was drawn of a figure."""

    kind: str
    parts: list[Part]
    #: The file that tells the page how to activate the figure.
    description: Path

    def described(self, words: Words, cache: Cache, more: Mapping[str, Any]) -> Path:
        """Return the file of the description together with `more` and with `words`."""
        stated = json.loads(self.description.read_text(encoding="utf-8")) | more
        stated["words"] = words.of_kind(self.kind)
        text = json.dumps(stated, separators=(",", ":"), ensure_ascii=False)

        def write(folder: Path) -> None:
            (folder / DESCRIPTION).write_text(text, encoding="utf-8")

        area = cache.area("descriptions")
        return area.folder(area.key(text), write) / DESCRIPTION


def drawn(spec: Spec, bundles: Sequence[Bundle], cache: Cache) -> Gallery:
    """Return what is drawn of the figure `spec`, from the `cache` if it has been drawn before.

    Raises `DemoError` where a bundle lacks what the kind needs or its graph cannot be run.
    """
    area = cache.area("demos", *_program())
    place = area.folder(area.key(_decides(spec, bundles)), lambda folder: _draw(spec, bundles, folder))
    parts = json.loads((place / "parts.json").read_text(encoding="utf-8"))
    return Gallery(spec.kind.name, [_part(place, part) for part in parts], place / DESCRIPTION)


def _part(place: Path, stated: dict[str, Any]) -> Part:
    for kind in DRAWN:
        if kind.__name__ in stated:
            return msgspec.convert(stated[kind.__name__], kind)
    return StaticImage(**stated | {"path": place / stated["path"], "labels": tuple(stated["labels"])})


def _described(spec: Spec, bundles: Sequence[Bundle], panels: Sequence[Panel]) -> dict[str, Any]:
    """Return what ``live/script`` needs to know of a figure: a sheet a model, and the kind's own."""
    assert spec.kind.describe
    sheets = [panel for panel in panels if isinstance(panel, Sheet)]
    forms = [_form(sheet, bundle) for sheet, bundle in zip(sheets, bundles, strict=False)]
    return {"sheets": forms, **spec.kind.describe(spec.options, *bundles)}


def _form(sheet: Sheet, bundle: Bundle) -> dict[str, Any]:
    rows, columns = sheet.images.shape[:2]
    output = bundle.decoder.input if bundle.role == "classifier" else bundle.decoder.outputs[0]
    conditions = [_condition(tensor) for tensor in bundle.decoder.conditions]
    more = {"conditions": conditions, "condition": bundle.condition} if conditions else {}
    return {
        "rows": rows,
        "columns": columns,
        "group": sheet.group,
        "gap": sheet.gap,
        "latents": bundle.latents,
        "shape": sheet.images.shape[2:],
        "range": output.range,
        **more,
    }


def _condition(tensor: Tensor) -> dict[str, Any]:
    """Return what the page needs for the control of a further input."""
    labels = {"labels": labels_of(tensor)} if tensor.control == "class" else {"range": tensor.range}
    return {"name": tensor.name, "size": tensor.size, **labels}


def _draw(spec: Spec, bundles: Sequence[Bundle], folder: Path) -> None:
    """Draw the figure `spec`; write what it shows, and what the page needs to know of it, into `folder`."""
    panels = spec.kind.render(spec.options, *bundles)
    stem = "-".join((*spec.models, spec.kind.name))
    ink = any(isinstance(panel, Sheet) for panel in panels) and is_ink(bundles[0], spec.polarity)
    parts = [_write(folder, stem, panel, ink) for panel in panels]
    (folder / "parts.json").write_text(json.dumps(parts), encoding="utf-8")
    if spec.can_be_live:
        text = json.dumps(_described(spec, bundles, panels), separators=(",", ":"))
        (folder / DESCRIPTION).write_text(text, encoding="utf-8")


def _write(folder: Path, stem: str, panel: Panel, ink: bool) -> dict[str, Any]:
    if not isinstance(panel, Sheet):
        return {type(panel).__name__: asdict(panel)}
    from .encoding import compose, encode  # imports Pillow, which a build that draws nothing does without

    image = compose(panel)
    data, suffix = encode(image)
    path = folder / f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"
    path.write_bytes(data)
    height, width = image.shape[:2]
    return {
        "path": path.name,
        "width": width,
        "height": height,
        "labels": panel.labels,
        "heading": panel.heading,
        "alt": panel.alt,
        "ink": ink if panel.ink is None else panel.ink,
    }


def _decides(spec: Spec, bundles: Sequence[Bundle]) -> list[Any]:
    """Return all that the figure `spec` is made from, beside the program."""
    # An image's heading is the name of its model.
    models = [(bundle.name, bundle.digest, bundle.condition) for bundle in bundles]
    return [spec.kind.name, spec.models, asdict(spec.options), models, spec.polarity]


@lru_cache
def _program() -> list[str]:
    """Return what stands for the program that draws: the versions of packages, the hash of our code."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.parent.rglob("*.py")):
        code.update(path.read_bytes())
    return [code.hexdigest(), *map(version, PACKAGES)]
