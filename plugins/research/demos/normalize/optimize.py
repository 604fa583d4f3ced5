"""Simplify a graph by maintained optimizers: constants folded, normalizations merged, dead nodes gone."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import ModelProto, helper, shape_inference, version_converter

from ..compile import UnsupportedError
from ..compile.runtime import reason, session
from .types import graphs_of

#: The first opset whose Resize states how coordinates are mapped.
RESIZE_OPSET = 11
#: The first opset with Col2Im, which ``compile.rewriting.col2im`` makes of convolutions.
OPSET = 18


def lifted(model: ModelProto) -> ModelProto:
    """Return `model` in opset 18 or newer; raise `UnsupportedError` if ONNX cannot convert it."""
    if opset_of(model) >= OPSET:
        return model
    try:
        found = version_converter.convert_version(model, OPSET)
    # The converter raises RuntimeError and classes of its own for what its adapters do not know.
    except Exception as error:
        raise UnsupportedError(f"ONNX cannot convert the graph to opset {OPSET}: {error}") from error
    if opset_of(model) < RESIZE_OPSET:
        _state_coordinates(found)
    return found


def _state_coordinates(model: ModelProto) -> None:
    """State how Upsample and the first Resize map coordinates, which the converter leaves to a default."""
    stated = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    for node in (node for node in model.graph.node if node.op_type == "Resize"):
        left = [each for each in node.attribute if each.name not in stated]
        del node.attribute[:]
        node.attribute.extend(left)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in stated.items())


def opset_of(model: ModelProto) -> int:
    """Return the version of the operators of ONNX itself."""
    return max(
        (int(each.version) for each in model.opset_import if each.domain in ("", "ai.onnx")), default=1
    )


def optimized(model: ModelProto) -> ModelProto:
    """Return `model` after the basic optimizations of ONNX Runtime, which depend on no processor.

    Raises `UnsupportedError` if ONNX Runtime cannot open it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    # Weights in integers are expanded: they are quantized again, by what costs least.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "optimized.onnx"
        options.optimized_model_filepath = str(path)
        try:
            onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
            found = onnx.load(path)
        # ONNX Runtime raises classes of its own that share no base but Exception.
        except Exception as error:
            raise UnsupportedError(f"ONNX Runtime cannot open the graph: {reason(error)}") from error
    return _tidy(found)


def inferred(model: ModelProto) -> ModelProto:
    """Return `model` with the shapes of its values, as far as they can be inferred."""
    try:
        return shape_inference.infer_shapes(model, data_prop=True)
    except Exception as error:
        raise UnsupportedError(f"its shapes contradict each other: {error}") from error


def with_measured_shapes(model: ModelProto) -> ModelProto:
    """Return `model` with shapes that were measured where they could not be inferred.

    For one example at a time all shapes are fixed, but for those that depend on values.
    """
    known = {
        value.name
        for value in (*model.graph.input, *model.graph.value_info, *model.graph.output)
        if all(axis.dim_value for axis in value.type.tensor_type.shape.dim)
        and value.type.tensor_type.HasField("shape")
    }
    names = [name for node in model.graph.node for name in node.output if name and name not in known]
    if not names:
        return model
    watched = ModelProto()
    watched.CopyFrom(model)
    given = {each.name: each for each in model.graph.output}
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in given)
    opened = session(watched.SerializeToString())
    [value] = opened.get_inputs()
    try:
        arrays = opened.run(names, {value.name: np.zeros(value.shape, np.float32)})
    except Exception as error:
        raise UnsupportedError(f"ONNX Runtime cannot run the graph: {reason(error)}") from error
    measured = ModelProto()
    measured.CopyFrom(model)
    left = [each for each in model.graph.value_info if each.name not in names]
    del measured.graph.value_info[:]
    measured.graph.value_info.extend(left)
    for name, array in zip(names, map(np.asarray, arrays), strict=True):
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        measured.graph.value_info.append(helper.make_tensor_value_info(name, kind, array.shape))
    return measured


def _tidy(model: ModelProto) -> ModelProto:
    """Leave the domains out that no node is of, and what ONNX Runtime notes for itself."""
    used = {node.domain for graph in graphs_of(model.graph) for node in graph.node} | {"", "ai.onnx"}
    domains = [each for each in model.opset_import if each.domain in used]
    used_domains = [(each.domain, each.version) for each in domains]
    del model.opset_import[:]
    for domain, version in used_domains:
        model.opset_import.add(domain=domain, version=version)
    for graph in graphs_of(model.graph):
        for node in graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
    del model.metadata_props[:]
    return model
