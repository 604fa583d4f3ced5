"""Run a step of training, by ONNX Runtime or as the compiled program, and compare the two with what PyTorch
did.

Inputs of a step are its state, such as parameters and the moments of an optimizer, for each of which it has
an output next_NAME; ``step``, which counts from 1; ``x``, a batch of examples; ``noise``, standard normal
numbers; ``learning_rate`` and ``beta``. Outputs are also ``likelihood`` and ``divergence``, means over the
batch in nats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto

from ..drawing.chance import Draws
from ..messages import File
from ..normalize.opening import opened, simplified
from ..normalize.optimize import inferred, lifted, optimized
from ..normalize.types import with_float32
from . import RefusedError, UnsupportedError
from .generation.training import compile_training, states
from .rewriting.products import with_computed_outputs
from .runtime import FUEL, instance, reason, session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Array = npt.NDArray[np.float32]

PARAMETERS = "parameters"
TERMS = ("likelihood", "divergence")
#: How far parameters may be from those of PyTorch, in parts of the largest.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Made:
    """A program that trains."""

    program: bytes
    #: The largest difference of a parameter from what PyTorch reached, in parts of the largest parameter…
    difference: float
    #: …after so many steps.
    steps: int


def normal_step(file: File) -> ModelProto:
    """Return the graph in `file`, of fixed sizes and float32, simplified as far as possible.

    Raises `UnsupportedError` if ONNX Runtime cannot open it, or if its sizes are not fixed.
    """
    model = inferred(with_computed_outputs(optimized(lifted(with_float32(simplified(opened(file)))))))
    for value in (*model.graph.input, *model.graph.output):
        tensor = value.type.tensor_type
        if tensor.elem_type != TensorProto.FLOAT or not all(axis.dim_value for axis in tensor.shape.dim):
            raise RefusedError(
                "inputs and outputs of a step of training must be floats of fixed sizes, the batch among them"
            )
    return model


def sizes(model: ModelProto) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the inputs of `model`, by name."""
    return {
        value.name: tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
        for value in model.graph.input
    }


def build(graphs: Mapping[str, ModelProto], check: Mapping[str, Array], tools: Path | None = None) -> Made:
    """Compile `graphs`, the step first, and run as many steps as `check` has.

    `check` holds ``initial`` (P,), ``x`` (T, B, …), ``noise`` (T, B, K), ``rates`` (the learning rate and β)
    and what PyTorch reached: ``parameters`` (P,). Raises `RefusedError` where the program reaches something
    else.
    """
    for is_exact in (False, True):
        program = compile_training(graphs, tools, is_exact)
        found = _reached(program, graphs["step"], check)
        largest = max(float(np.abs(check[PARAMETERS]).max()), 1e-12)
        errors = np.abs(found - check[PARAMETERS]) / largest
        difference = float(errors.max()) if np.isfinite(errors).all() else float("inf")
        if difference <= TOLERANCE:
            return Made(program, difference, len(check["x"]))
    raise RefusedError(
        f"after {len(check['x'])} steps the parameters of the compiled program differ by {difference:.2g} of "
        "the largest from those that PyTorch reached"
    )


def _reached(program: bytes, step: ModelProto, check: Mapping[str, Array]) -> Array:
    """Return the parameters after the steps of `check` by `program`."""
    store, exports = instance(program)
    memory: Any = exports["memory"]
    call: Any = {name: exports[name] for name in ("input", "output", "run")}
    names = [value.name for value in step.graph.input]

    def write(name: str, values: Any) -> None:
        at = call["input"](store, 0, names.index(name))
        memory.write(store, np.ascontiguousarray(values, "<f4").tobytes(), at)

    try:
        write(PARAMETERS, check["initial"])
        for name, value in zip(("learning_rate", "beta"), check["rates"], strict=True):
            if name in names:
                write(name, value)
        for number, (x, noise) in enumerate(zip(check["x"], check["noise"], strict=True), start=1):
            store.set_fuel(FUEL)
            for name, values in (("step", number), ("x", x), ("noise", noise)):
                if name in names:
                    write(name, values)
            call["run"](store, 0)
        at = call["input"](store, 0, names.index(PARAMETERS))
        size = check["initial"].nbytes
        return np.frombuffer(memory.read(store, at, at + size), "<f4")
    except Exception as error:
        # wasmtime raises Trap and WasmtimeError, which have no base but Exception.
        raise UnsupportedError(f"the compiled program breaks off: {error}") from error


@dataclass(frozen=True)
class Training:
    """What decides a run."""

    seed: int
    steps: int
    batch_size: int
    learning_rate: float
    beta: float
    #: Steps over which β rises from 0.
    warm_up: int


def train(step: ModelProto, initial: Array, data: Array, chosen: Training) -> tuple[Array, Array]:
    """Run `step` from the parameters `initial` (P,) on batches of `data` (N, …) by ONNX Runtime.

    Returns the parameters (P,), and the terms of the bound at each step (T, 2).
    """
    opened_session = session(step.SerializeToString())
    shapes = sizes(step)
    following = [value.name for value in step.graph.output]
    pairs = [(step.graph.input[i].name, following[o]) for i, o in states(step)]
    state = {name: np.zeros(shapes[name], np.float32) for name, _ in pairs}
    state[PARAMETERS] = initial.reshape(shapes[PARAMETERS])
    terms = np.empty((chosen.steps, 2), np.float32)
    draws = Draws(chosen.seed, shapes["x"][0], chosen.batch_size, shapes.get("noise", (1, 0)), len(data))
    for number in range(1, chosen.steps + 1):
        weight = chosen.beta * min(1.0, number / chosen.warm_up if chosen.warm_up else 1.0)
        given = {
            "step": number,
            "x": data[draws.examples(number)],
            "noise": draws.noise(number),
            "learning_rate": chosen.learning_rate,
            "beta": weight,
        }
        feed = {
            name: np.asarray(given[name], np.float32).reshape(shape)
            for name, shape in shapes.items()
            if name in given
        }
        made = dict(zip(following, call(opened_session, {**state, **feed}), strict=True))
        state = {name: made[after] for name, after in pairs}
        terms[number - 1] = [float(made[name].reshape(())) for name in TERMS]
    return state[PARAMETERS].ravel(), terms


def call(opened_session: "InferenceSession", feed: Mapping[str, Array]) -> Sequence[Array]:
    """Return all outputs; raise `UnsupportedError` if ONNX Runtime cannot run the graph."""
    try:
        return [np.asarray(each) for each in opened_session.run(None, dict(feed))]
    # ONNX Runtime raises classes of its own that share no base but Exception.
    except Exception as error:
        raise UnsupportedError(f"ONNX Runtime cannot run the graph: {reason(error)}") from error


def apply(model: ModelProto, parameters: Array, inputs: Array) -> list[Array]:
    """Return what `model`, a graph of parameters and of a batch of fixed size, makes of `inputs` (N, …)."""
    [(first, shape), (second, batch)] = list(sizes(model).items())
    if first != PARAMETERS:
        raise RefusedError(f"the first input must be {PARAMETERS}, and is {first[:60]!r}")
    opened_session = session(model.SerializeToString())
    size = batch[0]
    padded = np.zeros((-(-len(inputs) // size) * size, *batch[1:]), np.float32)
    padded[: len(inputs)] = inputs.reshape(len(inputs), *batch[1:])
    rows = [
        call(opened_session, {first: parameters.reshape(shape), second: padded[at : at + size]})
        for at in range(0, len(padded), size)
    ]
    return [
        np.concatenate(each)[: len(inputs)] if each[0].ndim and len(each[0]) == size else each[0]
        for each in zip(*rows, strict=True)
    ]
