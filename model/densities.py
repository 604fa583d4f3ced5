"""Logarithms of densities and probabilities, and KL divergences, in nats."""

import math

import torch
from torch import Tensor
from torch.nn import functional


def unreduced(x: Tensor) -> Tensor:
    """Return `x`, in float32 if mixed precision has made it shorter."""
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x


def log_bernoulli(x: Tensor, logits: Tensor) -> Tensor:
    """Return log p(x) of each Bernoulli pixel or unit, in the shape of `logits`; `x` is in [0, 1]."""
    return -functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none")


def log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """Return log p(x | z) of independent pixels, Kingma and Welling (2013), appendix C.1.

    `x` is (B, C, H, W); `logits` the same, or (K, B, C, H, W) for K samples of z. Returns (B,) or (K, B).
    """
    return log_bernoulli(x, logits).flatten(-3).sum(dim=-1)


def log_normal_likelihood(x: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """Return log p(x | z), N(mean, exp(log_scale)² I), appendix C.2 with one variance for all.

    `x` is (B, D) or (B, C, H, W); `mean` the same, or with K samples of z in front. Returns (B,) or (K, B).
    """
    return log_normal(x, mean, 2 * log_scale).flatten(mean.ndim - x.ndim + 1).sum(dim=-1)


def log_normal(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return log N(z; mean, exp(log_variance)) of each element; shapes broadcast."""
    return -0.5 * (math.log(2 * math.pi) + log_variance + (z - mean) ** 2 * torch.exp(-log_variance))


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return D_KL(N(mean, exp(log_variance)) || N(0, 1)) of each element (appendix B)."""
    return -0.5 * (1 + log_variance - mean**2 - log_variance.exp())


def kl_between(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log: Tensor) -> Tensor:
    """Return D_KL(N(mean, exp(log_variance)) || N(other_mean, exp(other_log))) of each element."""
    squares = torch.exp(log_variance - other_log) + (mean - other_mean) ** 2 * torch.exp(-other_log)
    return 0.5 * (other_log - log_variance + squares - 1)
