"""The Helmholtz machine: layers of binary units with two sets of weights (Hinton et al., 1995)."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..densities import log_bernoulli, log_likelihood
from ..errors import ModelError
from ..models import Model, PosteriorSamples, Shape
from ..recipes.specs import Helmholtz


class Generative(nn.Module):
    """p(h_L) … p(h_1 | h_2) p(x | h_1), from the top layer down: binary units, given the layer above."""

    def __init__(self, units: Sequence[int], shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.downward, self.shape = list(reversed(units)), shape
        self.top = nn.Parameter(torch.zeros(self.downward[0]))
        self.hidden = _connections(self.downward)
        self.pixels = nn.Linear(units[0], math.prod(shape))
        nn.init.constant_(self.pixels.bias, math.log(mean_intensity / (1 - mean_intensity)))

    def forward(self, noise: Tensor) -> Tensor:  # (B, units of all layers, the top one first)
        """Return the logits of the pixels, (B, C, H, W), given standard normal `noise`.

        A unit with the input a is on if Φ(noise) < σ(a), so with the probability σ(a).
        """
        uniform = torch.split(0.5 + 0.5 * torch.erf(noise / math.sqrt(2)), self.downward, dim=1)
        state = (uniform[0] < torch.sigmoid(self.top)).float()
        for connection, chance in zip(self.hidden, uniform[1:], strict=True):
            state = (chance < torch.sigmoid(connection(state))).float()
        return self.image(state)

    def image(self, state: Tensor) -> Tensor:  # (…, units next to the image)
        """Return the logits of the pixels given h_1, (…, C, H, W)."""
        logits: Tensor = self.pixels(state)
        return logits.view(*logits.shape[:-1], *self.shape).float()

    def log_prior(self, states: Sequence[Tensor]) -> Tensor:
        """Return log p of each unit of h_1, …, h_L given the layer above; (K, B, units) each → (K, B, Z)."""
        below = [
            log_bernoulli(state, connection(above).float())
            for connection, (state, above) in zip(reversed(self.hidden), pairwise(states), strict=True)
        ]
        return torch.cat([*below, log_bernoulli(states[-1], self.top.expand_as(states[-1]))], dim=-1)


class Recognition(nn.Module):
    """q(h_1 | x) … q(h_L | h_L-1), from the image upwards."""

    def __init__(self, units: Sequence[int], shape: Shape) -> None:
        super().__init__()
        self.hidden = _connections((math.prod(shape), *units))

    def sample(self, x: Tensor, samples: int, generator: torch.Generator) -> tuple[list[Tensor], Tensor]:
        """Draw h_1, …, h_L for x (B, C, H, W), (K, B, units) each; return log q of each too, (K, B, Z)."""
        below, states, found = x.flatten(1).expand(samples, len(x), -1), [], []
        for connection in self.hidden:
            logits = connection(below).float()  # (K, B, units)
            below = _bernoulli(logits, generator)
            states.append(below)
            found.append(log_bernoulli(below, logits))
        return states, torch.cat(found, dim=-1)

    def log_posterior(self, x: Tensor, states: Sequence[Tensor]) -> Tensor:
        """Return log q(h_1, …, h_L | x); x (B, C, H, W), (B, units) each → (B,)."""
        below = (x.flatten(1), *states)
        return torch.cat(
            [
                log_bernoulli(state, connection(given).float())
                for connection, given, state in zip(self.hidden, below, states, strict=False)
            ],
            dim=1,
        ).sum(dim=1)


class HelmholtzMachine(Model):
    """A generative and a recognition model of sigmoid belief networks; no gradient passes a binary unit."""

    decoder: Generative
    thresholds = True

    def __init__(self, spec: Helmholtz, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.latents, self.shape = sum(spec.units), shape
        self.decoder = Generative(spec.units, shape, mean_intensity)
        self.recognition = Recognition(spec.units, shape)
        self.encoder = None

    def sample_posterior(
        self, x: Tensor, samples: int, generator: torch.Generator, path_gradient_only: bool = False
    ) -> PosteriorSamples:
        """Draw the layers from the image upwards."""
        if path_gradient_only:
            raise ModelError("a Helmholtz machine has no reparameterized gradient")
        states, log_posterior = self.recognition.sample(x, samples, generator)
        likelihood = log_likelihood(x, self.decoder.image(states[0]))
        return PosteriorSamples(likelihood, self.decoder.log_prior(states), log_posterior, tuple(states))

    def means(self, x: Tensor) -> Tensor:
        """Return the probabilities of the units, each layer given those of the layer below; (B, Z)."""
        layers = [x.flatten(1)]
        for connection in self.recognition.hidden:
            layers.append(torch.sigmoid(connection(layers[-1])))
        return torch.cat(layers[1:], dim=1)

    def posterior_parameters(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return noise that decodes to the most probable states of q(h | x), with a negligible variance.

        A unit is on below a threshold t, Φ(t) = σ(a), so its noise is a normal variable truncated at t, whose
        mean this is. With a variance, a sample could cross the threshold.
        """
        states, below = [], x.flatten(1)
        for connection in self.recognition.hidden:
            below = (connection(below) > 0).float()
            states.append(below)
        inputs = [
            connection(above) for connection, above in zip(self.decoder.hidden, states[:0:-1], strict=True)
        ]
        logits = torch.cat([self.decoder.top.expand(len(x), -1), *inputs], dim=1).double()
        on = torch.cat(states[::-1], dim=1) > 0
        chance = torch.sigmoid(torch.where(on, logits, -logits))  # of the state that the unit is in
        density = torch.exp(-0.5 * torch.special.ndtri(chance) ** 2) / math.sqrt(2 * math.pi)
        mean = torch.where(on, -density, density) / chance
        return mean.float(), torch.full_like(mean, -10).float()

    def sleep_phase(self, count: int, generator: torch.Generator) -> Tensor:
        """Return log q(h | x) of states and images sampled from the top down."""
        with torch.no_grad():
            states = [_bernoulli(self.decoder.top.expand(count, -1), generator)]
            for connection in self.decoder.hidden:
                states.append(_bernoulli(connection(states[-1]).float(), generator))
            x = _bernoulli(self.decoder.image(states[-1]), generator)
        return self.recognition.log_posterior(x, states[::-1])


def _connections(widths: Sequence[int]) -> nn.ModuleList:
    return nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in pairwise(widths))


def _bernoulli(logits: Tensor, generator: torch.Generator) -> Tensor:
    """Return a sample of units that are 1 with the probability σ(logits)."""
    chance = torch.rand(logits.shape, generator=generator, device=logits.device)
    return (chance < torch.sigmoid(logits)).float()
