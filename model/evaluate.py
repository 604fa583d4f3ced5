"""How good a model is, on test pictures, under dynamic binarisation."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from .data import binarize
from .models import Model
from .objectives import importance_bound

#: Random pictures on which a build measures by how much the importance-weighted bound exceeds the ELBO.
CHOSEN = 500
#: Latents to decode at once: their activations stay in the cache of the processor, and are small enough for
#: the allocator to put again where they were. With 500, memory grew by up to 500 MB after some trainings.
AT_ONCE = 100
#: As many on a GPU, which has room.
AT_ONCE_THERE = 2000
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


class Lower(NamedTuple):
    """The evidence lower bound of each of N pictures, and what it is made of."""

    x: Tensor  # (N, C, H, W), the ink that was drawn from the pictures
    likelihood: Tensor  # (N,), E[log p(x | z)]
    divergence: Tensor  # (N,), D_KL(q(z | x) || p(z))
    means: Tensor  # (N, Z), of q(z | x)

    @property
    def bound(self) -> Tensor:
        """The bound, (N,)."""
        return self.likelihood - self.divergence


def evaluate(model: Model, images: Tensor, samples: int = 500, chosen: int = CHOSEN) -> dict[str, Metric]:
    """Return what `model` reaches on the pictures `images`, (N, C, H, W) uint8.

    The importance-weighted bound costs `samples` decodes a picture. So it is given as the ELBO of
    all pictures plus the gap between the two on `chosen` random ones, and its meaning says so;
    with N of them it is the bound itself. All is computed where the model is.
    """
    images = images.to(model.device)
    generator = torch.Generator(model.device).manual_seed(0)
    lower = lower_bounds(model, images, generator)
    some = torch.randperm(len(images), generator=generator, device=model.device)[:chosen]
    with torch.no_grad():
        batches = torch.split(lower.x[some], max(1, _at_once(model) // samples))
        weighted = [importance_bound(_log_weights(model, batch, samples, generator)) for batch in batches]
    gap = torch.cat(weighted) - lower.bound[some]
    bound, error = (
        (lower.bound.mean() + gap.mean()).item(),
        _error_of_sum(lower.bound, gap, lower.bound[some]),
    )
    how = "" if len(some) == len(images) else f", its gap above the ELBO on {len(some)} random ones"
    name, meaning = weighted_name(samples)
    return table(lower, {name: Metric(bound, error, f"{meaning}{how}")})


@torch.no_grad()
def lower_bounds(model: Model, images: Tensor, generator: torch.Generator) -> Lower:
    """Return the evidence lower bounds of `images`, (N, C, H, W) uint8: a draw of ink, four of z."""
    x = torch.cat([binarize(batch, generator) for batch in torch.split(images, 1000)])
    parts = [_parts(model, batch, generator) for batch in torch.split(x, 500)]
    return Lower(x, *(torch.cat(part) for part in zip(*parts, strict=True)))


def weighted_name(samples: int) -> tuple[str, str]:
    """Return the name of the bound with so many samples, and its meaning."""
    meaning = f"importance-weighted bound, {samples} samples, Burda et al. (2015), eq. 8, test pictures"
    return f"bound_{samples}", meaning


def table(lower: Lower, bounds: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return all that is said of a model's bounds, the last of `bounds` being the closest."""
    *_, closest = bounds.values()
    assert closest.standard_error is not None
    bits = math.log(2) * lower.x[0].numel()
    return {
        "elbo": mean(lower.bound, "evidence lower bound, Kingma and Welling (2013), eq. 10, test pictures"),
        **bounds,
        "bits_per_dimension": Metric(
            -closest.value / bits,
            closest.standard_error / bits,
            "minus that bound for each pixel, in units of log 2",
            "bits",
        ),
        "reconstruction": mean(
            lower.likelihood, "the first term of the evidence lower bound, E[log p(x | z)]"
        ),
        "divergence": mean(lower.divergence, "the second term, the KL divergence of q(z | x) from p(z)"),
        "active_units": Metric(
            int((lower.means.var(dim=0) > ACTIVE).sum()),
            None,
            f"latents whose posterior mean varies by more than {ACTIVE} over the test pictures",
            "units",
        ),
    }


def mean(values: Tensor, meaning: str, unit: str = "nats") -> Metric:
    """Return the mean of `values`, (N,), with its standard error."""
    return Metric(values.mean().item(), (values.std() / math.sqrt(len(values))).item(), meaning, unit)


def _log_weights(model: Model, x: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    """Return the logarithms of the importance weights of draws for each of x, some at a time; (K, B)."""
    at_once = _at_once(model)
    counts = (min(at_once, samples - done) for done in range(0, samples, at_once))
    return torch.cat([model.log_weights(x, count, generator) for count in counts])


def _at_once(model: Model) -> int:
    return AT_ONCE if model.device.type == "cpu" else AT_ONCE_THERE


def _parts(model: Model, x: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return the two terms of the evidence lower bound, (B,) each, and the posterior means, (B, Z)."""
    draws = [model.terms(x, generator) for _ in range(4)]
    likelihood = torch.stack([terms.likelihood for terms in draws]).mean(dim=0)
    divergence = torch.stack([terms.divergence.sum(dim=1) for terms in draws]).mean(dim=0)
    return likelihood, divergence, model.means(x)


def _error_of_sum(lower: Tensor, gap: Tensor, lower_there: Tensor) -> float:
    """Return the standard error of the mean of `lower` plus the mean of `gap`, known on a part of it."""
    covariance = torch.cov(torch.stack([lower_there, gap]))
    variance = lower.var() / len(lower) + covariance[1, 1] / len(gap) + 2 * covariance[0, 1] / len(lower)
    return variance.sqrt().item()
