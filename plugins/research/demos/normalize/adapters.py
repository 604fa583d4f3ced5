"""Surround a graph by what turns latents into its inputs, and its outputs into images."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, compose, helper, numpy_helper

from ..bundles.tensors import Prior, Signature, Tensor
from ..compile import RefusedError
from ..compile.generation.strings import quoted
from .types import graphs_of

Array = npt.NDArray[Any]

#: What our own values are called, in a graph whose names somebody else chose.
PREFIX = "pelican_research"
INTEGERS = frozenset(
    {TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64, TensorProto.UINT8}
)


class Additions:
    """Nodes and constants that are put before or behind those of a graph."""

    def __init__(self, prefix: str, side: str) -> None:
        self.prefix, self._side = prefix, side
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []

    def constant(self, values: Any, kind: type[np.generic] = np.int64) -> str:
        """Return the name of a constant."""
        name = f"{self.prefix}/{self._side}/constant{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Return the name of the output of a new node; `output`, where that is given."""
        name = output or f"{self.prefix}/{self._side}/value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def inner(self, name: str) -> str:
        """Return what the input or output `name` of the graph is called inside; “” is the new input."""
        return f"{self.prefix}/{name}"

    def cut(self, name: str, begin: int, end: int, axis: int) -> str:
        """Return the name of a part of a value along an axis."""
        return self.add("Slice", name, *(self.constant([number]) for number in (begin, end, axis)))


def adapted(
    model: ModelProto, signature: Signature, codes: Array | None = None, prior: ModelProto | None = None
) -> ModelProto:
    """Return `model` for one example at a time.

    Its one input is (1, S), the numbers of all inputs that `signature` states, or for an encoder an image
    (1, C, H, W). Its outputs are images (1, C, H, W) or (1, Z), under the names stated. `codes` (N, …) are
    those of a prior that chooses one of them; the graph `prior` makes latents from normal numbers. Raises
    `RefusedError` where the graph lacks what is stated.
    """
    _check_names(model, signature)
    prefix = _prefix(model)
    before, behind = Additions(prefix, "before"), Additions(prefix, "behind")
    batch = signature.inputs[0].batch or 1
    types = {value.name: value.type.tensor_type.elem_type for value in model.graph.input}
    for tensor, name in _parts(signature, before, codes, prior):
        _feed(tensor, before, name, batch, types[tensor.name])
    outputs = [_read(tensor, behind, batch) for tensor in signature.outputs]
    changed = ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    names = {tensor.name for tensor in (*signature.inputs, *signature.outputs)}
    _rename(graph, {name: before.inner(name) for name in names})
    inner = list(graph.node)
    for field in (graph.node, graph.input, graph.output, graph.value_info):
        del field[:]
    graph.node.extend([*before.nodes, *inner, *behind.nodes])
    graph.initializer.extend([*before.tensors, *behind.tensors])
    graph.input.append(_value(before.inner(""), (1, *signature.canonical_input)))
    graph.output.extend(_value(name, (1, *shape)) for name, shape in outputs)
    return changed


def _value(name: str, shape: Sequence[int]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _check_names(model: ModelProto, signature: Signature) -> None:
    weights = {tensor.name for tensor in model.graph.initializer}
    given = {value.name for value in model.graph.input} - weights
    stated = {tensor.name for tensor in signature.inputs}
    if missing := sorted(stated - given):
        raise RefusedError(
            f"the manifest states an input {quoted(missing[0])}, which the graph does not have"
        )
    if unknown := sorted(given - stated):
        raise RefusedError(
            f"the graph has an input {quoted(unknown[0])} that the manifest does not state; write the "
            "manifest anew, or export the model with that input fixed"
        )
    made = {value.name for value in model.graph.output}
    if missing := sorted({tensor.name for tensor in signature.outputs} - made):
        raise RefusedError(
            f"the manifest states an output {quoted(missing[0])}, which the graph does not have"
        )


def _parts(
    signature: Signature, before: Additions, codes: Array | None, prior: ModelProto | None
) -> list[tuple[Tensor, str]]:
    """Return each input with the name of its numbers, (1, S) or an image."""
    first, *conditions = signature.inputs
    if first.image:
        return [(first, before.inner(""))]
    size = signature.latents
    whole = before.inner("")
    name = before.cut(whole, 0, size, 1) if conditions else whole
    latents = _of_graph(prior, before, name) if prior else _sampled(signature.prior, before, name, codes)
    parts = [(first, latents)]
    for condition in conditions:
        parts.append((condition, before.cut(whole, size, size + condition.size, 1)))
        size += condition.size
    return parts


def _sampled(prior: Prior, before: Additions, name: str, codes: Array | None) -> str:
    """Return the name of latents that have the distribution `prior` where `name` is standard normal.

    Each goes through the distribution function of the normal, and then the inverse of its own.
    """
    if prior.kind == "normal":
        return name
    scaled = before.add("Div", name, before.constant(sqrt(2), np.float32))
    doubled = before.add("Add", before.add("Erf", scaled), before.constant(1, np.float32))
    uniform = before.add("Mul", doubled, before.constant(0.5, np.float32))
    if prior.kind == "uniform":
        stretched = before.add("Mul", uniform, before.constant(prior.high - prior.low, np.float32))
        return before.add("Add", stretched, before.constant(prior.low, np.float32))
    count = len(codes) if codes is not None else prior.size
    # Below count even where the uniform number is rounded to 1.
    steps = before.add("Mul", uniform, before.constant(count * (1 - 1e-6), np.float32))
    number = before.add("Floor", steps)
    if codes is None:
        return number
    index = before.add("Cast", before.add("Reshape", number, before.constant([1])), to=TensorProto.INT64)
    return before.add("Gather", before.constant(codes, codes.dtype.type), index)


def _of_graph(prior: ModelProto, before: Additions, name: str) -> str:
    """Return the name of what the graph `prior` makes of normal numbers called `name`."""
    model = compose.add_prefix(prior, f"{before.prefix}/prior/")
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise RefusedError(f"the graph of the prior has {len(inputs)} inputs; it must have one")
    shape = [1, *(axis.dim_value or -1 for axis in inputs[0].type.tensor_type.shape.dim[1:])]
    shaped = before.add("Reshape", name, before.constant(shape))
    kind = inputs[0].type.tensor_type.elem_type
    before.add("Cast", shaped, output=inputs[0].name, to=kind)
    before.nodes.extend(model.graph.node)
    before.tensors.extend(model.graph.initializer)
    return before.add("Cast", model.graph.output[0].name, to=TensorProto.FLOAT)


def _feed(tensor: Tensor, before: Additions, name: str, batch: int, kind: int) -> None:
    """Make the input `tensor` of the graph, of the data type `kind`, from the numbers called `name`."""
    if tensor.image and tensor.layout == "HWC":
        name = before.add("Transpose", name, perm=[0, 2, 3, 1])
    name = before.add("Reshape", name, before.constant([1, *tensor.shape]))
    if batch > 1:
        repeats = [batch, *(1 for _ in tensor.shape)]
        name = before.add("Tile", name, before.constant(repeats))
    if kind in INTEGERS:
        name = before.add("Floor", before.add("Add", name, before.constant(0.5, np.float32)))
    before.add("Cast", name, output=before.inner(tensor.name), to=kind)


def _read(tensor: Tensor, behind: Additions, batch: int) -> tuple[str, tuple[int, ...]]:
    """Return name and shape, without batch, of what the output `tensor` of the graph becomes."""
    name = behind.add("Cast", behind.inner(tensor.name), to=TensorProto.FLOAT)
    if batch > 1:
        name = behind.cut(behind.add("Reshape", name, behind.constant([batch, tensor.size])), 0, 1, 0)
    if not tensor.image:
        behind.add("Reshape", name, behind.constant([1, tensor.size]), output=tensor.name)
        return tensor.name, (tensor.size,)
    channels, height, width = tensor.image
    ordered = (channels, height, width) if tensor.layout == "CHW" else (height, width, channels)
    name = behind.add("Reshape", name, behind.constant([1, *ordered]))
    behind.add(
        "Transpose", name, output=tensor.name, perm=[0, 1, 2, 3] if tensor.layout == "CHW" else [0, 3, 1, 2]
    )
    return tensor.name, tensor.image


def _rename(graph: GraphProto, names: Mapping[str, str]) -> None:
    """Give the values in `names` other names, wherever `graph` and its subgraphs use them."""
    for each in graphs_of(graph):
        for node in each.node:
            for field in (node.input, node.output):
                field[:] = [names.get(name, name) for name in field]
        for value in (*each.initializer, *(each.output if each is not graph else ())):
            value.name = names.get(value.name, value.name)


def _prefix(model: ModelProto) -> str:
    """Return what no name in `model` begins with."""
    prefix = PREFIX
    names = {name for graph in graphs_of(model.graph) for node in graph.node for name in node.output}
    names |= {tensor.name for graph in graphs_of(model.graph) for tensor in graph.initializer}
    while any(name.startswith(prefix) for name in names):
        prefix += "_"
    return prefix
