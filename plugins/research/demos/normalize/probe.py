"""Look at a graph before it has a manifest: its inputs, and what it makes of a few latents."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ValueInfoProto, helper

from ..compile import RefusedError, UnsupportedError
from ..compile.generation.strings import quoted
from ..compile.runtime import reason, session
from ..messages import File
from .opening import external_tensors, location, opened, simplified

Array = npt.NDArray[Any]

#: Types of inputs, as ONNX Runtime names them, beside float32.
TYPES = {
    **{f"tensor({name})": np.dtype(name) for name in ("float16", "int8", "uint8", "int16", "int32", "int64")},
    "tensor(double)": np.dtype(np.float64),
    "tensor(bool)": np.dtype(np.bool_),
}
#: How many inputs are tried.
INPUTS = 16
#: How many classes are counted.
MAX_CLASSES = 200
#: An example that takes more bytes is tried fewer times.
MAX_BYTES = 64 << 20


def probed(file: File, sizes: Sequence[int] | None) -> dict[str, Any]:
    """Return the inputs of the graph in `file`, and shapes and values of its outputs.

    Axes without a size, the batch aside, have those of `sizes`, in order. Values are those for normal
    inputs; where inputs are whole numbers, for zeros. Raises `RefusedError` if an axis has no size.
    """
    model = simplified(opened(file))
    inputs = [_described(value) for value in model.graph.input]
    left = list(sizes or ())
    for each in inputs:
        each["shape"][1:] = [size or (left.pop(0) if left else None) for size in each["shape"][1:]]
        if None in each["shape"][1:]:
            raise RefusedError(
                f"the size of the input {quoted(each['name'])} is open in more than the batch; "
                "state it by --latents, such as --latents 64"
            )
    opened_session = session(model.SerializeToString())
    first = _run(opened_session, inputs, 0)
    count = max(1, min(INPUTS, MAX_BYTES // max(1, sum(array.nbytes for array in first))))
    runs = [first, *(_run(opened_session, inputs, seed) for seed in range(1, count))]
    again = _run(opened_session, inputs, 0)
    outputs = [
        {
            "name": value.name,
            "shape": _of_examples(values[0].shape, inputs[0]["shape"][0] or 1),
            **_values(np.concatenate([each.ravel()[None] for each in values]).astype(np.float64)),
            "random": not np.array_equal(values[0], repeated, equal_nan=True),
        }
        for value, values, repeated in zip(model.graph.output, zip(*runs, strict=True), again, strict=True)
    ]
    if not inputs[0]["shape"][0]:
        for output in outputs:
            output["shape"][0] = None
    for each in inputs:
        if each["kind"] in "iu" and len(inputs) > 1 and prod(each["shape"][1:]) == 1:
            each["classes"] = _classes(opened_session, inputs, each["name"])
    return {"inputs": inputs, "outputs": outputs}


def files_of(file: File) -> list[str]:
    """Return in which files the weights of a graph lie beside it; they are not read."""
    return sorted({location(tensor) for tensor in external_tensors(opened(file, with_weights=False))})


def _of_examples(shape: Sequence[int], batch: int) -> list[int]:
    """Return the `shape` of an output as that of a batch, where a graph has lost or joined its first axis."""
    if shape and shape[0] == batch:
        return list(map(int, shape))
    if batch == 1:
        return [1, *map(int, shape)]
    return [batch, prod(shape) // batch]


def _described(value: ValueInfoProto) -> dict[str, Any]:
    tensor = value.type.tensor_type
    axes = [int(axis.dim_value) or None for axis in tensor.shape.dim]
    if not axes:
        raise RefusedError(f"the input {quoted(value.name)} has no shape, or is a single number")
    return {
        "name": value.name,
        "shape": axes,
        "kind": np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type)).kind,
    }


def _classes(opened_session: Any, inputs: Sequence[dict[str, Any]], name: str) -> int:
    """Return how many numbers 0, 1, … the input `name` takes before the graph refuses one."""
    for number in range(1, MAX_CLASSES):
        try:
            _run(opened_session, inputs, 0, {name: number})
        except UnsupportedError:
            return number
    return MAX_CLASSES


def _run(
    opened_session: Any, inputs: Sequence[dict[str, Any]], seed: int, numbers: Mapping[str, int] | None = None
) -> list[Array]:
    """Return the outputs for normal inputs; of whole ones, `numbers`, or zeros."""
    rng = np.random.default_rng(seed)
    given: dict[str, Array] = {}
    for each, value in zip(inputs, opened_session.get_inputs(), strict=True):
        shape = [size or 1 for size in each["shape"]]
        kind = TYPES.get(value.type, np.dtype(np.float32))
        whole = np.full(shape, (numbers or {}).get(value.name, 0))
        given[value.name] = (rng.standard_normal(shape) if kind.kind == "f" else whole).astype(kind)
    try:
        return [np.asarray(array) for array in opened_session.run(None, given)]
    except Exception as error:
        raise UnsupportedError(f"ONNX Runtime cannot run the graph: {reason(error)}") from error


def _values(values: Array) -> dict[str, Any]:
    """Return what is to be known of the values (N, S) of an output."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return {"finite": 0.0, "least": 0.0, "most": 0.0, "differ": 0.0, "means": []}
    return {
        "finite": finite.size / values.size,
        "least": float(finite.min()),
        "most": float(finite.max()),
        # How much of the variation is between inputs.
        "differ": float(np.nanstd(values, axis=0).mean()) if len(values) > 1 else 1.0,
    }
