"""The types of manifest.json; ``manifest.schema.json`` is the same for other programs."""

import math
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

#: The largest size of one dimension: what figures allocate by it stays below a few hundred megabytes.
MAX_SIZE = 65536
#: The same for all numbers of an example.
MAX_NUMBERS = 1 << 24
#: What a model may do, by the name of its graph.
ROLES = ("decoder", "classifier", "step")
#: Channels of images: grey, RGB, and RGB with opacity.
CHANNELS = (1, 3, 4)
#: Coordinates of a point.
POINT = 2
#: Sliders that a figure has room for.
MAX_CONTROLS = 8

Size = Annotated[int, Meta(ge=1, le=MAX_SIZE)]
Batch = Annotated[int, Meta(ge=1)] | str
Name = Annotated[str, Meta(min_length=1)]


class Tensor(Struct, frozen=True):
    """An input or an output of a graph."""

    name: Name
    #: The first dimension is the batch: a name where it is free, a number where the graph takes no other.
    shape: tuple[Batch | int, ...]
    dtype: Name | UnsetType = UNSET
    #: The least and the greatest value.
    range: tuple[float, float] | UnsetType | None = UNSET
    meaning: str | UnsetType = UNSET
    #: Channels, height and width of images, where they are not the shape without the batch.
    image: tuple[Size, Size, Size] | UnsetType = UNSET
    #: The order of the axes of images.
    layout: Literal["CHW", "HWC"] | UnsetType = UNSET
    #: Of a further input of a decoder, what readers choose: one of the `labels`, or a number for each.
    control: Literal["class", "vector"] | UnsetType = UNSET
    labels: tuple[str, ...] | UnsetType = UNSET
    #: What an example is, where it is no image: a point in the plane, or what a classifier gives each class.
    #: What further inputs of a step are: its number, from 0, or standard normal noise.
    kind: Literal["points", "probabilities", "logits", "step", "noise"] | UnsetType = UNSET

    def __post_init__(self) -> None:
        _, *sizes = self.shape or (None,)
        if not self.shape or not all(isinstance(size, int) and 1 <= size <= MAX_SIZE for size in sizes):
            raise ValueError(f"shape: write the batch, and then whole numbers from 1 to {MAX_SIZE}")
        least, most = self.range or (0.0, 1.0)
        if not (math.isfinite(least) and math.isfinite(most) and least < most):
            raise ValueError("range: write the least value and a greater one")
        if self.size > MAX_NUMBERS:
            raise ValueError(f"shape: an example has {self.size} numbers, and {MAX_NUMBERS} are possible")

    @property
    def size(self) -> int:
        """How many numbers one example has."""
        return math.prod(size for size in self.shape[1:] if isinstance(size, int))


def check_examples(tensor: Tensor, place: str) -> None:
    """Raise `ValueError` that names `place` unless the examples of `tensor` are images or points."""
    if tensor.kind is UNSET:
        image_of(tensor, place)
    elif tensor.size != POINT:
        raise ValueError(f"{place}: points have {POINT} coordinates, not {tensor.size}")
    elif not tensor.range:
        raise ValueError(f"{place}.range: write the least and the greatest coordinate that plots show")


def image_of(tensor: Tensor, place: str) -> tuple[int, int, int]:
    """Return channels, height and width of images; raise `ValueError` that names `place` if unstated."""
    if tensor.image:
        channels, height, width = tensor.image
        if channels * height * width != tensor.size:
            raise ValueError(f"{place}.image: its numbers must be as many as those of the shape")
    elif len(tensor.shape) == 4 and tensor.layout is not UNSET and tensor.layout == "HWC":
        height, width, channels = (int(size) for size in tensor.shape[1:])
    elif len(tensor.shape) == 4:
        channels, height, width = (int(size) for size in tensor.shape[1:])
    else:
        raise ValueError(
            f"{place}: write “image”: [channels, height, width], since the shape is not "
            "(batch, channels, height, width)"
        )
    if channels not in CHANNELS:
        raise ValueError(f"{place}: images have 1, 3 or 4 channels, not {channels}")
    return channels, height, width


class Latents(Tensor, frozen=True):
    """Points of latent space (B, Z)."""

    shape: tuple[Batch, Size]


class Prior(Struct, frozen=True):
    """The distribution of latents."""

    kind: Literal["normal", "uniform", "categorical", "codes", "graph"]
    #: Of a uniform one.
    low: float = 0.0
    high: float = 1.0
    #: Of a categorical one, the number of codes; of one that a graph makes, how many numbers that takes.
    size: Annotated[int, Meta(ge=0, le=MAX_SIZE)] = 0
    #: Of one that chooses among codes, or that another graph makes from normal numbers.
    file: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError("prior: write a finite “low” and a greater “high”")
        if self.kind == "categorical" and self.size < 2:
            raise ValueError("prior.size: write the number of codes, 2 or more")
        if self.kind == "graph" and not self.size:
            raise ValueError("prior.size: write how many normal numbers the graph takes")
        if self.kind in ("codes", "graph") and not self.file:
            raise ValueError("prior.file: write the name of the file in the folder of the bundle")


class Graph(Struct, frozen=True):
    """What is said of every graph."""

    file: str
    opset: int | UnsetType = UNSET
    parameters: int | UnsetType = UNSET


class Likelihood(Struct, frozen=True):
    """p(x | z) around its mean, which is what the decoder returns."""

    kind: Literal["bernoulli", "normal"]
    #: The standard deviation of a normal one.
    scale: Annotated[float, Meta(gt=0)] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.kind == "normal" and self.scale is UNSET:
            raise ValueError("likelihood.scale: write the standard deviation")


class Decoder(Graph, frozen=True, kw_only=True):
    """Latents to images or points; figures use the first output."""

    inputs: Annotated[list[Tensor], Meta(min_length=1)]
    outputs: Annotated[list[Tensor], Meta(min_length=1)]
    prior: Prior | UnsetType = UNSET
    likelihood: Likelihood | UnsetType = UNSET
    #: Whether images are white on black and inverted where the page is light.
    polarity: Literal["ink", "photograph"] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_examples(self.outputs[0], "outputs[0]")
        for number, condition in enumerate(self.inputs[1:], start=1):
            _check_condition(condition, f"inputs[{number}]")


class Encoder(Graph, frozen=True, kw_only=True):
    """Images or points to the mean and the logarithm of the variance of the posterior."""

    inputs: tuple[Tensor]
    outputs: Annotated[list[Latents], Meta(min_length=1)]

    def __post_init__(self) -> None:
        check_examples(self.inputs[0], "inputs[0]")
        if "mean" not in [output.name for output in self.outputs]:
            raise ValueError("outputs: one of them must have the name mean")


class Joint(Graph, frozen=True, kw_only=True):
    """Latents to the logits of images and to log p(z) of each latent, where the prior is learnt."""

    inputs: tuple[Latents]
    outputs: tuple[Tensor, Latents]

    def __post_init__(self) -> None:
        image_of(self.outputs[0], "outputs[0]")


class Classifier(Graph, frozen=True, kw_only=True):
    """Images to a probability, or a logit, of each class; figures use the first output."""

    inputs: tuple[Tensor]
    outputs: Annotated[list[Tensor], Meta(min_length=1)]
    polarity: Literal["ink", "photograph"] | UnsetType = UNSET

    def __post_init__(self) -> None:
        image_of(self.inputs[0], "inputs[0]")
        first = self.outputs[0]
        if first.kind not in ("probabilities", "logits"):
            raise ValueError("outputs[0].kind: write probabilities or logits")
        if first.size < 2 or (first.labels and len(first.labels) != first.size):
            raise ValueError(
                "outputs[0].labels: write the names of the classes, two or more, one for each number"
            )


class StateGraph(Graph, frozen=True, kw_only=True):
    """A state, images or points, to the next one; maybe with the number of the step and with noise."""

    inputs: Annotated[list[Tensor], Meta(min_length=1)]
    outputs: Annotated[list[Tensor], Meta(min_length=1)]
    polarity: Literal["ink", "photograph"] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_examples(self.outputs[0], "outputs[0]")
        if self.inputs[0].size != self.outputs[0].size:
            raise ValueError("outputs[0]: the state after a step has as many numbers as before, inputs[0]")
        for number, tensor in enumerate(self.inputs[1:], start=1):
            if tensor.kind not in ("step", "noise"):
                raise ValueError(f"inputs[{number}].kind: write step for its number, or noise")


def _check_condition(tensor: Tensor, place: str) -> None:
    if tensor.control is UNSET:
        raise ValueError(f"{place}.control: write class for one of several labels, or vector for numbers")
    if tensor.control == "class" and tensor.size == 1 and not (tensor.labels and len(tensor.labels) > 1):
        raise ValueError(f"{place}.labels: write the names of the classes, in the order of their numbers")
    if tensor.labels and tensor.size > 1 and len(tensor.labels) != tensor.size:
        raise ValueError(f"{place}.labels: write {tensor.size} of them, one for each number")
    if tensor.control == "vector" and tensor.size > MAX_CONTROLS:
        raise ValueError(f"{place}: a vector that readers set has at most {MAX_CONTROLS} numbers")


class Graphs(Struct, frozen=True):
    """The graphs of a model: one of `ROLES`, and of a decoder maybe an encoder."""

    decoder: Decoder | UnsetType = UNSET
    classifier: Classifier | UnsetType = UNSET
    step: StateGraph | UnsetType = UNSET
    encoder: Encoder | UnsetType = UNSET
    #: Of z itself, where the input of the decoder is another.
    recognition: Encoder | UnsetType = UNSET
    joint: Joint | UnsetType = UNSET

    def __post_init__(self) -> None:
        if sum(getattr(self, role) is not UNSET for role in ROLES) != 1:
            raise ValueError(f"write one of {', '.join(ROLES)}")


class StepGraphs(Struct, frozen=True):
    """ONNX files of a step of training, and of what can be made with its parameters."""

    step: Name
    decoder: Name | UnsetType = UNSET
    encoder: Name | UnsetType = UNSET


class Step(Struct, frozen=True):
    """What readers need to train the model: docs/training-in-the-page.md."""

    graphs: StepGraphs
    #: The .npz file of examples, of the distribution of initial parameters, and of checks.
    arrays: Name
    #: What 0 and 255 stand for in the examples.
    range: tuple[float, float]
    batch_size: Annotated[int, Meta(ge=1, le=MAX_SIZE)]
    learning_rate: Annotated[float, Meta(gt=0)]
    beta: Annotated[float, Meta(ge=0)] = 1.0


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
    step: Step | UnsetType = UNSET
    #: Of the whole manifest without this key.
    sha256: str | UnsetType = UNSET
    key: str | UnsetType = UNSET
    recipe: dict[str, object] | UnsetType = UNSET
    data: dict[str, object] | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    date: str | UnsetType = UNSET
    versions: dict[str, object] | UnsetType = UNSET
    device: str | UnsetType = UNSET
    threads: int | UnsetType = UNSET
    seconds: dict[str, float] | UnsetType = UNSET
    commit: str | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if self.format != 1:
            raise ValueError("format: write 1; this program reads no other")
