"""What travels between the steps of compiling, and out of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy.typing as npt


if TYPE_CHECKING:
    from onnx import ModelProto

Array: TypeAlias = "npt.NDArray[Any]"

#: Weights are quantized as coarsely as these limits allow. The error is the root mean square, in parts of
#: the standard deviation of the outputs…
MAX_RELATIVE_ERROR = 0.025
#: Of points, which plots show side by side, less.
MAX_RELATIVE_ERROR_OF_POINTS = 0.005
#: …values that are off by more than 2 of 255 are counted, as a share of all…
VISIBLE = 2 / 255
MAX_VISIBLE_SHARE = 0.1
#: …no value is off by more than this part of its range…
MAX_ERROR = 0.25
#: …and the evidence lower bound falls by no more nats than this.
MAX_LOSS = 0.05
#: The same for encoders, which in a page read what readers draw: nobody sees the difference there.
MAX_LOSS_OF_ENCODERS = 0.25
#: Where figures show the bound itself, no term of it, of any example, differs by more nats than this…
MAX_NATS = 0.003
#: …nor does it in the compiled program, which sums in another order.
MAX_NATS_OF_PROGRAM = 0.0033


class Precision(StrEnum):
    """How the weights are sent, the coarsest first."""

    #: Integers to ±63 and ±90, with one scale a tensor.
    INT7 = "int7"
    INT7_5 = "int7.5"
    #: Integers to ±127, with one scale a tensor, or one a row.
    INT8 = "int8"
    INT8_BY_ROW = "int8 by row"
    #: The same, but float32 where a sine or cosine follows.
    INT8_BUT_WAVES = "int8 by row, frequencies float32"
    FLOAT16 = "float16"
    #: Integers to ±32767, with one scale a row: finer than float16 where no term of the bound may change.
    INT16_BY_ROW = "int16 by row"
    FLOAT32 = "float32"

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


#: The terms of the bound, (N, K) nats, as the outputs of a network for the inputs of its trial have them.
Terms = Callable[["list[Array]"], "Array"]


@dataclass(frozen=True)
class Trial:
    """What a network is tried on."""

    inputs: Array
    #: None where it cannot be measured.
    bound: Bound | None = None
    #: Least and greatest value of the outputs.
    range: tuple[float, float] = (0.0, 1.0)
    #: Whether the outputs are images, and not parameters of a posterior.
    is_image: bool = True
    #: What quantization may take away from it.
    max_loss: float = MAX_LOSS
    #: What must stay exact, if figures show the bound itself.
    terms: Terms | None = None
    max_relative_error: float = MAX_RELATIVE_ERROR


@dataclass(frozen=True)
class QuantizationCost:
    """How far a quantized graph is from the full one, on the same inputs."""

    #: Largest difference of an output, in parts of its range.
    largest_error: float
    #: Mean of the differences without their sign, in parts of the range.
    mean_error: float
    #: Root mean square of the differences, in parts of the outputs' standard deviation.
    relative_error: float
    #: The share of values that differ by more than 2 of 255 parts of their range.
    visible_share: float
    #: By how much the evidence lower bound falls, in nats; None where it cannot be measured.
    loss: float | None
    #: The largest difference of a term of the bound of an example, in nats; None where it may differ.
    nats: float | None = None

    def is_small(self, trial: Trial) -> bool:
        """Return whether readers may be sent the quantized graph."""
        return (
            self.relative_error <= trial.max_relative_error
            and (self.nats or 0) <= MAX_NATS
            and (self.loss or 0) <= trial.max_loss
            and (not trial.is_image or self.visible_share <= MAX_VISIBLE_SHARE)
            and (not trial.is_image or self.largest_error <= MAX_ERROR)
        )


@dataclass(frozen=True)
class Measured:
    """What was measured of a graph when it was compiled."""

    precision: Precision
    quantization: QuantizationCost
    #: Largest difference between the program and the quantized graph, in parts of the largest output.
    parity: float
    #: Largest difference of a term of the bound between the program and the full graph; None: not measured.
    nats: float | None

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Measured:
        """Return what is `stated`, as JSON has it; raise `LookupError`, `TypeError` or `ValueError` else."""
        nats = None if stated["nats"] is None else float(stated["nats"])
        cost = QuantizationCost(**stated["quantization"])
        return Measured(Precision(stated["precision"]), cost, float(stated["parity"]), nats)

    def stated(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        cost = asdict(self.quantization)
        return {"precision": self.precision, "quantization": cost, "parity": self.parity, "nats": self.nats}

    @property
    def fineness(self) -> tuple[int, float]:
        """What graphs are sorted by, the coarsest weights first."""
        return list(Precision).index(self.precision), self.parity


@dataclass(frozen=True)
class Compiled:
    """A graph as readers get it, and the same as ONNX to draw static images with."""

    #: The WebAssembly module: see ``program``.
    program: Path
    #: The graph with quantized weights.
    quantized: Path
    measured: Measured

    @property
    def key(self) -> str:
        """Its key in the cache."""
        return self.program.parent.name
