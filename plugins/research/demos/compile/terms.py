"""The terms of the evidence lower bound, as a network decides them: what figures of the bound must keep.

Kingma and Welling (2013), eq. 10. All are in float64, nats an example.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from ..bundles.bound import divergences, log_likelihood, log_normals
from ..bundles.tensors import Likelihood
from .records import Terms
from .runtime import run_graph

Array = npt.NDArray[Any]


def by_decoder(images: Array, likelihood: Likelihood) -> Terms:
    """Return log p(x | z) of `images` (N, C, H, W) and one z each, and log p(z) if a decoder gives it."""

    def terms(outputs: list[Array]) -> Array:
        made, *log_prior = outputs
        found = [log_likelihood(images[: len(made)], made, likelihood)]
        found += [each.astype(np.float64).sum(axis=1) for each in log_prior]
        return np.stack(found, axis=1)  # (N, 1) or (N, 2)

    return terms


def by_encoder(images: Array, noise: Array, decoder: ModelProto, likelihood: Likelihood) -> Terms:
    """Return the divergence of the posterior, and log p(x | z) by `decoder` at z = μ + σ · `noise`."""

    def terms(outputs: list[Array]) -> Array:
        mean, log_variance = outputs  # (N, Z) each
        z = mean + np.exp(log_variance / 2) * noise[: len(mean)]
        made, *log_prior = run_graph(decoder, z.astype(np.float32))
        reached = log_likelihood(images[: len(mean)], made, likelihood)
        spread = divergences(mean, log_variance).sum(axis=1)
        if log_prior:
            spread = (log_normals(z, mean, log_variance) - log_prior[0]).sum(axis=1)
        return np.stack([spread, reached], axis=1)  # (N, 2)

    return terms
