"""Write the manifest of an external model, from its ONNX files and from what they make of a few latents."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...core.diagnostics import nearest
from ...core.processes.worker import printable
from ..errors import DemoError
from . import bundle
from .layout import Layout, layout_of, range_of
from .models import require_extra
from .schema import POINT, ROLES

if TYPE_CHECKING:
    from ..sandbox import Sandbox

#: How to export what cannot be shown as it is.
WRAP = """
In PyTorch, wrap the model in a module that takes latents and returns images, and export that:

    class Decoder(torch.nn.Module):
        def forward(self, z):
            return torch.sigmoid(model.decode(z))  # (batch, channels, height, width), from 0 to 1

    torch.onnx.export(Decoder().eval(), (torch.randn(1, LATENTS),), "decoder.onnx",
                      input_names=["z"], output_names=["x"])"""
#: Words in the names of inputs that are conditions.
CONDITIONS = ("label", "class", "cond", "onehot", "one_hot", "context")
#: What varies less than this part of the range from image to image looks constant.
CONSTANT = 1e-4


@dataclass(frozen=True)
class Given:
    """What an author states about a model; None: it is guessed."""

    least: float | None = None
    most: float | None = None
    #: Height and width of images.
    image: tuple[int, int] | None = None
    layout: Literal["CHW", "HWC"] | None = None
    #: Sizes of the axes of inputs that have none.
    latents: tuple[int, ...] = ()
    #: The output that has the images.
    output: str | None = None
    labels: tuple[str, ...] = ()
    polarity: Literal["ink", "photograph"] | None = None
    prior: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Written:
    """A manifest that has been written."""

    path: Path
    #: What it states, for the author to compare.
    summary: str
    warnings: tuple[str, ...]


def write(folder: Path, given: Given | None = None) -> Written:
    """Write ``manifest.json`` for the model in `folder`.

    All files of the folder become part of the bundle, but for hidden ones. Raises `DemoError` where there
    is a manifest, where there is no ``decoder.onnx``, or where the graphs are not such as figures need.
    """
    require_extra()
    given = given or Given()
    path = folder / "manifest.json"
    if path.exists():
        raise DemoError(f"{path} is there; delete it first if it is to be written anew")
    role = next((role for role in ROLES if (folder / f"{role}.onnx").is_file()), None)
    if role is None:
        raise DemoError(f"there is no decoder.onnx in {folder}{_other_graph(folder)}")
    files = [each for each in sorted(folder.iterdir()) if each.is_file() and not each.name.startswith(".")]
    for each in files:
        bundle.check_place(each)
    # Imported here: only blogs that show models have installed what it needs.
    from ..sandbox import Sandbox

    with Sandbox() as sandbox:
        describe = _classifier if role == "classifier" else _decoder
        main, summary, warnings = describe(folder / f"{role}.onnx", given, sandbox)
        graphs = {role: main}
        if role == "decoder" and (folder / "encoder.onnx").is_file():
            graphs["encoder"] = _encoder(folder / "encoder.onnx", main, sandbox)
        stated: dict[str, Any] = {
            "format": 1,
            "name": folder.resolve().name,
            "graphs": graphs,
            "files": {each.name: _file(each) for each in files},
        }
        stated["sha256"] = bundle.digest_of(stated)
        path.write_text(json.dumps(stated, indent=2), encoding="utf-8")
        try:
            bundle.read(folder, sandbox)
        except DemoError:
            path.unlink()
            raise
    return Written(path, summary, tuple(warnings))


def _other_graph(folder: Path) -> str:
    others = sorted(path.name for path in folder.glob("*.onnx")) if folder.is_dir() else []
    return f"; rename {others[0]} if that is the decoder" if others else ""


def _decoder(path: Path, given: Given, sandbox: "Sandbox") -> tuple[dict[str, Any], str, list[str]]:
    probed = _probe(path, given.latents, sandbox)
    latents, *conditions = _ordered(probed["inputs"])
    if len(latents["shape"]) < 2:
        raise DemoError(
            f"{path}: input “{printable(latents['name'])}” has one axis; export the decoder for "
            f"batches, if only of one example: latents (1, Z)\n{WRAP}"
        )
    inputs = [_tensor(latents, range=None), *(_condition(each, given.labels) for each in conditions)]
    points = _points(probed["outputs"], given)
    if points:
        return _of_points(path, latents, inputs, points)
    output, layout = _images(path, probed["outputs"], given)
    bounds = _range(output, given)
    stated: dict[str, Any] = {
        "file": path.name,
        "inputs": inputs,
        "outputs": [_image(output, layout, bounds)],
    }
    if given.prior:
        stated["prior"] = dict(given.prior)
    if given.polarity:
        stated["polarity"] = given.polarity
    channels, height, width = layout.image
    summary = (
        f"latents {tuple(latents['shape'][1:])}, images of {height} × {width} pixels and {channels} "
        f"channel{'s' if channels > 1 else ''}, values from {bounds[0]:g} to {bounds[1]:g}"
    )
    if conditions:
        summary += f", conditions {', '.join(printable(each['name']) for each in conditions)}"
    return stated, summary, list(_warnings(output, bounds, latents, given))


def _points(outputs: Sequence[dict[str, Any]], given: Given) -> dict[str, Any] | None:
    """Return the output with points in the plane, two numbers; None if there is none."""
    named = [output for output in outputs if given.output in (None, output["name"])]
    is_point = named and math.prod(named[0]["shape"][1:]) == POINT and given.image is None
    return _point(named[0], given) if is_point else None


def _point(value: Mapping[str, Any], given: Given) -> dict[str, Any]:
    """Return what is stated of points: their range is that of plots, around the origin unless stated."""
    most = float(f"{1.1 * max(abs(value['least']), abs(value['most']), 1e-3):.3g}")
    bounds = [
        -most if given.least is None else given.least,
        most if given.most is None else given.most,
    ]
    return {**_tensor(value, bounds), "kind": "points"}


def _of_points(
    path: Path, latents: Mapping[str, Any], inputs: list[dict[str, Any]], points: dict[str, Any]
) -> tuple[dict[str, Any], str, list[str]]:
    low, high = points["range"]
    summary = (
        f"latents {tuple(latents['shape'][1:])}, points in the plane, coordinates from {low:g} to {high:g}"
    )
    return {"file": path.name, "inputs": inputs, "outputs": [points]}, summary, []


def _classifier(path: Path, given: Given, sandbox: "Sandbox") -> tuple[dict[str, Any], str, list[str]]:
    probed = _probe(path, given.latents, sandbox)
    image = probed["inputs"][0]
    layout = layout_of(image["shape"][1:], given.image, given.layout)
    bounds = (0.0 if given.least is None else given.least, 1.0 if given.most is None else given.most)
    named = [output for output in probed["outputs"] if given.output in (None, output["name"])]
    several = [output for output in named if math.prod(output["shape"][1:]) > 1]
    if not several:
        raise DemoError(f"{path}: no output has a number for each of several classes; export logits (B, K)")
    output = several[0]
    count = math.prod(output["shape"][1:])
    if given.labels and len(given.labels) != count:
        raise DemoError(f"{path}: {len(given.labels)} labels for {count} classes; state one for each")
    is_share = output["least"] >= 0 and output["most"] <= 1 + 1e-4
    kind = "probabilities" if is_share else "logits"
    labels = list(given.labels) or [str(number) for number in range(count)]
    stated: dict[str, Any] = {
        "file": path.name,
        "inputs": [_image(image, layout, bounds)],
        "outputs": [{**_tensor(output, range=None), "kind": kind, "labels": labels}],
    }
    if given.polarity:
        stated["polarity"] = given.polarity
    channels, height, width = layout.image
    summary = (
        f"images of {height} × {width} pixels and {channels} channel{'s' if channels > 1 else ''}, values "
        f"from {bounds[0]:g} to {bounds[1]:g}, {kind} of {count} classes"
    )
    return stated, summary, []


def _probe(path: Path, sizes: Sequence[int], sandbox: "Sandbox") -> dict[str, Any]:
    """Return inputs and outputs of the graph at `path`; raise `DemoError` if it cannot be run."""
    from ..messages import File

    content = path.read_bytes()
    names = sandbox.files(path, File(content))
    for name in names:
        _check_data(path, name)
    data = {name: (path.parent / name).read_bytes() for name in names}
    try:
        return sandbox.probe(path, File(content, data), sizes)
    except DemoError as error:
        raise DemoError(f"{error}\n{WRAP}" if "ONNX Runtime" in str(error) else str(error)) from error


def _ordered(inputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the inputs with the latents first."""

    def is_condition(value: Mapping[str, Any]) -> bool:
        name = value["name"].lower()
        return name in ("y", "c") or any(word in name for word in CONDITIONS)

    return sorted(inputs, key=lambda value: (is_condition(value), value["kind"] != "f"))


def _images(path: Path, outputs: Sequence[dict[str, Any]], given: Given) -> tuple[dict[str, Any], Layout]:
    """Return the output with the images, and their layout; raise `DemoError` if none has such."""
    names = [output["name"] for output in outputs]
    if given.output is not None and given.output not in names:
        shown = ", ".join(map(printable, names))
        raise DemoError(f"{path} has no output “{given.output}”, only {shown}{nearest(given.output, names)}")
    wanted = [output for output in outputs if given.output in (None, output["name"])]
    problem = None
    for output in wanted:
        try:
            return output, layout_of(output["shape"][1:], given.image, given.layout)
        except DemoError as error:
            problem = problem or f"{path}: output “{printable(output['name'])}”: {error}"
    raise DemoError(f"{problem}\n{WRAP}")


def _range(output: Mapping[str, Any], given: Given) -> tuple[float, float]:
    low, high = range_of(output["least"], output["most"]) or (output["least"], output["most"])
    if not low < high:
        low, high = 0.0, 1.0
    return (low if given.least is None else given.least, high if given.most is None else given.most)


def _warnings(
    output: Mapping[str, Any], bounds: tuple[float, float], latents: Mapping[str, Any], given: Given
) -> Iterator[str]:
    least, most = output["least"], output["most"]
    low, high = bounds
    seen = f"values for latents from the prior lie between {least:.3g} and {most:.3g}"
    if output["finite"] < 1:
        yield f"{1 - output['finite']:.0%} of the values are NaN or infinite"
    if range_of(least, most) is None and given.least is None and given.most is None:
        yield (
            f"{seen}, which is no usual range of images; state it by --least and --most, or, if these are "
            "logits, export torch.sigmoid of them"
        )
    elif least < low - 0.02 * (high - low) or most > high + 0.02 * (high - low):
        yield f"{seen}, so that those outside of {low:g} to {high:g} are clipped; state --least and --most"
    elif most - least < 0.02 * (high - low):
        yield f"{seen}, which is next to nothing of {low:g} to {high:g}; state --least and --most"
    if output["differ"] < CONSTANT * (high - low) and latents["kind"] == "f":
        yield "images hardly depend on the latents"
    if output["random"]:
        yield (
            "the graph draws random numbers: the same latents give another image each time; export the model "
            "in evaluation mode, with its noise as a constant"
        )
    if latents["kind"] != "f" and not given.prior:
        yield (
            "latents are whole numbers; state how they are distributed by --prior, such as "
            "--prior categorical:512"
        )


def _condition(value: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """Return what is stated of a further input: a class by number or one of several, or a few numbers."""
    size = 1
    for length in value["shape"][1:]:
        size *= length
    is_class = value["kind"] != "f" or size > 1
    stated = _tensor(value, range=[-3, 3])
    stated["control"] = "class" if is_class else "vector"
    if is_class:
        count = size if value["kind"] == "f" or size > 1 else value.get("classes") or 10
        stated["labels"] = list(labels) or [str(number) for number in range(count)]
        stated["range"] = None
    return stated


def _encoder(path: Path, decoder: Mapping[str, Any], sandbox: "Sandbox") -> dict[str, Any]:
    probed = _probe(path, (), sandbox)
    [image] = decoder["outputs"]
    given = probed["inputs"][0]
    if "kind" in image:
        given = {**_tensor(given, list(image["range"])), "kind": image["kind"]}
        outputs = [_tensor(value, range=None) for value in probed["outputs"]]
        return {"file": path.name, "inputs": [given], "outputs": outputs}
    _, height, width = image.get("image") or image["shape"][1:]
    layout = layout_of(given["shape"][1:], (height, width))
    return {
        "file": path.name,
        "inputs": [_image(given, layout, tuple(image["range"]))],
        "outputs": [_tensor(value, range=None) for value in probed["outputs"]],
    }


def _tensor(value: Mapping[str, Any], range: list[float] | None) -> dict[str, Any]:
    first, *others = value["shape"]
    return {"name": value["name"], "shape": [first or "batch", *others], "range": range}


def _image(value: Mapping[str, Any], layout: Layout, bounds: tuple[float, float]) -> dict[str, Any]:
    """Return what is stated of images; their layout only where the shape does not tell."""
    stated = _tensor(value, list(bounds))
    if tuple(value["shape"][1:]) != layout.image:
        stated["image"] = list(layout.image)
    if layout.order != "CHW":
        stated["layout"] = layout.order
    return stated


def _check_data(graph: Path, name: str) -> None:
    """Raise `DemoError` if `name`, a file of external data, does not lie beside the `graph`."""
    shown = printable(name)
    if Path(name).name != name or name in ("", "..", graph.name):
        raise DemoError(
            f"{graph}: its weights lie in “{shown}”; external data must lie in the folder of the graph itself"
        )
    if not (graph.parent / name).is_file():
        raise DemoError(
            f"{graph}: its weights lie in “{shown}”, and there is no such file beside it; copy it there, or "
            "export with torch.onnx.export(…, external_data=False)"
        )


def _file(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
