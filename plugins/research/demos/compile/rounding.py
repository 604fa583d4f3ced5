"""Round the weights of a graph to what is sent to readers, so that all who run it run the same.

The rounded graph holds float32 again, but only numbers that float16 or int8 can carry; `Packed`
holds the bytes that carry them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, numpy_helper

from .records import Precision

Array = npt.NDArray[Any]

#: Smaller tensors stay in the code as they are: packing them would save nothing.
SMALLEST = 32


@dataclass(frozen=True)
class Packed:
    """A weight tensor as it is sent."""

    name: str
    shape: tuple[int, ...]
    #: float16, where there are no scales.
    values: Array
    #: float32 for int8 values: one for each row or, with `by_column`, for each column of the tensor
    #: read as a matrix whose rows are what follows the first axis.
    scales: Array | None = None
    by_column: bool = False


def round_weights(model: ModelProto, precision: Precision) -> tuple[ModelProto, list[Packed]]:
    """Return `model` with rounded weights, and these packed, in the order of the graph.

    Matrices and kernels take `precision`. Vectors are float16 in any case: they are biases for the
    most part, small, and their errors are not averaged out by a sum.
    """
    rounded = ModelProto()
    rounded.CopyFrom(model)
    packed: list[Packed] = []
    for tensor in rounded.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALLEST:
            continue
        is_vector = max(values.shape) == values.size
        pack = _float16 if is_vector or precision is Precision.FLOAT16 else _int8
        weight = pack(tensor.name, values)
        packed.append(weight)
        tensor.CopyFrom(numpy_helper.from_array(expand(weight), tensor.name))
    return rounded, packed


def expand(weight: Packed) -> Array:
    """Return the float32 numbers that `weight` carries; the compiled program does the same."""
    values = weight.values.astype(np.float32)
    if weight.scales is None:
        return values.reshape(weight.shape)
    rows = values.reshape(weight.shape[0], -1)
    scales = weight.scales if weight.by_column else weight.scales[:, None]
    return (rows * scales).reshape(weight.shape)


def _float16(name: str, values: Array) -> Packed:
    return Packed(name, values.shape, values.astype(np.float16))


def _int8(name: str, values: Array) -> Packed:
    """Pack `values` symmetrically: the largest of a row becomes 127.

    Of rows and columns those that are fewer get a scale each, so that scales weigh little.
    """
    rows = values.reshape(values.shape[0], -1)
    by_column = rows.shape[1] < rows.shape[0]
    largest = np.abs(rows).max(axis=0 if by_column else 1)
    scales = (np.where(largest > 0, largest, 1) / 127).astype(np.float32)
    integers = np.rint(rows / (scales if by_column else scales[:, None])).astype(np.int8)
    return Packed(name, values.shape, integers, scales, by_column)
