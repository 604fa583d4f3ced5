"""Run a graph, by ONNX Runtime or as the compiled program, on the same inputs."""

import time
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, shape_inference

from . import UnsupportedError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Array = npt.NDArray[np.float32]

#: Examples at a time where the graph leaves it open: enough to keep a core busy…
MAX_BATCH = 256
#: …and the bytes that the values between operators may take together.
BATCH_MEMORY = 1 << 30
#: Instructions of WebAssembly that the program of one example may take.
FUEL = 10**11
#: Bytes of memory that a program may have.
PROGRAM_MEMORY = 1 << 30


def session(content: bytes) -> "InferenceSession":
    """Return what runs the graph in the ONNX file `content`; raise `UnsupportedError` if there is nothing."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the same sums in the same order on any machine
    options.log_severity_level = 4  # what goes wrong is in the exception
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    # ONNX Runtime raises classes of its own that share no base but Exception.
    except Exception as error:
        raise UnsupportedError(f"ONNX Runtime cannot open the graph: {error}") from error


def run_session(
    opened: "InferenceSession",
    inputs: Array,
    batch: int,
    outputs: Sequence[str] | None = None,
    fixed: int = 0,
) -> list[Array]:
    """Return the `outputs`, all if None, for `inputs` (B, …), `batch` at a time.

    Where the graph takes batches of one size only, as it says or as `fixed` says, the last is filled up.
    Raises `UnsupportedError` if ONNX Runtime cannot run the graph.
    """
    given = opened.get_inputs()
    if len(given) != 1:
        raise UnsupportedError(f"the graph has {len(given)} inputs; one is needed")
    if not fixed and given[0].shape and isinstance(given[0].shape[0], int):
        fixed = given[0].shape[0]
    step = fixed or batch
    parts = []
    for start in range(0, len(inputs), step):
        values = _padded(inputs[start : start + step], fixed)
        try:
            parts.append(opened.run(outputs, {given[0].name: values}))
        except Exception as error:
            raise UnsupportedError(f"ONNX Runtime cannot run the graph: {error}") from error
    return [np.concatenate(each)[: len(inputs)] for each in zip(*parts, strict=True)]


def run_graph(model: ModelProto, inputs: Array) -> list[Array]:
    """Return the outputs of `model` for `inputs` (B, …), by ONNX Runtime.

    Raises `UnsupportedError` if that cannot run it.
    """
    return run_session(session(model.SerializeToString()), inputs, batch_of(model))


def batch_of(model: ModelProto) -> int:
    """Return how many examples `model` may be given at once without taking too much memory."""
    return max(1, min(MAX_BATCH, BATCH_MEMORY // max(1, _bytes_of_one(model))))


def _bytes_of_one(model: ModelProto) -> int:
    """Return how many bytes of values are there at once, at most, while `model` runs on one example.

    A value is there from the node that makes it to the last that reads it. One whose shape cannot be
    inferred counts as the largest of the others.
    """
    graph = shape_inference.infer_shapes(model).graph
    sizes = {
        value.name: 4 * prod(axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim[1:])
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
    unknown = max(sizes.values(), default=4)
    last = {name: at for at, node in enumerate(graph.node) for name in node.input}
    present: dict[str, int] = {}
    most = 0
    for at, node in enumerate(graph.node):
        present |= {name: sizes.get(name, unknown) for name in node.output if name}
        most = max(most, sum(present.values()))
        present = {name: size for name, size in present.items() if last.get(name, at) > at}
    return most


def run_program(
    program: bytes, inputs: Array, shapes: Sequence[tuple[int, ...]], seconds: float | None = None
) -> list[Array]:
    """Return the outputs, of the `shapes` (without batch), of a compiled `program` for `inputs` (B, …).

    After `seconds` no further input is begun, so there may be fewer outputs than inputs, but one at
    least. Raises `UnsupportedError` if the program breaks off.
    """
    import wasmtime

    store, module = _store(program)
    exports = wasmtime.Instance(store, module, []).exports(store)
    memory: Any = exports["memory"]
    call: Any = {name: exports[name] for name in ("init", "input", "output", "run")}
    outputs = [np.empty((len(inputs), *shape), np.float32) for shape in shapes]
    end = time.monotonic() + seconds if seconds else float("inf")
    try:
        store.set_fuel(FUEL)
        call["init"](store)
        for example, values in enumerate(inputs):
            if example and time.monotonic() > end:
                return [output[:example] for output in outputs]
            store.set_fuel(FUEL)
            memory.write(store, values.astype("<f4").tobytes(), call["input"](store, 0))
            call["run"](store)
            for n, output in enumerate(outputs):
                at = call["output"](store, n)
                data = memory.read(store, at, at + output[example].nbytes)
                output[example] = np.frombuffer(data, "<f4").reshape(output[example].shape)
    except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
        reason = error.message if isinstance(error, wasmtime.Trap) else str(error)
        raise UnsupportedError(f"the compiled program breaks off: {reason}") from error
    return outputs


def _store(program: bytes) -> tuple[Any, Any]:
    """Return a store of wasmtime and the module in it, in memory that is taken when it is needed."""
    import wasmtime

    config = wasmtime.Config()
    config.consume_fuel = True
    config.memory_reservation = 0
    config.memory_guard_size = 0
    config.memory_reservation_for_growth = 0
    config.parallel_compilation = False
    store = wasmtime.Store(wasmtime.Engine(config))
    store.set_limits(memory_size=PROGRAM_MEMORY)
    return store, wasmtime.Module(store.engine, program)


def _padded(batch: Array, size: int) -> Array:
    missing = (size or len(batch)) - len(batch)
    return np.concatenate([batch, np.zeros((missing, *batch.shape[1:]), np.float32)]) if missing else batch
