"""Denoising diffusion of points (Ho et al., 2020): a network takes noise away, step by step."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from ..data.examples import Data, Examples
from ..errors import ModelError
from ..evaluation.evaluate import Metric
from ..recipes.specs import Denoiser
from .task import Task

#: Frequencies of the sines and cosines by which the network knows the step.
FREQUENCIES = 16
#: Points by which samples are compared with the data.
COMPARED = 2000


class Schedule(nn.Module):
    """How much noise a step adds: β_t of Nichol and Dhariwal (2021), eq. 17, by a cosine; t from 0."""

    alpha: Tensor
    product: Tensor
    deviation: Tensor

    def __init__(self, steps: int) -> None:
        super().__init__()
        at = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
        shares = torch.cos((at + 0.008) / 1.008 * math.pi / 2) ** 2
        beta = (1 - shares[1:] / shares[:-1]).clamp(max=0.999)
        alpha = 1 - beta
        product = alpha.cumprod(dim=0)
        before = torch.cat([torch.ones(1, dtype=torch.float64), product[:-1]])
        # Of q(x_t-1 | x_t, x_0), Ho et al. (2020), eq. 7: the last step adds none.
        deviation = ((1 - before) / (1 - product) * beta).sqrt()
        for name, values in (("alpha", alpha), ("product", product), ("deviation", deviation)):
            self.register_buffer(name, values.float()[:, None])  # (T, 1)


class Network(nn.Module):
    """x_t and t → the noise in x_t."""

    waves: Tensor

    def __init__(self, spec: Denoiser, dimensions: int) -> None:
        super().__init__()
        rates = torch.exp(torch.arange(FREQUENCIES) / FREQUENCIES * math.log(1000))
        phases = torch.arange(spec.steps)[:, None] / spec.steps * rates
        self.register_buffer("waves", torch.cat([phases.sin(), phases.cos()], dim=1))  # (T, 2 · F)
        widths = (dimensions + 2 * FREQUENCIES, *spec.hidden)
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Linear(inputs, outputs), nn.SiLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(spec.hidden[-1], dimensions))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:  # (B, D), (B,)
        """Return the noise, (B, D)."""
        noise: Tensor = self.layers(torch.cat([x, self.waves[t]], dim=1))
        return noise


class Step(nn.Module):
    """One step of sampling, Ho et al. (2020), algorithm 2: `n` counts up from 0, and t down from T - 1."""

    def __init__(self, network: Network, schedule: Schedule) -> None:
        super().__init__()
        self.network, self.schedule = network, schedule

    def forward(self, x: Tensor, n: Tensor, noise: Tensor) -> Tensor:  # (B, D), (B, 1), (B, D)
        """Return x after the step, (B, D)."""
        t = len(self.schedule.alpha) - 1 - n[:, 0].round().long()
        alpha, product = self.schedule.alpha[t], self.schedule.product[t]  # (B, 1)
        mean = (x - (1 - alpha) / (1 - product).sqrt() * self.network(x, t)) / alpha.sqrt()
        after: Tensor = mean + self.schedule.deviation[t] * noise
        return after


class DenoiserTask(Task):
    """Finds the noise in points, by its squared error."""

    role = "step"
    inputs = ("x", "n", "noise")
    output = "y"

    def __init__(self, spec: Denoiser, data: Data) -> None:
        super().__init__()
        if len(data.train.shape) != 1:
            raise ModelError("a denoiser is for points; name a data set of points, such as two-moons")
        self.steps, [self.dimensions] = spec.steps, data.train.shape
        self.schedule, self.network = Schedule(spec.steps), Network(spec, self.dimensions)

    def loss(self, examples: Examples, generator: torch.Generator) -> Tensor:
        """Return the squared error at a step of chance, Ho et al. (2020), eq. 14."""
        x = examples.images
        t = torch.randint(self.steps, (len(x),), generator=generator)
        noise = torch.randn(x.shape, generator=generator)
        product = self.schedule.product[t]
        found = self.network(product.sqrt() * x + (1 - product).sqrt() * noise, t)
        error: Tensor = ((found - noise) ** 2).mean(dim=1)
        return error

    def exported(self) -> nn.Module:
        """Return a step of sampling."""
        return Step(self.network, self.schedule)

    def tried(self, data: Data, count: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Return noisy points at steps of chance."""
        n = torch.randint(self.steps, (count, 1), generator=generator)
        x, noise = torch.randn((2, count, self.dimensions), generator=generator)
        return x, n.float(), noise

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Return samples, (count, D)."""
        step = self.exported()
        x = torch.randn((count, self.dimensions), generator=generator)
        for n in range(self.steps):
            noise = torch.randn(x.shape, generator=generator)
            x = step(x, torch.full((count, 1), float(n)), noise)
        return x

    def metrics(self, data: Data) -> Mapping[str, Metric]:
        """Return how far samples are from the test points, and how far training points are."""
        test = data.test.images[:COMPARED]
        count = len(test)
        samples = self.sample(count, torch.Generator().manual_seed(0))
        meaning = f"energy distance (Székely and Rizzo, 2013) of {count} points to the test points: "
        unit = "units of the coordinates"
        return {
            "energy_distance": Metric(energy_distance(samples, test), None, f"{meaning}samples", unit),
            "energy_distance_training": Metric(
                energy_distance(data.train.images[:count], test), None, f"{meaning}training points", unit
            ),
        }

    def stated(self, data: Data) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]:
        """Return state, step number and noise; and the next state."""
        most = round(1.05 * float(data.train.images.abs().max()), 2)
        point = {"shape": ["batch", self.dimensions], "dtype": "float32", "range": [-most, most]}
        state = {**point, "name": "x", "kind": "points", "meaning": "points, standard normal before step 0"}
        number = {
            "name": "n",
            "shape": ["batch", 1],
            "dtype": "float32",
            "range": [0, self.steps - 1],
            "kind": "step",
            "meaning": "the number of the step, from 0",
        }
        noise = {
            **point,
            "name": "noise",
            "kind": "noise",
            "range": None,
            "meaning": "standard normal numbers",
        }
        return [state, number, noise], {**state, "name": "y", "meaning": "the points after the step"}


def energy_distance(ours: Tensor, theirs: Tensor) -> float:
    """Return 2 E|X - Y| - E|X - X'| - E|Y - Y'| of points (N, D) and (M, D), each with others only."""

    def within(points: Tensor) -> Tensor:
        count = len(points)
        return torch.cdist(points, points).sum() / (count * (count - 1))

    return (2 * torch.cdist(ours, theirs).mean() - within(ours) - within(theirs)).item()
