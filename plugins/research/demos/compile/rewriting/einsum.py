"""Write an Einsum of any operands as products of matrices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from onnx import NodeProto, helper

from .constants import Weights, constant


@dataclass(frozen=True)
class Operand:
    """A value whose axes have letters."""

    name: str
    axes: str


def products(node: NodeProto, shapes: Mapping[str, Sequence[int]], weights: Weights) -> Iterator[NodeProto]:
    """Yield nodes for `node`, an Einsum; itself where a size is unknown or an operand has an axis twice."""
    equation = next(each.s.decode("utf-8", "replace") for each in node.attribute if each.name == "equation")
    left, arrow, result = equation.replace(" ", "").partition("->")
    letters = left.split(",")
    known = [shapes.get(name, ()) for name in node.input]
    is_plain = arrow and "." not in left and all(len(set(axes)) == len(axes) for axes in letters)
    if not is_plain or any(
        len(shape) != len(axes) or not all(shape) for shape, axes in zip(known, letters, strict=True)
    ):
        yield node
        return
    sizes = {
        axis: size
        for axes, shape in zip(letters, known, strict=True)
        for axis, size in zip(axes, shape, strict=True)
    }
    writer = _Writer(node.output[0], sizes, weights)
    first, *others = (Operand(name, axes) for name, axes in zip(node.input, letters, strict=True))
    for at, other in enumerate(others):
        wanted = set(result).union(*(each.axes for each in others[at + 1 :]))
        first = writer.product(first, other, wanted)
    first = writer.summed(first, set(result))
    writer.transposed(first, result, node.output[0])
    yield from writer.nodes


class _Writer:
    def __init__(self, name: str, sizes: Mapping[str, int], weights: Weights) -> None:
        self._name, self._sizes, self._weights = name, sizes, weights
        self.nodes: list[NodeProto] = []

    def product(self, a: Operand, b: Operand, wanted: set[str]) -> Operand:
        """Return the product of `a` and `b`, summed over the axes that are not `wanted`."""
        a, b = self.summed(a, wanted | set(b.axes)), self.summed(b, wanted | set(a.axes))
        both = [axis for axis in a.axes if axis in b.axes]
        batch = "".join(axis for axis in both if axis in wanted)
        inner = "".join(axis for axis in both if axis not in wanted)
        rows = "".join(axis for axis in a.axes if axis not in both)
        columns = "".join(axis for axis in b.axes if axis not in both)
        left = self._reshaped(self.transposed(a, batch + rows + inner), (batch, rows, inner))
        right = self._reshaped(self.transposed(b, batch + inner + columns), (batch, inner, columns))
        made = self._add("MatMul", [left, right])
        axes = batch + rows + columns
        shape = [self._sizes[axis] for axis in axes]
        return Operand(self._add("Reshape", [made, self._constant(shape)]), axes)

    def summed(self, a: Operand, wanted: set[str]) -> Operand:
        """Return `a` summed over the axes that are not `wanted`."""
        gone = [at for at, axis in enumerate(a.axes) if axis not in wanted]
        if not gone:
            return a
        name = self._add("ReduceSum", [a.name, self._constant(gone)], keepdims=0)
        return Operand(name, "".join(axis for axis in a.axes if axis in wanted))

    def transposed(self, a: Operand, axes: str, to: str = "") -> str:
        """Return the name of `a` with its axes in another order."""
        return self._add("Transpose", [a.name], to, perm=[a.axes.index(axis) for axis in axes])

    def _reshaped(self, name: str, groups: Sequence[str]) -> str:
        shape = [prod(self._sizes[axis] for axis in group) for group in groups]
        return self._add("Reshape", [name, self._constant(shape)])

    def _constant(self, values: Sequence[int]) -> str:
        return constant(f"{self._name}/einsum{len(self.nodes)}", values, self._weights)

    def _add(self, operator: str, inputs: Sequence[str], to: str = "", **attributes: Any) -> str:
        name = to or f"{self._name}/product{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name
