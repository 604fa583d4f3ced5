"""Images of points, densities and codes, in ink on a square; ``live/script/trainer.js`` draws the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

#: Pixels of a side.
SIDE = 96
#: Examples that are shown, and latents from which the density of a model is estimated.
POINTS, SAMPLES = 512, 512
#: The largest coordinate of codes that is shown: posteriors lie within that of the prior.
EXTENT = 4.0
#: The part of the side that data takes.
REACH = 0.9
#: Points of a curve at most.
BUCKETS = 50
#: The share of a run, its first steps, that is not drawn: there the bound is many times lower than later.
FIRST = 0.02


def _pixels(points: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Return where points lie in the image, in pixels from its top left corner, (N, 2)."""
    middle, half = (low + high) / 2, (high - low) / 2 / REACH
    shares = (points - middle) / half  # -1 to 1
    found: NDArray[Any] = (shares * [1, -1] + 1) / 2 * SIDE
    return found


def dots_image(points: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Return an image with a dot for each of `points` (N, 2) in the square from `low` to `high`."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    at = np.floor(_pixels(points.astype(np.float64), low, high)).astype(int)
    x, y = at[((at >= 0) & (at < SIDE)).all(axis=1)].T
    image[y, x] = 255
    return image


def codes_image(codes: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an image of the first two dimensions of `codes` (N, Z)."""
    flat = np.zeros((len(codes), 2))
    flat[:, : codes.shape[1]] = codes[:, :2]
    return dots_image(flat, -EXTENT * REACH, EXTENT * REACH)


def density_image(means: NDArray[Any], scale: float, low: float, high: float) -> NDArray[np.uint8]:
    """Return an image of the mixture of normal distributions around `means` (K, 2), the square root of its
    density.

    Black on white would be the largest density; the square root lets small ones be seen.
    """
    middles = (np.arange(SIDE) + 0.5)[:, None]
    centers = _pixels(means.astype(np.float64), low, high)  # (K, 2)
    deviation = max(scale * SIDE * REACH / (high - low), 0.3)
    columns, rows = (
        np.exp(-(((middles - centers[:, at]) / deviation) ** 2) / 2) for at in (0, 1)
    )  # (SIDE, K)
    density = rows @ columns.T  # (SIDE, SIDE)
    image: NDArray[np.uint8] = np.rint(255 * np.sqrt(density / density.max())).astype(np.uint8)
    return image


def bucketed(terms: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the means of runs of `terms` (T, 2), and at which steps they end: `BUCKETS` at most."""
    span = 1
    while len(terms) / span > BUCKETS:
        span *= 2
    count = len(terms) // span
    means = terms[: count * span].reshape(count, span, -1).astype(np.float64).mean(axis=1)
    ends = (np.arange(count) + 1) * span
    left_out = min(int(np.ceil(FIRST * count)), count - 2) if count > 2 else 0
    return ends[left_out:], means[left_out:]
