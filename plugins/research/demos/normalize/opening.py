"""Read an ONNX file that somebody else made: whole, and from nothing but the bytes that are given."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from google.protobuf.message import DecodeError
from onnx import ModelProto, NodeProto, TensorProto, inliner, numpy_helper

from ..compile import RefusedError
from ..compile.generation.strings import nodes_of, quoted
from ..messages import File
from .plain import with_plain_operators


def opened(file: File, with_weights: bool = True) -> ModelProto:
    """Return the graph in `file`, with its external data inside unless it is asked for without.

    Raises `RefusedError` if it is none, or if its external data is not among what `file` brings.
    """
    try:
        model = ModelProto()
        model.ParseFromString(file.content)
    except DecodeError as error:
        raise RefusedError("it is not an ONNX file") from error
    if not model.graph.output:
        raise RefusedError("it is not an ONNX file: it holds no graph with an output")
    for tensor in external_tensors(model) if with_weights else ():
        _bring_in(tensor, file.data)
    return model


def external_tensors(model: ModelProto) -> list[TensorProto]:
    """Return the tensors, wherever they stand in `model`, whose values lie in another file."""
    return [tensor for tensor in _tensors(model) if tensor.data_location == TensorProto.EXTERNAL]


def location(tensor: TensorProto) -> str:
    """Return the name of the file in which the values of `tensor` lie."""
    return next((entry.value for entry in tensor.external_data if entry.key == "location"), "")


def simplified(model: ModelProto) -> ModelProto:
    """Return `model` with its local functions expanded, its constants as initializers, in operators of ONNX.

    Raises `RefusedError` for functions that call themselves.
    """
    if model.functions:
        _refuse_recursion(model)
        model = inliner.inline_local_functions(model)
    plain = ModelProto()
    plain.CopyFrom(model)
    graph = plain.graph
    del graph.node[:]
    for node in model.graph.node:
        value = _constant(node)
        if value is None:
            graph.node.append(node)
        else:
            graph.initializer.append(value)
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)
    return with_plain_operators(plain)


def _tensors(message: object) -> Iterator[TensorProto]:
    """Yield the tensors in the protocol buffer `message`, at any depth."""
    if isinstance(message, TensorProto):
        yield message
        return
    for field, value in message.ListFields():  # type: ignore[attr-defined]
        if field.message_type is not None:
            for each in value if isinstance(value, Iterable) else (value,):
                yield from _tensors(each)


def _bring_in(tensor: TensorProto, data: Mapping[str, bytes]) -> None:
    """Put the values of `tensor` where they belong, from the file of `data` that it names."""
    stated = {entry.key: entry.value for entry in tensor.external_data}
    name = stated.get("location", "")
    if name not in data:
        raise RefusedError(
            f"its weights lie in {quoted(name)}, which is no file that the manifest lists; "
            "external data must lie beside the graph, in the same folder, and stand under “files”"
        )
    try:
        start = int(stated.get("offset") or 0)
        end = start + int(stated["length"]) if stated.get("length") else len(data[name])
    except ValueError as error:
        raise RefusedError(f"where weights lie in {quoted(name)} is not said in numbers") from error
    if not 0 <= start <= end <= len(data[name]):
        raise RefusedError(f"{quoted(name)} is shorter than the graph states")
    tensor.raw_data = data[name][start:end]
    del tensor.external_data[:]
    tensor.ClearField("data_location")


def _constant(node: NodeProto) -> TensorProto | None:
    """Return what `node` holds, under the name of its output, if it is a constant in numbers."""
    if node.op_type != "Constant" or node.domain not in ("", "ai.onnx") or len(node.attribute) != 1:
        return None
    [attribute] = node.attribute
    tensor = TensorProto()
    if attribute.name == "value":
        tensor.CopyFrom(attribute.t)
    elif attribute.name in ("value_float", "value_floats"):
        numbers = attribute.f if attribute.name == "value_float" else list(attribute.floats)
        tensor.CopyFrom(numpy_helper.from_array(np.array(numbers, np.float32)))
    elif attribute.name in ("value_int", "value_ints"):
        numbers = attribute.i if attribute.name == "value_int" else list(attribute.ints)
        tensor.CopyFrom(numpy_helper.from_array(np.array(numbers, np.int64)))
    else:
        return None
    tensor.name = node.output[0]
    return tensor


def _refuse_recursion(model: ModelProto) -> None:
    """Raise `RefusedError` if a function of `model` is reached from itself."""
    calls = {
        (function.domain, function.name): {(node.domain, node.op_type) for node in nodes_of(function.node)}
        for function in model.functions
    }
    done: set[tuple[str, str]] = set()
    while ready := [name for name in calls.keys() - done if not (calls[name] & calls.keys()) - done]:
        done.update(ready)
    for name in sorted(calls.keys() - done):
        raise RefusedError(f"the function {quoted(name[1])} of the graph calls itself")
