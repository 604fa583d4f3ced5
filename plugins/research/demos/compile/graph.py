"""What rewriting and generation both need of a graph: its shapes, its inputs, its batch."""

from collections.abc import Iterable

from onnx import ModelProto, helper, shape_inference

from . import RefusedError


def of_one(model: ModelProto) -> ModelProto:
    """Return `model` for batches of one: C wants its shapes in numbers.

    Raises `RefusedError` if it takes batches of another size only.
    """
    fixed = ModelProto()
    fixed.CopyFrom(model)
    for value in (*fixed.graph.input, *fixed.graph.output):
        first = value.type.tensor_type.shape.dim[0]
        if first.dim_value > 1:
            raise RefusedError(f"the graph takes nothing but batches of {first.dim_value}")
        first.dim_value = 1
    return fixed


def with_inputs(model: ModelProto, names: Iterable[str]) -> ModelProto:
    """Return `model` with the initializers `names` turned into inputs, behind those it has."""
    moved = ModelProto()
    moved.CopyFrom(model)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for name in names:
        tensor = tensors.pop(name)
        moved.graph.input.append(helper.make_tensor_value_info(name, tensor.data_type, tensor.dims))
    del moved.graph.initializer[:]
    moved.graph.initializer.extend(tensors.values())
    return moved


def shapes_of(model: ModelProto) -> dict[str, tuple[int, ...]]:
    """Return the inferred shape of each value; 0 stands for an axis of any length."""
    graph = shape_inference.infer_shapes(model).graph
    return {
        value.name: tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
