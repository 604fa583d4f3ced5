"""What every model offers, whatever its family: all that training, export and evaluation ask of it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .errors import ModelError

#: Channels, height and width of a picture.
Shape = tuple[int, int, int]


class Terms(NamedTuple):
    """The two terms of the evidence lower bound, Kingma and Welling (2013), eq. 10, from one draw of z."""

    #: log p(x | z). (B,)
    likelihood: Tensor
    #: D_KL(q(z | x) || p(z)) of each latent in closed form, or log q(z | x) - log p(z) of the draw where
    #: there is none. (B, Z)
    divergence: Tensor

    @property
    def bound(self) -> Tensor:
        """The evidence lower bound, (B,)."""
        return self.likelihood - self.divergence.sum(dim=1)


class Draws(NamedTuple):
    """What K draws z ~ q(z | x), continuous or discrete, in one layer or in several, say of each picture."""

    #: log p(x | z). (K, B)
    likelihood: Tensor
    #: log p(z) of each latent, given those above it. (K, B, Z)
    log_prior: Tensor
    #: log q(z | x) of each latent, given those before it. (K, B, Z)
    log_posterior: Tensor
    #: The draws of each layer, (K, B, …), as the densities see them: the gradient that arrives at one is
    #: that of the densities at this layer, without what comes along the draws of other layers.
    layers: tuple[Tensor, ...]

    @property
    def log_weights(self) -> Tensor:
        """The logarithms of the importance weights, log p(x, z) - log q(z | x); (K, B)."""
        return self.likelihood + (self.log_prior - self.log_posterior).sum(dim=2)


class Model(nn.Module, ABC):
    """A generative model p(x, z) of binary pictures x, with a recognition model q(z | x)."""

    #: How many independent standard normal numbers the decoder makes a picture of.
    latents: int
    shape: Shape
    #: Those numbers (B, Z) → logits of the pixels (B, C, H, W). It is exported, so it is a function: the
    #: same numbers, the same picture. Where z is not normal itself, the numbers are the noise it is made of.
    decoder: nn.Module
    #: The largest difference between PyTorch and ONNX Runtime that is let pass, relative to a value beyond 1.
    tolerance: float = 1e-5
    #: Whether the decoder has thresholds, at which rounding may fall on either side.
    thresholds: bool = False
    #: Pictures (B, C, H, W) → mean and log variance (B, Z) of those numbers under q(z | x), such that the
    #: mean decodes to a reconstruction; exported too. None where a model has no such thing.
    encoder: nn.Module | None

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.parameters()).device

    @abstractmethod
    def draws(self, x: Tensor, samples: int, generator: torch.Generator, only_paths: bool = False) -> Draws:
        """Draw `samples` of z for each picture; x (B, C, H, W).

        With `only_paths`, the parameters of q get no gradient from log q(z | x), only along z: what
        doubly reparameterized gradients are made of. Discrete draws carry no gradient.
        """

    @abstractmethod
    def means(self, x: Tensor) -> Tensor:
        """Return the mean of each latent under q(z | x), by which active units are told; (B, Z)."""

    def networks(self) -> list[nn.Module]:
        """Return what a step spends its time in, each a function of tensors alone: what can be compiled."""
        return [network for network in (self.decoder, self.encoder) if network is not None]

    def places(self, x: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return mean and log variance, (B, Z), of what the decoder makes x of, as the encoder gives them.

        Without an encoder a model may know them all the same: the page is made by them, not in it.
        """
        if self.encoder is None:
            return None
        mean, log_variance = self.encoder(x)
        return mean, log_variance

    def terms(self, x: Tensor, generator: torch.Generator) -> Terms:
        """Return the terms of the evidence lower bound from one draw of z."""
        draws = self.draws(x, 1, generator)
        return Terms(draws.likelihood[0], (draws.log_posterior - draws.log_prior)[0])

    def log_weights(self, x: Tensor, samples: int, generator: torch.Generator) -> Tensor:
        """Return log p(x, z) - log q(z | x) of `samples` draws z ~ q(z | x) for each picture; (K, B)."""
        return self.draws(x, samples, generator).log_weights

    def dreams(self, count: int, generator: torch.Generator) -> Tensor:
        """Return log q(z | x) of `count` dreams (x, z) ~ p(x, z), which carry no gradient; (B,)."""
        raise ModelError("wake-sleep trains a Helmholtz machine; for this model choose Elbo()")


def normal(shape: Sequence[int], like: Tensor, generator: torch.Generator) -> Tensor:
    """Return standard normal numbers, where `like` and the `generator` are."""
    return torch.randn(shape, generator=generator, device=like.device)
