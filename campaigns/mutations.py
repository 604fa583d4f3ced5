"""Ways to mutate a text, a JSON value, the bytes of a file and an ONNX graph."""

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import onnx
from google.protobuf.message import DecodeError

#: Characters and values that programs mistake: of other scripts, invisible, out of range.
CHARACTERS = "\t\r\x00\x0b\x7f\u0085\u00a0\u00ad\u0301\u200b\u2028\u202e\ufeff\ufffdß中🜁𝔘"
VALUES: Sequence[Any] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 10**30, float("nan"), float("inf")),
    *("", " ", "x", "\x00", "-1", "../x", "a" * 5000),
    *([], {}, [[]], [None], {"": ""}, ["x", 1], {"x": {"y": []}}),
)
OPERATORS = "Add Gemm Conv Loop If Scan Constant Reshape NoSuchOperator Softmax Tile".split()
#: How often a character is repeated by `_repeat`, at most.
REPEATS = 2000


def mutated_text(text: str, tokens: Sequence[str], draw: random.Random) -> str:
    """Return `text` after one to five changes, some of which insert one of `tokens`."""
    changes: list[Callable[[str], str]] = [
        lambda text: _insert(text, draw.choice(tokens), draw),
        lambda text: _insert(text, draw.choice(CHARACTERS), draw),
        lambda text: _delete(text, draw),
        lambda text: _double(text, draw),
        lambda text: _move(text, draw),
        lambda text: _repeat(text, draw),
        lambda text: text[: draw.randrange(len(text) + 1)],
    ]
    weights = [6, 2, 3, 2, 2, 1, 1]
    for change in draw.choices(changes, weights, k=draw.randint(1, 5)):
        text = change(text)
    return text


def mutated_bytes(content: bytes, draw: random.Random) -> bytes:
    """Return `content` with bits flipped, a span of bytes replaced, or its end cut off."""
    found = bytearray(content)
    for _ in range(draw.randint(1, 8)):
        at = draw.randrange(len(found) + 1)
        match draw.randrange(4):
            case 0:
                del found[at : at + draw.randint(1, 16)]
            case 1:
                found[at:at] = draw.randbytes(draw.randint(1, 16))
            case 2 if draw.random() < 0.2:
                del found[at:]
            case _ if at < len(found):
                found[at] ^= 1 << draw.randrange(8)
    return bytes(found)


def mutated_json(value: Any, draw: random.Random) -> str:
    """Return JSON of `value` in which one to three values or keys are others."""
    found = {"": json.loads(json.dumps(value))}
    for _ in range(draw.randint(1, 3)):
        parent, key = draw.choice(_places(found))
        match draw.randrange(4):
            case 0 if parent is not found:
                del parent[key]
            case 1 if isinstance(parent, dict) and parent is not found:
                parent[draw.choice((key.upper(), key + " ", "", "x" * 200))] = parent.pop(key)
            case _:
                parent[key] = deepcopy(draw.choice(VALUES))
    return json.dumps(found[""])


def mutated_graph(content: bytes, draw: random.Random) -> bytes:
    """Return an ONNX file of which a node, a weight, a shape or a byte is another."""
    if draw.random() < 0.4:
        return mutated_bytes(content, draw)
    model = onnx.load_from_string(content)
    for _ in range(draw.randint(1, 3)):
        draw.choice((_change_node, _change_weight, _change_value, _change_versions))(model, draw)
    try:
        return bytes(model.SerializeToString())
    except (DecodeError, ValueError):
        return mutated_bytes(content, draw)


def _insert(text: str, token: str, draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + token + text[at:]


def _span(text: str, draw: random.Random) -> tuple[int, int]:
    at = draw.randrange(len(text) + 1)
    return at, at + draw.randint(1, draw.choice((2, 10, 80)))


def _delete(text: str, draw: random.Random) -> str:
    begin, end = _span(text, draw)
    return text[:begin] + text[end:]


def _double(text: str, draw: random.Random) -> str:
    begin, end = _span(text, draw)
    return text[:end] + text[begin:]


def _move(text: str, draw: random.Random) -> str:
    begin, end = _span(text, draw)
    return _insert(text[:begin] + text[end:], text[begin:end], draw)


def _repeat(text: str, draw: random.Random) -> str:
    at = draw.randrange(len(text)) if text else 0
    return text[:at] + text[at : at + 1] * draw.randint(2, REPEATS) + text[at:]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return (container, key or index) of every value inside `value`."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found = [(value, key) for key in keys]
    return found + [place for key in keys for place in _places(value[key])]


def _change_node(model: onnx.ModelProto, draw: random.Random) -> None:
    nodes = model.graph.node
    if not nodes:
        return
    node = draw.choice(nodes)
    match draw.randrange(5):
        case 0:
            node.op_type = draw.choice(OPERATORS)
        case 1:
            nodes.remove(node)
        case 2:
            nodes.add().CopyFrom(node)
        case 3 if node.input:
            node.input[draw.randrange(len(node.input))] = draw.choice(("", "nowhere", *node.output))
        case _:
            node.attribute.append(onnx.helper.make_attribute(draw.choice(("axis", "perm", "body")), -(2**40)))


def _change_weight(model: onnx.ModelProto, draw: random.Random) -> None:
    if not model.graph.initializer:
        return
    tensor = draw.choice(model.graph.initializer)
    match draw.randrange(4):
        case 0 if tensor.dims:
            tensor.dims[draw.randrange(len(tensor.dims))] = draw.choice((0, -1, 1, 2**31, 2**62))
        case 1:
            tensor.data_type = draw.randrange(24)
        case 2:
            tensor.raw_data = tensor.raw_data[: draw.randrange(len(tensor.raw_data) + 1)]
        case _:
            tensor.name = draw.choice(("", "z", "x", "renamed"))


def _change_value(model: onnx.ModelProto, draw: random.Random) -> None:
    values = [*model.graph.input, *model.graph.output]
    if not values:
        return
    value = draw.choice(values)
    dims = value.type.tensor_type.shape.dim
    match draw.randrange(3):
        case 0 if dims:
            draw.choice(dims).dim_value = draw.choice((0, -1, 1, 7, 2**31))
        case 1:
            value.type.tensor_type.elem_type = draw.randrange(24)
        case _:
            value.name = draw.choice(("", "z", "x", "renamed"))


def _change_versions(model: onnx.ModelProto, draw: random.Random) -> None:
    model.ir_version = draw.choice((0, 1, 8, 99))
    if model.opset_import:
        model.opset_import[0].version = draw.choice((0, 1, 9, 21, 999))
