"""What every kind of data set offers, and the records that it fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Bytes = NDArray[numpy.uint8]
    Floats = NDArray[numpy.float32]
    Values = Bytes | Floats
    Labels = NDArray[numpy.int32]


class LabelledImages(NamedTuple):
    """Images or points and their labels, in the order in which they are used."""

    #: (N, C, H, W); one channel, 0 the background of strokes, or three, RGB. Points are (N, D) floats.
    images: "Values"
    labels: "Labels"  # (N,); all 0 where there are none

    def select(self, chosen: Sequence[int]) -> "LabelledImages":
        """Return the examples with the indices `chosen`."""
        return LabelledImages(self.images[chosen], self.labels[chosen])


@dataclass(frozen=True)
class Split:
    """The content of a data set."""

    train: LabelledImages
    test: LabelledImages
    #: The rule that decides which images are in the test set.
    rule: str
    #: What the labels stand for, in their order, if that is known.
    classes: tuple[str, ...] = ()
    #: Images to watch training on, where the data set has some beside the test set.
    validation: LabelledImages | None = None
    #: The log densities (N,) of the test examples, in nats, where the distribution of the data is known.
    log_density: "Floats | None" = None


class Source(Protocol):
    """A data set."""

    def settings(self) -> dict[str, Any]:
        """Return what decides, apart from the files, which arrays are read."""

    def sha256(self) -> dict[str, str]:
        """Return the hashes of its files; raise `ModelError` if some that have to be hashed are missing."""

    def read(self) -> Split:
        """Return the images; raise `ModelError` if they are missing, damaged or not as they must be."""
