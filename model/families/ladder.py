"""A deep hierarchy of normal latents on grids, inferred from the top down (Sønderby et al., 2016)."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..densities import kl_between, log_likelihood, log_normal, unreduced
from ..errors import ModelError
from ..models import ElboTerms, Model, PosteriorSamples, Shape, normal
from ..networks import quarter
from ..recipes.specs import Ladder

#: Logarithms of variances, of a prior and of a posterior relative to it, stay within ± this.
MAX_LOG_VARIANCE = 8


class Block(nn.Module):
    """Two convolutions 3 × 3, each after SiLU, with a shortcut if the widths are equal."""

    def __init__(self, inputs: int, hidden: int, outputs: int, scale: float = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, hidden, 3, padding=1)
        self.second = nn.Conv2d(hidden, outputs, 3, padding=1)
        with torch.no_grad():
            self.second.weight.mul_(scale)

    def forward(self, x: Tensor) -> Tensor:  # (B, inputs, H, W)
        """Return (B, outputs, H, W)."""
        y: Tensor = self.second(functional.silu(self.first(functional.silu(x))))
        return x + y if x.shape == y.shape else y


def _bounded(log_variance: Tensor) -> Tensor:
    return MAX_LOG_VARIANCE * torch.tanh(log_variance / MAX_LOG_VARIANCE)


class Group(nn.Module):
    """p(z | above) of one group of latents, and the update of the grid by z."""

    def __init__(self, spec: Ladder, scale: float) -> None:
        super().__init__()
        # At first a standard normal distribution.
        self.prior = Block(spec.channels, spec.channels // 2, 2 * spec.latents, scale=0)
        self.add = nn.Conv2d(spec.latents, spec.channels, 1)
        self.after = Block(spec.channels, spec.channels, spec.channels, scale)

    def given(self, above: Tensor) -> tuple[Tensor, Tensor]:  # (B, channels, H, W)
        """Return mean and log variance of p(z | above), (B, latents, H, W) each."""
        mean, log_variance = unreduced(self.prior(above)).chunk(2, dim=1)
        return mean, _bounded(log_variance)

    def grow(self, above: Tensor, z: Tensor) -> Tensor:
        """Return the next grid, (B, channels, H, W), for z (B, latents, H, W)."""
        grid: Tensor = self.after(above + self.add(z))
        return grid


class Generative(nn.Module):
    """p(z_1) p(z_2 | z_1) … p(x | z_1, z_2, …), from coarse to fine."""

    def __init__(self, spec: Ladder, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.spec, self.coarse = spec, quarter(shape)
        scale = 1 / math.sqrt(sum(spec.groups))
        self.start = nn.Parameter(torch.zeros(spec.channels, *self.coarse))
        groups = [Group(spec, scale) for _ in range(sum(spec.groups))]
        self.groups: Iterable[Group] = nn.ModuleList(groups)  # type: ignore[assignment]
        self.finer = nn.Sequential(nn.Conv2d(spec.channels, 4 * spec.channels, 1), nn.PixelShuffle(2))
        last = nn.Conv2d(spec.channels, 4 * shape[0], 3, padding=1)
        self.pixels = nn.Sequential(nn.SiLU(), last, nn.PixelShuffle(2))
        assert last.bias is not None
        nn.init.constant_(last.bias, math.log(mean_intensity / (1 - mean_intensity)))

    def forward(self, noise: Tensor) -> Tensor:  # (B, Z), coarse groups first
        """Return the logits of the pixels, (B, C, H, W)."""

        def draw(number: int, group: Group, above: Tensor, part: Tensor) -> Tensor:
            mean, log_variance = group.given(above)
            return group.grow(above, mean + torch.exp(0.5 * log_variance) * part)

        return self.descend(noise, draw)

    def descend(self, noise: Tensor, grow: "Grow") -> Tensor:
        """Return the logits, (B, C, H, W), of the last grid; `grow` gives the next one, group by group."""
        grid = self.start.expand(noise.shape[0], *self.start.shape)
        parts = torch.split(noise, [math.prod(size) for size in self.sizes()], dim=1)
        for number, (group, part, size) in enumerate(zip(self.groups, parts, self.sizes(), strict=True)):
            if number == self.spec.groups[0]:
                grid = self.finer(grid)
            grid = grow(number, group, grid, part.view(-1, *size))
        logits: Tensor = self.pixels(grid)
        return unreduced(logits)

    def sizes(self) -> list[Shape]:
        """Return the shape of each group's latents, for one image."""
        height, width = self.coarse
        sides = [(height, width)] * self.spec.groups[0] + [(2 * height, 2 * width)] * self.spec.groups[1]
        return [(self.spec.latents, *side) for side in sides]


#: The next grid, given a group and its number, the grid above, and noise in the shape of its latents.
Grow = Callable[[int, Group, Tensor, Tensor], Tensor]


class Posterior(nn.Module):
    """q(z | above, x) of one group of latents."""

    def __init__(self, spec: Ladder) -> None:
        super().__init__()
        self.block = Block(2 * spec.channels, spec.channels, 2 * spec.latents, scale=0.1)

    def forward(self, group: Group, above: Tensor, seen: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """Draw z; return the next grid, z, mean and log variance of q, and those of p."""
        p_mean, p_log = group.given(above)
        # Relative to the prior (Vahdat and Kautz, 2020, section 3.2): where x says nothing, the KL divergence
        # is 0.
        mean, log_variance = unreduced(self.block(torch.cat([above, seen], dim=1))).chunk(2, dim=1)
        q_mean, q_log = p_mean + mean, p_log + _bounded(log_variance)
        z = q_mean + torch.exp(0.5 * q_log) * noise
        return group.grow(above, z), z, q_mean, q_log, p_mean, p_log


class Recognition(nn.Module):
    """Features of the image at each size, and q(z | above, x) of each group."""

    def __init__(self, spec: Ladder, shape: Shape) -> None:
        super().__init__()
        self.spec = spec
        self.fine = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * shape[0], spec.channels, 3, padding=1),
            *(Block(spec.channels, spec.channels, spec.channels) for _ in range(2)),
        )
        self.coarse = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * spec.channels, spec.channels, 1),
            *(Block(spec.channels, spec.channels, spec.channels) for _ in range(2)),
        )
        self.groups = nn.ModuleList(Posterior(spec) for _ in range(sum(spec.groups)))

    def features(self, x: Tensor) -> list[Tensor]:  # (B, C, H, W)
        """Return the features for each group, (B, channels, …)."""
        fine = self.fine(x - 0.5)
        return [self.coarse(fine)] * self.spec.groups[0] + [fine] * self.spec.groups[1]


class Inferred(NamedTuple):
    """Log likelihood, sample and parameters of all groups for each image."""

    likelihood: Tensor  # (B,), log p(x | z)
    z: Tensor  # (B, Z), as all that follow
    q_mean: Tensor
    q_log: Tensor
    p_mean: Tensor
    p_log: Tensor


class LadderAutoencoder(Model):
    """A hierarchy whose posteriors are conditioned on the image and on all groups above."""

    decoder: Generative
    #: Each group magnifies the rounding error of the one above it.
    tolerance = 1e-4

    def __init__(self, spec: Ladder, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.shape, self.encoder = shape, None
        self.decoder = Generative(spec, shape, mean_intensity)
        self.recognition = Recognition(spec, shape)
        self.latents = sum(math.prod(size) for size in self.decoder.sizes())

    def networks(self) -> list[nn.Module]:
        """Return the networks of a step, which goes through the decoder group by group."""
        seen: list[nn.Module] = [self.recognition.fine, self.recognition.coarse]
        return [*seen, *self.recognition.groups]

    def terms(self, x: Tensor, generator: torch.Generator) -> ElboTerms:
        """Return the terms of the ELBO; the divergence has a closed form given the samples above."""
        found = self._infer(x, generator)
        return ElboTerms(found.likelihood, kl_between(found.q_mean, found.q_log, found.p_mean, found.p_log))

    def sample_posterior(
        self, x: Tensor, samples: int, generator: torch.Generator, path_gradient_only: bool = False
    ) -> PosteriorSamples:
        """Draw the groups from the top down."""
        if path_gradient_only:
            raise ModelError("a ladder has no doubly reparameterized gradient")
        found = self._infer(x.expand(samples, *x.shape).flatten(0, 1), generator)
        log_prior = log_normal(found.z, found.p_mean, found.p_log)
        log_posterior = log_normal(found.z, found.q_mean, found.q_log)
        likelihood, *each = (
            value.view(samples, -1, *value.shape[1:])
            for value in (found.likelihood, log_prior, log_posterior, found.z)
        )
        return PosteriorSamples(likelihood, each[0], each[1], (each[2],))

    def means(self, x: Tensor) -> Tensor:
        """Return the means of q(z | above, x), each given samples of those above; (B, Z)."""
        return self._infer(x, torch.Generator(x.device).manual_seed(0)).q_mean

    def _infer(self, x: Tensor, generator: torch.Generator) -> Inferred:
        """Draw all groups from the top down, given x (B, C, H, W)."""
        features = self.recognition.features(x)
        groups: list[list[Tensor]] = []

        def grow(number: int, group: Group, above: Tensor, noise: Tensor) -> Tensor:
            posterior = self.recognition.groups[number]
            grid: Tensor
            grid, *found = posterior(group, above, features[number], noise)
            groups.append(found)
            return grid

        logits = self.decoder.descend(normal((len(x), self.latents), x, generator), grow)
        joined = (
            torch.cat([value.flatten(1) for value in same], dim=1) for same in zip(*groups, strict=True)
        )
        return Inferred(log_likelihood(x, logits), *joined)
