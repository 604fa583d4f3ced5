"""How good a model is, on the test set, in nats a picture, under dynamic binarisation."""

import math

import torch
from torch import Tensor

from .data import binarize
from .networks import VAE
from .objectives import elbo, log_likelihood

#: Samples of the importance-weighted bound.
SAMPLES = 500
#: Random test pictures on which a build measures by how much that bound exceeds the ELBO.
CHOSEN = 200

Metric = dict[str, float | str]


@torch.no_grad()
def evaluate(model: VAE, images: Tensor, chosen: int = CHOSEN) -> dict[str, Metric]:
    """Return the bounds on `images` (N, C, H, W), uint8, each with its standard error.

    The importance-weighted bound costs 500 decodes a picture. So it is given as the ELBO of all
    pictures plus the gap between the two on `chosen` random ones, and its meaning says so; with
    N of them it is the bound itself.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.cat([binarize(batch, generator) for batch in images.split(1000)])  # (N, C, H, W)
    lower = torch.cat([_elbo(model, batch, generator) for batch in x.split(1000)])  # (N,)
    some = torch.randperm(len(x), generator=generator)[:chosen]
    higher = torch.cat([importance_bound(model, batch, SAMPLES, generator) for batch in x[some].split(8)])
    gap = higher - lower[some]  # (chosen,)
    scope = "on all" if len(some) == len(x) else f"the gap above the ELBO measured on {len(some)} random"
    return {
        "elbo": {
            "value": lower.mean().item(),
            "standard_error": (lower.std() / math.sqrt(len(lower))).item(),
            "unit": "nats",
            "meaning": "evidence lower bound, Kingma and Welling (2013), eq. 10, on all test pictures",
        },
        "bound_500": {
            "value": (lower.mean() + gap.mean()).item(),
            "standard_error": _error_of_sum(lower, gap, lower[some]),
            "unit": "nats",
            "meaning": f"importance-weighted bound, {SAMPLES} samples, Burda et al. (2015), eq. 8, "
            f"{scope} test pictures",
        },
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
