"""The two networks of a variational autoencoder (Kingma and Welling, 2013, section 3 and appendix C)."""

import math
from collections.abc import Iterator
from typing import TypeVar

import torch
from torch import Tensor, nn

from .recipes import Convolutional, Dense, Recipe

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


class Encoder(nn.Module):
    """The recognition model q(z | x) = N(z; mean(x), diag(exp(log_variance(x)))) (eq. 9)."""

    def __init__(self, spec: Dense, shape: tuple[int, int, int], latents: int) -> None:
        super().__init__()
        self.layers = _dense((math.prod(shape), *spec.hidden, 2 * latents))
        posterior = self.layers[-1]
        with torch.no_grad():
            # Near N(0, e⁻¹) for every x at first: the decoder is not shown noise without a signal.
            posterior.weight.mul_(0.1)
            posterior.bias[latents:] = -1

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (B, C, H, W)
        mean, log_variance = self.layers(x.flatten(1) - 0.5).float().chunk(2, dim=1)
        return mean, log_variance  # (B, Z), (B, Z)


class Decoder(nn.Module):
    """The generative model p(x | z): a Bernoulli distribution for each pixel, given as its logit."""

    def __init__(
        self, spec: Dense | Convolutional, shape: tuple[int, int, int], latents: int, grey: float
    ) -> None:
        super().__init__()
        self.shape = shape
        self.layers: nn.Sequential
        match spec:
            case Dense():
                self.layers = _dense((latents, *spec.hidden, math.prod(shape)))
            case Convolutional():
                self.layers = _convolutional(spec, shape, latents)
        pixels = self.layers[-1]
        with torch.no_grad():
            # At first every pixel is the mean grey of the training set, nearly.
            pixels.weight.mul_(0.5)
            pixels.bias.fill_(math.log(grey / (1 - grey)))

    def forward(self, z: Tensor) -> Tensor:  # (B, Z)
        return self.layers(z).float().view(-1, *self.shape)  # (B, C, H, W)


class Residual(nn.Module):
    """x + SiLU(convolution of x), 3 × 3."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = _he(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        return x + nn.functional.silu(self.convolution(x))


class VAE(nn.Module):
    """A recognition and a generative model; the prior p(z) is N(0, I)."""

    def __init__(self, recipe: Recipe, shape: tuple[int, int, int], grey: float) -> None:
        super().__init__()
        self.latents = recipe.latents
        self.encoder = Encoder(recipe.encoder, shape, recipe.latents)
        self.decoder = Decoder(recipe.decoder, shape, recipe.latents, grey)


def parameters(module: nn.Module) -> int:
    """Return how many numbers `module` has learnt."""
    return sum(parameter.numel() for parameter in module.parameters())


def _convolutional(spec: Convolutional, shape: tuple[int, int, int], latents: int) -> nn.Sequential:
    wide, narrow = spec.channels
    height, width = shape[1] // 4, shape[2] // 4
    return nn.Sequential(
        _he(nn.Linear(latents, wide * height * width)),
        nn.SiLU(),
        nn.Unflatten(1, (wide, height, width)),
        Residual(wide),
        _he(nn.ConvTranspose2d(wide, narrow, 4, stride=2, padding=1)),
        nn.SiLU(),
        _he(nn.ConvTranspose2d(narrow, shape[0], 6, stride=2, padding=2)),
    ).to(memory_format=torch.channels_last)


def _dense(widths: tuple[int, ...]) -> nn.Sequential:
    def layers() -> Iterator[nn.Module]:
        for inputs, outputs in zip(widths, widths[1:], strict=False):
            yield _he(nn.Linear(inputs, outputs))
            yield nn.SiLU()

    return nn.Sequential(*list(layers())[:-1])


def _he(layer: Layer) -> Layer:
    """Draw the weights as He et al. (2015, eq. 10) do, by the number of inputs that meet in an output."""
    weight, inputs = layer.weight, layer.weight[0].numel()
    if isinstance(layer, nn.ConvTranspose2d):
        inputs = layer.in_channels * layer.weight[0, 0].numel() // math.prod(layer.stride)
    nn.init.normal_(weight, std=math.sqrt(2 / inputs))
    nn.init.zeros_(layer.bias)
    return layer
