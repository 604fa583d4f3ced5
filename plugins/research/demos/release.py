"""A release: the folder in which a program that trains models leaves one, read and checked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import DemoError

if TYPE_CHECKING:
    from .messages import File
    from .sandbox import Sandbox

SCHEMA = Path(__file__).with_name("release.schema.json")


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
    #: The sha256 of each file of the release that the graph names: of its external data.
    data: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> "File":
        """Return the file as bytes, with what may be its external data."""
        from .messages import File

        data = {name: (self.path.parent / name).read_bytes() for name in self.data}
        return File(self.path.read_bytes(), data)


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
    #: Where the graphs are opened.
    sandbox: "Sandbox" = field(compare=False, repr=False)

    @property
    def latents(self) -> int:
        """The number of latent dimensions, Z."""
        return self.decoder.input.shape[0]

    def file(self, name: str, what_for: str) -> Path:
        """Return the path of the file `name`; raise `DemoError` if the release has none."""
        if name not in self.manifest["files"]:
            raise DemoError(f"the release of “{self.name}” has no {name}, which {what_for} needs")
        return self.folder / name


def read(folder: Path, sandbox: "Sandbox") -> Release:
    """Read the release in `folder`, whose graphs are opened in `sandbox`.

    Raises `DemoError` if there is none, if its manifest does not follow ``release.schema.json``,
    or if a file is not the one that the manifest speaks of.
    """
    manifest = _manifest(folder)
    for name, stated in manifest["files"].items():
        check_place(folder / name)
        _check(folder / name, stated["sha256"])
    graphs = {name: _graph(folder, manifest, name) for name in manifest["graphs"]}
    content = json.dumps([manifest["graphs"], manifest["files"]], sort_keys=True)
    return Release(
        name=manifest["name"],
        folder=folder,
        decoder=graphs["decoder"],
        encoder=graphs.get("encoder"),
        manifest=manifest,
        metrics=_metrics(folder, manifest),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        sandbox=sandbox,
    )


def check_place(path: Path) -> None:
    """Raise `DemoError` if `path` is a link that leads out of its folder."""
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise DemoError(f"{path} is a link that leads out of the release; copy the file into its place")


def _metrics(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured of a model when it was built, and afterwards, in full."""
    measured, evaluation = folder / "metrics.json", folder / "evaluation.json"
    found = _json(measured) if measured.name in manifest["files"] else {}
    if evaluation.exists():
        afterwards = _json(evaluation)
        if "key" in manifest and afterwards.get("key") == manifest["key"]:
            found |= afterwards.get("metrics", {})
    return found


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.exists():
        raise DemoError(f"there is no release in {folder}")
    manifest = _json(path)
    for error in _validator().iter_errors(manifest):
        place = ".".join(map(str, error.absolute_path)) or "the manifest"
        raise DemoError(f"{path}: {place}: {error.message}")
    if manifest["name"] != folder.name:
        raise DemoError(f"{path}: name: {manifest['name']!r} lies in the folder {folder.name!r}")
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
    path = folder / graph["file"]
    content = path.read_bytes()
    return Graph(
        path=path,
        input=_tensor(graph["inputs"][0]),
        outputs=tuple(map(_tensor, graph["outputs"])),
        data={
            name: stated["sha256"]
            for name, stated in manifest["files"].items()
            # A graph says in UTF-8 where its external data lies: a file that it does not name holds none.
            if name != path.name and name.encode() in content
        },
    )


def _tensor(stated: Mapping[str, Any]) -> Tensor:
    batch, *shape = stated["shape"]
    least, most = stated.get("range") or (0.0, 1.0)
    return Tensor(stated["name"], tuple(shape), batch if isinstance(batch, int) else None, (least, most))
