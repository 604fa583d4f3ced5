"""Labels as pixels: images with a label written below them, as models of p(x | y) read them.

One image then is all that travels through shuffling, sharding, binarization and objectives. The pixels of a
label are 0 or 255, which binarization leaves alone.
"""

import math

import torch
from torch import Tensor

from ..errors import ModelError

#: Channels, height, width.
IMAGE_NDIM = 3


def rows(shape: tuple[int, ...], classes: int) -> int:
    """Return how many rows of pixels of images of a `shape` (C, H, W) a one-hot code takes."""
    return math.ceil(classes / shape[2])


def with_labels(images: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Return `images`, (N, C, H, W) uint8, with one-hot codes of `labels`, (N,), below them.

    Raises `ModelError` for a label that is none of the `classes`.
    """
    if images.ndim != 1 + IMAGE_NDIM:
        raise ModelError("a conditional model is of images, and these data are points")
    if int(labels.min()) < 0 or int(labels.max()) >= classes:
        raise ModelError(
            f"labels go from {int(labels.min())} to {int(labels.max())}; model.classes is {classes}, "
            f"so they must go from 0 to {classes - 1}"
        )
    count, channels, _, width = images.shape
    code = torch.zeros((count, channels, rows(images.shape[1:], classes) * width), dtype=torch.uint8)
    code[torch.arange(count), 0, labels.long()] = 255
    return torch.cat([images, code.view(count, channels, -1, width)], dim=2)


def image_shape(shape: tuple[int, ...], classes: int) -> tuple[int, int, int]:
    """Return the shape (C, H, W) of the images without the rows of their labels."""
    channels, height, width = shape
    return channels, height - rows(shape, classes), width


def one_hot(x: Tensor, height: int, classes: int) -> Tensor:
    """Return the codes, (B, classes), that stand below the first `height` rows of x, (B, C, H, W)."""
    return x[:, 0, height:].flatten(1)[:, :classes]
