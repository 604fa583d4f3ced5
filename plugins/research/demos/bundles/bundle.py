"""A bundle: the folder in which a program that trains models leaves one, read and checked."""

import codecs
import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import DemoError
from .schema import ROLES, Manifest
from .tensors import Prior, Signature, Tensor

#: Types of JSON in words.
WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object, {…}",
    "null": "null",
}
#: How often a bundle is read that changes meanwhile.
MAX_READINGS = 100

if TYPE_CHECKING:
    from ..messages import File
    from ..sandbox import Sandbox


@dataclass(frozen=True)
class Graph:
    """An ONNX file."""

    path: Path
    signature: Signature
    #: The sha256 of each file of the bundle that the graph names: of its external data.
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def input(self) -> Tensor:
        """Latents, or images."""
        return self.signature.inputs[0]

    @property
    def conditions(self) -> tuple[Tensor, ...]:
        """Further inputs, which readers choose: not the number of a step, or its noise."""
        return tuple(tensor for tensor in self.signature.inputs[1:] if tensor.kind is None)

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """Images, or parameters of the posterior."""
        return self.signature.outputs

    def read(self) -> "File":
        """Return the file as bytes, with what may be its external data."""
        from ..messages import File

        data = {name: (self.path.parent / name).read_bytes() for name in self.data}
        return File(self.path.read_bytes(), data)


@dataclass(frozen=True)
class Bundle:
    """A trained model, its hashes checked."""

    name: str
    folder: Path
    #: Latents (B, Z) → images (B, C, H, W), or points (B, 2). Of another `role`, the graph of that name.
    decoder: Graph
    #: Images or points → mean and log variance of the posterior (B, Z).
    encoder: Graph | None
    #: manifest.json.
    manifest: Mapping[str, Any]
    #: A hash over the graphs and all files.
    digest: str
    #: Where the graphs are opened.
    sandbox: "Sandbox" = field(compare=False, repr=False)
    #: The same of z itself, and z → logits and log p(z), where the decoder's input is another.
    recognition: Graph | None = None
    joint: Graph | None = None
    #: The numbers of the decoder's further inputs.
    condition: tuple[float, ...] = ()
    #: What the model does: “decoder”, “classifier” or “step”.
    role: str = "decoder"

    @cached_property
    def metrics(self) -> Mapping[str, Any]:
        """What was measured of the model when it was built, and afterwards.

        That is metrics.json, overridden by evaluation.json if that is of this bundle. Raises `DemoError`
        where one cannot be read: figures do without.
        """
        measured, evaluation = self.folder / "metrics.json", self.folder / "evaluation.json"
        found = _json(measured) if measured.name in self.manifest["files"] else {}
        if evaluation.exists():
            afterwards = _json(evaluation)
            if "key" in self.manifest and afterwards.get("key") == self.manifest["key"]:
                if not isinstance(later := afterwards.get("metrics", {}), dict):
                    raise DemoError(f"{evaluation}: “metrics” is not a JSON object")
                found |= later
        return found

    @property
    def latents(self) -> int:
        """The number of latent dimensions, Z."""
        return self.decoder.signature.latents

    @property
    def image(self) -> tuple[int, int, int]:
        """Channels, height and width of images."""
        given, made = self.decoder.input, self.decoder.outputs[0]
        shape = given.image if self.role == "classifier" else made.image
        if shape is None:
            raise DemoError(f"“{self.name}” is a model of points, which the kind points shows, not of images")
        return shape

    @property
    def scale(self) -> float:
        """The standard deviation of p(x | z), where the manifest states a normal likelihood, else 0."""
        return float(self.manifest["graphs"][self.role].get("likelihood", {}).get("scale", 0))

    def file(self, name: str, what_for: str) -> Path:
        """Return the path of the file `name`; raise `DemoError` if the bundle has none."""
        if name not in self.manifest["files"]:
            raise DemoError(f"the bundle of “{self.name}” has no {name}, which {what_for} needs")
        return self.folder / name


def read(folder: Path, sandbox: "Sandbox") -> Bundle:
    """Read the bundle in `folder`, whose graphs are opened in `sandbox`.

    Where a build replaces it meanwhile, the old one is read or the new one, whole.

    Raises `DemoError` if there is none, if its manifest does not follow ``manifest.schema.json``,
    or if a file is not the one that the manifest speaks of.
    """
    for _ in range(MAX_READINGS):
        place, state = _current(folder)
        try:
            found = _read(place, folder.name, sandbox)
        except (DemoError, OSError) as error:
            if _current(folder) != (place, state):
                continue
            if isinstance(error, DemoError):
                raise
            raise DemoError(f"{error.filename or place} cannot be read: {error.strerror}") from error
        if _current(folder) == (place, state):
            return found
    raise DemoError(f"{folder}: the bundle is replaced again and again while it is read")


def _current(folder: Path) -> tuple[Path, tuple[int, ...]]:
    """Return where the bundle of `folder` is now, and what distinguishes it from one that replaces it.

    Between the two renames by which a program may replace a bundle, the old one is in ``.NAME.before``.
    """
    for place in (folder, folder.with_name(f".{folder.name}.before"), folder):
        with suppress(OSError):
            stats = [path.stat() for path in (place, place / "manifest.json")]
            # An inode may be given to the next folder: it has other times.
            return place, tuple(
                n for stat in stats for n in (stat.st_ino, stat.st_ctime_ns, stat.st_mtime_ns)
            )
    return folder, ()


def _read(folder: Path, name: str, sandbox: "Sandbox") -> Bundle:
    manifest = _manifest(folder, name)
    for file, stated in manifest["files"].items():
        check_place(folder / file)
        _check(folder / file, stated["sha256"])
    graphs = {graph: _graph(folder, manifest, graph) for graph in manifest["graphs"]}
    role = next(role for role in ROLES if role in graphs)
    content = json.dumps([manifest["graphs"], manifest["files"]], sort_keys=True)
    return Bundle(
        name=manifest["name"],
        folder=folder,
        decoder=graphs[role],
        encoder=graphs.get("encoder"),
        role=role,
        manifest=manifest,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        sandbox=sandbox,
        recognition=graphs.get("recognition"),
        joint=graphs.get("joint"),
    )


def check_place(path: Path) -> None:
    """Raise `DemoError` if `path` is a link that leads out of its folder."""
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise DemoError(f"{path} is a link that leads out of the bundle; copy the file into its place")


def _manifest(folder: Path, name: str) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.exists():
        raise DemoError(f"there is no bundle in {folder}")
    data = _bytes(path)
    try:
        manifest: dict[str, Any] = msgspec.json.decode(data)
        msgspec.json.decode(data, type=Manifest)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        place = where.rstrip("`") or "the manifest"
        raise DemoError(f"{path}: {place}: {_in_words(what)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DemoError(f"{path} is not JSON: {error}") from error
    _check_own_digest(path, manifest)
    if manifest["name"] != name:
        raise DemoError(f"{path}: name: {manifest['name']!r} lies in the folder {name!r}")
    return manifest


def _in_words(problem: str) -> str:
    """Return what msgspec reports of a value, as an author may have written it."""
    if found := re.fullmatch(r"Object missing required field `(\w+)`", problem):
        return f"“{found[1]}” is missing"
    if found := re.fullmatch(r"Expected `(\w+)(?: \| null)?`(?:, got `(\w+)`)?(.*)", problem):
        wanted, given, more = found.groups()
        instead = f", not {WORDS.get(given, given)}" if given else ""
        pattern = more.replace(" matching regex ", " that matches the pattern ").replace(">= ", "at least ")
        return f"write {WORDS.get(wanted, wanted)}{pattern}{instead}"
    return problem


def _json(path: Path) -> dict[str, Any]:
    """Return the object in the file `path`, with NaN and infinity, which Python writes and JSON has not."""
    try:
        found = json.loads(_bytes(path))
        if not isinstance(found, dict):
            raise DemoError(f"{path} is not a JSON object")
        _check_own_digest(path, found)
        return _of_characters(found)
    except (ValueError, RecursionError) as error:
        raise DemoError(f"{path} is not JSON: {error}") from error


def _of_characters(stated: dict[str, Any]) -> dict[str, Any]:
    """Return `stated` with U+FFFD for halves of surrogate pairs, which JSON has and no page can have."""
    text = json.dumps(stated, ensure_ascii=False).encode(errors="surrogatepass")
    found: dict[str, Any] = json.loads(text.decode(errors="replace"))
    return found


def digest_of(stated: Mapping[str, Any]) -> str:
    """Return the ``sha256`` of `stated`, a JSON object, without that key."""
    text = json.dumps({name: value for name, value in stated.items() if name != "sha256"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_own_digest(path: Path, stated: Mapping[str, Any]) -> None:
    if "sha256" in stated and stated["sha256"] != digest_of(stated):
        raise DemoError(
            f"{path} is damaged: its sha256 is not that of its content; train the model again, "
            "or leave “sha256” out of a file that you changed"
        )


def _bytes(path: Path) -> bytes:
    """Return what the file `path` holds, without the mark that some editors put before UTF-8."""
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise DemoError(f"{path} cannot be read: {error.strerror}") from error


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
        signature=_signature(graph, name),
        data={
            name: stated["sha256"]
            for name, stated in manifest["files"].items()
            # A graph names the files of its external data in UTF-8: a file that it does not name holds none.
            if name != path.name and name.encode() in content
        },
    )


def _signature(graph: Mapping[str, Any], name: str) -> Signature:
    if name == "classifier":
        return Signature((_examples(graph["inputs"][0]),), (_numbers(graph["outputs"][0]),))
    if name == "step":
        return Signature(tuple(map(_numbers, graph["inputs"])), (_examples(graph["outputs"][0]),))
    if name in ("encoder", "recognition"):
        return Signature((_examples(graph["inputs"][0]),), tuple(map(_numbers, graph["outputs"])))
    given, prior = tuple(map(_numbers, graph["inputs"])), Prior(**graph.get("prior", {}))
    others = map(_numbers, graph["outputs"][1:]) if name == "joint" else ()
    return Signature(given, (_examples(graph["outputs"][0]), *others), prior)


def _numbers(stated: Mapping[str, Any]) -> Tensor:
    batch, *shape = stated["shape"]
    least, most = stated.get("range") or (0.0, 1.0)
    return Tensor(
        stated["name"],
        tuple(shape),
        batch if isinstance(batch, int) else None,
        (least, most),
        control=stated.get("control"),
        labels=tuple(stated.get("labels", ())),
        kind=stated.get("kind"),
    )


def _examples(stated: Mapping[str, Any]) -> Tensor:
    """Return an input or output that is images or points."""
    if stated.get("kind") == "points":
        return _numbers(stated)
    tensor, layout = _numbers(stated), stated.get("layout", "CHW")
    shape = tensor.shape
    channels, height, width = stated.get("image") or ((shape[-1], *shape[:-1]) if layout == "HWC" else shape)
    return replace(tensor, image=(channels, height, width), layout=layout)
