"""The terms of the evidence lower bound (Kingma and Welling 2013, eq. 10), in float64, nats an example."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from ...core.lazy import lazy
from .tensors import Likelihood

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

Floats: TypeAlias = "NDArray[np.float32 | np.float64]"
Nats: TypeAlias = "NDArray[np.float64]"


def log_likelihood(images: Floats, made: Floats, likelihood: Likelihood) -> Nats:
    """Return log p(x | z), (N,), of `images` (N, C, H, W).

    `made` are logits of Bernoulli pixels, or means of normal ones. Of grey Bernoulli pixels it is the mean
    over binary images, since log p is linear in x.
    """
    x, made = images.astype(np.float64), made.astype(np.float64)
    if likelihood.kind == "bernoulli":
        pixels = x * made - np.logaddexp(0, made)
    else:
        scale = likelihood.scale
        pixels = -np.square((x - made) / scale) / 2 - math.log(scale * math.sqrt(2 * math.pi))
    total: Nats = pixels.reshape(len(x), -1).sum(axis=1)
    return total


def divergences(mean: Floats, log_variance: Floats) -> Nats:
    """Return D_KL(N(mean, exp(log_variance)) ‖ N(0, 1)) of each latent, (N, Z) (appendix B)."""
    mean, log_variance = mean.astype(np.float64), log_variance.astype(np.float64)
    found: Nats = (np.square(mean) + np.exp(log_variance) - 1 - log_variance) / 2
    return found


def log_normals(z: Floats, mean: Floats, log_variance: Floats) -> Nats:
    """Return log N(z; mean, exp(log_variance)) of each latent, (N, Z)."""
    squares = np.square(z.astype(np.float64) - mean) * np.exp(-log_variance.astype(np.float64))
    found: Nats = -(math.log(2 * math.pi) + log_variance + squares) / 2
    return found
