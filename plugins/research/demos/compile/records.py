"""What travels between the steps of compiling, and out of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy.typing as npt


if TYPE_CHECKING:
    from onnx import ModelProto

Array: TypeAlias = "npt.NDArray[Any]"

#: Coarse weights are refused above this error, root mean square in parts of the outputs' deviation…
MAX_RELATIVE_ERROR = 0.025
#: …and above this loss of the bound, in nats.
MAX_LOSS = 0.05
#: The same for encoders, which in a page read what readers draw: nobody sees the difference there.
MAX_LOSS_OF_ENCODERS = 0.25


class Precision(StrEnum):
    """How the weights are sent, the coarsest first."""

    #: Integers to ±63 and ±90, with one scale a tensor.
    INT7 = "int7"
    INT7_5 = "int7.5"
    #: Integers to ±127, with one scale a tensor, or one a row.
    INT8 = "int8"
    INT8_BY_ROW = "int8 by row"
    FLOAT16 = "float16"

    @property
    def levels(self) -> int:
        """The greatest integer."""
        return {Precision.INT7: 63, Precision.INT7_5: 90}.get(self, 127)


@dataclass(frozen=True)
class TestExamples:
    """Images with their posteriors, to measure a loss of the bound on."""

    images: Array  # (N, C, H, W), in [0, 1]
    means: Array  # (N, Z)
    log_variances: Array  # (N, Z)

    #: Not a test case, whatever pytest makes of the name.
    __test__ = False


#: The evidence lower bound of some examples, in nats an example, up to a constant, as a network decides it.
Bound = Callable[["ModelProto"], float]


@dataclass(frozen=True)
class Trial:
    """What a network is tried on."""

    inputs: Array
    #: None where it cannot be measured.
    bound: Bound | None = None
    #: What quantization may take away from it.
    max_loss: float = MAX_LOSS


@dataclass(frozen=True)
class QuantizationCost:
    """How far a quantized graph is from the full one, on the same inputs."""

    #: Largest difference of an output.
    largest_error: float
    #: Root mean square of the differences, in parts of the outputs' standard deviation.
    relative_error: float
    #: By how much the evidence lower bound falls, in nats; None where it cannot be measured.
    loss: float | None

    def is_small(self, max_loss: float) -> bool:
        """Tell whether readers may be sent the quantized graph though a finer one would weigh little more."""
        return self.relative_error <= MAX_RELATIVE_ERROR and (self.loss or 0) <= max_loss


@dataclass(frozen=True)
class Compiled:
    """A graph as readers get it, and the same as ONNX to draw static images with."""

    #: The WebAssembly module: see ``program``.
    program: Path
    #: The graph with quantized weights.
    quantized: Path
    precision: Precision
    quantization: QuantizationCost
    #: Largest difference between the program and ``quantized``, in parts of the largest output.
    parity: float
