"""A decoder of probabilities → one of logits: near 0 and 1, probabilities in float32 say too little."""

import numpy as np
from onnx import ModelProto, NodeProto

from ..compile.quantization.roles import MOVES
from .adapters import Additions

#: How near to 0 and 1 probabilities are taken for what they are, where no sigmoid makes them.
LEAST = 1e-7


def with_logits(model: ModelProto) -> ModelProto:
    """Return `model`, a decoder in its normal form with one output in [0, 1], with logits in its place.

    The sigmoid at its end goes; where there is none, the logarithms of the probabilities are taken.
    """
    changed = ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    sigmoid = _last_sigmoid(changed)
    if sigmoid is None:
        _append(changed)
        return changed
    readers = [node for node in graph.node if sigmoid.output[0] in node.input]
    if readers:
        for node in readers:
            node.input[:] = [sigmoid.input[0] if name == sigmoid.output[0] else name for name in node.input]
        graph.node.remove(sigmoid)
    else:
        sigmoid.op_type = "Identity"
    return changed


def _last_sigmoid(model: ModelProto) -> NodeProto | None:
    """Return the sigmoid whose values are the output, moved at most, and are read by nothing else."""
    makers: dict[str, NodeProto] = {name: node for node in model.graph.node for name in node.output}
    name = model.graph.output[0].name
    while (node := makers.get(name)) is not None:
        if sum(list(each.input).count(name) for each in model.graph.node) > 1:
            return None
        if node.op_type == "Sigmoid":
            return node
        if node.op_type not in MOVES | {"Flatten"} - {"Col2Im"}:
            return None
        name = node.input[0]
    return None


def _append(model: ModelProto) -> None:
    """Append log(p) − log(1 − p) for the output p."""
    graph = model.graph
    name = graph.output[0].name
    made = Additions("pelican_research_logits", "behind")
    for node in graph.node:
        node.output[:] = [made.inner(name) if each == name else each for each in node.output]
        node.input[:] = [made.inner(name) if each == name else each for each in node.input]
    bounds = (made.constant(LEAST, np.float32), made.constant(1 - LEAST, np.float32))
    clipped = made.add("Clip", made.inner(name), *bounds)
    others = made.add("Sub", made.constant(1, np.float32), clipped)
    made.add("Sub", made.add("Log", clipped), made.add("Log", others), output=name)
    graph.node.extend(made.nodes)
    graph.initializer.extend(made.tensors)
