"""What a recipe may say: records of networks, models, objectives and training, as TOML tables state them.

Read before each build of the blog, so nothing here imports torch. The type of a field says what its value
may be, and its description stands in error messages.
"""

import sys
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field

Count = Annotated[int, Meta(ge=1, le=10**6, description="a whole number, 1 or more")]
CountOrZero = Annotated[int, Meta(ge=0, le=10**9, description="a whole number, 0 or more")]
Widths = Annotated[
    tuple[Count, ...], Meta(min_length=1, description="one or more whole numbers above 0, such as [400, 400]")
]
WidthsOrNone = Annotated[
    tuple[Count, ...], Meta(description="a list of whole numbers above 0, such as [], [64] or [400, 400]")
]
Pair = Annotated[tuple[Count, Count], Meta(description="two whole numbers above 0, such as [24, 16]")]
PairOrZeros = Annotated[
    tuple[CountOrZero, CountOrZero], Meta(description="two whole numbers, 0 or more, such as [1, 0]")
]
#: Not `gt=0`: msgspec compares with the least denormal number, which is 0 once training flushes those to 0.
Positive = Annotated[float, Meta(ge=sys.float_info.min, le=1e12, description="a number above 0")]
NotNegative = Annotated[float, Meta(ge=0, le=1e12, description="a number, 0 or more")]
Fraction = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
Text = Annotated[str, Meta(min_length=1, description="a text")]
Flag = Annotated[bool, Meta(description="true or false")]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z",
        max_length=100,
        description="a name of letters A to Z, digits, “-” and “_”, since it names a folder, too",
    ),
]


class Spec(Struct, frozen=True, forbid_unknown_fields=True):
    """A record that a TOML table becomes."""


class Custom(Spec, frozen=True):
    """A function or class of the author's own, named as “module:name”, and the options that it is given."""

    #: The tag of its kinds, which no recipe states: it is there for names with a colon.
    TAG: ClassVar[str] = "custom"
    function: str
    #: The VERSION that its module declares; part of the key.
    version: int
    options: dict[str, Any] = field(default_factory=dict)


class CustomFamily(Custom, frozen=True, tag_field="family", tag=Custom.TAG):
    """A class of models."""


class CustomObjective(Custom, frozen=True, tag_field="name", tag=Custom.TAG):
    """A function that is maximized."""


class Dense(Spec, frozen=True, tag_field="network", tag="dense"):
    """Fully connected layers with SiLU between them."""

    #: Units of the hidden layers, from input to output.
    hidden: Widths = (400, 400)


class Convolutional(Spec, frozen=True, tag_field="network", tag="convolutional"):
    """A decoder that doubles the size of its grid twice; as an encoder, the same in reverse."""

    #: Units of fully connected layers between the latents and the grid.
    hidden: WidthsOrNone = ()
    #: Channels at a quarter and at half the size.
    channels: Pair = (24, 16)
    #: Residual convolutions there.
    residuals: PairOrZeros = (1, 1)


class Patches(Spec, frozen=True, tag_field="network", tag="patches"):
    """A small encoder: patches of 4 × 4 pixels, then convolutions on the grid of patches."""

    channels: Count = 32
    residuals: CountOrZero = 1
    #: Channels to which each patch is reduced before the grid is flattened.
    reduced_channels: Count = 20
    #: Units of fully connected layers that follow.
    hidden: WidthsOrNone = ()


class StandardNormal(Spec, frozen=True, tag_field="kind", tag="standard-normal"):
    """p(z) = N(0, I)."""


class Couplings(Spec, frozen=True, tag_field="kind", tag="couplings"):
    """A learnt prior: affine couplings (Dinh et al., 2017) map standard normal noise to z."""

    layers: Count = 4
    #: Units of the one hidden layer of each coupling.
    hidden: Count = 32


class Bernoulli(Spec, frozen=True, tag_field="kind", tag="bernoulli"):
    """p(x | z) of images: independent binary pixels."""


class Normal(Spec, frozen=True, tag_field="kind", tag="normal"):
    """p(x | z) of points or of images: independent normal elements with one standard deviation for all."""

    #: The standard deviation, or where learning begins.
    scale: Positive = 0.1
    #: Whether it is learnt.
    learnt: Flag = True


Encoder = Dense | Convolutional | Patches
Decoder = Dense | Convolutional
Prior = StandardNormal | Couplings
Likelihood = Bernoulli | Normal


class Elbo(Spec, frozen=True, tag_field="name", tag="elbo"):
    """The evidence lower bound, its KL divergence weighted by beta, with free nats per latent."""

    beta: NotNegative = 1.0
    free_nats: NotNegative = 0.0


class ImportanceWeighted(Spec, frozen=True, tag_field="name", tag="importance-weighted"):
    """The importance-weighted bound (Burda et al., 2015)."""

    samples: Count = 5
    #: The fraction of the epochs, the last ones, that maximize it; before them it is the ELBO.
    iwae_fraction: Fraction = 1.0


class WakeSleep(Spec, frozen=True, tag_field="name", tag="wake-sleep"):
    """The two phases of the wake-sleep algorithm (Hinton et al., 1995)."""


class ReweightedWakeSleep(Spec, frozen=True, tag_field="name", tag="reweighted-wake-sleep"):
    """Wake-sleep with importance-weighted samples (Bornschein and Bengio, 2014)."""

    samples: Count = 5


ObjectiveSpec = Elbo | ImportanceWeighted | WakeSleep | ReweightedWakeSleep


class VAE(Spec, frozen=True, tag_field="family", tag="vae"):
    """A variational autoencoder with one layer of normal latents (Kingma and Welling, 2013)."""

    trained_by: ClassVar[tuple[type[ObjectiveSpec], ...]] = (Elbo, ImportanceWeighted)
    #: The number of dimensions of z.
    latents: Count
    #: The recognition network q(z | x).
    encoder: Encoder
    #: The generative network p(x | z).
    decoder: Decoder
    prior: Prior = StandardNormal()
    likelihood: Likelihood = Bernoulli()


class ConditionalVAE(Spec, frozen=True, tag_field="family", tag="conditional-vae"):
    """A variational autoencoder whose generative network is given the label (Kingma et al., 2014)."""

    trained_by: ClassVar[tuple[type[ObjectiveSpec], ...]] = (Elbo, ImportanceWeighted)
    #: The number of dimensions of z.
    latents: Count
    #: The number of labels of the data set.
    classes: Annotated[int, Meta(ge=2, le=1000, description="a whole number from 2 to 1000")]
    #: The recognition network q(z | x).
    encoder: Encoder
    #: The generative network p(x | z, y).
    decoder: Decoder


class TwoLayers(Spec, frozen=True, tag_field="family", tag="two-layers"):
    """Two layers of normal latents, the lower conditioned on the upper (Burda et al., 2015, section 5)."""

    trained_by: ClassVar[tuple[type[ObjectiveSpec], ...]] = (Elbo, ImportanceWeighted)
    #: Dimensions of z₁, next to the image, and of z₂.
    latents: Pair
    #: q(z₁ | x).
    encoder: Encoder
    #: The networks of q(z₂ | z₁) and of p(z₁ | z₂).
    between: Dense
    #: p(x | z₁).
    decoder: Decoder


class Ladder(Spec, frozen=True, tag_field="family", tag="ladder"):
    """Groups of normal latents on grids, from coarse to fine, inferred from the top down.

    After Sønderby et al. (2016) and Child (2021): prior and posterior of a group are conditioned on all
    groups above it.
    """

    trained_by: ClassVar[tuple[type[ObjectiveSpec], ...]] = (Elbo,)
    #: Groups at a quarter and at half the size of the image.
    groups: Annotated[
        tuple[CountOrZero, Count],
        Meta(description="two whole numbers, the first 0 or more, the second 1 or more"),
    ] = (6, 4)
    #: Latents at each position of a group's grid.
    latents: Count = 4
    #: Channels of the grids and of the convolutions between them.
    channels: Annotated[int, Meta(ge=2, le=10**6, description="a whole number, 2 or more")] = 96


class Helmholtz(Spec, frozen=True, tag_field="family", tag="helmholtz"):
    """A Helmholtz machine: layers of binary units (Hinton et al., 1995)."""

    trained_by: ClassVar[tuple[type[ObjectiveSpec], ...]] = (WakeSleep, ReweightedWakeSleep)
    #: Units of each layer, from the one next to the image upwards.
    units: Widths = (200, 200, 10)


class Classifier(Spec, frozen=True, tag_field="family", tag="classifier"):
    """A network with a logit for each label, trained by cross-entropy on gray levels."""

    #: Channels of the convolutions, each of stride 2.
    channels: Widths = (16, 32, 32)
    #: Units of the fully connected layer behind them.
    hidden: Count = 64


class Denoiser(Spec, frozen=True, tag_field="family", tag="denoiser"):
    """A denoising diffusion model of points (Ho et al., 2020)."""

    #: Steps from noise to points.
    steps: Count = 50
    #: Units of the hidden layers.
    hidden: Widths = (96, 96, 96)


Architecture = VAE | TwoLayers | Ladder | Helmholtz | ConditionalVAE
#: Models without latents, which the package `supervised` trains.
Supervised = Classifier | Denoiser


class Step(Spec, frozen=True):
    """A step of training that readers run in the page: see docs/training-in-the-page.md."""

    #: Examples that the graph takes; readers may choose a divisor of it.
    batch_size: Count = 64
    #: Training examples that are sent to readers, the first ones.
    examples: Count = 2000
    #: The learning rate of Adam that readers begin with; that of the check.
    learning_rate: Positive = 5e-3
    #: Networks in the place of those of a variational autoencoder, small enough for many steps a second.
    encoder: Encoder | None = None
    decoder: Decoder | None = None


class Recipe(Spec, frozen=True):
    """One model: everything that decides its weights, apart from data and code."""

    name: Name
    model: Architecture | Supervised | CustomFamily
    #: What is maximized.
    objective: ObjectiveSpec | CustomObjective = Elbo()
    #: The name of a data set.
    data: Text = "mnist"
    #: Training examples, chosen at random, that are held out to choose hyperparameters on.
    held_out: CountOrZero = 0
    epochs: Count = 20
    batch_size: Count = 200
    #: Whether gray levels are the targets of Bernoulli pixels; otherwise each step binarizes them anew.
    continuous_targets: Flag = False
    #: The peak of the learning rate, which then falls linearly to 0. That of weights with n inputs is
    #: 16/√n of it, at most twice.
    learning_rate: Positive = 4e-3
    #: The fraction of the steps over which the learning rate rises.
    lr_warmup: Fraction = 0.05
    #: The fraction of the steps over which the weight of the KL divergence rises from 0 to 1.
    kl_warmup: Fraction = 0.2
    #: The norm to which longer gradients are clipped. Without it one improbable image can undo an epoch.
    max_grad_norm: Positive = 1000.0
    #: Decoupled weight decay of AdamW.
    weight_decay: NotNegative = 0.05
    seed: CountOrZero = 0
    #: Whether weights are rounded to float16 after training, for a bundle of half the size.
    fp16_weights: Flag = False
    #: What readers of the page need to train the model themselves.
    step: Step | None = None
