"""Networks that models are made of: encoders and decoders (Kingma and Welling, 2013, appendix C)."""

import math
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from .densities import unreduced
from .errors import ModelError
from .models import Shape
from .recipes.specs import Convolutional, Dense, Patches

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)


class Encoder(nn.Module):
    """The recognition model q(z | x) = N(z; mean, diag(exp(log_variance))), eq. 9."""

    def __init__(self, spec: Dense | Convolutional | Patches, shape: Shape, latents: int) -> None:
        super().__init__()
        match spec:
            case Dense():
                self.hidden = nn.Sequential(nn.Flatten(), *_hidden((math.prod(shape), *spec.hidden)))
                width = spec.hidden[-1]
            case Convolutional():
                self.hidden = _downward(spec, shape)
                width = (spec.channels[0] * math.prod(quarter(shape)), *spec.hidden)[-1]
            case Patches():
                self.hidden = _patchwork(spec, shape)
                width = (spec.reduced_channels * math.prod(quarter(shape)), *spec.hidden)[-1]
        self.posterior = _he(nn.Linear(width, 2 * latents))
        with torch.no_grad():
            # At first nearly the same narrow posterior for every x: less noise for the decoder.
            self.posterior.weight.mul_(0.1)
            self.posterior.bias[latents:] = -1

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (B, C, H, W)
        """Return mean and log_variance of q(z | x), each (B, Z)."""
        parameters = unreduced(self.posterior(self.hidden(x - 0.5)))  # (B, 2Z)
        mean, log_variance = parameters.chunk(2, dim=1)
        return mean, log_variance


class Conditional(nn.Module):
    """A normal distribution of one layer of latents given another, N(mean, diag(exp(log_variance)))."""

    def __init__(self, spec: Dense, given: int, latents: int) -> None:
        super().__init__()
        self.hidden = _hidden((given, *spec.hidden))
        self.parameters_of = _he(nn.Linear(spec.hidden[-1], 2 * latents))
        with torch.no_grad():
            self.parameters_of.weight.mul_(0.1)  # at first nearly standard normal

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:  # (…, given)
        """Return mean and log_variance, (…, latents) each."""
        mean, log_variance = unreduced(self.parameters_of(self.hidden(z))).chunk(2, dim=-1)
        return mean, log_variance


class Decoder(nn.Module):
    """The generative model p(x | z): Bernoulli pixels, given as their logits, or the means of a point."""

    def __init__(
        self, spec: Dense | Convolutional, shape: Shape, latents: int, mean_intensity: float
    ) -> None:
        super().__init__()
        self.shape = shape
        self.hidden: nn.Sequential
        self.pixels: nn.Linear | nn.Conv2d
        match spec:
            case Dense():
                self.hidden = _hidden((latents, *spec.hidden))
                self.pixels = _he(nn.Linear(spec.hidden[-1], math.prod(shape)))
                self.arrange: nn.Module = nn.Unflatten(1, shape)
            case Convolutional():
                self.hidden = _upward(spec, shape, latents)
                self.pixels = _convolution(spec.channels[1], 4 * shape[0])
                self.arrange = PixelShuffle()
        for layer in self.hidden.modules():
            if isinstance(layer, nn.Linear):
                # Without biases, units would all have their kink at z = 0.
                nn.init.normal_(layer.bias, std=0.5)
        with torch.no_grad():
            # At first nearly the mean intensity of the training set everywhere.
            self.pixels.weight.mul_(0.5)
            nn.init.constant_(_bias(self.pixels), math.log(mean_intensity / (1 - mean_intensity)))

    def forward(self, z: Tensor) -> Tensor:  # (B, Z)
        """Return the logits of the pixels, (B, C, H, W), or means (B, D)."""
        logits: Tensor = self.arrange(self.pixels(self.hidden(z)))
        return unreduced(logits)


class UnflattenGrid(nn.Module):
    """A list of grid positions as a grid with channels last in memory, which convolutions prefer."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.size = (height, width, channels)

    def forward(self, x: Tensor) -> Tensor:  # (B, H · W · C) or (B, H · W, C)
        """Return (B, C, H, W)."""
        return x.reshape(-1, *self.size).permute(0, 3, 1, 2)


class PixelShuffle(nn.Module):
    """Four channels of a position as four positions (Shi et al., 2016).

    Like PyTorch's, with another order of channels: this one moves contiguous memory where channels are last.
    """

    def forward(self, x: Tensor) -> Tensor:  # (B, 4 · C, H, W)
        """Return (B, C, 2 · H, 2 · W)."""
        channels, height, width = x.shape[1] // 4, x.shape[2], x.shape[3]
        split = x.permute(0, 2, 3, 1).reshape(-1, height, width, 2, 2, channels)
        wider = split.permute(0, 1, 3, 2, 4, 5).reshape(-1, 2 * height, 2 * width, channels)
        return wider.permute(0, 3, 1, 2)


class Patchify(nn.Module):
    """An image as patches of `size` × `size` pixels, in rows."""

    def __init__(self, shape: Shape, size: int) -> None:
        super().__init__()
        self.cut = (shape[0], shape[1] // size, size, shape[2] // size, size)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        """Return (B, patches, C · size²)."""
        parts = x.view(-1, *self.cut).permute(0, 2, 4, 1, 3, 5)  # (B, rows, columns, C, size, size)
        return parts.flatten(3).flatten(1, 2)


class FlattenGrid(nn.Module):
    """A grid as a list of its positions, the inverse of `UnflattenGrid`."""

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        """Return (B, H · W, C)."""
        return x.permute(0, 2, 3, 1).flatten(1, 2)


class Residual(nn.Module):
    """x + SiLU(3 × 3 convolution of x)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = _convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        """Return the sum, (B, C, H, W)."""
        return x + functional.silu(self.convolution(x))


def parameters(module: nn.Module) -> int:
    """Return the number of parameters of `module`."""
    return sum(parameter.numel() for parameter in module.parameters())


def _upward(spec: Convolutional, shape: Shape, latents: int) -> nn.Sequential:
    """From z to features at half the size of the image, (B, Z) → (B, channels[1], H / 2, W / 2).

    Each doubling is a convolution to four times the channels and a pixel shuffle: the same map as a
    transposed convolution, 6 × 6 with stride 2, and several times as fast on a CPU.
    """
    coarse, fine = spec.channels
    height, width = quarter(shape)
    return nn.Sequential(
        _hidden((latents, *spec.hidden, coarse * height * width)),
        UnflattenGrid(coarse, height, width),
        *(Residual(coarse) for _ in range(spec.residuals[0])),
        _convolution(coarse, 4 * fine),
        PixelShuffle(),
        nn.SiLU(),
        *(Residual(fine) for _ in range(spec.residuals[1])),
    )


def _downward(spec: Convolutional, shape: Shape) -> nn.Sequential:
    """From the image to features, `_upward` in reverse: (B, C, H, W) → (B, width)."""
    coarse, fine = spec.channels
    positions = math.prod(quarter(shape))
    return nn.Sequential(
        nn.PixelUnshuffle(2),
        _convolution(4 * shape[0], fine),
        nn.SiLU(),
        *(Residual(fine) for _ in range(spec.residuals[1])),
        nn.PixelUnshuffle(2),
        _convolution(4 * fine, coarse),
        nn.SiLU(),
        *(Residual(coarse) for _ in range(spec.residuals[0])),
        nn.Flatten(),
        *_hidden((coarse * positions, *spec.hidden)),
    )


def quarter(shape: Shape) -> tuple[int, int]:
    """Return a quarter of an image's height and width; raise `ModelError` if they are not whole."""
    if len(shape) == 1:
        raise ModelError("convolutional networks and patches are for images; points need dense networks")
    _, height, width = shape
    if height % 4 or width % 4:
        raise ModelError(
            f"convolutional networks need a height and a width divisible by 4; images of {height} × {width} "
            "are not, so change the size of the data set"
        )
    return height // 4, width // 4


def _patchwork(spec: Patches, shape: Shape) -> nn.Sequential:
    """From the image to features of all its patches, (B, C, H, W) → (B, width)."""
    side = quarter(shape)
    return nn.Sequential(
        Patchify(shape, 4),
        *_hidden((16 * shape[0], spec.channels)),
        UnflattenGrid(spec.channels, *side),
        *(Residual(spec.channels) for _ in range(spec.residuals)),
        FlattenGrid(),
        *_hidden((spec.channels, spec.reduced_channels)),
        nn.Flatten(),
        *_hidden((spec.reduced_channels * math.prod(side), *spec.hidden)),
    )


def _hidden(widths: tuple[int, ...]) -> nn.Sequential:
    layers = ((_he(nn.Linear(inputs, outputs)), nn.SiLU()) for inputs, outputs in pairwise(widths))
    return nn.Sequential(*(module for layer in layers for module in layer))


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return _he(nn.Conv2d(inputs, outputs, 3, padding=1))


def _he(layer: Layer) -> Layer:
    """Draw the weights as He et al. (2015), eq. 10, by how many inputs meet in an output; no bias."""
    nn.init.normal_(layer.weight, std=math.sqrt(2 / layer.weight[0].numel()))
    nn.init.zeros_(_bias(layer))
    return layer


def _bias(layer: nn.Linear | nn.Conv2d) -> Tensor:
    assert layer.bias is not None
    return layer.bias
