"""Bundles of small models, written without the program that trains: what any author could leave."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from research.core.storage.cache import Cache
from research.demos.bundles import bundle
from research.demos.bundles.bundle import Bundle
from research.demos.bundles.exact import exact
from research.demos.bundles.normal import normalized
from research.demos.sandbox import Sandbox

#: Opens the graphs of all tests; conftest closes it.
SANDBOX = Sandbox()

METRICS = {
    "elbo": {"value": -96.456, "standard_error": 0.24, "unit": "nats", "meaning": "a bound"},
    "iw_bound_500": {"value": -91.741, "standard_error": 0.03, "unit": "nats", "meaning": "a closer bound"},
}
HISTORY = "epoch,step,seconds,train_elbo,validation_elbo\n1,10,0.5,-150.5,-140.25\n2,20,1.0,-110,-108\n"

Floats = npt.NDArray[np.float32]


def read(folder: Path) -> Bundle:
    """Return the bundle in `folder`, as a build reads it and brings its graphs into their normal form."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        made = normalized(bundle.read(folder, SANDBOX), Cache(Path(cache)))
        # The cache goes, what was made in it stays beside the bundle.
        return _beside(made, folder, "")


def read_exact(folder: Path) -> Bundle:
    """Return the bundle in `folder` as a build computes the bound by it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        cache = Cache(Path(place))
        return _beside(exact(normalized(bundle.read(folder, SANDBOX), cache), cache), folder, ".exact")


def _beside(made: Bundle, folder: Path, suffix: str) -> Bundle:
    for name in ("decoder", "encoder"):
        if graph := getattr(made, name):
            stored = folder.with_name(f".{folder.name}.{name}{suffix}.onnx")
            stored.write_bytes(graph.path.read_bytes())
            made = replace(made, **{name: replace(graph, path=stored)})
    return made


def weights(latents: int, pixels: int) -> Floats:
    """Return the decoder's matrix: image = sigmoid(z · weights), (Z, C · H · W)."""
    return np.random.default_rng(7).standard_normal((latents, pixels)).astype(np.float32)


def drawn(latents: Floats, shape: tuple[int, int, int]) -> Floats:
    """Return what the decoder draws from `latents` (N, Z): (N, C, H, W) in [0, 1]."""
    values = latents @ weights(latents.shape[1], int(np.prod(shape)))
    return (1 / (1 + np.exp(-values))).reshape(-1, *shape)


def model(nodes: list[onnx.NodeProto], arrays: Mapping[str, Any], given: Any, made: Any) -> bytes:
    """Return an ONNX file; `given` and `made` are the (name, shape) of what goes in and comes out."""
    values = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in tensors]
        for tensors in (given, made)
    ]
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "test", *values, tensors)
    found = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(found)
    return found.SerializeToString()


def decoder(latents: int, shape: tuple[int, int, int], batch: int | str) -> bytes:
    """Return the decoder as ONNX."""
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["flat"]),
        helper.make_node("Sigmoid", ["flat"], ["grey"]),
        helper.make_node("Reshape", ["grey", "shape"], ["x"]),
    ]
    arrays = {"w": weights(latents, int(np.prod(shape))), "shape": np.array([-1, *shape])}
    return model(nodes, arrays, [("z", (batch, latents))], [("x", (batch, *shape))])


def encoder(latents: int, shape: tuple[int, int, int], batch: int | str) -> bytes:
    """Return an encoder as ONNX whose means are the first pixels of the image, times four, less two."""
    pixels = int(np.prod(shape))
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w", "b"], ["mean"]),
        helper.make_node("Mul", ["mean", "zero"], ["log_variance"]),
    ]
    arrays = {
        "shape": np.array([-1, pixels]),
        "w": 4 * np.eye(pixels, latents, dtype=np.float32),
        "b": np.full(latents, -2, np.float32),
        "zero": np.float32(0),
    }
    outputs = [("mean", (batch, latents)), ("log_variance", (batch, latents))]
    return model(nodes, arrays, [("x", (batch, *shape))], outputs)


def items(shape: tuple[int, int, int], count: int = 40) -> dict[str, Any]:
    """Return test examples: images of noise, labels 0 to 9 in turn."""
    images = np.random.default_rng(3).integers(0, 256, (count, *shape), np.uint8)
    return {"images": images, "labels": (np.arange(count) % 10).astype(np.uint8)}


def write_bundle(
    models: Path,
    name: str,
    latents: int = 2,
    shape: tuple[int, int, int] = (1, 8, 8),
    batch: int | str = "batch",
    **changes: Any,
) -> Path:
    """Write a bundle with an encoder, test examples and a history; return its folder.

    `changes` are put into its manifest at the top.
    """
    folder = models / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "decoder.onnx").write_bytes(decoder(latents, shape, batch))
    (folder / "encoder.onnx").write_bytes(encoder(latents, shape, batch))
    (folder / "metrics.json").write_text(json.dumps(METRICS))
    (folder / "history.csv").write_text(HISTORY)
    np.savez(folder / "test_items.npz", **items(shape))
    images = np.random.default_rng(5).integers(0, 256, (3, 4, *shape), np.uint8)
    np.savez(folder / "epochs.npz", epochs=np.array([0, 1, 2]), images=images)
    tensor = {"z": {"name": "z", "shape": [batch, latents]}, "x": {"name": "x", "shape": [batch, *shape]}}
    codes = [{"name": name, "shape": [batch, latents]} for name in ("mean", "log_variance")]
    graphs = {
        "decoder": {
            "file": "decoder.onnx",
            "parameters": 12345,
            "inputs": [tensor["z"]],
            "outputs": [tensor["x"]],
            **({"polarity": "ink"} if shape[0] == 1 else {}),
        },
        "encoder": {"file": "encoder.onnx", "inputs": [tensor["x"]], "outputs": codes},
    }
    write_manifest(
        folder, {"format": 1, "name": name, "graphs": graphs, "seconds": {"train": 61.7}} | changes
    )
    return folder


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of what lies in `folder`, with the hashes of all its files."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.name != "manifest.json"
    }
    stated = manifest | {"files": files}
    stated["sha256"] = bundle.digest_of(stated)
    (folder / "manifest.json").write_text(json.dumps(stated))
