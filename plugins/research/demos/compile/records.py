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
LARGEST_RELATIVE_ERROR = 0.025
#: …and above this loss of the bound, in nats.
LARGEST_LOSS = 0.05
#: The same for encoders, which in a page read what readers draw: nobody sees the difference there.
LARGEST_LOSS_OF_ENCODERS = 0.25


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
class TestItems:
    """Pictures with their posteriors, to measure a loss of the bound on."""

    pictures: Array  # (N, C, H, W), in [0, 1]
    means: Array  # (N, Z)
    log_variances: Array  # (N, Z)

    #: Not a test case, whatever pytest makes of the name.
    __test__ = False


#: The evidence lower bound of some items, in nats an item, up to a constant, as a network decides it.
Bound = Callable[["ModelProto"], float]


@dataclass(frozen=True)
class Trial:
    """What a network is tried on."""

    inputs: Array
    #: None where it cannot be measured.
    bound: Bound | None = None
    #: What rounding may take away from it.
    largest_loss: float = LARGEST_LOSS


@dataclass(frozen=True)
class Rounding:
    """How far a rounded graph is from the full one, on the same inputs."""

    #: Largest difference of an output.
    largest_error: float
    #: Root mean square of the differences, in parts of the outputs' standard deviation.
    relative_error: float
    #: By how much the evidence lower bound falls, in nats; None where it cannot be measured.
    loss: float | None

    def is_small(self, largest_loss: float) -> bool:
        """Tell whether readers may be sent the rounded graph though a finer one would weigh little more."""
        return self.relative_error <= LARGEST_RELATIVE_ERROR and (self.loss or 0) <= largest_loss


@dataclass(frozen=True)
class Compiled:
    """A graph as readers get it, and the same as ONNX to draw static images with."""

    #: The WebAssembly module: see ``program``.
    program: Path
    #: The graph with rounded weights.
    rounded: Path
    precision: Precision
    rounding: Rounding
    #: Largest difference between the program and ``rounded``, in parts of the largest output.
    parity: float
