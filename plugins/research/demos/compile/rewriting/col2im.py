"""Write convolutions as products of matrices and Col2Im, of which fast C is made."""

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper

from ..graph import shapes_of

Array = npt.NDArray[Any]

#: The first opset with Col2Im.
COL2IM_OPSET = 18


def with_col2im(model: ModelProto) -> ModelProto:
    """Return `model` with its transposed convolutions as matrix products and Col2Im.

    A transposed convolution is Col2Im(Wᵀx) (Dumoulin and Visin 2016, section 4). As it stands it
    compiles to a loop over strides that no compiler turns into SIMD; a matrix product it does. A
    convolution of stride 1 is a transposed one with its kernel turned round, so it goes the same
    way. Nodes with groups, dilations or a padding that is not given in numbers are left alone, and so
    are graphs of an opset without Col2Im.
    """
    if _opset(model) < COL2IM_OPSET:
        return model
    shapes = shapes_of(model)
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        kernel = _transposed_kernel(node, weights)
        size = shapes.get(node.input[0], (0,) * 4)[2:] if kernel is not None else ()
        if kernel is None or not all(size) or min(_pads(node, kernel)) < 0:
            nodes.append(node)
        else:
            nodes += _as_col2im(node, kernel, size, weights)
    return _with(model, nodes, weights)


def _transposed_kernel(node: NodeProto, weights: Mapping[str, Array]) -> Array | None:
    """Return the kernel (I, O, h, w) of `node` read as a transposed convolution, None if it is none."""
    if node.op_type not in ("Conv", "ConvTranspose") or not set(node.input[1:2]) & weights.keys():
        return None
    kernel = weights[node.input[1]]
    given = _attributes(node)
    irregular = given.get("group", 1) != 1 or set(given.get("dilations", ())) - {1}
    if kernel.ndim != 4 or irregular or given.get("auto_pad", b"NOTSET") != b"NOTSET":
        return None
    if node.op_type == "ConvTranspose":
        return None if "output_shape" in given else kernel
    if set(given.get("strides", ())) - {1}:
        return None
    return kernel.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]


def _pads(node: NodeProto, kernel: Array) -> list[int]:
    """Return the padding (top, left, bottom, right) of `node` as a transposed convolution."""
    pads = list(_attributes(node).get("pads", (0, 0, 0, 0)))
    if node.op_type == "ConvTranspose":
        return pads
    return [kernel.shape[2 + axis % 2] - 1 - pad for axis, pad in enumerate(pads)]


def _as_col2im(
    node: NodeProto, kernel: Array, size: tuple[int, ...], weights: dict[str, Array]
) -> Iterator[NodeProto]:
    """Yield the nodes that stand for `node`; put the tensors that they read into `weights`."""
    channels, out, *block = kernel.shape
    pads = _pads(node, kernel)
    given = _attributes(node)
    strides, extra = given.get("strides", [1, 1]), given.get("output_padding", [0, 0])
    # Onto a canvas where nothing falls beside it, then cut: a loop without conditions becomes SIMD.
    whole = [(size[axis] - 1) * strides[axis] + block[axis] + extra[axis] for axis in (0, 1)]
    name = node.output[0]
    weights[f"{name}/kernel"] = np.ascontiguousarray(kernel.reshape(channels, -1).T)  # (O h w, I)
    weights[f"{name}/flat"] = np.array([0, channels, prod(size)], np.int64)
    weights[f"{name}/image"] = np.array(whole, np.int64)
    weights[f"{name}/block"] = np.array(block, np.int64)
    weights[f"{name}/starts"] = np.array(pads[:2], np.int64)
    weights[f"{name}/ends"] = np.array([whole[axis] - pads[axis + 2] for axis in (0, 1)], np.int64)
    weights[f"{name}/axes"] = np.array([2, 3], np.int64)
    bias = weights[node.input[2]] if len(node.input) == 3 else np.zeros(out, np.float32)
    weights[f"{name}/bias"] = bias.reshape(out, 1, 1)
    yield helper.make_node("Reshape", [node.input[0], f"{name}/flat"], [f"{name}/columns"])
    yield helper.make_node("MatMul", [f"{name}/kernel", f"{name}/columns"], [f"{name}/products"])
    read = [f"{name}/products", f"{name}/image", f"{name}/block"]
    yield helper.make_node("Col2Im", read, [f"{name}/placed"], strides=strides)
    cut = [f"{name}/placed", f"{name}/starts", f"{name}/ends", f"{name}/axes"]
    yield helper.make_node("Slice", cut, [f"{name}/cut"])
    yield helper.make_node("Add", [f"{name}/cut", f"{name}/bias"], [name])


def _with(model: ModelProto, nodes: Iterable[NodeProto], weights: Mapping[str, Array]) -> ModelProto:
    """Return `model` with other `nodes` and with those of the `weights` that they read."""
    changed = ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    for field in (graph.node, graph.initializer, graph.value_info):
        del field[:]
    graph.node.extend(nodes)
    read = {value.name for value in graph.output} | _read(graph)
    graph.initializer.extend(numpy_helper.from_array(weights[name], name) for name in weights if name in read)
    return changed


def _read(graph: GraphProto) -> set[str]:
    """Return the names of the values that the nodes of `graph` read, those of their subgraphs included."""
    names: set[str] = set()
    for node in graph.node:
        names.update(node.input)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                names |= _read(inner) | {value.name for value in inner.output}
    return names


def _attributes(node: NodeProto) -> dict[str, Any]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _opset(model: ModelProto) -> int:
    return next(int(entry.version) for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
