"""How good a model is, on test pictures, under dynamic binarisation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .data import binarize
from .models import Model
from .objectives import importance_bound

#: Random pictures on which a build measures by how much the importance-weighted bound exceeds the ELBO.
CHOSEN = 500
#: Latents to decode at once: their activations stay in the cache of the processor.
AT_ONCE = 500
#: A unit is active if the variance of its posterior mean over the data is above this (Burda et al., 2015).
ACTIVE = 0.01


@dataclass(frozen=True)
class Metric:
    """A number that says how good a model is."""

    value: float
    #: Of the mean over pictures; None for what is no mean.
    standard_error: float | None
    meaning: str
    unit: str = "nats"


@torch.no_grad()
def evaluate(model: Model, images: Tensor, samples: int = 500, chosen: int = CHOSEN) -> dict[str, Metric]:
    """Return what `model` reaches on the pictures `images`, (N, C, H, W) uint8.

    The importance-weighted bound costs `samples` decodes a picture. So it is given as the ELBO of
    all pictures plus the gap between the two on `chosen` random ones, and its meaning says so;
    with N of them it is the bound itself.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.cat([binarize(batch, generator) for batch in torch.split(images, 1000)])  # (N, C, H, W)
    parts = [_parts(model, batch, generator) for batch in torch.split(x, 500)]
    likelihood, divergence, means = (torch.cat(part) for part in zip(*parts, strict=True))
    lower = likelihood - divergence  # (N,)
    some = torch.randperm(len(x), generator=generator)[:chosen]
    batches = torch.split(x[some], max(1, AT_ONCE // samples))
    gap = torch.cat([importance_bound(model.log_weights(batch, samples, generator)) for batch in batches])
    gap = gap - lower[some]
    bound, error = (lower.mean() + gap.mean()).item(), _error_of_sum(lower, gap, lower[some])
    how = "" if len(some) == len(x) else f", its gap above the ELBO on {len(some)} random ones"
    bits = math.log(2) * x[0].numel()
    return {
        "elbo": _mean(lower, "evidence lower bound, Kingma and Welling (2013), eq. 10, test pictures"),
        f"bound_{samples}": Metric(
            bound,
            error,
            f"importance-weighted bound, {samples} samples, Burda et al. (2015), eq. 8, test pictures{how}",
        ),
        "bits_per_dimension": Metric(
            -bound / bits, error / bits, "minus that bound for each pixel, in units of log 2", "bits"
        ),
        "reconstruction": _mean(likelihood, "the first term of the evidence lower bound, E[log p(x | z)]"),
        "divergence": _mean(divergence, "the second term, the KL divergence of q(z | x) from p(z)"),
        "active_units": Metric(
            int((means.var(dim=0) > ACTIVE).sum()),
            None,
            f"latents whose posterior mean varies by more than {ACTIVE} over the test pictures",
            "units",
        ),
    }


def _parts(model: Model, x: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return the two terms of the evidence lower bound, (B,) each, and the posterior means, (B, Z)."""
    draws = [model.terms(x, generator) for _ in range(4)]
    likelihood = torch.stack([terms.likelihood for terms in draws]).mean(dim=0)
    divergence = torch.stack([terms.divergence.sum(dim=1) for terms in draws]).mean(dim=0)
    return likelihood, divergence, model.means(x)


def _mean(values: Tensor, meaning: str) -> Metric:
    return Metric(values.mean().item(), (values.std() / math.sqrt(len(values))).item(), meaning)


def _error_of_sum(lower: Tensor, gap: Tensor, lower_there: Tensor) -> float:
    """Return the standard error of the mean of `lower` plus the mean of `gap`, known on a part of it."""
    covariance = torch.cov(torch.stack([lower_there, gap]))
    variance = lower.var() / len(lower) + covariance[1, 1] / len(gap) + 2 * covariance[0, 1] / len(lower)
    return variance.sqrt().item()
