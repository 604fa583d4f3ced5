"""Write operators of other programs in those of ONNX itself: what they compute stays the same."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Rewrite = Callable[[NodeProto, list[TensorProto]], Iterator[NodeProto]]


def with_plain_operators(model: ModelProto) -> ModelProto:
    """Return `model` with the operators in `REWRITES` rewritten, as far as their form is known."""
    if not any((node.domain, node.op_type) in REWRITES for node in model.graph.node):
        return model
    changed = ModelProto()
    changed.CopyFrom(model)
    del changed.graph.node[:]
    for node in model.graph.node:
        rewrite = REWRITES.get((node.domain, node.op_type), _as_it_is)
        changed.graph.node.extend(rewrite(node, changed.graph.initializer))
    return changed


def _as_it_is(node: NodeProto, weights: list[TensorProto]) -> Iterator[NodeProto]:
    yield node


def _linear_regressor(node: NodeProto, weights: list[TensorProto]) -> Iterator[NodeProto]:
    """Write Y = X · coefficientsᵀ + intercepts, of scikit-learn, as a product of matrices."""
    given = _attributes(node)
    if given.get("post_transform", b"NONE") != b"NONE":
        yield node
        return
    matrix = np.array(given["coefficients"], np.float32).reshape(int(given.get("targets", 1)), -1).T
    bias = given.get("intercepts", [0.0])
    product = f"{node.output[0]}/product"
    yield helper.make_node("Cast", node.input[:1], [f"{product}/of"], to=TensorProto.FLOAT)
    yield helper.make_node("MatMul", [f"{product}/of", _constant(node, matrix, weights)], [product])
    yield helper.make_node("Add", [product, _constant(node, bias, weights)], node.output)


def _scaler(node: NodeProto, weights: list[TensorProto]) -> Iterator[NodeProto]:
    """Write Y = (X − offset) · scale."""
    given = _attributes(node)
    offset, scale = (_constant(node, given.get(name, [default]), weights) for name, default in SCALER)
    moved = f"{node.output[0]}/moved"
    yield helper.make_node("Cast", node.input[:1], [f"{moved}/of"], to=TensorProto.FLOAT)
    yield helper.make_node("Sub", [f"{moved}/of", offset], [moved])
    yield helper.make_node("Mul", [moved, scale], node.output)


def _erfc(node: NodeProto, weights: list[TensorProto]) -> Iterator[NodeProto]:
    """Write erfc(x), which the GELU of Keras leaves behind and ONNX does not have, as 1 − erf(x)."""
    error = f"{node.output[0]}/erf"
    yield helper.make_node("Erf", node.input, [error])
    yield helper.make_node("Sub", [_constant(node, [1.0], weights), error], node.output)


def _attributes(node: NodeProto) -> dict[str, Any]:
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _constant(node: NodeProto, values: Any, weights: list[TensorProto]) -> str:
    """Put numbers among the `weights`; return their name."""
    name = f"{node.output[0]}/constant{len(weights)}"
    weights.append(numpy_helper.from_array(np.array(values, np.float32), name))
    return name


SCALER = (("offset", 0.0), ("scale", 1.0))
REWRITES: Mapping[tuple[str, str], Rewrite] = {
    ("ai.onnx.ml", "LinearRegressor"): _linear_regressor,
    ("ai.onnx.ml", "Scaler"): _scaler,
    ("", "Erfc"): _erfc,
}
