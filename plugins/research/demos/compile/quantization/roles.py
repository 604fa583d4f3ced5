"""Which constants of a graph are weights of layers, and which are part of the computation."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from onnx import ModelProto, NodeProto, numpy_helper

#: Operators that multiply an input by a matrix or kernel, and the places of their weights and biases.
LAYERS: Mapping[str, tuple[Sequence[int], Sequence[int]]] = {
    "MatMul": ((0, 1), ()),
    "Gemm": ((0, 1), (2,)),
    "Conv": ((1,), (2,)),
    "ConvTranspose": ((1,), (2,)),
    "Gather": ((0,), ()),
    "Einsum": ((0, 1), ()),
    "LSTM": ((1, 2), (3,)),
    "GRU": ((1, 2), (3,)),
    "RNN": ((1, 2), (3,)),
    "BatchNormalization": ((), (1, 2)),
    "InstanceNormalization": ((), (1, 2)),
    "LayerNormalization": ((), (1, 2)),
    "GroupNormalization": ((), (1, 2)),
    "RMSNormalization": ((), (1,)),
}
#: Operators that only move values, between a product and the bias that is added to it.
MOVES = frozenset({"Reshape", "Transpose", "Slice", "Col2Im", "Squeeze", "Unsqueeze", "Identity"})
WAVES = frozenset({"Sin", "Cos"})


class Role(Enum):
    """What a constant does; one without a role is part of the computation."""

    MATRIX = auto()
    #: A matrix whose products are angles.
    FREQUENCIES = auto()
    VECTOR = auto()


def roles_of(model: ModelProto) -> dict[str, Role]:
    """Return the role of each initializer that is a weight."""
    nodes = list(model.graph.node)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    makers = {name: node for node in nodes for name in node.output}
    readers: dict[str, list[NodeProto]] = {}
    for node in nodes:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    roles: dict[str, Role] = {}
    for node in nodes:
        matrices, vectors = LAYERS.get(node.op_type, ((), ()))
        for at in matrices:
            if at < len(node.input) and node.input[at] in constants:
                is_wave = any(_reaches_wave(name, readers) for name in node.output)
                roles[node.input[at]] = Role.FREQUENCIES if is_wave else Role.MATRIX
        biases = [node.input[at] for at in vectors if at < len(node.input)]
        if node.op_type == "Add":
            biases += _biases(node, makers, constants)
        roles |= {name: Role.VECTOR for name in biases if name in constants and name not in roles}
    shapes = {name: numpy_helper.to_array(constants[name]).shape for name in roles}
    return {name: _role(role, shapes[name]) for name, role in roles.items()}


def _role(role: Role, shape: Sequence[int]) -> Role:
    is_vector = len([size for size in shape if size > 1]) < 2
    return Role.VECTOR if is_vector and role is Role.MATRIX else role


def _biases(node: NodeProto, makers: Mapping[str, NodeProto], constants: Mapping[str, object]) -> list[str]:
    """Return the constants that `node` adds to what a layer has made."""
    added = [name for name in node.input if name in constants]
    [*others] = [name for name in node.input if name not in constants]
    return added if len(others) == 1 and _is_made_by_layer(others[0], makers) else []


def _is_made_by_layer(name: str, makers: Mapping[str, NodeProto]) -> bool:
    node = makers.get(name)
    while node and node.op_type in MOVES:
        node = makers.get(node.input[0])
    return bool(node) and node.op_type in LAYERS  # type: ignore[union-attr]


def _reaches_wave(name: str, readers: Mapping[str, Sequence[NodeProto]], depth: int = 4) -> bool:
    """Return whether `name` becomes an angle, with nothing between but sums, products and moves."""
    return depth > 0 and any(
        node.op_type in WAVES
        or (
            node.op_type in MOVES | {"Add", "Mul", "Concat"}
            and any(_reaches_wave(output, readers, depth - 1) for output in node.output)
        )
        for node in readers.get(name, ())
    )
