"""The inputs and outputs of a graph, as a manifest states them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Literal


@dataclass(frozen=True)
class Tensor:
    """An input or an output of a graph."""

    name: str
    #: Without the batch.
    shape: tuple[int, ...]
    #: The one size of batch that the graph takes; None: any.
    batch: int | None
    #: Least and greatest value.
    range: tuple[float, float]
    #: Channels, height and width of images; None for other values.
    image: tuple[int, int, int] | None = None
    #: The order of the axes of images.
    layout: Literal["CHW", "HWC"] = "CHW"
    #: Of a further input: what readers choose; “class” is one of `labels`, “vector” a number each.
    control: Literal["class", "vector"] | None = None
    labels: tuple[str, ...] = ()
    #: What an example is, where it is no image: a point in the plane, whose coordinates plots show within the
    #: range; what a classifier gives each class; the number of a step, or normal noise that it takes.
    kind: Literal["points", "probabilities", "logits", "step", "noise"] | None = None

    @property
    def is_points(self) -> bool:
        """Whether examples are points in the plane."""
        return self.kind == "points"

    @property
    def size(self) -> int:
        """How many numbers one example has."""
        return prod(self.shape)


@dataclass(frozen=True)
class Prior:
    """The distribution of latents."""

    kind: Literal["normal", "uniform", "categorical", "codes", "graph"] = "normal"
    #: Of a uniform one, its ends.
    low: float = 0.0
    high: float = 1.0
    #: Of a categorical one, the number of codes 0, 1, …; of one that a graph makes, how many normal numbers
    #: that takes.
    size: int = 0
    #: The .npz file that has “codes” (N, Z) to choose from, or the graph.
    file: str = ""


@dataclass(frozen=True)
class Likelihood:
    """p(x | z): independent pixels, whose means the decoder gives."""

    kind: Literal["bernoulli", "normal"] = "bernoulli"
    #: The standard deviation of normal pixels.
    scale: float = 1.0


@dataclass(frozen=True)
class Signature:
    """What goes into a graph and comes out."""

    #: Latents or images, then conditions.
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    prior: Prior = Prior()

    @property
    def latents(self) -> int:
        """How many normal numbers one example is made from."""
        sizes = {"codes": 1, "graph": self.prior.size}
        return sizes.get(self.prior.kind, self.inputs[0].size)

    @property
    def canonical_input(self) -> tuple[int, ...]:
        """The shape of the one input of the graph in its normal form, without the batch."""
        first, *others = self.inputs
        return first.image or (self.latents + sum(tensor.size for tensor in others),)

    def stated(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return asdict(self)


def signature(stated: Mapping[str, Any]) -> Signature:
    """Return what `Signature.stated` returned."""
    inputs, outputs = (tuple(map(_tensor, stated[side])) for side in ("inputs", "outputs"))
    return Signature(inputs, outputs, Prior(**stated["prior"]))


def _tensor(stated: Mapping[str, Any]) -> Tensor:
    lists = {name: tuple(value) for name, value in stated.items() if isinstance(value, list)}
    return Tensor(**{**stated, **lists})
