"""From arrays to tensors: all images in memory, one byte per value."""

import math
from dataclasses import dataclass, replace

import numpy
import torch
from torch import Tensor

from ..errors import ModelError
from ..models import Shape
from ..recipes.library import Library
from ..recipes.specs import ConditionalVAE, Recipe
from .datasets import source
from .labelled import with_labels
from .source import LabelledImages

#: The smallest set for which a standard error is defined.
MIN_EXAMPLES = 2


@dataclass(frozen=True)
class Examples:
    """Images or points and their labels, in the order of the data set."""

    images: Tensor  # (N, C, H, W) uint8; of points (N, D) float32
    labels: Tensor  # (N,) int32

    def __len__(self) -> int:
        return len(self.images)

    @property
    def shape(self) -> Shape:
        """Channels, height and width of an image; dimensions of a point."""
        return tuple(self.images.shape[1:])

    def labelled(self, classes: int) -> "Examples":
        """Return the examples with their labels, of so many `classes`, below the images."""
        return Examples(with_labels(self.images, self.labels, classes), self.labels)

    def __getitem__(self, part: slice | Tensor) -> "Examples":
        return Examples(self.images[part], self.labels[part])


@dataclass(frozen=True)
class Data:
    """What a model is trained on, and what it is measured on.

    A final fit trains on every training example, so training is watched on the test examples; nothing is
    chosen by them. Hyperparameters are chosen on held-out training examples, which are then `validation`.
    """

    train: Examples
    validation: Examples
    test: Examples
    #: The rule that decides which images are in the test set.
    split: str = ""
    #: What the labels stand for, in their order, if that is known.
    classes: tuple[str, ...] = ()
    #: “ink” or “photograph”; None for points.
    polarity: str | None = "ink"
    #: The log densities (N,) of the test examples, in nats, where the distribution of the data is known.
    log_density: Tensor | None = None


#: Values of a byte.
BYTES = 256


def load(recipe: Recipe, library: Library) -> Data:
    """Return the data set of `recipe` as its model reads it: a conditional one gets labels with the images.

    Raises `ModelError` if it cannot be had, is too small, or holds nothing that can be learnt.
    """
    data = load_images(recipe, library)
    if not isinstance(recipe.model, ConditionalVAE):
        return data
    classes = recipe.model.classes
    train, test = data.train.labelled(classes), data.test.labelled(classes)
    validation = test if data.validation is data.test else data.validation.labelled(classes)
    return replace(data, train=train, validation=validation, test=test)


def load_images(recipe: Recipe, library: Library) -> Data:
    """Return the data set of `recipe`, `held_out` random training examples of it set apart.

    Raises `ModelError` as `load` does.
    """
    dataset = source(recipe.data, library)
    split = dataset.read()
    train, test = _examples(split.train), _examples(split.test)
    if len(test) < MIN_EXAMPLES or len(train) - recipe.held_out < MIN_EXAMPLES:
        raise ModelError(
            f"the data set “{recipe.data}” has {len(train)} images for training, {recipe.held_out} of them "
            f"held out, and {len(test)} for test; it needs at least {MIN_EXAMPLES} of each"
        )
    _check_varied(recipe.data, train.images)
    log_density = None if split.log_density is None else torch.from_numpy(split.log_density)
    about = (split.rule, split.classes, dataset.polarity, log_density)
    if recipe.held_out:
        order = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))
        held_out, others = order[: recipe.held_out].sort().values, order[recipe.held_out :].sort().values
        return Data(train[others], train[held_out], test, *about)
    validation = _examples(split.validation) if split.validation else test
    return Data(train, validation, test, *about)


def observed(images: Tensor, is_binary: bool, generator: torch.Generator) -> Tensor:
    """Return x as a likelihood has it: images binarized or as real numbers in [0, 1), points as they are.

    A byte stands for an interval of real numbers, in which x is drawn uniformly: so the density of x bounds
    the probability of the bytes (Theis, van den Oord and Bethge, 2016, section 3.1).
    """
    if images.is_floating_point():
        return images
    if is_binary:
        return binarize(images, generator)
    return (images + torch.rand(images.shape, generator=generator, device=images.device)) / BYTES


def binarize(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return a Bernoulli sample of each pixel: x = 1 with the probability image / 255, else 0.

    Compares 16 random bits with the pixel, which is within 2e-5 of that probability and some ten times as
    fast as `torch.bernoulli`. `images` is uint8 of any shape; the result is float32.
    """
    words = torch.empty(math.ceil(images.numel() / 4), dtype=torch.int64, device=images.device)
    words.random_(torch.iinfo(torch.int64).min, None, generator=generator)
    bits = words.view(torch.int16)[: images.numel()].view(images.shape)
    return (bits < images.to(torch.int16) * 257 - 32768).float()


def _examples(part: LabelledImages) -> Examples:
    return Examples(*(torch.from_numpy(numpy.require(array, requirements=["C", "W"])) for array in part))


def _check_varied(name: str, images: Tensor) -> None:
    """Raise `ModelError` if all images are equal, as those are that were read with a wrong range."""
    if not bool((images == images[0]).all()):
        return
    values = sorted(set(images[0].flatten().tolist()))
    what = {0: "black", 255: "white"}.get(values[0], "one gray") if len(values) == 1 else "the same"
    raise ModelError(
        f"the data set “{name}”: all training images are {what}, so there is nothing to learn; look at how "
        "they are read: bytes go from 0 to 255, other numbers from 0 to 1 or as value_range says"
    )
