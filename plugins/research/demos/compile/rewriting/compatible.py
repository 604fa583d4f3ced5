"""Write operators in the form that emx-onnx-cgen reads; what they compute stays the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from onnx import ModelProto, NodeProto, helper, numpy_helper

from ..graph import shapes_of
from .constants import Weights, constant
from .einsum import products

Shapes = Mapping[str, Sequence[int]]


def compatible(model: ModelProto) -> ModelProto:
    """Return `model` with the operators in `REWRITES` rewritten."""
    changed = ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    before = set(weights)
    shapes = shapes_of(model) | {name: tuple(tensor.dims) for name, tensor in weights.items()}
    nodes = [
        each for node in graph.node for each in REWRITES.get(node.op_type, _as_it_is)(node, shapes, weights)
    ]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensor for name, tensor in weights.items() if name not in before)
    return changed


def _as_it_is(node: NodeProto, shapes: Shapes, weights: Weights) -> Iterator[NodeProto]:
    yield node


def _resize(node: NodeProto, shapes: Shapes, weights: Weights) -> Iterator[NodeProto]:
    """Leave the region of interest out where no crop is asked for: it may be of any length there."""
    mode = _text(node, "coordinate_transformation_mode", "half_pixel")
    if mode != "tf_crop_and_resize" and len(node.input) > 1 and node.input[1]:
        node.input[1] = ""
    yield node


def _gru(node: NodeProto, shapes: Shapes, weights: Weights) -> Iterator[NodeProto]:
    """Run each direction by a node of its own, which has no attribute that names it."""
    direction = _text(node, "direction", "forward")
    if direction == "forward":
        yield _without_direction(node, node.input, node.output)
        return
    length = next(iter(shapes.get(node.input[0], ())), 0)
    if direction != "bidirectional" or any(node.input[4:5]) or not length or not _all_known(node, weights):
        yield node
        return
    values, *parameters = node.input[:4]
    name = node.name or node.output[0] or node.output[1]
    states = list(node.input[5:6])
    results: list[list[str]] = [[], []]
    for at, is_reversed in enumerate((False, True)):
        here = [_half(parameter, at, weights) for parameter in parameters]
        state = [f"{name}/state{at}"] if states and states[0] else []
        if state:
            yield from _cut(states[0], state[0], at, name, weights)
        given = values
        if is_reversed:
            given = f"{name}/reversed"
            yield from _reverse(values, given, length, weights)
        made = [f"{name}/values{at}", f"{name}/last{at}"]
        yield _without_direction(node, [given, *here, "", *state], made)
        if is_reversed:
            yield from _reverse(made[0], f"{name}/forward", length, weights)
            made[0] = f"{name}/forward"
        for result, each in zip(results, made, strict=True):
            result.append(each)
    for axis, result, output in zip((1, 0), results, [*node.output, ""][:2], strict=True):
        if output:
            yield helper.make_node("Concat", result, [output], axis=axis)


def _without_direction(node: NodeProto, inputs: object, outputs: object) -> NodeProto:
    copied = NodeProto()
    copied.CopyFrom(node)
    copied.name = ""
    copied.input[:] = inputs
    copied.output[:] = outputs
    attributes = [each for each in node.attribute if each.name not in ("direction", "activations")]
    del copied.attribute[:]
    copied.attribute.extend(attributes)
    return copied


def _all_known(node: NodeProto, weights: Weights) -> bool:
    is_plain = not any(
        each.name == "activations" or (each.name == "layout" and each.i) for each in node.attribute
    )
    return is_plain and all(name in weights for name in node.input[1:4] if name)


def _half(name: str, at: int, weights: Weights) -> str:
    """Return the name of the parameters of one direction."""
    if not name:
        return ""
    half = f"{name}/{at}"
    weights[half] = numpy_helper.from_array(numpy_helper.to_array(weights[name])[at : at + 1].copy(), half)
    return half


def _cut(name: str, to: str, at: int, prefix: str, weights: Weights) -> Iterator[NodeProto]:
    numbers = [constant(f"{prefix}/{to}/{n}", [value], weights) for n, value in enumerate((at, at + 1, 0))]
    yield helper.make_node("Slice", [name, *numbers], [to])


def _reverse(name: str, to: str, length: int, weights: Weights) -> Iterator[NodeProto]:
    """Turn the steps, which are along the first axis, round."""
    index = constant(f"{to}/index", range(length)[::-1], weights)
    yield helper.make_node("Gather", [name, index], [to], axis=0)


def _slice(node: NodeProto, shapes: Shapes, weights: Weights) -> Iterator[NodeProto]:
    """Gather what a slice with negative steps takes."""
    shape, given = shapes.get(node.input[0], ()), [*node.input[1:], "", ""]
    values = [
        numpy_helper.to_array(weights[name]).tolist() if name in weights else None for name in given[:4]
    ]
    starts, ends, axes, steps = values
    if starts is None or ends is None or steps is None or min(steps) > 0 or not all(shape) or not shape:
        yield node
        return
    name = node.input[0]
    places = list(zip(axes or range(len(starts)), starts, ends, steps, strict=True))
    for number, (axis, *bounds) in enumerate(places):
        numbers = range(shape[axis])[slice(*bounds)] if bounds[2] > 0 else _backwards(shape[axis], *bounds)
        to = node.output[0] if number == len(places) - 1 else f"{node.output[0]}/axis{number}"
        index = constant(f"{to}/index", numbers, weights)
        yield helper.make_node("Gather", [name, index], [to], axis=axis)
        name = to


def _backwards(length: int, start: int, end: int, step: int) -> range:
    """Return the places that a slice with a negative step takes, as ONNX defines them (Slice-13)."""
    start = min(max(start + length if start < 0 else start, 0), length - 1)
    end = min(max(end + length if end < 0 else end, -1), length - 1)
    return range(start, end, step)


def _text(node: NodeProto, name: str, default: str) -> str:
    found = (each.s.decode("utf-8", "replace") for each in node.attribute if each.name == name)
    return next(found, default)


REWRITES: Mapping[str, Callable[[NodeProto, Shapes, Weights], Iterator[NodeProto]]] = {
    "Resize": _resize,
    "GRU": _gru,
    "Slice": _slice,
    "Einsum": products,
}
