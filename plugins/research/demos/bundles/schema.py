"""The types of manifest.json; ``manifest.schema.json`` is the same for other programs."""

import math
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

#: The largest size of one dimension: what figures allocate by it stays below a few hundred megabytes.
MAX_SIZE = 65536

Size = Annotated[int, Meta(ge=1, le=MAX_SIZE)]
Batch = Annotated[int, Meta(ge=1)] | str
Name = Annotated[str, Meta(min_length=1)]


class Tensor(Struct, frozen=True):
    """An input or an output of a graph."""

    name: Name
    #: The first dimension is the batch: a name where it is free, a number where the graph takes no other.
    shape: tuple[Batch | int, ...]
    dtype: Literal["float32"] | UnsetType = UNSET
    #: The least and the greatest value.
    range: tuple[float, float] | UnsetType | None = UNSET
    meaning: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        _, *sizes = self.shape or (None,)
        if not self.shape or not all(isinstance(size, int) and 1 <= size <= MAX_SIZE for size in sizes):
            raise ValueError(f"shape: write the batch, and then whole numbers from 1 to {MAX_SIZE}")
        least, most = self.range or (0.0, 1.0)
        if not (math.isfinite(least) and math.isfinite(most) and least < most):
            raise ValueError("range: write the least value and a greater one")


def check_images(tensor: Tensor, place: str) -> None:
    """Raise `ValueError`, which names the `place`, unless `tensor` is of the shape of images."""
    if len(tensor.shape) != 4 or tensor.shape[1] not in (1, 3):
        raise ValueError(f"{place}: write (batch, channels, height, width), with 1 or 3 channels")


class Latents(Tensor, frozen=True):
    """Points of latent space (B, Z)."""

    shape: tuple[Batch, Size]


class Images(Tensor, frozen=True):
    """Images (B, C, H, W): one channel, or three, RGB."""

    shape: tuple[Batch, Size, Size, Size]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_images(self, "shape")


class Graph(Struct, frozen=True):
    """What is said of every graph."""

    file: str
    opset: int | UnsetType = UNSET
    parameters: int | UnsetType = UNSET


class Decoder(Graph, frozen=True, kw_only=True):
    """Latents to images; figures use the first output."""

    inputs: tuple[Latents]
    outputs: Annotated[list[Tensor], Meta(min_length=1)]

    def __post_init__(self) -> None:
        check_images(self.outputs[0], "outputs[0].shape")


class Encoder(Graph, frozen=True, kw_only=True):
    """Images to the mean and the logarithm of the variance of the posterior."""

    inputs: tuple[Images]
    outputs: Annotated[list[Latents], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if "mean" not in [output.name for output in self.outputs]:
            raise ValueError("outputs: one of them must have the name mean")


class Graphs(Struct, frozen=True):
    """The graphs of a model."""

    decoder: Decoder
    encoder: Encoder | UnsetType = UNSET


class File(Struct, frozen=True):
    """A file of the bundle."""

    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(Struct, frozen=True):
    """All of manifest.json; other keys are for posts to cite."""

    format: int
    name: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    graphs: Graphs
    files: dict[Annotated[str, Meta(pattern="^[A-Za-z0-9_][A-Za-z0-9._-]*$")], File]
    #: Of the whole manifest without this key.
    sha256: str | UnsetType = UNSET
    key: str | UnsetType = UNSET
    recipe: dict[str, object] | UnsetType = UNSET
    data: dict[str, object] | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    versions: dict[str, object] | UnsetType = UNSET
    device: str | UnsetType = UNSET
    threads: int | UnsetType = UNSET
    seconds: dict[str, float] | UnsetType = UNSET
    commit: str | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if self.format != 1:
            raise ValueError("format: write 1; this program reads no other")
