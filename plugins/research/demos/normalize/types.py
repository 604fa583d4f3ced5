"""Make a graph compute in float32, whatever floating-point type it was exported in."""

from collections.abc import Iterator

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

#: Floating-point types other than float32.
OTHER_FLOATS = frozenset({TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16})
#: Attributes that hold a data type.
TYPE_ATTRIBUTES = frozenset({"to", "dtype", "stash_type", "output_dtype", "softmax_precision"})


def with_float32(model: ModelProto) -> ModelProto:
    """Return `model` with float32 in the place of float64, float16 and bfloat16, subgraphs included."""
    changed = ModelProto()
    changed.CopyFrom(model)
    for graph in graphs_of(changed.graph):
        for tensor in graph.initializer:
            _convert(tensor)
        for value in (*graph.input, *graph.output):
            if value.type.tensor_type.elem_type in OTHER_FLOATS:
                value.type.tensor_type.elem_type = TensorProto.FLOAT
        del graph.value_info[:]
        for node in graph.node:
            _convert_attributes(node)
    return changed


def graphs_of(graph: GraphProto) -> Iterator[GraphProto]:
    """Yield `graph` and its subgraphs."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            # Only where there is one: to write to another field would make it one.
            for inner in (*([attribute.g] if attribute.HasField("g") else ()), *attribute.graphs):
                yield from graphs_of(inner)


def _convert_attributes(node: NodeProto) -> None:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.TENSOR:
            _convert(attribute.t)
        elif attribute.name in TYPE_ATTRIBUTES and attribute.i in OTHER_FLOATS:
            attribute.i = TensorProto.FLOAT


def _convert(tensor: TensorProto) -> None:
    if tensor.data_type in OTHER_FLOATS:
        values = numpy_helper.to_array(tensor).astype(np.float64)
        limit = np.finfo(np.float32).max  # such as the −1.8e308 of a mask
        finite = np.where(np.isfinite(values), values.clip(-limit, limit), values)
        tensor.CopyFrom(
            helper.make_tensor(
                tensor.name, TensorProto.FLOAT, values.shape, finite.astype("<f4").tobytes(), raw=True
            )
        )
