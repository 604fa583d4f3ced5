"""A step of training written by hand: what an author could leave who uses no trainer of ours.

A model of points in the plane, x = m + s z with fixed s, whose parameter is m (2,); its posterior of z has
the mean x - m. Gradient descent with momentum maximizes -E|x - m|² / 2 - β |m|² / 2.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper

BATCH, RATE, STEPS, MOMENTUM = 8, 0.1, 20, 0.5
RANGE = (-2.0, 2.0)

Floats = npt.NDArray[np.float32]


def model(
    nodes: list[Any], constants: dict[str, Any], inputs: dict[str, Any], outputs: dict[str, Any]
) -> ModelProto:
    """Return a graph whose inputs and outputs have the shapes given, all of them fixed."""
    sides = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in values.items()]
        for values in (inputs, outputs)
    ]
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    made = helper.make_graph(nodes, "step", *sides, tensors)
    found = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(found, full_check=True)
    return found


def step() -> ModelProto:
    """Return the step."""
    node = helper.make_node
    nodes = [
        node("Sub", ["x", "parameters"], ["distance"]),  # (B, 2)
        node("ReduceMean", ["distance", "rows"], ["pull"], keepdims=0),  # (2,)
        node("Mul", ["parameters", "beta"], ["decay"]),
        node("Sub", ["pull", "decay"], ["gradient"]),
        node("Mul", ["velocity", "momentum"], ["slower"]),
        node("Add", ["slower", "gradient"], ["next_velocity"]),
        node("Mul", ["next_velocity", "learning_rate"], ["change"]),
        node("Add", ["parameters", "change"], ["next_parameters"]),
        node("Mul", ["distance", "distance"], ["squares"]),
        node("ReduceSum", ["squares", "columns"], ["sums"], keepdims=0),  # (B,)
        node("ReduceMean", ["sums", "rows"], ["mean"], keepdims=0),
        node("Mul", ["mean", "half"], ["minus"]),
        node("Neg", ["minus"], ["likelihood"]),
        node("Mul", ["parameters", "parameters"], ["own"]),
        node("ReduceSum", ["own", "rows"], ["norm"], keepdims=0),
        node("Mul", ["norm", "half"], ["divergence"]),
    ]
    constants = {
        "rows": np.array([0]),
        "columns": np.array([1]),
        "half": np.float32(0.5),
        "momentum": np.float32(MOMENTUM),
    }
    given = {"parameters": [2], "velocity": [2], "x": [BATCH, 2], "learning_rate": [], "beta": []}
    made = {"next_parameters": [2], "next_velocity": [2], "likelihood": [], "divergence": []}
    return model(nodes, constants, given, made)


def decoder() -> ModelProto:
    """Return m + z / 5, and the deviation of points around it."""
    nodes = [
        helper.make_node("Mul", ["z", "fifth"], ["small"]),
        helper.make_node("Add", ["small", "parameters"], ["x"]),
        helper.make_node("Identity", ["deviation"], ["scale"]),
    ]
    constants = {"fifth": np.float32(0.2), "deviation": np.array([0.3], np.float32)}
    return model(nodes, constants, {"parameters": [2], "z": [4, 2]}, {"x": [4, 2], "scale": [1]})


def encoder() -> ModelProto:
    """Return x - m."""
    nodes = [helper.make_node("Sub", ["x", "parameters"], ["mean"])]
    return model(nodes, {}, {"parameters": [2], "x": [4, 2]}, {"mean": [4, 2]})


def reached(initial: Floats, batches: Floats, rate: float = RATE, beta: float = 1.0) -> Floats:
    """Return the parameters after a step on each of `batches` (T, B, 2)."""
    parameters, velocity = initial.astype(np.float64), np.zeros(2)
    for x in batches.astype(np.float64):
        velocity = MOMENTUM * velocity + (x - parameters).mean(axis=0) - beta * parameters
        parameters = parameters + rate * velocity
    return parameters.astype(np.float32)


def add_step(folder: Path, **changes: Any) -> None:
    """Add the step, and graphs of its parameters, to the bundle in `folder`; `changes` are of its arrays."""
    rng = np.random.default_rng(1)
    examples = rng.integers(100, 256, (40, 2), np.uint8)
    values = examples / 255 * 4 - 2
    chosen = rng.integers(0, len(examples), (STEPS, BATCH))
    initial = np.array([0.5, -0.5], np.float32)
    arrays = {
        "examples": examples,
        "segments": np.array([[1, 0.0, 0.5], [1, -1.0, 0.0]]),
        "check_initial": initial,
        "check_chosen": chosen,
        "check_noise": np.zeros((STEPS, BATCH, 0), np.float32),
        "check_parameters": reached(initial, values[chosen].astype(np.float32)),
        **changes,
    }
    np.savez(folder / "step.npz", **arrays)
    graphs = {"step": step(), "decoder": decoder(), "encoder": encoder()}
    for name, graph in graphs.items():
        onnx.save(graph, folder / f"step_{name}.onnx")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["step"] = {
        "graphs": {name: f"step_{name}.onnx" for name in graphs},
        "arrays": "step.npz",
        "range": RANGE,
        "batch_size": BATCH,
        "learning_rate": RATE,
    }
    manifest["files"] |= {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in folder.iterdir()
        if path.name != "manifest.json"
    }
    manifest.pop("sha256", None)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
