"""What training maximizes: functions of a model and binary pictures x, in nats."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from .networks import VAE


class Estimate(NamedTuple):
    """What a draw of z says of each picture of a batch."""

    #: To be maximized. (B,)
    objective: Tensor
    #: The evidence lower bound itself, to be watched. (B,)
    bound: Tensor


#: (model, x, weight of the KL divergence, generator) → an estimate
Objective = Callable[[VAE, Tensor, float, torch.Generator], Estimate]


def elbo(model: VAE, x: Tensor, weight: float, generator: torch.Generator) -> Estimate:
    """Estimate the evidence lower bound, Kingma and Welling (2013), eq. 10, with one draw (L = 1).

    `x` is (B, C, H, W), 0 or 1. In the objective, `weight` multiplies the KL divergence.
    """
    mean, log_variance = model.encoder(x)  # (B, Z), (B, Z)
    noise = torch.randn(mean.shape, generator=generator)
    z = mean + torch.exp(0.5 * log_variance) * noise
    likelihood = log_likelihood(x, model.decoder(z))  # (B,)
    divergence = kl_divergence(mean, log_variance)  # (B,)
    return Estimate(likelihood - weight * divergence, (likelihood - divergence).detach())


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return D_KL(q(z | x) || p(z)) in closed form (appendix B); (B, Z), (B, Z) → (B,)."""
    return -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp(), dim=1)


def log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """Return log p(x | z) of independent Bernoulli pixels (appendix C.1); (B, …), (B, …) → (B,)."""
    losses = functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return -losses.flatten(1).sum(dim=1)


OBJECTIVES: dict[str, Objective] = {"elbo": elbo}
