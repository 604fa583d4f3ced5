"""The whole way from a graph to its program: rounded as coarsely as costs little, compiled, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onnx import ModelProto

from ..bundles.release import Tensor
from . import RefusedError, checks
from .graph import with_col2im, with_float32_weights
from .opening import simplified
from .program import compile_program
from .records import Precision, Rounding, Trial
from .rounding import Packed, round_weights


@dataclass(frozen=True)
class Made:
    """What a graph was compiled to."""

    program: bytes
    rounded: ModelProto
    precision: Precision
    rounding: Rounding
    parity: float


def build(full: ModelProto, outputs: Sequence[Tensor], trial: Trial, tools: Path | None = None) -> Made:
    """Compile `full`, whose `outputs` its manifest states, with the coarsest weights that `trial` lets pass.

    `tools` is as `compile_program` has it. Raises `UnsupportedError` for a graph that cannot be compiled,
    or whose program computes something else.
    """
    precision, rounded, weights, cost = _rounded(simplified(full), trial)
    program = compile_program(rounded, weights, tools)
    parity = checks.parity(program, rounded, trial.inputs, outputs)
    if not parity <= checks.PARITY:
        raise RefusedError(f"the compiled program errs by {parity:.2g} of its output")
    return Made(program, rounded, precision, cost, parity)


def _rounded(full: ModelProto, trial: Trial) -> tuple[Precision, ModelProto, list[Packed], Rounding]:
    """Return the coarsest rounding of `full`, rewritten, that is close enough to it."""
    rewritten = with_col2im(with_float32_weights(full))
    for precision in Precision:
        rounded, weights = round_weights(rewritten, precision)
        cost = checks.rounding(full, rounded, trial)
        if cost.is_small(trial.largest_loss):
            break
    return precision, rounded, weights, cost
