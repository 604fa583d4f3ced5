"""A deep hierarchy of normal latents on grids, inferred from the top down (Sønderby et al., 2016)."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..densities import kl_between, log_likelihood, log_normal
from ..errors import ModelError
from ..models import Draws, Model, Shape, Terms, normal
from ..networks import quarter
from ..specs import Ladder


class Block(nn.Module):
    """Two convolutions 3 × 3, each behind SiLU, with a shortcut around them where the widths are the same."""

    def __init__(self, inputs: int, outputs: int, scale: float = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        with torch.no_grad():
            self.second.weight.mul_(scale)

    def forward(self, x: Tensor) -> Tensor:  # (B, inputs, H, W)
        """Return (B, outputs, H, W)."""
        y: Tensor = self.second(functional.silu(self.first(functional.silu(x))))
        return x + y if x.shape == y.shape else y


class Group(nn.Module):
    """p(z | above) of one group of latents, and what z adds to the grid of what is known so far."""

    def __init__(self, spec: Ladder, scale: float) -> None:
        super().__init__()
        self.prior = Block(spec.channels, 2 * spec.latents, scale=0)  # standard normal at first
        self.add = nn.Conv2d(spec.latents, spec.channels, 1)
        self.after = Block(spec.channels, spec.channels, scale)

    def grow(self, above: Tensor, z: Tensor) -> Tensor:
        """Return the next grid, (B, channels, H, W), for z (B, latents, H, W)."""
        grid: Tensor = self.after(above + self.add(z))
        return grid


#: The draw of a group's latents, of which this is the number, from the grid above and its p(z | above).
Choice = Callable[[int, Tensor, Tensor, Tensor], Tensor]


class Generative(nn.Module):
    """p(z_1) p(z_2 | z_1) … p(x | z_1, z_2, …), from coarse to fine."""

    def __init__(self, spec: Ladder, shape: Shape, grey: float) -> None:
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
        nn.init.constant_(last.bias, math.log(grey / (1 - grey)))

    def descend(self, batch: int, choose: Choice) -> Tensor:
        """Return the logits (B, C, H, W) that come of the latents that `choose` draws for each group."""
        grid = self.start.expand(batch, *self.start.shape)
        for number, group in enumerate(self.groups):
            if number == self.spec.groups[0]:
                grid = self.finer(grid)
            mean, log_variance = group.prior(grid).float().chunk(2, dim=1)
            grid = group.grow(grid, choose(number, grid, mean, log_variance))
        logits: Tensor = self.pixels(grid)
        return logits.float()

    def forward(self, noise: Tensor) -> Tensor:  # (B, Z), coarse groups first
        """Return the logits of the pixels, (B, C, H, W)."""
        parts = torch.split(noise, [math.prod(size) for size in self.sizes()], dim=1)

        def choose(number: int, _: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
            return mean + torch.exp(0.5 * log_variance) * parts[number].view(-1, *self.sizes()[number])

        return self.descend(noise.shape[0], choose)

    def sizes(self) -> list[Shape]:
        """Return the shape of each group's latents, for one picture."""
        height, width = self.coarse
        sides = [(height, width)] * self.spec.groups[0] + [(2 * height, 2 * width)] * self.spec.groups[1]
        return [(self.spec.latents, *side) for side in sides]


class Recognition(nn.Module):
    """What the picture says at each size, and q(z | above, x) of each group."""

    def __init__(self, spec: Ladder, shape: Shape) -> None:
        super().__init__()
        self.spec = spec
        self.fine = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * shape[0], spec.channels, 3, padding=1),
            Block(spec.channels, spec.channels),
            Block(spec.channels, spec.channels),
        )
        self.coarse = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * spec.channels, spec.channels, 1),
            Block(spec.channels, spec.channels),
            Block(spec.channels, spec.channels),
        )
        self.groups = nn.ModuleList(
            Block(2 * spec.channels, 2 * spec.latents, scale=0.1) for _ in range(sum(spec.groups))
        )

    def features(self, x: Tensor) -> list[Tensor]:  # (B, C, H, W)
        """Return the grid that each group looks at, (B, channels, …)."""
        fine = self.fine(x - 0.5)
        return [self.coarse(fine)] * self.spec.groups[0] + [fine] * self.spec.groups[1]


class LadderAutoencoder(Model):
    """A hierarchy in which a posterior sees the picture and all that was drawn above."""

    decoder: Generative

    def __init__(self, spec: Ladder, shape: Shape, grey: float) -> None:
        super().__init__()
        self.shape, self.encoder = shape, None
        self.decoder = Generative(spec, shape, grey)
        self.recognition = Recognition(spec, shape)
        self.latents = sum(math.prod(size) for size in self.decoder.sizes())

    def terms(self, x: Tensor, generator: torch.Generator) -> Terms:
        """Return the terms of the evidence lower bound; the divergence is closed given the draws above."""
        likelihood, groups = self._infer(x, generator)
        divergences = [kl_between(q_mean, q_log, p_mean, p_log) for _, q_mean, q_log, p_mean, p_log in groups]
        return Terms(likelihood, _joined(divergences))

    def draws(self, x: Tensor, samples: int, generator: torch.Generator, only_paths: bool = False) -> Draws:
        """Draw the groups from the top down."""
        if only_paths:
            raise ModelError("a ladder has no doubly reparameterized gradient; choose Elbo()")
        many = x.expand(samples, *x.shape)
        likelihood, groups = self._infer(many.flatten(0, 1), generator)
        log_prior = _joined([log_normal(z, p_mean, p_log) for z, _, _, p_mean, p_log in groups])
        log_posterior = _joined([log_normal(z, q_mean, q_log) for z, q_mean, q_log, _, _ in groups])
        return Draws(
            likelihood.view(samples, -1),
            log_prior.view(samples, -1, self.latents),
            log_posterior.view(samples, -1, self.latents),
            tuple(z.view(samples, -1, *z.shape[1:]) for z, *_ in groups),
        )

    def means(self, x: Tensor) -> Tensor:
        """Return the means of q(z | above, x), each given draws of those above; (B, Z)."""
        _, groups = self._infer(x, torch.Generator(x.device).manual_seed(0))
        return _joined([q_mean for _, q_mean, *_ in groups])

    def _infer(self, x: Tensor, generator: torch.Generator) -> tuple[Tensor, list[tuple[Tensor, ...]]]:
        """Return log p(x | z), (B,), and of each group z, and mean and log variance of q and of p."""
        features = self.recognition.features(x)
        groups: list[tuple[Tensor, ...]] = []

        def choose(number: int, above: Tensor, p_mean: Tensor, p_log: Tensor) -> Tensor:
            given = torch.cat([above, features[number]], dim=1)
            # Relative to the prior (Vahdat and Kautz, 2020, section 3.2): what x leaves alone costs nothing.
            mean, log_variance = self.recognition.groups[number](given).float().chunk(2, dim=1)
            q_mean: Tensor = p_mean + mean
            q_log: Tensor = p_log + log_variance
            z = q_mean + torch.exp(0.5 * q_log) * normal(q_mean.shape, x, generator)
            groups.append((z, q_mean, q_log, p_mean, p_log))
            return z

        logits = self.decoder.descend(len(x), choose)
        return log_likelihood(x, logits), groups


def _joined(groups: list[Tensor]) -> Tensor:
    """Return the latents of all groups side by side, (B, Z)."""
    return torch.cat([group.flatten(1) for group in groups], dim=1)
