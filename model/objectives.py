"""What training maximizes: functions of a model and binary pictures x, in nats.

Each returns one number a picture, whose gradient trains all networks at once: where an algorithm trains
two networks on two aims, the number is their sum, and neither network has a gradient from the other's.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import torch
from torch import Tensor

from .models import Model
from .specs import Aim, Elbo, ImportanceWeighted, ReweightedWakeSleep, WakeSleep


class Estimate(NamedTuple):
    """What a draw of z says of each picture of a batch."""

    #: To be maximized. (B,)
    objective: Tensor
    #: The bound on log p(x) that belongs to it, to be watched. (B,)
    bound: Tensor


#: (model, x, weight, generator) → an estimate. x is (B, C, H, W), 0 or 1; the weight rises from 0 to 1
#: early in training, and is that of the KL divergence where there is one.
Objective = Callable[[Model, Tensor, float | Tensor, torch.Generator], Estimate]

#: A function with some of its arguments, the same object each time.
_with = cache(partial)


def objective(aim: Aim, done: float = 1) -> Objective:
    """Return the function that a recipe names, with its numbers, for when a share of training is `done`."""
    match aim:
        case Elbo():
            return _with(elbo, beta=aim.beta, free_nats=aim.free_nats)
        case ImportanceWeighted() if done < 1 - aim.last:
            return elbo
        case ImportanceWeighted():
            return _with(importance_weighted, samples=aim.samples)
        case WakeSleep():
            return wake_sleep
        case ReweightedWakeSleep():
            return _with(reweighted_wake_sleep, samples=aim.samples)


def elbo(
    model: Model,
    x: Tensor,
    weight: float | Tensor,
    generator: torch.Generator,
    beta: float = 1,
    free_nats: float = 0,
) -> Estimate:
    """Estimate the evidence lower bound, Kingma and Welling (2013), eq. 10, with one draw (L = 1).

    E[log p(x | z)] - β D_KL(q(z | x) || p(z)), β as in Higgins et al. (2017), eq. 4. Of each latent,
    `free_nats` of the divergence, a mean over the batch, cost nothing (Kingma et al., 2016, eq. 15).
    """
    terms = model.terms(x, generator)
    divergence = terms.divergence.sum(dim=1)  # (B,)
    if free_nats:
        divergence = terms.divergence.mean(dim=0).clamp(min=free_nats).sum().expand_as(divergence)
    return Estimate(terms.likelihood - weight * beta * divergence, terms.bound.detach())


def importance_weighted(
    model: Model, x: Tensor, weight: float | Tensor, generator: torch.Generator, samples: int
) -> Estimate:
    """Estimate E[log (1/K Σ_k w_k)] (Burda et al., 2015, eq. 8) with the gradient of Tucker et al. (2019).

    Its gradient is Σ_k w̃_k ∇ log w_k for the generative network, w̃ the normalized weights, and
    Σ_k w̃_k² ∂log w_k/∂z_k ∇z_k for the recognition network: doubly reparameterized.
    """
    draws = model.draws(x, samples, generator, only_paths=True)
    log_ratio = (draws.log_prior - draws.log_posterior).sum(dim=2)  # (K, B)
    log_weights = draws.likelihood + weight * log_ratio  # (K, B)
    normalized = torch.softmax(log_weights.detach(), dim=0)  # (K, B)
    for layer in draws.layers:  # (K, B, Z)
        if layer.requires_grad:
            layer.register_hook(lambda gradient: gradient * _spread(normalized, gradient))  # type: ignore[no-untyped-call]
    return Estimate((normalized * log_weights).sum(dim=0), importance_bound(draws.log_weights.detach()))


def wake_sleep(model: Model, x: Tensor, weight: float | Tensor, generator: torch.Generator) -> Estimate:
    """Sum the two phases of the wake-sleep algorithm (Hinton et al., 1995).

    Wake: E[log p(x, h)] with h ~ q(h | x) for the generative network. Sleep: E[log q(h | x)] with
    dreams x, h ~ p for the recognition network. `weight` is not used.
    """
    draws = model.draws(x, 1, generator)
    wake = draws.likelihood[0] + draws.log_prior[0].sum(dim=1)
    return Estimate(wake + model.dreams(len(x), generator), draws.log_weights[0].detach())


def reweighted_wake_sleep(
    model: Model, x: Tensor, weight: float | Tensor, generator: torch.Generator, samples: int
) -> Estimate:
    """Sum the phases of reweighted wake-sleep (Bornschein and Bengio, 2014).

    Wake: Σ_k w̃_k log p(x, h_k) for the generative network and Σ_k w̃_k log q(h_k | x) for the
    recognition network, w̃ the normalized importance weights. Sleep: as above. `weight` is not used.
    """
    draws = model.draws(x, samples, generator)
    normalized = torch.softmax(draws.log_weights.detach(), dim=0)  # (K, B)
    both = draws.likelihood + (draws.log_prior + draws.log_posterior).sum(dim=2)  # (K, B)
    wake = (normalized * both).sum(dim=0)
    sleep = model.dreams(len(x), generator)
    return Estimate(wake + sleep, importance_bound(draws.log_weights.detach()))


def _spread(weights: Tensor, draws: Tensor) -> Tensor:
    """Return `weights`, (K, B), with as many axes as `draws`, (K, B, …)."""
    return weights.view(*weights.shape, *(1 for _ in draws.shape[2:]))


def importance_bound(log_weights: Tensor) -> Tensor:
    """Return log (1/K Σ_k w_k), a bound on log p(x) (Burda et al., 2015, eq. 8); (K, B) → (B,)."""
    return torch.logsumexp(log_weights, dim=0) - torch.tensor(float(len(log_weights))).log()
