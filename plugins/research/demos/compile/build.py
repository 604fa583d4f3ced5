"""The whole way from a graph to its program: quantized as coarsely as the limits allow, compiled, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onnx import ModelProto

from ..bundles.tensors import Tensor
from . import RefusedError, checks
from .generation.program import compile_program
from .quantization.weights import Packed, quantize_weights
from .records import MAX_NATS_OF_PROGRAM, Measured, Precision, QuantizationCost, Trial
from .rewriting.col2im import with_col2im
from .rewriting.compatible import compatible
from .runtime import run_graph


@dataclass(frozen=True)
class Made:
    """What a graph was compiled to."""

    program: bytes
    quantized: ModelProto
    measured: Measured


def build(full: ModelProto, outputs: Sequence[Tensor], trial: Trial, tools: Path | None = None) -> Made:
    """Compile `full`, a graph in its normal form, with the coarsest weights that the limits allow.

    `outputs` are what its manifest states, `tools` is as `compile_program` has it. Raises `UnsupportedError`
    for a graph that cannot be compiled, or whose program computes something else.
    """
    precision, quantized, weights, cost = _quantized(full, trial)
    for is_exact in (False, True):
        program = compile_program(quantized, weights, tools, is_exact)
        parity = checks.parity(program, quantized, trial.inputs, outputs)
        nats = checks.program_nats(program, full, trial, outputs)
        if parity <= checks.PARITY and (nats or 0) <= MAX_NATS_OF_PROGRAM:
            return Made(program, quantized, Measured(precision, cost, parity, nats))
    raise RefusedError(f"the compiled program errs by {parity:.2g} of its output")


def rewritten(full: ModelProto) -> ModelProto:
    """Return `full`, a graph in its normal form, with operators that compile to fast programs."""
    return with_col2im(compatible(full))


def _quantized(
    full: ModelProto, trial: Trial
) -> tuple[Precision, ModelProto, list[Packed], QuantizationCost]:
    """Return the coarsest quantization of `full`, rewritten, that is close enough to it."""
    simple = rewritten(full)
    expected = run_graph(full, checks.affordable(full, trial.inputs))
    bound = trial.bound(full) if trial.bound else None
    for precision in Precision:
        quantized, weights = quantize_weights(simple, precision)
        cost = checks.quantization(expected, quantized, trial, bound)
        if cost.is_small(trial):
            return precision, quantized, weights, cost
    raise RefusedError(
        f"even with float32 weights the rewritten graph differs by {cost.largest_error:.2g} of the range"
    )
