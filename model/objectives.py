"""What training maximizes: functions of a model and binary images x, in nats.

Each returns one number per image, whose gradient trains all networks. Where an algorithm trains two networks
on different objectives, it is their sum, and neither network has a gradient from the other's objective.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from .models import Model
from .recipes import modules
from .recipes.specs import Custom, Elbo, ImportanceWeighted, ObjectiveSpec, ReweightedWakeSleep, WakeSleep


class ObjectiveAndBound(NamedTuple):
    """The objective and a bound for each image of a batch, estimated from samples of z."""

    #: What is maximized. (B,)
    objective: Tensor
    #: The lower bound on log p(x) that belongs to it, without a gradient. (B,)
    bound: Tensor


#: (model, x, weight, generator) → objective and bound. x is (B, C, H, W), 0 or 1; the weight, that of the KL
#: divergence if there is one, rises from 0 to 1 during KL warm-up.
Objective = Callable[[Model, Tensor, float | Tensor, torch.Generator], ObjectiveAndBound]

#: A function with some of its arguments; the same object each time.
_with = cache(partial)


def objective(spec: ObjectiveSpec | Custom, done: float = 1) -> Objective:
    """Return the function of an objective of a recipe, when a fraction `done` of training is over."""
    match spec:
        case Elbo():
            return _with(elbo, beta=spec.beta, free_nats=spec.free_nats)
        case ImportanceWeighted() if done < 1 - spec.iwae_fraction:
            return elbo
        case ImportanceWeighted():
            return _with(importance_weighted, samples=spec.samples)
        case WakeSleep():
            return wake_sleep
        case ReweightedWakeSleep():
            return _with(reweighted_wake_sleep, samples=spec.samples)
        case Custom():
            return partial(modules.load(spec.function, Path.cwd()), **spec.options)


def elbo(
    model: Model,
    x: Tensor,
    weight: float | Tensor,
    generator: torch.Generator,
    beta: float = 1,
    free_nats: float = 0,
) -> ObjectiveAndBound:
    """Estimate the ELBO, Kingma and Welling (2013), eq. 10, with one sample (L = 1).

    E[log p(x | z)] - β D_KL(q(z | x) || p(z)), β as in Higgins et al. (2017), eq. 4. Of each latent,
    `free_nats` of the divergence, a mean over the batch, are free (Kingma et al., 2016, eq. 15).
    """
    terms = model.terms(x, generator)
    divergence = terms.divergence.sum(dim=1)  # (B,)
    if free_nats:
        divergence = terms.divergence.mean(dim=0).clamp(min=free_nats).sum().expand_as(divergence)
    return ObjectiveAndBound(terms.likelihood - weight * beta * divergence, terms.bound.detach())


def importance_weighted(
    model: Model, x: Tensor, weight: float | Tensor, generator: torch.Generator, samples: int
) -> ObjectiveAndBound:
    """Estimate E[log (1/K Σ_k w_k)] (Burda et al., 2015, eq. 8) with the gradient of Tucker et al. (2019).

    Its gradient is Σ_k w̃_k ∇ log w_k for the generative network, w̃ the normalized weights, and
    Σ_k w̃_k² ∂log w_k/∂z_k ∇z_k for the recognition network: doubly reparameterized.
    """
    draws = model.sample_posterior(x, samples, generator, path_gradient_only=True)
    log_ratio = (draws.log_prior - draws.log_posterior).sum(dim=2)  # (K, B)
    log_weights = draws.likelihood + weight * log_ratio  # (K, B)
    normalized = torch.softmax(log_weights.detach(), dim=0)  # (K, B)
    for layer in draws.layers:  # (K, B, Z)
        if layer.requires_grad:
            layer.register_hook(lambda gradient: gradient * _expand(normalized, gradient))  # type: ignore[no-untyped-call]
    return ObjectiveAndBound(
        (normalized * log_weights).sum(dim=0), importance_weighted_bound(draws.log_weights.detach())
    )


def wake_sleep(
    model: Model, x: Tensor, weight: float | Tensor, generator: torch.Generator
) -> ObjectiveAndBound:
    """Sum the two phases of the wake-sleep algorithm (Hinton et al., 1995).

    Wake: E[log p(x, h)] with h ~ q(h | x) for the generative network. Sleep: E[log q(h | x)] with
    samples x, h ~ p for the recognition network. `weight` is not used.
    """
    draws = model.sample_posterior(x, 1, generator)
    wake = draws.likelihood[0] + draws.log_prior[0].sum(dim=1)
    return ObjectiveAndBound(wake + model.sleep_phase(len(x), generator), draws.log_weights[0].detach())


def reweighted_wake_sleep(
    model: Model, x: Tensor, weight: float | Tensor, generator: torch.Generator, samples: int
) -> ObjectiveAndBound:
    """Sum the phases of reweighted wake-sleep (Bornschein and Bengio, 2014).

    Wake: Σ_k w̃_k log p(x, h_k) for the generative network and Σ_k w̃_k log q(h_k | x) for the
    recognition network, w̃ the normalized importance weights. Sleep: as above. `weight` is not used.
    """
    draws = model.sample_posterior(x, samples, generator)
    normalized = torch.softmax(draws.log_weights.detach(), dim=0)  # (K, B)
    both = draws.likelihood + (draws.log_prior + draws.log_posterior).sum(dim=2)  # (K, B)
    wake = (normalized * both).sum(dim=0)
    sleep = model.sleep_phase(len(x), generator)
    return ObjectiveAndBound(wake + sleep, importance_weighted_bound(draws.log_weights.detach()))


def _expand(weights: Tensor, samples: Tensor) -> Tensor:
    """Return `weights`, (K, B), with as many axes as `samples`, (K, B, …)."""
    return weights.view(*weights.shape, *(1 for _ in samples.shape[2:]))


def importance_weighted_bound(log_weights: Tensor) -> Tensor:
    """Return log (1/K Σ_k w_k), a bound on log p(x) (Burda et al., 2015, eq. 8); (K, B) → (B,)."""
    return torch.logsumexp(log_weights, dim=0) - torch.tensor(float(len(log_weights))).log()
