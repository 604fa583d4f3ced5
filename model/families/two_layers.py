"""A variational autoencoder with two stochastic layers (Burda et al., 2015, section 5)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..densities import log_likelihood, log_normal
from ..models import Model, PosteriorSamples, Shape, normal
from ..networks import Conditional, Decoder, Encoder
from ..recipes.specs import TwoLayers

#: Log variances stay within ± this, so that exp(-log variance) stays finite after a step that is too long.
MAX_LOG_VARIANCE = 8

Distribution = Callable[[Tensor], tuple[Tensor, Tensor]]


class Bounded(nn.Module):
    """A network with bounded log variances."""

    def __init__(self, network: Conditional | Encoder) -> None:
        super().__init__()
        self.network = network

    def forward(self, given: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log_variance."""
        mean, log_variance = self.network(given)
        return mean, MAX_LOG_VARIANCE * torch.tanh(log_variance / MAX_LOG_VARIANCE)


class Generative(nn.Module):
    """p(z_2) = N(0, I), p(z_1 | z_2) normal, p(x | z_1) Bernoulli."""

    def __init__(self, spec: TwoLayers, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.sizes = [spec.latents[1], spec.latents[0]]
        self.below = Bounded(Conditional(spec.between, spec.latents[1], spec.latents[0]))
        self.image = Decoder(spec.decoder, shape, spec.latents[0], mean_intensity)

    def forward(self, noise: Tensor) -> Tensor:  # (B, Z_2 + Z_1)
        """Return the logits of the pixels, (B, C, H, W); the second part of the noise is that of z_1."""
        z_2, noise_1 = torch.split(noise, self.sizes, dim=1)
        mean, log_variance = self.below(z_2)
        z_1 = _draw(mean, log_variance, noise_1)
        logits: Tensor = self.image(z_1)
        return logits


class TwoLayerAutoencoder(Model):
    """p(z_2) p(z_1 | z_2) p(x | z_1), with q(z_1 | x) q(z_2 | z_1).

    It has no encoder to export, since its posterior in the space of the decoder's noise is not normal.
    """

    decoder: Generative

    def __init__(self, spec: TwoLayers, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.latents, self.shape, self.encoder = sum(spec.latents), shape, None
        self.decoder = Generative(spec, shape, mean_intensity)
        self.lower = Bounded(Encoder(spec.encoder, shape, spec.latents[0]))
        self.upper = Bounded(Conditional(spec.between, *spec.latents))

    def sample_posterior(
        self, x: Tensor, samples: int, generator: torch.Generator, path_gradient_only: bool = False
    ) -> PosteriorSamples:
        """Draw z_1 given the image, and z_2 given z_1, by the reparameterization."""
        mean_1, log_variance_1 = self.lower(x)  # (B, Z_1)
        path_1 = _draw(mean_1, log_variance_1, normal((samples, *mean_1.shape), x, generator))
        mean_2, log_variance_2 = self.upper(path_1)  # (K, B, Z_2)
        path_2 = _draw(mean_2, log_variance_2, normal(mean_2.shape, x, generator))
        z_1, z_2 = path_1.view_as(path_1), path_2.view_as(path_2)
        if path_gradient_only:
            mean_1, log_variance_1 = mean_1.detach(), log_variance_1.detach()
            mean_2, log_variance_2 = _frozen(self.upper)(z_1)
        logits = self.decoder.image(z_1.flatten(0, 1)).unflatten(0, (samples, -1))  # (K, B, C, H, W)
        standard = torch.zeros((), device=x.device)
        priors = log_normal(z_1, *self.decoder.below(z_2)), log_normal(z_2, standard, standard)
        posteriors = log_normal(z_1, mean_1, log_variance_1), log_normal(z_2, mean_2, log_variance_2)
        likelihood = log_likelihood(x, logits)
        return PosteriorSamples(
            likelihood, torch.cat(priors, dim=2), torch.cat(posteriors, dim=2), (z_1, z_2)
        )

    def means(self, x: Tensor) -> Tensor:
        """Return the means of q(z_1 | x), and of q(z_2 | z_1) for z_1 there; (B, Z_1 + Z_2)."""
        mean_1: Tensor = self.lower(x)[0]
        return torch.cat([mean_1, self.upper(mean_1)[0]], dim=1)


def _draw(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    return mean + torch.exp(0.5 * log_variance) * noise


def _frozen(network: nn.Module) -> Distribution:
    """Return `network` as a function whose parameters have no gradient; its argument has one."""
    values = {name: value.detach() for name, value in network.named_parameters()}
    return lambda z: functional_call(network, values, (z,))
