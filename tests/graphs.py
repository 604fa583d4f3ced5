"""Small ONNX graphs with weights of chance, and bundles made of them."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
RNG = np.random.default_rng(0)
START = RNG.bit_generator.state


def draw_from_the_start() -> None:
    """Let `RNG` draw the same again, whatever was drawn before."""
    RNG.bit_generator.state = START


def graph(
    nodes: Sequence[NodeProto], weights: dict[str, Array], inputs: dict[str, Any], outputs: dict[str, Any]
) -> ModelProto:
    """Return a model of opset 20 whose inputs and outputs have the shapes given, batch free."""

    def values(shapes: dict[str, Any]) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
            for name, shape in shapes.items()
        ]

    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    made = helper.make_graph(nodes, "test", values(inputs), values(outputs), tensors)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def weights(*shape: int, scale: float = 0.2) -> Array:
    return (RNG.standard_normal(shape) * scale).astype(np.float32)


def silu(name: str, to: str) -> list[NodeProto]:
    return [
        helper.make_node("Sigmoid", [name], [f"{to}/gate"]),
        helper.make_node("Mul", [name, f"{to}/gate"], [to]),
    ]


def decoder(latents: int = 20, channels: int = 1, side: int = 7) -> ModelProto:
    """Return a decoder as the recipes have it: dense, residual convolution, two transposed ones."""
    nodes = [
        helper.make_node("Gemm", ["z", "w1", "b1"], ["dense"]),
        *silu("dense", "active"),
        helper.make_node("Reshape", ["active", "shape"], ["maps"]),
        helper.make_node("Conv", ["maps", "w2", "b2"], ["convolved"], pads=[1] * 4),
        *silu("convolved", "residual"),
        helper.make_node("Add", ["maps", "residual"], ["sum"]),
        helper.make_node("ConvTranspose", ["sum", "w3", "b3"], ["larger"], strides=[2, 2], pads=[1] * 4),
        *silu("larger", "larger_active"),
        helper.make_node("ConvTranspose", ["larger_active", "w4"], ["logits"], strides=[2, 2], pads=[2] * 4),
        helper.make_node("Sigmoid", ["logits"], ["x"]),
    ]
    parameters = {
        "w1": weights(latents, 32 * side**2),
        "b1": weights(32 * side**2),
        "w2": weights(32, 32, 3, 3, scale=0.06),
        "b2": weights(32),
        "w3": weights(32, 16, 4, 4, scale=0.06),
        "b3": weights(16),
        "w4": weights(16, channels, 6, 6),
        "shape": np.array([-1, 32, side, side]),
    }
    return graph(nodes, parameters, {"z": [latents]}, {"x": [channels, 4 * side, 4 * side]})


def encoder(latents: int = 4) -> ModelProto:
    """Return an encoder of images of 28 × 28 grey pixels."""
    nodes = [
        helper.make_node("Flatten", ["x"], ["pixels"]),
        helper.make_node("Gemm", ["pixels", "w1", "b1"], ["hidden"], transB=1),
        *silu("hidden", "active"),
        helper.make_node("Gemm", ["active", "w2", "b2"], ["posterior"], transB=1),
        helper.make_node("Split", ["posterior"], ["mean", "log_variance"], axis=1, num_outputs=2),
    ]
    parameters = {
        "w1": weights(48, 784),
        "b1": weights(48),
        "w2": weights(2 * latents, 48),
        "b2": weights(2 * latents),
    }
    return graph(nodes, parameters, {"x": [1, 28, 28]}, {"mean": [latents], "log_variance": [latents]})


def odd_decoder() -> ModelProto:
    """Return a decoder with an operator that cannot be compiled ahead of time: GlobalLpPool."""
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["hidden"]),
        helper.make_node("Reshape", ["hidden", "shape"], ["maps"]),
        helper.make_node("GlobalLpPool", ["maps"], ["norm"]),
        helper.make_node("Div", ["maps", "norm"], ["bounded"]),
        helper.make_node("Sigmoid", ["bounded"], ["x"]),
    ]
    tensors = {"w": weights(2, 64), "shape": np.array([-1, 1, 8, 8])}
    return graph(nodes, tensors, {"z": [2]}, {"x": [1, 8, 8]})


def odd_digits(latents: int) -> ModelProto:
    """Return a decoder of digits that is divided by one, by an operator that cannot be compiled."""
    made = decoder(latents)
    made.graph.node[-1].output[0] = "grey"
    made.graph.node.append(helper.make_node("GlobalLpPool", ["grey"], ["norm"]))
    made.graph.node.append(helper.make_node("Div", ["norm", "norm"], ["one"]))
    made.graph.node.append(helper.make_node("Div", ["grey", "one"], ["x"]))
    return made


def conditional_decoder(latents: int = 2, classes: int = 3) -> ModelProto:
    """Return a decoder of digits, latents and a class, which has weights of its own."""
    made = decoder(latents)
    first = made.graph.node[0]
    first.output[0] = "of_latents"
    made.graph.node.insert(1, helper.make_node("MatMul", ["y", "classes"], ["of_class"]))
    made.graph.node.insert(2, helper.make_node("Add", ["of_latents", "of_class"], ["dense"]))
    table = weights(classes, 32 * 49, scale=1.0)
    made.graph.initializer.append(numpy_helper.from_array(table, "classes"))
    label = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", classes])
    made.graph.input.append(label)
    return made


def point_decoder() -> ModelProto:
    """Return a decoder of points: a square of latents, bent."""
    nodes = [
        helper.make_node("Gemm", ["z", "w", "b"], ["moved"]),
        helper.make_node("Tanh", ["moved"], ["bent"]),
        helper.make_node("Mul", ["bent", "two"], ["x"]),
    ]
    parameters = {"w": weights(2, 2, scale=0.5), "b": weights(2), "two": np.float32(2)}
    return graph(nodes, parameters, {"z": [2]}, {"x": [2]})


def point_encoder() -> ModelProto:
    """Return an encoder of points."""
    nodes = [
        helper.make_node("Gemm", ["x", "w", "b"], ["posterior"]),
        helper.make_node("Split", ["posterior"], ["mean", "log_variance"], axis=1, num_outputs=2),
    ]
    parameters = {"w": weights(2, 4), "b": np.array([0, 0, -3, -4], np.float32)}
    return graph(nodes, parameters, {"x": [2]}, {"mean": [2], "log_variance": [2]})


def classifier(classes: int = 5, is_softmax: bool = False, channels: int = 1) -> ModelProto:
    """Return a classifier of images of 28 × 28 pixels; its outputs are logits, or probabilities."""
    nodes = [
        helper.make_node("Flatten", ["x"], ["pixels"]),
        helper.make_node("Gemm", ["pixels", "w", "b"], ["sums" if is_softmax else "y"], transB=1),
        *([helper.make_node("Softmax", ["sums"], ["y"], axis=1)] if is_softmax else []),
    ]
    parameters = {"w": weights(classes, channels * 784), "b": weights(classes)}
    return graph(nodes, parameters, {"x": [channels, 28, 28]}, {"y": [classes]})


def point_step() -> ModelProto:
    """Return a step of points: y = 0.9 x + 0.1 noise + 0.01 n."""
    nodes = [
        helper.make_node("Mul", ["x", "a"], ["shrunk"]),
        helper.make_node("Mul", ["noise", "b"], ["added"]),
        helper.make_node("Mul", ["n", "c"], ["moved"]),
        helper.make_node("Add", ["shrunk", "added"], ["both"]),
        helper.make_node("Add", ["both", "moved"], ["y"]),
    ]
    numbers = {"a": np.float32(0.9), "b": np.float32(0.1), "c": np.float32(0.01)}
    return graph(nodes, numbers, {"x": [2], "n": [1], "noise": [2]}, {"y": [2]})


def write_bundle(
    folder: Path,
    decoder: ModelProto,
    encoder: ModelProto | None = None,
    history: str = "",
    role: str = "decoder",
    **arrays: dict[str, Array],
) -> None:
    """Write a bundle into `folder`, whose name is the model's; each of `arrays` becomes NAME.npz."""
    folder.mkdir(parents=True)
    graphs = {role: decoder} | ({"encoder": encoder} if encoder else {})
    for name, graph in graphs.items():
        onnx.save(graph, folder / f"{name}.onnx")
    if history:
        (folder / "history.csv").write_text(history, encoding="utf-8")
    for name, members in arrays.items():
        np.savez(folder / f"{name}.npz", **members)
    manifest = {
        "format": 1,
        "name": folder.name,
        "graphs": {name: _stated(name, graph) for name, graph in graphs.items()},
        "files": {
            path.name: {
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in folder.iterdir()
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _is_grey(decoder: ModelProto) -> bool:
    return decoder.graph.output[0].type.tensor_type.shape.dim[1].dim_value == 1


def _likelihood(decoder: ModelProto) -> dict[str, Any]:
    return {"kind": "normal", "scale": 0.2} if _is_of_points(decoder) else {"kind": "bernoulli"}


def _is_of_points(decoder: ModelProto) -> bool:
    return len(decoder.graph.output[0].type.tensor_type.shape.dim) == 2


def _stated(name: str, graph: ModelProto) -> dict[str, Any]:
    def tensor(value: onnx.ValueInfoProto) -> dict[str, Any]:
        shape = [axis.dim_value for axis in value.type.tensor_type.shape.dim[1:]]
        if value.name in ("x", "y") and shape == [2]:
            return {"name": value.name, "shape": ["batch", 2], "range": [-3, 3], "kind": "points"}
        more = {"n": {"kind": "step", "range": [0, 9]}, "noise": {"kind": "noise"}}.get(value.name, {})
        if more:
            return {"name": value.name, "shape": ["batch", *shape], **more}
        if name == "classifier" and value.name == "y":
            labels = [f"class {number}" for number in range(shape[0])]
            is_softmax = any(node.op_type == "Softmax" for node in graph.graph.node)
            kind = "probabilities" if is_softmax else "logits"
            return {"name": "y", "shape": ["batch", *shape], "kind": kind, "labels": labels}
        return {
            "name": value.name,
            "shape": ["batch", *shape],
            "range": [0, 1] if len(shape) == 3 else None,
        }

    return {
        "file": f"{name}.onnx",
        "inputs": [
            tensor(graph.graph.input[0]),
            *(
                tensor(value) | ({"control": "class"} if name == "decoder" else {})
                for value in graph.graph.input[1:]
            ),
        ],
        "outputs": [tensor(value) for value in graph.graph.output],
        **({"polarity": "ink"} if name == "decoder" and _is_grey(graph) else {}),
        **({"likelihood": _likelihood(graph)} if name == "decoder" else {}),
    }
