"""What travels between the steps of compiling, and out of them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]

#: Rounding to int8 is refused above this error, root mean square in parts of the outputs' deviation…
LARGEST_RELATIVE_ERROR = 0.02
#: …and above this loss of the bound, in nats.
LARGEST_LOSS = 0.05


class Precision(StrEnum):
    """How the weights are sent, the coarsest first."""

    INT8 = "int8"
    FLOAT16 = "float16"


@dataclass(frozen=True)
class TestItems:
    """Pictures with their posteriors, to measure a loss of the bound on."""

    pictures: Array  # (N, C, H, W), in [0, 1]
    means: Array  # (N, Z)
    log_variances: Array  # (N, Z)

    #: Not a test case, whatever pytest makes of the name.
    __test__ = False


@dataclass(frozen=True)
class Rounding:
    """How far a rounded graph is from the full one, on the same inputs."""

    #: Largest difference of an output.
    largest_error: float
    #: Root mean square of the differences, in parts of the outputs' standard deviation.
    relative_error: float
    #: By how much the evidence lower bound falls, in nats; None where it cannot be measured.
    loss: float | None

    @property
    def is_small(self) -> bool:
        """Whether readers may be sent the rounded graph though a finer one would weigh little more."""
        return self.relative_error <= LARGEST_RELATIVE_ERROR and (self.loss or 0) <= LARGEST_LOSS


@dataclass(frozen=True)
class Compiled:
    """A graph as readers get it, and the same as ONNX to draw still pictures with."""

    #: The WebAssembly module: see ``program``.
    program: Path
    #: The graph with rounded weights.
    rounded: Path
    precision: Precision
    rounding: Rounding
    #: Largest difference between the program and ``rounded``, in parts of the largest output.
    parity: float
