"""A graph as somebody exported it → the same function in the form that everything else reads."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto

from ..bundles.tensors import Signature
from ..compile import RefusedError, UnsupportedError
from ..compile.generation.strings import nodes_of, quoted
from ..compile.runtime import run_graph
from ..messages import File
from .adapters import adapted
from .opening import opened, simplified
from .optimize import inferred, lifted, optimized, with_measured_shapes
from .probe import probed
from .types import with_float32

Array = npt.NDArray[Any]
Step = Callable[[ModelProto], ModelProto]

#: On how many inputs a normal form is compared with the graph.
INPUTS = 4
#: How far it may be from the graph, in parts of the largest output; and from one that rounds at each step,
#: to float16 (2⁻¹¹) or to integers.
TOLERANCE, ROUNDING_TOLERANCE = 1e-4, 1e-2
HALVES = frozenset({TensorProto.FLOAT16, TensorProto.BFLOAT16})


def normal_form(
    file: File, signature: Signature, codes: Array | None = None, prior: File | None = None
) -> ModelProto:
    """Return the graph in `file` as ``adapters.adapted`` describes it, simplified as far as possible.

    A step that fails, or after which the graph computes something else, is left out. Raises
    `UnsupportedError` if ONNX Runtime cannot run the graph at all.
    """
    model = simplified(opened(file))
    made_by = simplified(opened(prior)) if prior else None
    plain = adapted(model, signature, codes, made_by)
    inputs = _inputs(signature)
    tolerance = ROUNDING_TOLERANCE if _rounds(model) else TOLERANCE
    expected, reason = _run(plain, inputs)
    for candidate in _candidates(model, signature, codes, made_by):
        try:
            found = run_graph(candidate, inputs)
        except UnsupportedError as error:
            reason = reason or error
            continue
        if expected is None or _is_close(found, expected, tolerance):
            return candidate
    if expected is not None:
        return plain
    _check_shapes(file, signature)
    assert reason
    raise reason


def _check_shapes(file: File, signature: Signature) -> None:
    """Raise `RefusedError` if the graph in `file` has inputs or outputs of other shapes than stated."""
    first, *_ = signature.inputs
    try:
        found = probed(file, first.shape)
    except UnsupportedError:
        return
    sides = ((signature.inputs, found["inputs"]), (signature.outputs, found["outputs"]))
    for stated, shapes in ((tensor, side) for tensors, side in sides for tensor in tensors):
        shape = next((tuple(each["shape"][1:]) for each in shapes if each["name"] == stated.name), None)
        if shape is not None and prod(shape) != stated.size:
            raise RefusedError(
                f"{quoted(stated.name)} has the shape {shape} without the batch, and its manifest states "
                f"{stated.shape}; delete manifest.json and write it anew"
            )


def _candidates(
    model: ModelProto, signature: Signature, codes: Array | None, prior: ModelProto | None
) -> Iterator[ModelProto]:
    """Yield `model` in forms that are the less simplified, the later they come."""
    steps: list[tuple[Step, Step]] = [
        (lifted, optimized),
        (_same, optimized),
        (lifted, _same),
        (_same, _same),
    ]
    for before, behind in steps:
        try:
            made_by = prior and before(with_float32(prior))
            single = adapted(before(with_float32(model)), signature, codes, made_by)
            yield with_measured_shapes(inferred(behind(single)))
        except UnsupportedError:
            continue


def _same(model: ModelProto) -> ModelProto:
    return model


def _run(model: ModelProto, inputs: Array) -> tuple[list[Array] | None, UnsupportedError | None]:
    """Return the outputs of `model`, if they are the same each time, or why there are none."""
    try:
        first, second = run_graph(model, inputs), run_graph(model, inputs)
    except UnsupportedError as error:
        return None, error
    same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True))
    return (first if same else None), None


def _rounds(model: ModelProto) -> bool:
    """Return whether `model` rounds values between its operators."""
    graph = model.graph
    types = {tensor.data_type for tensor in graph.initializer}
    types |= {value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)}
    return bool(types & HALVES) or any("Quantize" in node.op_type for node in nodes_of(graph.node))


def _is_close(found: list[Array], expected: list[Array], tolerance: float) -> bool:
    pairs = zip(found, expected, strict=True)
    return all(
        np.allclose(
            a, b, rtol=0, atol=tolerance * max(float(np.nanmax(np.abs(b), initial=0)), 1e-6), equal_nan=True
        )
        for a, b in pairs
    )


def _inputs(signature: Signature) -> Array:
    """Return inputs (N, …): normal numbers, and whole ones where readers choose a class."""
    rng = np.random.default_rng(0)
    first, *conditions = signature.inputs
    values = rng.standard_normal((INPUTS, *signature.canonical_input)).astype(np.float32)
    if first.image:
        low, high = first.range
        return (low + (high - low) * rng.random(values.shape)).astype(np.float32)
    at = signature.latents
    for tensor in conditions:
        if tensor.control == "class" or tensor.kind == "step":
            values[:, at : at + tensor.size] = 0
        at += tensor.size
    return values
