"""From files to tensors: all pictures in memory, one byte a pixel."""

import math
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

from .datasets import dataset_named
from .errors import ModelError

#: Pictures for training, and for test, from which on a standard error is a number.
FEWEST = 2


@dataclass(frozen=True)
class Items:
    """Pictures and their labels, in the order of the data set."""

    images: Tensor  # (N, C, H, W) uint8; 0 is the background, 255 is ink; or RGB
    labels: Tensor  # (N,) uint8

    def __len__(self) -> int:
        return len(self.images)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of a picture."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    def __getitem__(self, part: slice) -> "Items":
        return Items(self.images[part], self.labels[part])


@dataclass(frozen=True)
class Data:
    """What a model learns from, and what it is measured on.

    A final fit trains on every training item, so its curve by epoch is drawn on the test items:
    they are watched, nothing is chosen by them. Hyperparameters are chosen with items held out
    from the end of the training set, which then stand in `validation`, and the test set is unused.
    """

    train: Items
    validation: Items
    test: Items
    #: By which rule a picture is one of the test set.
    split: str = ""
    #: What the labels stand for, in their order, where that is known.
    classes: tuple[str, ...] = ()


def load(name: str, held_out: int = 0) -> Data:
    """Return the data set `name`, its content checked by hash, `held_out` items kept from training.

    Raises `ModelError` where it cannot be had, or is too small.
    """
    split = dataset_named(name).read()
    train, test = (
        Items(*(torch.from_numpy(numpy.require(array, requirements=["C", "W"])) for array in part))
        for part in (split.train, split.test)
    )
    if len(test) < FEWEST or len(train) - held_out < FEWEST:
        raise ModelError(
            f"the data set “{name}” has {len(train)} pictures for training, {held_out} of them held out, "
            f"and {len(test)} for test; it needs at least {FEWEST} for each"
        )
    about = (split.rule, split.classes)
    if not held_out:
        return Data(train, test, test, *about)
    return Data(train[:-held_out], train[-held_out:], test, *about)


def binarize(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return a Bernoulli draw of each pixel: x = 1 with the probability image / 255, else 0.

    Compares 16 random bits with the pixel, which is within 2e-5 of that probability and some ten
    times as fast as `torch.bernoulli`. `images` is uint8 of any shape; the result is float32.
    """
    words = torch.empty(math.ceil(images.numel() / 4), dtype=torch.int64, device=images.device)
    words.random_(torch.iinfo(torch.int64).min, None, generator=generator)
    bits = words.view(torch.int16)[: images.numel()].view(images.shape)
    return (bits < images.to(torch.int16) * 257 - 32768).float()
