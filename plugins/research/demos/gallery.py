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
from typing import Any

from ..core.files import sync_folder
from .encoding import compose, encode
from .figure import Drawing, Part, Picture
from .panels import Panel, Sheet
from .release import Release
from .spec import Spec

DESCRIPTION = "description.json"
#: What draws; another version may draw other pixels or smaller files.
PACKAGES = ("numpy", "onnxruntime", "pillow")


def drawn(spec: Spec, releases: Sequence[Release], folder: Path) -> list[Part]:
    """Return the parts of the figure `spec`, from `folder` if they have been drawn before.

    Raises `DemoError` where a release lacks what the kind needs or its graph cannot be run.
    """
    place = folder / "demos" / key(spec, releases)
    if not place.exists():
        panels = spec.kind.draw(spec.options, *releases)
        described = _described(spec, releases, panels) if spec.kind.describe else None
        _write_whole(place, spec, panels, described)
    parts = json.loads((place / "parts.json").read_text(encoding="utf-8"))
    return [_part(place, part) for part in parts]


def description(spec: Spec, releases: Sequence[Release], folder: Path) -> Path:
    """Return the file that tells the page how to bring the figure `spec`, once `drawn`, to life."""
    return folder / "demos" / key(spec, releases) / DESCRIPTION


def _part(place: Path, stated: dict[str, Any]) -> Part:
    if "svg" in stated:
        return Drawing(stated["svg"])
    return Picture(**stated | {"path": place / stated["path"], "labels": tuple(stated["labels"])})


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
    said = [spec.kind.name, asdict(spec.options), [release.digest for release in releases], _program()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _program() -> list[str]:
    """Return what stands for the program that draws: the versions of packages, the hash of our code."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    return [code.hexdigest(), *map(version, PACKAGES)]
