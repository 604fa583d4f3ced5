"""The whole way from a graph to its program: quantized as coarsely as costs little, compiled, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onnx import ModelProto

from ..bundles.bundle import Tensor
from . import RefusedError, checks
from .graph import with_col2im, with_float32_weights
from .opening import simplified
from .program import compile_program
from .quantization import Packed, quantize_weights
from .records import Precision, QuantizationCost, Trial


@dataclass(frozen=True)
class Made:
    """What a graph was compiled to."""

    program: bytes
    quantized: ModelProto
    precision: Precision
    quantization: QuantizationCost
    parity: float


def build(full: ModelProto, outputs: Sequence[Tensor], trial: Trial, tools: Path | None = None) -> Made:
    """Compile `full`, whose `outputs` its manifest states, with the coarsest weights that `trial` lets pass.

    `tools` is as `compile_program` has it. Raises `UnsupportedError` for a graph that cannot be compiled,
    or whose program computes something else.
    """
    precision, quantized, weights, cost = _quantized(simplified(full), trial)
    program = compile_program(quantized, weights, tools)
    parity = checks.parity(program, quantized, trial.inputs, outputs)
    if not parity <= checks.PARITY:
        raise RefusedError(f"the compiled program errs by {parity:.2g} of its output")
    return Made(program, quantized, precision, cost, parity)


def _quantized(
    full: ModelProto, trial: Trial
) -> tuple[Precision, ModelProto, list[Packed], QuantizationCost]:
    """Return the coarsest quantization of `full`, rewritten, that is close enough to it."""
    rewritten = with_col2im(with_float32_weights(full))
    for precision in Precision:
        quantized, weights = quantize_weights(rewritten, precision)
        cost = checks.quantization(full, quantized, trial)
        if cost.is_small(trial.max_loss):
            break
    return precision, quantized, weights, cost
