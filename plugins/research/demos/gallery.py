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

from .encoding import compose, encode
from .figure import Drawing, Part, Picture
from .panels import Panel, Sheet
from .release import Release
from .spec import Spec

#: What draws; another version may draw other pixels or smaller files.
PACKAGES = ("numpy", "onnxruntime", "pillow")


def drawn(spec: Spec, releases: Sequence[Release], folder: Path) -> list[Part]:
    """Return the parts of the figure `spec`, from `folder` if they have been drawn before.

    Raises `DemoError` where a release lacks what the kind needs or its graph cannot be run.
    """
    place = folder / "demos" / _key(spec, releases)
    if not place.exists():
        panels = spec.kind.draw(spec.options, *releases)
        _write_whole(place, spec, panels)
    parts = json.loads((place / "parts.json").read_text(encoding="utf-8"))
    return [_part(place, part) for part in parts]


def _part(place: Path, stated: dict[str, Any]) -> Part:
    if "svg" in stated:
        return Drawing(stated["svg"])
    return Picture(**stated | {"path": place / stated["path"], "labels": tuple(stated["labels"])})


def _write_whole(place: Path, spec: Spec, panels: Sequence[Panel]) -> None:
    """Write `panels` beside `place` and move them there whole, unless another build was faster."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".drawing-", dir=place.parent))
    try:
        stem = "-".join((*spec.models, spec.kind.name))
        parts = [_write(beside, stem, panel) for panel in panels]
        (beside / "parts.json").write_text(json.dumps(parts), encoding="utf-8")
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


def _key(spec: Spec, releases: Sequence[Release]) -> str:
    said = [spec.kind.name, asdict(spec.options), [release.digest for release in releases], _program()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _program() -> list[str]:
    """Return what stands for the program that draws: the versions of packages, the hash of our code."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    return [code.hexdigest(), *map(version, PACKAGES)]
