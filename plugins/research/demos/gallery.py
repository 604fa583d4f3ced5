"""Draws figures, and keeps what it has drawn under the hash of all that went into it."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import msgspec

from ..core.files import sync_folder
from .encoding import compose, encode
from .figure import Drawing, Part, Picture
from .panels import Panel, Sheet
from .release import Release
from .spec import Spec

DESCRIPTION = "description.json"
#: Of a picture beside its description.
FileName = Annotated[str, msgspec.Meta(pattern=r"^[\w-]+\.[\w.]+$")]
#: What draws; another version may draw other pixels or smaller files.
PACKAGES = ("numpy", "onnxruntime", "pillow")


def drawn(spec: Spec, releases: Sequence[Release], folder: Path) -> list[Part]:
    """Return the parts of the figure `spec`, from `folder` if they have been drawn before.

    Raises `DemoError` where a release lacks what the kind needs or its graph cannot be run.
    """
    place = folder / "demos" / key(spec, releases)
    if (parts := _cached(place, spec)) is not None:
        return parts
    shutil.rmtree(place, ignore_errors=True)
    panels = spec.kind.draw(spec.options, *releases)
    described = _described(spec, releases, panels) if spec.kind.describe else None
    _write_whole(place, spec, panels, described)
    return _cached(place, spec) or []


def description(spec: Spec, releases: Sequence[Release], folder: Path) -> Path:
    """Return the file that tells the page how to bring the figure `spec`, once `drawn`, to life."""
    return folder / "demos" / key(spec, releases) / DESCRIPTION


def _cached(place: Path, spec: Spec) -> list[Part] | None:
    """Return the parts in the folder `place`; None where they are not there, or not whole."""
    try:
        stated = msgspec.json.decode((place / "parts.json").read_bytes(), type=list[dict[str, Any]])
        parts = [_part(place, part) for part in stated]
        if spec.kind.describe:
            msgspec.json.decode((place / DESCRIPTION).read_bytes(), type=dict[str, Any])
    except (OSError, ValueError, RecursionError):
        return None
    whole = all(part.path.is_file() for part in parts if isinstance(part, Picture))
    return parts if parts and whole else None


def _part(place: Path, stated: dict[str, Any]) -> Part:
    if "svg" in stated:
        return msgspec.convert(stated, Drawing)
    name = msgspec.convert(stated.get("path"), FileName)
    return msgspec.convert(stated | {"path": place / name}, Picture, dec_hook=_as_it_is)


def _as_it_is(wanted: type, value: Any) -> Any:
    return value


def _described(spec: Spec, releases: Sequence[Release], panels: Sequence[Panel]) -> dict[str, Any]:
    """Return what ``static/live`` needs to know of a figure: a sheet a model, and the kind's own."""
    assert spec.kind.describe
    sheets = [panel for panel in panels if isinstance(panel, Sheet)]
    forms = [_form(sheet, release) for sheet, release in zip(sheets, releases, strict=True)]
    return {"sheets": forms, **spec.kind.describe(spec.options, *releases)}


def _form(sheet: Sheet, release: Release) -> dict[str, Any]:
    rows, columns = sheet.pictures.shape[:2]
    output = release.decoder.outputs[0]
    return {
        "rows": rows,
        "columns": columns,
        "group": sheet.group,
        "gap": sheet.gap,
        "latents": release.latents,
        "shape": output.shape,
        "range": output.range,
    }


def _write_whole(place: Path, spec: Spec, panels: Sequence[Panel], described: dict[str, Any] | None) -> None:
    """Write `panels` and what is `described` beside `place` and move them there whole.

    If another build was faster, its work stays.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".drawing-", dir=place.parent))
    try:
        stem = "-".join((*spec.models, spec.kind.name))
        parts = [_write(beside, stem, panel) for panel in panels]
        (beside / "parts.json").write_text(json.dumps(parts), encoding="utf-8")
        if described:
            text = json.dumps(described, separators=(",", ":"))
            (beside / DESCRIPTION).write_text(text, encoding="utf-8")
        sync_folder(beside)
        os.rename(beside, place)
    except OSError:
        if not place.exists():
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(folder: Path, stem: str, panel: Panel) -> dict[str, Any]:
    if not isinstance(panel, Sheet):
        return asdict(panel)
    picture = compose(panel)
    data, suffix = encode(picture)
    path = folder / f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"
    path.write_bytes(data)
    height, width = picture.shape[:2]
    return {
        "path": path.name,
        "width": width,
        "height": height,
        "labels": panel.labels,
        "heading": panel.heading,
        "ink": picture.ndim == 2,
    }


def key(spec: Spec, releases: Sequence[Release]) -> str:
    """Return a hash over all that the figure `spec` is made from."""
    # A picture's heading is the name of its model.
    models = [(release.name, release.digest) for release in releases]
    said = [spec.kind.name, asdict(spec.options), models, _program()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _program() -> list[str]:
    """Return what stands for the program that draws: the versions of packages, the hash of our code."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    return [code.hexdigest(), *map(version, PACKAGES)]
