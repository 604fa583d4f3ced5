"""Guess how the numbers that a decoder makes are arranged in images, and in which range they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt, prod
from typing import Literal

from ..errors import DemoError

Range = tuple[float, float]

#: Ranges that images have, from the narrowest; with each, how far values may lie beyond it.
RANGES: tuple[tuple[Range, float], ...] = (((0.0, 1.0), 0.02), ((-1.0, 1.0), 0.04), ((0.0, 255.0), 1.0))
#: Images in bytes have values above this.
BYTES = 32


@dataclass(frozen=True)
class Layout:
    """How the numbers of an image are arranged."""

    #: Channels, height and width.
    image: tuple[int, int, int]
    order: Literal["CHW", "HWC"] = "CHW"


def layout_of(
    shape: Sequence[int],
    size: tuple[int, int] | None = None,
    order: Literal["CHW", "HWC"] | None = None,
) -> Layout:
    """Return the layout of images of `shape`, without the batch.

    `size`, (height, width), and `order` are known from elsewhere. Raises `DemoError` where that does not
    determine the layout.
    """
    count = prod(shape)
    if size:
        channels, rest = divmod(count, prod(size))
        if rest or channels not in (1, 3, 4):
            raise DemoError(
                f"an image of {_product(size)} pixels does not have {count} numbers in 1, 3 or 4 channels"
            )
        return Layout((channels, *size), order or _order(shape, channels))
    axes = [length for length in shape if length > 1]
    if len(axes) == 2 and not (axes[0] in (3, 4) and len(shape) == 2 and isqrt(axes[1]) ** 2 == axes[1]):
        return Layout((1, axes[0], axes[1]))
    if len(axes) == 3:
        return _of_three(axes, order)
    for channels in (1, 3, 4):
        side = isqrt(count // channels)
        if channels * side**2 == count and len(axes) < 3:
            return Layout((channels, side, side), order or _order(shape, channels))
    raise DemoError(
        f"outputs of shape {_shown(shape)} are no square images in 1, 3 or 4 channels; state their size by "
        "--image, such as --image 28x20 for 28 rows of 20 pixels"
    )


def _of_three(axes: Sequence[int], order: Literal["CHW", "HWC"] | None) -> Layout:
    first, middle, last = axes
    if order != "HWC" and first in (3, 4):
        return Layout((first, middle, last))
    if order != "CHW" and last in (3, 4):
        return Layout((last, first, middle), "HWC")
    raise DemoError(
        f"images of {_product(axes)} numbers have neither 3 nor 4 channels, first or last; export the "
        "channels that are to be shown"
    )


def _order(shape: Sequence[int], channels: int) -> Literal["CHW", "HWC"]:
    return "HWC" if channels > 1 and len(shape) > 1 and shape[-1] == channels else "CHW"


def range_of(least: float, most: float) -> Range | None:
    """Return the usual range that values from `least` to `most` lie in, None if they lie in none."""
    for (low, high), slack in RANGES:
        if low - slack <= least and most <= high + slack and (high == 1 or most > BYTES):
            return low, high
    return None


def _product(numbers: Sequence[int]) -> str:
    return " × ".join(map(str, numbers))


def _shown(shape: Sequence[int]) -> str:
    return f"(batch, {', '.join(map(str, shape))})"
