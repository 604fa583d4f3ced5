"""What training maximizes: functions of a model and binary pictures x, one value a picture, in nats."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from .networks import VAE

#: (model, x, weight of the KL divergence, generator) → (B,)
Objective = Callable[[VAE, Tensor, float, torch.Generator], Tensor]


def elbo(model: VAE, x: Tensor, weight: float, generator: torch.Generator) -> Tensor:
    """Return the evidence lower bound, Kingma and Welling (2013), eq. 10, with one draw (L = 1).

    `x` is (B, C, H, W), 0 or 1. `weight` multiplies the KL divergence; at 1 this is the bound.
    """
    mean, log_variance = model.encoder(x)  # (B, Z), (B, Z)
    noise = torch.randn(mean.shape, generator=generator)
    z = mean + torch.exp(0.5 * log_variance) * noise
    return log_likelihood(x, model.decoder(z)) - weight * kl_divergence(mean, log_variance)  # (B,)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return D_KL(q(z | x) || p(z)) in closed form (appendix B); (B, Z), (B, Z) → (B,)."""
    return -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp(), dim=1)


def log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """Return log p(x | z) of independent Bernoulli pixels (appendix C.1); (B, …), (B, …) → (B,)."""
    losses = functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return -losses.flatten(1).sum(dim=1)


OBJECTIVES: dict[str, Objective] = {"elbo": elbo}
