"""Run a graph, by ONNX Runtime or as the compiled program, on the same inputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

Array = npt.NDArray[np.float32]


def run_graph(model: ModelProto, inputs: Array) -> list[Array]:
    """Return the outputs of `model` for `inputs` (B, …), by ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    outputs: list[Array] = session.run(None, {session.get_inputs()[0].name: inputs})
    return outputs


def run_program(program: bytes, inputs: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """Return the outputs, of the `shapes` (without batch), of a compiled `program` for `inputs` (B, …)."""
    import wasmtime

    store = wasmtime.Store()
    exports = wasmtime.Instance(store, wasmtime.Module(store.engine, program), []).exports(store)
    memory: Any = exports["memory"]
    call: Any = {name: exports[name] for name in ("init", "input", "output", "run")}
    call["init"](store)
    outputs = [np.empty((len(inputs), *shape), np.float32) for shape in shapes]
    for item, values in enumerate(inputs):
        memory.write(store, values.astype("<f4").tobytes(), call["input"](store, 0))
        call["run"](store)
        for n, output in enumerate(outputs):
            at = call["output"](store, n)
            data = memory.read(store, at, at + output[item].nbytes)
            output[item] = np.frombuffer(data, "<f4").reshape(output[item].shape)
    return outputs
