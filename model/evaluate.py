"""How good a model is, on the test set, in nats a picture, under dynamic binarisation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .data import binarize
from .networks import VAE
from .objectives import elbo, log_likelihood

#: Samples of the importance-weighted bound.
SAMPLES = 500
#: Random test pictures on which a build measures by how much that bound exceeds the ELBO.
CHOSEN = 200


@dataclass(frozen=True)
class Metric:
    """A number that says how good a model is."""

    value: float
    standard_error: float
    meaning: str
    unit: str = "nats"


@torch.no_grad()
def evaluate(model: VAE, images: Tensor, chosen: int = CHOSEN) -> dict[str, Metric]:
    """Return the bounds on `images` (N, C, H, W), uint8, each with its standard error.

    The importance-weighted bound costs 500 decodes a picture. So it is given as the ELBO of all
    pictures plus the gap between the two on `chosen` random ones, and its meaning says so; with
    N of them it is the bound itself.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.cat([binarize(batch, generator) for batch in torch.split(images, 1000)])  # (N, C, H, W)
    lower = torch.cat([_elbo(model, batch, generator) for batch in torch.split(x, 1000)])  # (N,)
    some = torch.randperm(len(x), generator=generator)[:chosen]
    higher = torch.cat(
        [importance_bound(model, batch, SAMPLES, generator) for batch in torch.split(x[some], 8)]
    )
    gap = higher - lower[some]  # (chosen,)
    scope = "" if len(some) == len(x) else f"; its gap above the ELBO measured on {len(some)} random ones"
    return {
        "elbo": Metric(
            lower.mean().item(),
            (lower.std() / math.sqrt(len(lower))).item(),
            "evidence lower bound, Kingma and Welling (2013), eq. 10, all test pictures",
        ),
        "bound_500": Metric(
            (lower.mean() + gap.mean()).item(),
            _error_of_sum(lower, gap, lower[some]),
            f"importance-weighted bound, {SAMPLES} samples, Burda et al. (2015), eq. 8, "
            f"all test pictures{scope}",
        ),
    }


def importance_bound(model: VAE, x: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    """Return log (1/K Σ p(x, z) / q(z | x)) with K `samples` of z for each x; (B, C, H, W) → (B,)."""
    mean, log_variance = model.encoder(x)  # (B, Z), (B, Z)
    noise = torch.randn((samples, *mean.shape), generator=generator)
    z = mean + torch.exp(0.5 * log_variance) * noise  # (K, B, Z)
    # The constants of the two normal densities cancel.
    log_ratio = 0.5 * (noise**2 + log_variance - z**2).sum(dim=2)  # log p(z) - log q(z | x), (K, B)
    x = x.expand(samples, *x.shape).flatten(0, 1)
    log_weights = log_ratio + log_likelihood(x, model.decoder(z.flatten(0, 1))).view(samples, -1)
    return torch.logsumexp(log_weights, dim=0) - math.log(samples)


def _elbo(model: VAE, x: Tensor, generator: torch.Generator) -> Tensor:
    return torch.stack([elbo(model, x, 1, generator) for _ in range(4)]).mean(dim=0)


def _error_of_sum(lower: Tensor, gap: Tensor, lower_there: Tensor) -> float:
    """Return the standard error of the mean of `lower` plus the mean of `gap`, known on a part of it."""
    covariance = torch.cov(torch.stack([lower_there, gap]))
    variance = lower.var() / len(lower) + covariance[1, 1] / len(gap) + 2 * covariance[0, 1] / len(lower)
    return variance.sqrt().item()
