"""What the worker does with strangers' graphs: the only door to ONNX, ONNX Runtime, compiler and wasmtime."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnx import ModelProto

from ..bundles.bundle import Tensor
from ..messages import Array, File, pack, unpack
from . import checks
from .build import build
from .opening import external_tensors, location, opened
from .records import Bound, TestExamples, Trial
from .runtime import batch_of, run_session, session

if TYPE_CHECKING:
    from onnx import ValueInfoProto
    from onnxruntime import InferenceSession

Answer = tuple[Any, list[bytes]]


def run(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the ``outputs``, named, of a graph for the inputs (N, …), which it takes by the ``batch``."""
    [file], [inputs] = unpack(given, blobs)
    content = _whole(file)
    fixed = given["batch"]
    found = run_session(_session(content), inputs, fixed or _batch(content), given["outputs"], fixed or 0)
    return pack([], found)


def compile(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the report on the program of a graph, the program, and the quantized graph."""
    files, arrays = unpack(given, blobs)
    full, *others = map(opened, files)
    outputs = [Tensor(name, tuple(shape), None, (0.0, 1.0)) for name, shape in given["outputs"]]
    trial = Trial(arrays[0], _bound(arrays[1:], others, given["range"]), given["max_loss"])
    made = build(full, outputs, trial, Path(given["tools"]))
    report = {"precision": made.precision, "quantization": asdict(made.quantization), "parity": made.parity}
    return report, [made.program, made.quantized.SerializeToString()]


def describe(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the inputs and outputs of a graph, and in which files its weights lie beside it.

    An axis is its length, or None where it has none. No weights are read.
    """
    [file], _ = unpack(given, blobs)
    model = opened(file, with_weights=False)
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [_described(value) for value in model.graph.input if value.name not in weights]
    data = sorted({location(tensor) for tensor in external_tensors(model)})
    return {"inputs": inputs, "outputs": list(map(_described, model.graph.output)), "data": data}, []


def inline(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the graph as one file, with its external data inside."""
    [file], _ = unpack(given, blobs)
    return None, [_whole(file)]


HANDLERS: Mapping[str, Callable[[Mapping[str, Any], Sequence[bytes]], Answer]] = {
    "run": run,
    "compile": compile,
    "describe": describe,
    "inline": inline,
}


def _whole(file: File) -> bytes:
    """Return the ONNX file with its external data inside; without any, as it is."""
    model = opened(file, with_weights=False)
    return opened(file).SerializeToString() if external_tensors(model) else file.content


# A figure asks for several things of one graph, one after the other.
@lru_cache(1)
def _session(content: bytes) -> "InferenceSession":
    return session(content)


@lru_cache(1)
def _batch(content: bytes) -> int:
    return batch_of(ModelProto.FromString(content))


def _bound(examples: Sequence[Array], others: Sequence[ModelProto], range: Sequence[float]) -> Bound | None:
    """Return the bound that an encoder decides with its decoder, or a decoder alone; None for no examples."""
    if not examples:
        return None
    images, means, log_variances = examples
    tried = TestExamples(images, means, log_variances)
    if not others:
        return checks.bound_by_decoder(tried)
    least, most = range
    return checks.bound_by_encoder(tried, others[0], (least, most))


def _described(value: "ValueInfoProto") -> dict[str, Any]:
    axes = value.type.tensor_type.shape.dim
    return {"name": value.name, "shape": [int(axis.dim_value) or None for axis in axes]}
