"""A release: the folder in which a program that trains models leaves one, read and checked."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .errors import DemoError

SCHEMA = Path(__file__).with_name("release.schema.json")
#: How often a release is read that changes meanwhile.
READINGS = 100


@dataclass(frozen=True)
class Tensor:
    """An input or an output of a graph."""

    name: str
    #: Without the batch.
    shape: tuple[int, ...]
    #: The one size of batch that the graph takes; None: any.
    batch: int | None
    #: Least and greatest value.
    range: tuple[float, float]


@dataclass(frozen=True)
class Graph:
    """An ONNX file with one input."""

    path: Path
    input: Tensor
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True)
class Release:
    """A trained model, its hashes checked."""

    name: str
    folder: Path
    #: Latents (B, Z) → pictures (B, C, H, W).
    decoder: Graph
    #: Pictures (B, C, H, W) → mean and log variance of the posterior (B, Z).
    encoder: Graph | None
    #: manifest.json.
    manifest: Mapping[str, Any]
    #: metrics.json, and over it what evaluation.json says of this release; empty where there is neither.
    metrics: Mapping[str, Any]
    #: A hash over the graphs and all files.
    digest: str

    @property
    def latents(self) -> int:
        """The number of latent dimensions, Z."""
        return self.decoder.input.shape[0]

    def file(self, name: str, what_for: str) -> Path:
        """Return the path of the file `name`; raise `DemoError` if the release has none."""
        if name not in self.manifest["files"]:
            raise DemoError(f"the release of “{self.name}” has no {name}, which {what_for} needs")
        return self.folder / name


def read(folder: Path) -> Release:
    """Read the release in `folder`.

    Where a build replaces it meanwhile, the old one is read or the new one, whole.

    Raises `DemoError` if there is none, if its manifest does not follow ``release.schema.json``,
    or if a file is not the one that the manifest speaks of.
    """
    for _ in range(READINGS):
        place, state = _current(folder)
        try:
            found = _read(place, folder.name)
        except (DemoError, OSError) as error:
            if _current(folder) != (place, state):
                continue
            if isinstance(error, DemoError):
                raise
            raise DemoError(f"{error.filename or place} cannot be read: {error.strerror}") from error
        if _current(folder) == (place, state):
            return found
    raise DemoError(f"{folder}: the release is replaced again and again while it is read")


def _current(folder: Path) -> tuple[Path, tuple[int, ...]]:
    """Return where the release of `folder` is now, and what tells it from one that takes its place.

    Between the two renames by which a program may replace a release, the old one is in ``.NAME.before``.
    """
    for place in (folder, folder.with_name(f".{folder.name}.before"), folder):
        with suppress(OSError):
            stats = [path.stat() for path in (place, place / "manifest.json")]
            # An inode may be given to the next folder: it has other times.
            return place, tuple(
                n for stat in stats for n in (stat.st_ino, stat.st_ctime_ns, stat.st_mtime_ns)
            )
    return folder, ()


def _read(folder: Path, name: str) -> Release:
    manifest = _manifest(folder, name)
    for file, stated in manifest["files"].items():
        _check(folder / file, stated["sha256"])
    graphs = {graph: _graph(folder, manifest, graph) for graph in manifest["graphs"]}
    content = json.dumps([manifest["graphs"], manifest["files"]], sort_keys=True)
    return Release(
        name=manifest["name"],
        folder=folder,
        decoder=graphs["decoder"],
        encoder=graphs.get("encoder"),
        manifest=manifest,
        metrics=_metrics(folder, manifest),
        digest=hashlib.sha256(content.encode()).hexdigest(),
    )


def _metrics(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured of a model when it was built, and afterwards, in full."""
    measured, evaluation = folder / "metrics.json", folder / "evaluation.json"
    found = _json(measured) if measured.name in manifest["files"] else {}
    if evaluation.exists():
        afterwards = _json(evaluation)
        if "key" in manifest and afterwards.get("key") == manifest["key"]:
            found |= afterwards.get("metrics", {})
    return found


def _manifest(folder: Path, name: str) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.exists():
        raise DemoError(f"there is no release in {folder}")
    manifest = _json(path)
    for error in _validator().iter_errors(manifest):
        place = ".".join(map(str, error.absolute_path)) or "the manifest"
        raise DemoError(f"{path}: {place}: {error.message}")
    if manifest["name"] != name:
        raise DemoError(f"{path}: name: {manifest['name']!r} lies in the folder {name!r}")
    return manifest


@cache
def _validator() -> Any:
    # Only blogs that show models install it.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DemoError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise DemoError(f"{path} is not a JSON object")
    return found


def _check(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise DemoError(f"{path} is missing; train the model again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise DemoError(
            f"{path} is damaged: its sha256 is not the one in the manifest; train the model again"
        )


def _graph(folder: Path, manifest: Mapping[str, Any], name: str) -> Graph:
    graph = manifest["graphs"][name]
    if graph["file"] not in manifest["files"]:
        raise DemoError(
            f"{folder / 'manifest.json'}: graphs.{name}.file: “files” does not list {graph['file']}"
        )
    return Graph(
        path=folder / graph["file"],
        input=_tensor(graph["inputs"][0]),
        outputs=tuple(map(_tensor, graph["outputs"])),
    )


def _tensor(stated: Mapping[str, Any]) -> Tensor:
    batch, *shape = stated["shape"]
    least, most = stated.get("range") or (0.0, 1.0)
    return Tensor(stated["name"], tuple(shape), batch if isinstance(batch, int) else None, (least, most))
