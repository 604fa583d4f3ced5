"""Run a graph, by ONNX Runtime or as the compiled program, on the same inputs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from ...core.lazy import lazy_pattern
from . import UnsupportedError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Array = npt.NDArray[np.float32]

#: Codes of errors, and files and functions of ONNX Runtime.
NOISE = lazy_pattern(
    r"\[ONNXRuntimeError\] : \d+ : \w+ : |(?:/\S+\.(?:cc|h):\d+ )(?:[^\[]*?\) ?)?(?:\[[^\]]*\] )?"
)
#: Instructions of WebAssembly that the program may execute for one example.
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
        raise UnsupportedError(f"ONNX Runtime cannot open the graph: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Return what ONNX Runtime reports, without its codes and the places in its own source."""
    return NOISE.sub("", str(error)).strip()


def each_output(model: ModelProto, inputs: Array) -> Iterator[list[Array]]:
    """Yield the outputs of `model`, a graph in its normal form, for each of `inputs` (N, …).

    Raises `UnsupportedError` if ONNX Runtime cannot run it.
    """
    yield from run_session(session(model.SerializeToString()), inputs)


def run_session(opened: "InferenceSession", inputs: Array) -> Iterator[list[Array]]:
    """Yield the outputs for each of `inputs` (N, …).

    Raises `UnsupportedError` if ONNX Runtime cannot run the graph.
    """
    [given] = opened.get_inputs()
    for values in inputs:
        try:
            yield [np.asarray(each) for each in opened.run(None, {given.name: values[None]})]
        # ONNX Runtime raises classes of its own that share no base but Exception.
        except Exception as error:
            raise UnsupportedError(f"ONNX Runtime cannot run the graph: {reason(error)}") from error


def run_graph(model: ModelProto, inputs: Array) -> list[Array]:
    """Return the outputs of `model`, a graph in its normal form, for all `inputs` (N, …)."""
    rows = list(each_output(model, inputs))
    return [np.concatenate(each) for each in zip(*rows, strict=True)]


def run_program(program: bytes, inputs: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """Return the outputs, of the `shapes` (without batch), of a compiled `program` for `inputs` (B, …).

    Raises `UnsupportedError` if the program breaks off, or takes more than `FUEL` for an example.
    """
    import wasmtime

    store, exports = instance(program)
    memory: Any = exports["memory"]
    call: Any = {name: exports[name] for name in ("init", "input", "output", "run")}
    outputs = [np.empty((len(inputs), *shape), np.float32) for shape in shapes]
    try:
        call["init"](store)
        for example, values in enumerate(inputs):
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


def instance(program: bytes) -> tuple[Any, Any]:
    """Return a store of wasmtime, with fuel for an example, and the exports of `program` in it."""
    import wasmtime

    store, module = _store(program)
    store.set_fuel(FUEL)
    return store, wasmtime.Instance(store, module, []).exports(store)


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
