"""The layers of a graph in its normal form, for a drawing: what has weights, and what follows it.

Operators without weights of their own belong to the layer that they follow: activations by their names, and
those that only arrange numbers by the shape that they leave.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import prod
from typing import Any

from onnx import ModelProto, NodeProto, helper, shape_inference

#: More than this many are no drawing.
MAX_LAYERS = 64
#: Operators with weights, and what a drawing calls them.
LAYERS = {"Gemm": "dense", "MatMul": "dense", "Conv": "convolution", "ConvTranspose": "transposed"}
#: Those that arrange numbers and compute none.
ARRANGING = frozenset(
    "Reshape Flatten Transpose Squeeze Unsqueeze Identity Cast Expand Concat Split Slice".split()
)
#: Those of which an activation may be made, or arithmetic: they are named by what is made of them.
ARITHMETIC = frozenset("Add Sub Mul Div Neg Pow Sqrt Sum Constant Min Max Clip Exp Log Erf".split())


@dataclass
class Layer:
    """A layer, and what follows it until the next."""

    #: One of the values of `LAYERS`, or the name of an operator; empty for the input.
    kind: str
    #: Without the batch, of what leaves it.
    shape: list[int]
    #: Height and width of a kernel, and the stride.
    kernel: list[int] = field(default_factory=list)
    stride: int = 1
    parameters: int = 0
    #: Numbers of the layers that it takes from, 0 for the input.
    sources: list[int] = field(default_factory=list)
    #: Names of activations.
    then: list[str] = field(default_factory=list)
    #: The outputs of the graph that it gives.
    outputs: list[str] = field(default_factory=list)
    #: Of each of them, without the batch.
    output_shape: list[int] = field(default_factory=list)


def layers(model: ModelProto) -> list[dict[str, Any]]:
    """Return the layers of `model` in the order of computation; the first is the input."""
    return [asdict(layer) for layer in _Walk(model).layers()[:MAX_LAYERS]]


class _Walk:
    def __init__(self, model: ModelProto) -> None:
        graph = shape_inference.infer_shapes(model).graph
        values = (*graph.value_info, *graph.input, *graph.output)
        self._shapes = {
            value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim] for value in values
        }
        self._weights = {weight.name: list(weight.dims) for weight in graph.initializer}
        self._graph = graph
        inputs = [value.name for value in graph.input if value.name not in self._weights]
        self._layers = [Layer("", self._shape(inputs[0]))]
        #: The layer that gives a value, and the operators since then.
        self._of: dict[str, int] = dict.fromkeys(inputs, 0)
        self._made_by: dict[str, NodeProto] = {}

    def layers(self) -> list[Layer]:
        for node in self._graph.node:
            self._take(node)
        for output in self._graph.output:
            if output.name in self._of:
                layer = self._layers[self._of[output.name]]
                layer.outputs.append(output.name)
                layer.output_shape = self._shape(output.name)
        return self._layers

    def _take(self, node: NodeProto) -> None:
        """Note what `node` is: a layer, or part of the one that it follows."""
        self._made_by.update(dict.fromkeys(node.output, node))
        sources = list(dict.fromkeys(self._of[name] for name in node.input if name in self._of))
        if not sources:
            return
        parameters = sum(prod(self._weights[name]) for name in node.input if name in self._weights)
        has_weights = any(len(self._weights[name]) > 1 for name in node.input if name in self._weights)
        is_layer = node.op_type in LAYERS and has_weights
        is_other = node.op_type not in ARRANGING | ARITHMETIC and "Normalization" in node.op_type
        if is_layer or is_other:
            at = self._begin(node, sources, parameters)
        else:
            at = self._go_on(node, sources, parameters)
        self._of.update(dict.fromkeys(node.output, at))

    def _begin(self, node: NodeProto, sources: list[int], parameters: int) -> int:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        self._layers.append(
            Layer(
                LAYERS.get(node.op_type, node.op_type),
                self._shape(node.output[0]),
                kernel=self._kernel(node),
                stride=max(_whole(attributes.get("strides", (1,)))),
                parameters=parameters,
                sources=sources,
            )
        )
        return len(self._layers) - 1

    def _go_on(self, node: NodeProto, sources: list[int], parameters: int) -> int:
        """Add `node` to the last layer that it takes from."""
        at = max(sources)
        layer = self._layers[at]
        if node.op_type not in ARRANGING and at:
            layer.parameters += parameters  # a bias that is added
        if len(sources) > 1 and node.op_type in ("Add", "Sum", "Concat"):
            layer.sources = list(dict.fromkeys((*layer.sources, *(each for each in sources if each != at))))
        if name := self._activation(node):
            layer.then = [*(each for each in layer.then if each not in _parts(name)), name]
        shape = self._shape(node.output[0])
        if at and prod(shape) == prod(layer.shape):
            layer.shape = shape
        return at

    def _activation(self, node: NodeProto) -> str:
        """Return the name of the activation that `node` is, or completes."""
        makers = [self._made_by[name] for name in node.input if name in self._made_by]
        if node.op_type == "Mul":
            for maker in makers:
                if maker.op_type == "Sigmoid" and set(maker.input) & set(node.input):
                    return "SiLU"
            if any(maker.op_type == "Erf" for found in makers for maker in self._before(found)):
                return "GELU"
        is_named = node.op_type not in ARRANGING | ARITHMETIC
        return (
            {"Relu": "ReLU", "Sigmoid": "sigmoid", "Tanh": "tanh"}.get(node.op_type, node.op_type)
            if is_named
            else ""
        )

    def _before(self, node: NodeProto, depth: int = 3) -> Iterable[NodeProto]:
        """Yield `node` and those that its inputs come from."""
        yield node
        for name in node.input if depth else ():
            if name in self._made_by:
                yield from self._before(self._made_by[name], depth - 1)

    def _kernel(self, node: NodeProto) -> list[int]:
        """Return height and width of the kernel of a convolution."""
        weights = next((self._weights[name] for name in node.input if name in self._weights), [])
        return weights[2:] if "Conv" in node.op_type else []

    def _shape(self, name: str) -> list[int]:
        """Return the shape of a value without the batch; empty where it is not known."""
        return self._shapes.get(name, [])[1:]


def _parts(name: str) -> Sequence[str]:
    """Return the activations that the one called `name` is computed by."""
    parts: Mapping[str, Sequence[str]] = {"SiLU": ("sigmoid",), "GELU": ("GELU",)}
    return parts.get(name, ())


def _whole(values: Iterable[Any]) -> list[int]:
    return [int(value) for value in values]
