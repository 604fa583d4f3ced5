"""What recipes are written in: records of networks, of models, of what is maximized, and of a training.

Asked before each build of the blog, so nothing here imports torch. What a value may be stands in its
type; validation.py holds records to it, and takes its messages from there.
"""

import sys
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

Count = Annotated[int, Meta(ge=1, le=10**6, description="a whole number, 1 or more")]
CountOrNone = Annotated[int, Meta(ge=0, le=10**9, description="a whole number, 0 or more")]
Widths = Annotated[
    tuple[Count, ...],
    Meta(min_length=1, description="a tuple of one or more whole numbers above 0, as in (400, 400)"),
]
MaybeWidths = Annotated[
    tuple[Count, ...], Meta(description="a tuple of whole numbers above 0, as in (), (64,) or (400, 400)")
]
Pair = Annotated[tuple[Count, Count], Meta(description="a pair of whole numbers above 0, as in (24, 16)")]
PairOrNone = Annotated[
    tuple[CountOrNone, CountOrNone], Meta(description="a pair of whole numbers, 0 or more, as in (1, 0)")
]
#: Not `gt=0`: msgspec compares with the least denormal number, which is 0 once training flushes those to 0.
Positive = Annotated[float, Meta(ge=sys.float_info.min, le=1e12, description="a number above 0")]
NotNegative = Annotated[float, Meta(ge=0, le=1e12, description="a number, 0 or more")]
Share = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z",
        max_length=100,
        description="a name of letters A to Z, digits, “-” and “_”: it is the name of a folder, too",
    ),
]


@dataclass(frozen=True)
class Dense:
    """A network of fully connected layers with SiLU between them."""

    #: Units of the hidden layers, from input to output.
    hidden: Widths = (400, 400)


@dataclass(frozen=True)
class Convolutional:
    """A decoder that doubles the size of its grid twice, from a quarter of the picture's to the whole.

    As an encoder, the same way back: from the picture to half and to a quarter of its size.
    """

    #: Units of fully connected layers between the latents and the grid.
    hidden: MaybeWidths = ()
    #: Channels at a quarter and at half the size.
    channels: Pair = (24, 16)
    #: Convolutions with a shortcut around them, there and there.
    residuals: PairOrNone = (1, 1)


@dataclass(frozen=True)
class Patches:
    """A small encoder: patches of 4 × 4 pixels, then convolutions on the grid of them."""

    #: Channels of the grid.
    channels: Count = 32
    #: Convolutions with a shortcut around them.
    residuals: CountOrNone = 1
    #: Channels that are left of them where all places meet.
    narrow: Count = 20
    #: Units of fully connected layers that follow.
    hidden: MaybeWidths = ()


@dataclass(frozen=True)
class Elbo:
    """The evidence lower bound, the KL divergence weighted by beta, free up to some nats a latent."""

    beta: NotNegative = 1
    free_nats: NotNegative = 0


@dataclass(frozen=True)
class ImportanceWeighted:
    """The bound of so many samples (Burda et al., 2015)."""

    samples: Count = 5
    #: Share of the epochs, the last ones, in which there are so many. Before them it is the evidence lower
    #: bound, a step of which takes a fraction of the time.
    last: Share = 1


@dataclass(frozen=True)
class WakeSleep:
    """The two phases of the wake-sleep algorithm (Hinton et al., 1995)."""


@dataclass(frozen=True)
class ReweightedWakeSleep:
    """Wake-sleep with weighted samples (Bornschein and Bengio, 2014)."""

    samples: Count = 5


Aim = Elbo | ImportanceWeighted | WakeSleep | ReweightedWakeSleep


@dataclass(frozen=True)
class VAE:
    """A variational autoencoder with one layer of normal latents (Kingma and Welling, 2013)."""

    #: The module of `families` that makes it.
    family: ClassVar[str] = "vae"
    #: The objectives that train all of its networks.
    trained_by: ClassVar[tuple[type[Aim], ...]] = (Elbo, ImportanceWeighted)
    #: Dimensions of z.
    latents: Count
    #: The recognition network q(z | x).
    encoder: Dense | Convolutional | Patches
    #: The generative network p(x | z).
    decoder: Dense | Convolutional


@dataclass(frozen=True)
class TwoLayers:
    """Two layers of normal latents, one given the other (Burda et al., 2015, section 5)."""

    family: ClassVar[str] = "two_layers"
    trained_by: ClassVar[tuple[type[Aim], ...]] = (Elbo, ImportanceWeighted)
    #: Dimensions of the latents beside the picture, and of those above them.
    latents: Pair
    #: q(z_1 | x).
    encoder: Dense | Convolutional | Patches
    #: q(z_2 | z_1), and the other way round p(z_1 | z_2).
    between: Dense
    #: p(x | z_1).
    decoder: Dense | Convolutional


@dataclass(frozen=True)
class Ladder:
    """Many groups of normal latents on grids, from coarse to fine, inferred from the top down.

    As the ladder network of Sønderby et al. (2016) and the deep hierarchy of Child (2021): a group is
    given all those above it, in the prior and in the posterior alike.
    """

    family: ClassVar[str] = "ladder"
    trained_by: ClassVar[tuple[type[Aim], ...]] = (Elbo,)
    #: Groups at a quarter and at half the size of the picture.
    groups: Annotated[
        tuple[CountOrNone, Count],
        Meta(description="a pair of whole numbers, the first 0 or more, the second 1 or more"),
    ] = (6, 4)
    #: Latents at each place of a group's grid.
    latents: Count = 4
    #: Channels of the grids that carry what is known so far, and of the convolutions between them.
    channels: Annotated[int, Meta(ge=2, le=10**6, description="a whole number, 2 or more")] = 96


@dataclass(frozen=True)
class Helmholtz:
    """A Helmholtz machine: layers of binary units, each given the next (Hinton et al., 1995)."""

    family: ClassVar[str] = "helmholtz"
    trained_by: ClassVar[tuple[type[Aim], ...]] = (WakeSleep, ReweightedWakeSleep)
    #: Units of each layer, from the one beside the picture up.
    units: Widths = (200, 200, 10)


Architecture = VAE | TwoLayers | Ladder | Helmholtz


@dataclass(frozen=True)
class Recipe:
    """One model. Two builds of one recipe on one machine give the same weights, bit for bit."""

    name: Name
    model: Architecture
    #: What is maximized: a function of objectives.py, with its numbers.
    objective: Aim = Elbo()
    #: A data set of datasets.py.
    data: str = "mnist"
    #: Training items, from the end, that are left out of training to choose hyperparameters on.
    held_out: CountOrNone = 0
    epochs: Count = 20
    #: Items in a step.
    batch: Count = 200
    #: Whether grey levels stand for pixels as they are; else each step draws ink from them anew.
    grey: bool = False
    #: Peak of the learning rate; it rises over `warm_up` of the steps (0: it begins there) and falls
    #: linearly to 0. That of weights with n inputs is 16/√n of it, at most twice.
    rate: Positive = 4e-3
    warm_up: Share = 0.05
    #: Share of the steps over which the weight of the KL divergence rises from 0 to 1; 0: it is always 1.
    annealing: Share = 0.2
    #: Norm to which a longer gradient is cut. Trainings that go well stay below it; but a picture that a step
    #: has made most improbable would lead the next ten steps of Adam alone, and undo what many have taught.
    longest: Positive = 1000
    #: Decoupled weight decay of AdamW.
    decay: NotNegative = 0.05
    seed: CountOrNone = 0
    #: Whether weights are kept as float16, for a release of half the size. They are rounded once trained,
    #: before anything is exported or measured.
    half: bool = False
    #: Sums are split over threads, so another number of them gives other last digits.
    threads: Annotated[int, Meta(ge=1, le=1024, description="a whole number from 1 to 1024")] = 2
