"""Run a graph, by ONNX Runtime or as the compiled program, on the same inputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from . import UnsupportedError

Array = npt.NDArray[np.float32]


def run_graph(model: ModelProto, inputs: Array) -> list[Array]:
    """Return the outputs of `model` for `inputs` (B, …), by ONNX Runtime.

    Raises `UnsupportedError` if that cannot run it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the same sums in the same order on any machine
    options.log_severity_level = 4  # what goes wrong is in the exception
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        [given] = session.get_inputs()
        step = given.shape[0] if isinstance(given.shape[0], int) else len(inputs)
        starts = range(0, len(inputs), step)
        batches = [session.run(None, {given.name: inputs[at : at + step]}) for at in starts]
    # ONNX Runtime raises classes of its own that share no base but Exception.
    except Exception as error:
        raise UnsupportedError(f"ONNX Runtime cannot run the graph: {error}") from error
    return [np.concatenate(parts) for parts in zip(*batches, strict=True)]


def run_program(program: bytes, inputs: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """Return the outputs, of the `shapes` (without batch), of a compiled `program` for `inputs` (B, …).

    Raises `UnsupportedError` if it breaks off.
    """
    import wasmtime

    store = wasmtime.Store()
    exports = wasmtime.Instance(store, wasmtime.Module(store.engine, program), []).exports(store)
    memory: Any = exports["memory"]
    call: Any = {name: exports[name] for name in ("init", "input", "output", "run")}
    call["init"](store)
    outputs = [np.empty((len(inputs), *shape), np.float32) for shape in shapes]
    for item, values in enumerate(inputs):
        memory.write(store, values.astype("<f4").tobytes(), call["input"](store, 0))
        try:
            call["run"](store)
        except wasmtime.Trap as error:
            raise UnsupportedError(f"the compiled program breaks off: {error.message}") from error
        for n, output in enumerate(outputs):
            at = call["output"](store, n)
            data = memory.read(store, at, at + output[item].nbytes)
            output[item] = np.frombuffer(data, "<f4").reshape(output[item].shape)
    return outputs
