"""Take all strings out of a graph that somebody else chose: what is made from it holds none of them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto
from onnx import TensorShapeProto as Shape

from ....core.lazy import lazy_pattern
from .. import RefusedError

#: Names of operators, of their domains and attributes: they decide what is computed, so they stay.
OPERATOR = lazy_pattern(r"[A-Za-z][A-Za-z0-9_]{0,63}")
DOMAIN = lazy_pattern(r"[a-z]{0,16}(?:\.[a-z]{1,16}){0,4}")
#: Values of attributes, such as ``NOTSET``, ``linear``, or the equation of an Einsum.
VALUE = lazy_pattern(rb"[A-Za-z0-9_ ,.>-]{0,256}")
#: Characters of a stranger's name that a message repeats.
MAX_NAME_LENGTH = 60


class Names:
    """Gives each name of a graph one of ours, the same each time."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """Return our name for `name`; an input or output that is left out stays without one."""
        return self._found.setdefault(name, f"v{len(self._found)}") if name else ""


def without_strings(model: ModelProto) -> ModelProto:
    """Return `model`, which has no functions, with names of ours and with no text.

    What stays is what decides the result: operators, domains, attributes and their values. Raises
    `RefusedError` for one that holds other characters than such names have.
    """
    clean = ModelProto()
    clean.ir_version = model.ir_version
    used = {node.domain for node in nodes_of(model.graph.node)} | {"", "ai.onnx"}
    for entry in (entry for entry in model.opset_import if entry.domain in used):
        clean.opset_import.add(domain=_checked(DOMAIN, entry.domain, "a domain"), version=entry.version)
    values, axes = Names(), Names()
    _copy_graph(model.graph, clean.graph, values, axes)
    return clean


def quoted(name: str) -> str:
    """Return `name` as a message may repeat it: short, on one line, without control characters."""
    shown = name if len(name) <= MAX_NAME_LENGTH else f"{name[:MAX_NAME_LENGTH]}…"
    return "“" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown) + "”"


# Everything is copied field by field: what a later version of ONNX adds is left out until it is read here.


def _copy_graph(given: GraphProto, to: GraphProto, values: Names, axes: Names) -> None:
    if given.sparse_initializer:
        raise RefusedError("the graph has sparse weights")
    to.name = "graph"
    for tensor in given.initializer:
        _copy_tensor(tensor, to.initializer.add(), values[tensor.name])
    for field in ("input", "output", "value_info"):
        for value in getattr(given, field):
            _copy_value(value, getattr(to, field).add(), values, axes)
    for number, node in enumerate(given.node):
        copied = to.node.add(name=f"n{number}")
        copied.op_type = _checked(OPERATOR, node.op_type, "an operator")
        copied.domain = _checked(DOMAIN, node.domain, "a domain")
        copied.input.extend(values[name] for name in node.input)
        copied.output.extend(values[name] for name in node.output)
        for attribute in node.attribute:
            _copy_attribute(node, attribute, copied.attribute.add(), values, axes)


def _copy_value(given: ValueInfoProto, to: ValueInfoProto, values: Names, axes: Names) -> None:
    to.name = values[given.name]
    kind = given.type.WhichOneof("value")
    if kind is None:
        return
    if kind != "tensor_type":
        raise RefusedError(f"the graph has a value {quoted(given.name)} that is no tensor")
    tensor = given.type.tensor_type
    to.type.tensor_type.elem_type = tensor.elem_type
    if tensor.HasField("shape"):
        shape = to.type.tensor_type.shape
        shape.SetInParent()
        for axis in tensor.shape.dim:
            _copy_axis(axis, shape.dim.add(), axes)


def _copy_axis(given: Shape.Dimension, to: Shape.Dimension, axes: Names) -> None:
    kind = given.WhichOneof("value")
    if kind == "dim_value":
        to.dim_value = given.dim_value
    elif kind == "dim_param":
        to.dim_param = axes[given.dim_param]


def _copy_tensor(given: TensorProto, to: TensorProto, name: str) -> None:
    if given.data_type == TensorProto.STRING or given.data_location == TensorProto.EXTERNAL:
        raise RefusedError(f"the graph has a tensor {quoted(given.name)} that holds no numbers")
    to.name = name
    to.data_type = given.data_type
    to.dims.extend(given.dims)
    if given.HasField("raw_data"):
        to.raw_data = given.raw_data
    for field in ("float_data", "int32_data", "int64_data", "double_data", "uint64_data"):
        getattr(to, field).extend(getattr(given, field))


def _copy_attribute(
    node: NodeProto, given: AttributeProto, to: AttributeProto, values: Names, axes: Names
) -> None:
    to.name = _checked(OPERATOR, given.name, "an attribute")
    to.type = given.type
    if given.sparse_tensors or given.type_protos or given.HasField("sparse_tensor") or given.HasField("tp"):
        raise RefusedError(f"the operator {node.op_type} has an attribute {given.name} that is no number")
    for field in ("f", "i"):
        if given.HasField(field):
            setattr(to, field, getattr(given, field))
    for field in ("floats", "ints"):
        getattr(to, field).extend(getattr(given, field))
    if given.HasField("s"):
        to.s = _text(given, given.s)
    to.strings.extend(_text(given, text) for text in given.strings)
    for tensor, copied in _pairs(given, to, "t", "tensors"):
        _copy_tensor(tensor, copied, "")
    for graph, copied in _pairs(given, to, "g", "graphs"):
        _copy_graph(graph, copied, values, axes)


def _pairs(given: AttributeProto, to: AttributeProto, one: str, several: str) -> Iterable[tuple[Any, Any]]:
    """Yield each message of the fields `one` and `several` of `given` with its counterpart in `to`."""
    if given.HasField(one):
        yield getattr(given, one), getattr(to, one)
    for each in getattr(given, several):
        yield each, getattr(to, several).add()


def nodes_of(nodes: Iterable[NodeProto]) -> Iterator[NodeProto]:
    """Yield `nodes` and those of their subgraphs."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                yield from nodes_of(graph.node)


def _checked(pattern: "re.Pattern[str]", name: str, what: str) -> str:
    if not pattern.fullmatch(name):
        raise RefusedError(f"the graph has {what} with the name {quoted(name)}")
    return name


def _text(attribute: AttributeProto, text: bytes) -> bytes:
    if not VALUE.fullmatch(text):
        shown = quoted(text.decode("utf-8", "replace"))
        raise RefusedError(f"the graph has an attribute {attribute.name} with the value {shown}")
    return text
