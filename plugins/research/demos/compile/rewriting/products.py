"""Write matrix products and constants of a training step in the form that ``generation.schedule`` reads."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from ..graph import shapes_of

#: Operators that take a number in the place of a constant tensor whose elements are all the same.
BROADCASTING = frozenset(
    {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where", "Greater", "GreaterOrEqual"}
)


def with_plain_products(model: ModelProto) -> ModelProto:
    """Return `model` with each product of two matrices as Gemm, which transposes its factors."""
    changed = ModelProto()
    changed.CopyFrom(model)
    shapes = shapes_of(model) | {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    flipped = {
        node.output[0]: node.input[0]
        for node in model.graph.node
        if node.op_type == "Transpose" and _flips(node)
    }
    nodes = [_product(node, shapes, flipped) for node in model.graph.node]
    wanted = {value.name for value in model.graph.output}
    read: list[NodeProto] = []
    for node in reversed(nodes):
        if wanted & set(node.output):
            wanted.update(node.input)
            read.append(node)
    del changed.graph.node[:]
    changed.graph.node.extend(reversed(read))
    return _with_numbers(changed, shapes)


def with_computed_outputs(model: ModelProto) -> ModelProto:
    """Return `model` with an operator for each output that is a constant."""
    changed = ModelProto()
    changed.CopyFrom(model)
    outputs = {value.name for value in model.graph.output}
    for tensor in changed.graph.initializer:
        if tensor.name in outputs:
            name, tensor.name = tensor.name, f"{tensor.name}/constant"
            changed.graph.node.append(helper.make_node("Identity", [tensor.name], [name]))
    return changed


def _flips(node: NodeProto) -> bool:
    perm = next((list(each.ints) for each in node.attribute if each.name == "perm"), None)
    return perm == [1, 0]


def _product(node: NodeProto, shapes: Mapping[str, Sequence[int]], flipped: Mapping[str, str]) -> NodeProto:
    """Return `node`, a product of two matrices, as Gemm without transposed copies of its factors."""
    sides = [len(shapes.get(name, ())) for name in node.input[:2]]
    if node.op_type not in ("Gemm", "MatMul") or sides != [2, 2]:
        return node
    stated = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    names, flips = list(node.input), [stated.get("transA", 0), stated.get("transB", 0)]
    for at in (0, 1):
        while names[at] in flipped:
            names[at], flips[at] = flipped[names[at]], 1 - flips[at]
    numbers = {name: stated[name] for name in ("alpha", "beta") if name in stated}
    return helper.make_node(
        "Gemm", names, node.output, node.name, transA=flips[0], transB=flips[1], **numbers
    )


def _with_numbers(model: ModelProto, shapes: Mapping[str, Sequence[int]]) -> ModelProto:
    """Put a number in the place of constant tensors of equal elements, which another input broadcasts."""
    numbers = dict(_numbers(model))
    used = set()
    for node in model.graph.node:
        if node.op_type not in BROADCASTING:
            continue
        made = shapes.get(node.output[0], ())
        for at, name in enumerate(node.input):
            others = (shapes.get(other, ()) for other in node.input if other != name)
            if name in numbers and any(tuple(other) == tuple(made) for other in others):
                node.input[at] = numbers[name].name
                used.add(numbers[name].name)
    model.graph.initializer.extend(tensor for tensor in numbers.values() if tensor.name in used)
    read = {name for node in model.graph.node for name in node.input}
    left = [tensor for tensor in model.graph.initializer if tensor.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(left)
    return model


def _numbers(model: ModelProto) -> Iterator[tuple[str, TensorProto]]:
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1 and np.all(values == values.flat[0]):
            name = f"{tensor.name}/number"
            yield tensor.name, numpy_helper.from_array(values.flat[:1].reshape(()).copy(), name)
