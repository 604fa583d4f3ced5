"""What training, export and evaluation ask of every family of models."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .errors import ModelError

#: Channels, height and width of an image; the number of dimensions of a point.
Shape = tuple[int, ...]


class ElboTerms(NamedTuple):
    """The two terms of the ELBO, Kingma and Welling (2013), eq. 10, from one sample of z."""

    #: log p(x | z). (B,)
    likelihood: Tensor
    #: D_KL(q(z | x) || p(z)) of each latent in closed form, or log q(z | x) - log p(z) of the sample where
    #: there is none. (B, Z)
    divergence: Tensor

    @property
    def bound(self) -> Tensor:
        """The ELBO, (B,)."""
        return self.likelihood - self.divergence.sum(dim=1)


class PosteriorSamples(NamedTuple):
    """Log densities of K samples z ~ q(z | x), continuous or discrete, in one layer or in several."""

    #: log p(x | z). (K, B)
    likelihood: Tensor
    #: log p(z) of each latent, given those above it. (K, B, Z)
    log_prior: Tensor
    #: log q(z | x) of each latent, given those before it. (K, B, Z)
    log_posterior: Tensor
    #: The samples of each layer, (K, B, …), as the densities see them: the gradient that arrives at one is
    #: that of the densities at this layer, without what comes through the samples of other layers.
    layers: tuple[Tensor, ...]

    @property
    def log_weights(self) -> Tensor:
        """The logarithms of the importance weights, log p(x, z) - log q(z | x); (K, B)."""
        return self.likelihood + (self.log_prior - self.log_posterior).sum(dim=2)


class Model(nn.Module, ABC):
    """A generative model p(x, z) of images or points x, with a recognition model q(z | x)."""

    #: The number of independent standard normal numbers that the decoder maps to an image.
    latents: int
    shape: Shape
    #: Those numbers (B, Z) → logits of the pixels (B, C, H, W), or means of points (B, D), a deterministic
    #: function. Where z is not standard normal itself, they are the noise from which z is computed.
    decoder: nn.Module
    #: The largest allowed difference between PyTorch and ONNX Runtime, relative to values beyond 1.
    tolerance: float = 1e-5
    #: Whether the decoder has thresholds, at which rounding may fall on either side.
    thresholds: bool = False
    #: Images (B, C, H, W) → mean and log variance (B, Z) of q(z | x). None where a model has none.
    encoder: nn.Module | None

    #: The number of labels that the decoder takes one of, as a one-hot code behind the latents; 0: none.
    classes: int = 0

    @property
    def is_of_points(self) -> bool:
        """Whether x is a point and not an image."""
        return len(self.shape) == 1

    @property
    def is_binary(self) -> bool:
        """Whether x is an image of binary pixels, which have probabilities; others have densities."""
        return not self.is_of_points

    @property
    def scale(self) -> float | None:
        """The standard deviation of p(x | z) where that is normal; None where it is Bernoulli."""
        return None

    def mean_of(self, decoded: Tensor) -> Tensor:
        """Return the mean of p(x | z), given what the decoder returns: of pixels, the sigmoid of logits."""
        return decoded if self.is_of_points else decoded.sigmoid()

    @property
    def device(self) -> torch.device:
        """The device of the parameters."""
        return next(self.parameters()).device

    @property
    def exported_encoder(self) -> nn.Module | None:
        """Images → mean and log variance of the decoder's input; the mean decodes to a reconstruction."""
        return self.encoder

    @property
    def joint(self) -> tuple[nn.Module, nn.Module] | None:
        """The networks of q(z | x) and of p(x, z) where z is not the decoder's input; None where it is.

        Images → mean and log variance of z (B, Z); z → logits of Bernoulli pixels or means of normal ones,
        (B, C, H, W), and log p(z) by latent.
        """
        return None

    @abstractmethod
    def sample_posterior(
        self, x: Tensor, samples: int, generator: torch.Generator, path_gradient_only: bool = False
    ) -> PosteriorSamples:
        """Draw `samples` of z for each image; x (B, C, H, W).

        With `path_gradient_only`, log q(z | x) has a gradient only through z, not through the parameters
        of q, as doubly reparameterized gradients need. Discrete samples carry no gradient.
        """

    @abstractmethod
    def means(self, x: Tensor) -> Tensor:
        """Return the mean of each latent under q(z | x), by which active units are counted; (B, Z)."""

    def networks(self) -> list[nn.Module]:
        """Return the networks that a step spends its time in, functions of tensors that can be compiled."""
        return [network for network in (self.decoder, self.encoder) if network is not None]

    def posterior_parameters(self, x: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return mean and log variance, (B, Z), of the decoder's input given x, as the encoder does.

        A model without an exported encoder may know them nevertheless.
        """
        encoder = self.exported_encoder
        if encoder is None:
            return None
        mean, log_variance = encoder(x)
        return mean, log_variance

    def terms(self, x: Tensor, generator: torch.Generator) -> ElboTerms:
        """Return the terms of the ELBO from one sample of z."""
        samples = self.sample_posterior(x, 1, generator)
        return ElboTerms(samples.likelihood[0], (samples.log_posterior - samples.log_prior)[0])

    def log_weights(self, x: Tensor, samples: int, generator: torch.Generator) -> Tensor:
        """Return log p(x, z) - log q(z | x) of `samples` samples z ~ q(z | x) for each image; (K, B)."""
        return self.sample_posterior(x, samples, generator).log_weights

    def sleep_phase(self, count: int, generator: torch.Generator) -> Tensor:
        """Return log q(z | x) of `count` samples (x, z) ~ p(x, z), which carry no gradient; (B,)."""
        raise ModelError("wake-sleep trains Helmholtz machines only")


class Noise:
    """Standard normal numbers that are given (B, K), in the place of a generator: each draw takes the next.

    Without any, zeros are drawn and counted.
    """

    def __init__(self, numbers: Tensor | None) -> None:
        self._numbers = numbers
        #: Numbers that were drawn for each example.
        self.used = 0

    def draw(self, shape: Sequence[int], count: int) -> Tensor:
        """Return the next numbers in `shape`, for `count` examples."""
        size, begin = math.prod(shape) // count, self.used
        self.used += size
        if self._numbers is None:
            return torch.zeros(*shape)
        return self._numbers[:, begin : self.used].reshape(*shape)


def normal(shape: Sequence[int], like: Tensor, generator: torch.Generator | Noise) -> Tensor:
    """Return standard normal numbers on the device of `like`, whose first axis is that of the examples."""
    if isinstance(generator, Noise):
        return generator.draw(shape, len(like))
    return torch.randn(shape, generator=generator, device=like.device)
