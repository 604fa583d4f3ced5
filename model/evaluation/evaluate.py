"""Evaluates a model on test images, under dynamic binarization or as real numbers, or on test points."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ..data.examples import BYTES, observed
from ..models import Model
from ..objectives import importance_weighted_bound

#: Random images on which a build estimates the gap between the importance-weighted bound and the ELBO.
IW_EXAMPLES = 500
#: Latents that are decoded at once on a CPU, so that their activations fit its cache.
CPU_BATCH = 100
#: The same on a GPU.
GPU_BATCH = 2000
#: Axes of a batch of points.
POINTS_NDIM = 2
#: A unit is active if the variance of its posterior mean over the data is above this (Burda et al., 2015).
ACTIVE_VARIANCE = 0.01


@dataclass(frozen=True)
class Metric:
    """A measure of a model."""

    value: float
    #: Of the mean over images; None for a value that is no mean.
    standard_error: float | None
    meaning: str
    unit: str = "nats"


class PerExampleElbo(NamedTuple):
    """The ELBO of each of N images, and its terms."""

    x: Tensor  # (N, C, H, W), as the likelihood has them, or points (N, D)
    likelihood: Tensor  # (N,), E[log p(x | z)]
    divergence: Tensor  # (N,), D_KL(q(z | x) || p(z))
    means: Tensor  # (N, Z), of q(z | x)
    pixels: int  # of an image, in all channels
    is_binary: bool

    @property
    def bound(self) -> Tensor:
        """The bound, (N,)."""
        return self.likelihood - self.divergence


def evaluate(
    model: Model,
    images: Tensor,
    samples: int = 500,
    chosen: int = IW_EXAMPLES,
    log_density: Tensor | None = None,
) -> dict[str, Metric]:
    """Return the metrics of `model` on `images`, (N, C, H, W) uint8, computed on the device of the model.

    Points are (N, D), float32, with their `log_density` (N,) where the distribution of the data is known.

    The importance-weighted bound needs `samples` decodings per image, so it is estimated as the ELBO of all
    images plus its gap on `chosen` random ones, as its meaning says; with N of them it is the bound itself.
    """
    images = images.to(model.device)
    generator = torch.Generator(model.device).manual_seed(0)
    lower = per_example_elbos(model, images, generator)
    some = torch.randperm(len(images), generator=generator, device=model.device)[:chosen]
    with torch.no_grad():
        batches = torch.split(lower.x[some], max(1, _samples_at_once(model) // samples))
        weighted = [
            importance_weighted_bound(_log_weights(model, batch, samples, generator)) for batch in batches
        ]
    gap = torch.cat(weighted) - lower.bound[some]
    bound, error = (
        (lower.bound.mean() + gap.mean()).item(),
        _error_of_sum(lower.bound, gap, lower.bound[some]),
    )
    how = "" if len(some) == len(images) else f", its gap above the ELBO on {len(some)} random ones"
    name, meaning = weighted_name(samples)
    return table(lower, {name: Metric(bound, error, f"{meaning}{how}")}) | of_data(log_density)


def of_data(log_density: Tensor | None) -> dict[str, Metric]:
    """Return what no bound exceeds on average: the log density of the test examples, where that is known."""
    meaning = "log density of the test examples in the distribution that they were drawn from"
    return {} if log_density is None else {"log_density": mean(log_density, meaning)}


@torch.no_grad()
def per_example_elbos(model: Model, images: Tensor, generator: torch.Generator) -> PerExampleElbo:
    """Return the ELBOs of `images`, (N, C, H, W) uint8, from four samples of z; binarized once, if at all.

    Points are (N, D), float32.
    """
    x = torch.cat([observed(batch, model.is_binary, generator) for batch in torch.split(images, 1000)])
    parts = [_parts(model, batch, generator) for batch in torch.split(x, 500)]
    likelihood, divergence, means = (torch.cat(part) for part in zip(*parts, strict=True))
    return PerExampleElbo(x, likelihood, divergence, means, math.prod(model.shape), model.is_binary)


def weighted_name(samples: int) -> tuple[str, str]:
    """Return the name and the meaning of the bound with so many samples."""
    meaning = f"importance-weighted bound, {samples} samples, Burda et al. (2015), eq. 8, test examples"
    return f"iw_bound_{samples}", meaning


def table(lower: PerExampleElbo, bounds: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return the metrics of a model, given its importance-weighted `bounds`, the tightest last."""
    *_, tightest = bounds.values()
    assert tightest.standard_error is not None
    bits = math.log(2) * lower.pixels
    what, more = "pixel and color channel, in bits", 0.0
    if lower.x.ndim == POINTS_NDIM:
        what = "coordinate, in bits; of densities, it may be below 0"
    elif not lower.is_binary:
        what, more = "pixel and color channel, in bits; of bytes, not of densities", math.log2(BYTES)
    return {
        "elbo": mean(lower.bound, "evidence lower bound, Kingma and Welling (2013), eq. 10, test examples"),
        **bounds,
        "bits_per_dimension": Metric(
            more - tightest.value / bits,
            tightest.standard_error / bits,
            f"the negative of that bound per {what}",
            "bits",
        ),
        "reconstruction": mean(
            lower.likelihood, "the first term of the evidence lower bound, E[log p(x | z)]"
        ),
        "divergence": mean(lower.divergence, "the second term, the KL divergence of q(z | x) from p(z)"),
        "active_units": Metric(
            int((lower.means.var(dim=0) > ACTIVE_VARIANCE).sum()),
            None,
            f"latents whose posterior mean has a variance above {ACTIVE_VARIANCE} over the test examples",
            "units",
        ),
    }


def mean(values: Tensor, meaning: str, unit: str = "nats") -> Metric:
    """Return the mean of `values`, (N,), with its standard error."""
    return Metric(values.mean().item(), (values.std() / math.sqrt(len(values))).item(), meaning, unit)


def _log_weights(model: Model, x: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    """Return the log importance weights of samples for each image of x, a part at a time; (K, B)."""
    at_once = _samples_at_once(model)
    counts = (min(at_once, samples - done) for done in range(0, samples, at_once))
    return torch.cat([model.log_weights(x, count, generator) for count in counts])


def _samples_at_once(model: Model) -> int:
    return CPU_BATCH if model.device.type == "cpu" else GPU_BATCH


def _parts(model: Model, x: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return the two terms of the evidence lower bound, (B,) each, and the posterior means, (B, Z)."""
    draws = [model.terms(x, generator) for _ in range(4)]
    likelihood = torch.stack([terms.likelihood for terms in draws]).mean(dim=0)
    divergence = torch.stack([terms.divergence.sum(dim=1) for terms in draws]).mean(dim=0)
    return likelihood, divergence, model.means(x)


def _error_of_sum(lower: Tensor, gap: Tensor, lower_part: Tensor) -> float:
    """Return the standard error of the mean of `lower` plus that of `gap`, known for a part of the images."""
    covariance = torch.cov(torch.stack([lower_part, gap]))
    variance = lower.var() / len(lower) + covariance[1, 1] / len(gap) + 2 * covariance[0, 1] / len(lower)
    return variance.sqrt().item()
