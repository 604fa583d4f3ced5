"""Round the weights of a graph to what is sent to readers, so that all who run it run the same.

The quantized graph holds float32 again, but weights are numbers that float16 or int8 can carry; `Packed`
holds the bytes that carry them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, numpy_helper

from ..records import Precision
from .roles import Role, roles_of

Array = npt.NDArray[Any]

#: Smaller tensors stay in the code as they are: packing them would save nothing.
MIN_PACKED = 32
#: Tensors with less than this share of all weights keep 127 levels: their bits weigh little, and
#: their errors do not average out as those of large ones do.
SMALL = 1 / 8


@dataclass(frozen=True)
class Packed:
    """A weight tensor as it is sent."""

    name: str
    shape: tuple[int, ...]
    #: float16 or float32, where there are no scales.
    values: Array
    #: float32 for integer values: one for all, or one for each row or, with `by_column`, for each column
    #: of the tensor read as a matrix whose rows are what follows the first axis.
    scales: Array | None = None
    by_column: bool = False


def quantize_weights(model: ModelProto, precision: Precision) -> tuple[ModelProto, list[Packed]]:
    """Return `model` with quantized weights, and these packed, in the order of the graph.

    Matrices and kernels take `precision`; vectors of layers, such as biases, are float16, since they are
    small and no sum averages their errors out. Other constants of the computation, such as coordinates and
    frequencies, stay as they are.
    """
    quantized = ModelProto()
    quantized.CopyFrom(model)
    tensors = [
        (tensor, numpy_helper.to_array(tensor))
        for tensor in quantized.graph.initializer
        if tensor.data_type == TensorProto.FLOAT
    ]
    roles = roles_of(model)
    whole = sum(values.size for tensor, values in tensors if roles.get(tensor.name) is not None)
    packed: list[Packed] = []
    for tensor, values in tensors:
        if values.size < MIN_PACKED:
            continue
        coarse = _precision_of(roles.get(tensor.name), precision)
        is_small = values.size < SMALL * whole
        weight = _packed(tensor.name, values, coarse, is_small)
        packed.append(weight)
        tensor.CopyFrom(numpy_helper.from_array(expand(weight), tensor.name))
    return quantized, packed


def _precision_of(role: Role | None, precision: Precision) -> Precision:
    if role is None or (role is Role.FREQUENCIES and precision is Precision.INT8_BUT_WAVES):
        return Precision.FLOAT32
    if role is Role.VECTOR and precision is Precision.INT16_BY_ROW:
        return Precision.FLOAT32
    if role is Role.VECTOR and precision is not Precision.FLOAT32:
        return Precision.FLOAT16
    return precision


def _packed(name: str, values: Array, precision: Precision, is_small: bool) -> Packed:
    half = values.astype(np.float16)
    is_exact = np.array_equal(half.astype(np.float32), values)
    if precision is Precision.FLOAT32 and not is_exact:
        return Packed(name, values.shape, values.astype(np.float32))
    if precision in (Precision.FLOAT16, Precision.FLOAT32) or not np.isfinite(values).all():
        is_in_range = np.isfinite(half).all() or not np.isfinite(values).all()
        return Packed(
            name,
            values.shape,
            half if is_in_range and is_exact | (precision is Precision.FLOAT16) else values,
        )
    if precision is Precision.INT16_BY_ROW:
        return _by_row(name, values, np.int16)
    if precision in (Precision.INT8_BY_ROW, Precision.INT8_BUT_WAVES):
        return _by_row(name, values)
    return _by_tensor(name, values, 127 if is_small else precision.levels)


def expand(weight: Packed) -> Array:
    """Return the float32 numbers that `weight` carries; the compiled program does the same."""
    values = weight.values.astype(np.float32)
    if weight.scales is None:
        return values.reshape(weight.shape)
    if weight.by_column:
        return (values.reshape(-1, len(weight.scales)) * weight.scales).reshape(weight.shape)
    return (values.reshape(len(weight.scales), -1) * weight.scales[:, None]).reshape(weight.shape)


def _by_tensor(name: str, values: Array, levels: int) -> Packed:
    """Pack `values` symmetrically: the largest becomes `levels`.

    One step for all leaves the small numbers of quiet rows fewer levels, which compress better than
    they are worth: at equal bytes it errs less than a scale a row.
    """
    scale = np.float32((np.abs(values).max() or 1) / levels)
    return Packed(name, values.shape, np.rint(values / scale).astype(np.int8), scale.reshape(1))


def _by_row(name: str, values: Array, kind: type[np.signedinteger[Any]] = np.int8) -> Packed:
    """Pack `values` symmetrically: the largest of a row becomes the largest integer of the `kind`.

    Of rows and columns those that are fewer get a scale each, so that scales weigh little.
    """
    rows = values.reshape(values.shape[0], -1)
    by_column = rows.shape[1] < rows.shape[0]
    largest = np.abs(rows).max(axis=0 if by_column else 1)
    most = np.iinfo(kind).max
    scales = (np.where(largest > 0, largest, 1) / most).astype(np.float32)
    integers = np.rint(rows / (scales if by_column else scales[:, None])).clip(-most, most).astype(kind)
    return Packed(name, values.shape, integers, scales, by_column)
