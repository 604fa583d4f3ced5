"""Releases: the folders that a build leaves behind, the key that tells whether one is fresh, and its place.

Asked before each build of the blog, so nothing here imports torch, numpy or what reads pictures.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from . import replacing
from .datasets import dataset_named
from .errors import ModelError
from .headers import metadata_of
from .specs import Recipe

FORMAT = 1
#: The modules that decide what is in a release, beside those of the model's family and of the kind of
#: data set. Recipe and data set count by their values.
CODE = (
    *("data", "densities", "models", "networks", "objectives", "precision"),
    *("train", "export", "evaluate", "build", "manifest", "sources/__init__"),
)
#: The packages that do.
PACKAGES = ("torch", "onnx", "onnxscript")

#: The file in a release that `python -m model evaluate` adds; the manifest does not list it.
EVALUATION = "evaluation.json"

#: Releases that came with the repository, of models that not every machine can train.
KEPT = Path(__file__).parent / "kept"

Ingredients = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Where the releases of a site lie, and what is on its way there."""

    folder: Path

    def release(self, name: str) -> Path:
        """Return the folder of the release `name`, whether there is one or not."""
        return replacing.current(self.folder / name)

    def unfinished(self, name: str) -> Path:
        """Return the folder in which a release is put together."""
        return self.folder / f".{name}.new"

    def lock(self, name: str) -> Path:
        """Return the file that the one build of `name` which is at work has locked."""
        return self.folder / f".{name}.lock"

    @property
    def classifiers(self) -> Path:
        """The folder of what judges samples, kept from one evaluation to the next."""
        return self.folder.parent / "cache" / "classifiers"

    def checkpoint(self, name: str) -> Path:
        """Return the file of the last good state of training."""
        return self.folder / f".{name}.checkpoint"

    def remains(self, name: str) -> list[Path]:
        """Return what a build that was killed left here, and no other will use."""
        found = [
            self.unfinished(name),
            replacing.aside(self.folder / name),
            self.checkpoint(name).with_name(f"{self.checkpoint(name).name}.new"),
        ]
        if self._is_finished(name):
            found.append(self.checkpoint(name))
        return [path for path in found if os.path.lexists(path)]

    def _is_finished(self, name: str) -> bool:
        """Say whether the release is the one that the checkpoint leads to."""
        key = metadata_of(self.checkpoint(name)).get("key")
        if key is None:
            return False
        try:
            manifest = json.loads((self.release(name) / "manifest.json").read_text(encoding="utf-8"))
            return bool(manifest["key"] == key)
        except (OSError, ValueError, KeyError, TypeError):
            return False


def ingredients(recipe: Recipe) -> Ingredients:
    """Return all that a release of `recipe` follows from: recipe, code, data and versions."""
    here, source = Path(__file__).parent, dataset_named(recipe.data)
    own = (f"families/{recipe.model.family}", *(f"sources/{name}" for name in source.code))
    code = [f"{name}.py" for name in (*CODE, *own)]
    return {
        # By way of JSON, so that it compares with what a manifest says.
        "recipe": json.loads(json.dumps(_described(recipe))),
        "code": {name: _sha256(here / name) for name in code},
        "data": dict(source.sha256()),
        "reading": json.loads(json.dumps(source.settings())),
        "versions": versions(*PACKAGES),
    }


def versions(*packages: str) -> dict[str, str | None]:
    """Return the version of each of the `packages`; None for one that is not installed."""
    return {package: _version(package) for package in packages}


def key(found: Ingredients) -> str:
    """Return the key: a hash over the ingredients."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def stale(recipe: Recipe, place: Place) -> str | None:
    """Return in a few words why the release of `recipe` must be built; None where it is fresh."""
    folder = place.release(recipe.name)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if not _is_whole(manifest):
            return "its manifest is damaged"
        damaged = [
            name for name, file in manifest["files"].items() if _sha256(folder / name) != file["sha256"]
        ]
    except FileNotFoundError as error:
        return "no release yet" if not folder.exists() else f"{Path(error.filename).name} is missing"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "its manifest is damaged"
    if damaged:
        return f"{', '.join(damaged)}: not the file that was released"
    try:
        now = ingredients(recipe)
    except ModelError as error:
        return str(error)
    if manifest.get("format") == FORMAT and manifest.get("key") in (key(now), _kept_key(recipe.name, now)):
        return None
    data = manifest.get("data", {})
    before = {**manifest, "data": data.get("sha256", {}), "reading": data.get("reading", {})}
    return "; ".join(_changes(before, now)) or "it has another format"


def take(recipe: Recipe, place: Place) -> bool:
    """Put the release of `recipe` that came with the repository in its place; say whether there is one.

    It counts for as long as recipe and data are those that it was trained with. What else a release
    follows from, code and versions, would ask for a machine that may not be there.
    """
    try:
        if _kept_key(recipe.name, ingredients(recipe)) is None:
            return False
    except ModelError:
        return False  # whoever asked goes on to build, and is told there
    place.folder.mkdir(parents=True, exist_ok=True)
    with alone(recipe.name, place):
        folder = place.unfinished(recipe.name)
        folder.mkdir()
        for path in (KEPT / recipe.name).iterdir():
            shutil.copyfile(path, folder / path.name)
        replacing.replace(folder, place.folder / recipe.name)
    return True


@contextmanager
def alone(name: str, place: Place, wait: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Keep other builds of `name` waiting in this block; begin it with what a killed one left put right.

    Where another build is at work, `wait` is called first.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(place.lock(name))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        wait()
        lock.acquire()
    try:
        _clean(name, place)
        yield
    finally:
        lock.release()


def tidy(name: str, place: Place) -> None:
    """Remove what a killed build of `name` left, unless another is at work."""
    if not place.remains(name):
        return
    from filelock import FileLock, Timeout

    try:
        with FileLock(place.lock(name), timeout=0):
            _clean(name, place)
    except Timeout:
        pass  # it belongs to who holds the lock


def _clean(name: str, place: Place) -> None:
    replacing.recover(place.folder / name)
    for path in place.remains(name):
        replacing.remove(path)


def _kept_key(name: str, now: Ingredients) -> str | None:
    """Return the key of the release that came with the repository, if recipe and data are still its own."""
    path = KEPT / name / "manifest.json"
    if not path.is_file():
        return None
    manifest = json.loads(path.read_text(encoding="utf-8"))
    before = (manifest["recipe"], manifest["data"]["sha256"], manifest["data"]["reading"])
    key: str = manifest["key"]
    return key if before == (now["recipe"], now["data"], now["reading"]) else None


def summary(recipe: Recipe, place: Place) -> str:
    """Return what the release of `recipe` weighs and reaches, to be put behind a word on it."""
    folder = place.release(recipe.name)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8")) | _evaluated(
            folder, manifest
        )
    except (OSError, ValueError):
        return ""
    bounds = ("elbo", *sorted((name for name in metrics if name.startswith("bound_")), key=len))
    reached = (f"{name} {metrics[name]['value']:.2f}" for name in bounds)
    parameters = manifest["graphs"]["decoder"]["parameters"]
    megabytes = sum(file["bytes"] for file in manifest["files"].values()) / 1e6
    return f"; decoder {parameters} parameters, {megabytes:.1f} MB in all, {', '.join(reached)} nats"


def _evaluated(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured of this very release in full; nothing where that was not done."""
    path = folder / EVALUATION
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    metrics: dict[str, Any] = found["metrics"] if found["key"] == manifest["key"] else {}
    return metrics


def publish(folder: Path, manifest: Mapping[str, Any], place: Place) -> None:
    """Move the finished `folder` to its place, with a manifest that lists its files.

    At every moment a reader finds the one that was there or the new one, whole.
    """
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.iterdir())
    }
    text = json.dumps(sealed({**manifest, "files": files}), indent=2, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    replacing.replace(folder, place.folder / manifest["name"])


def sealed(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return `stated`, a JSON object, with the hash of all that it says."""
    said = {name: value for name, value in stated.items() if name != "sha256"}
    return {**said, "sha256": hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}


def _is_whole(stated: Mapping[str, Any]) -> bool:
    return "sha256" not in stated or stated == sealed(stated)


def _changes(before: Mapping[str, Any], now: Ingredients) -> Iterator[str]:
    """Say what is not as it was, as in “recipe: epochs 12 → 20, model.latents 20 → 2”."""
    for kind, values in now.items():
        telling = kind in ("recipe", "reading", "versions")  # hashes tell nothing
        changes = sorted(_differences(before.get(kind, {}), values))
        if changes:
            yield f"{kind}: " + ", ".join(name + how if telling else name for name, how in changes)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the values of `new` that are not those of `old`, by their paths, and how they differ."""
    for name, value in new.items():
        if name not in old:
            yield name, ""
        elif isinstance(value, dict) and isinstance(old[name], dict):
            yield from ((f"{name}.{inner}", how) for inner, how in _differences(old[name], value))
        elif old[name] != value:
            yield name, f" {old[name]} → {value}"


def _described(record: Any) -> Any:
    """Return a record of specs.py as JSON has it; the records in it say of which kind they are."""
    if not is_dataclass(record):
        return record
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: {"kind": type(value).__name__, **_described(value)} if is_dataclass(value) else value
        for name, value in values.items()
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _version(package: str) -> str | None:
    try:
        # Without the build, “+cpu”: a release that was trained on a GPU stays fresh at home.
        return version(package).partition("+")[0]
    except PackageNotFoundError:
        return None
