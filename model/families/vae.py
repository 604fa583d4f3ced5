"""The variational autoencoder: one layer of normal latents (Kingma and Welling, 2013, appendix C)."""

import torch
from torch import Tensor
from torch.nn import functional

from ..densities import kl_divergence, log_likelihood, log_normal
from ..models import Draws, Model, Shape, Terms, normal
from ..networks import Decoder, Encoder
from ..specs import VAE


class Recognition(Encoder):
    """q(z | x), none of whose variances is above that of the prior.

    A posterior hardly ever asks for one. Without an end to them, one picture that a long step had given an
    exp(log_variance) of a billion undid the training of many.
    """

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (B, C, H, W)
        """Return mean and log_variance of q(z | x), each (B, Z)."""
        mean, log_variance = super().forward(x)
        return mean, -functional.softplus(-log_variance)


class VariationalAutoencoder(Model):
    """p(z) = N(0, I), p(x | z) = Bernoulli(decoder(z)), q(z | x) = N(mean, diag(exp(log_variance)))."""

    encoder: Encoder
    decoder: Decoder

    def __init__(self, spec: VAE, shape: Shape, grey: float) -> None:
        super().__init__()
        self.latents, self.shape = spec.latents, shape
        self.encoder = Recognition(spec.encoder, shape, spec.latents)
        self.decoder = Decoder(spec.decoder, shape, spec.latents, grey)

    def terms(self, x: Tensor, generator: torch.Generator) -> Terms:
        """Return the terms of the evidence lower bound, the divergence in closed form."""
        mean, log_variance = self.encoder(x)  # (B, Z), (B, Z)
        z = mean + torch.exp(0.5 * log_variance) * normal(mean.shape, x, generator)
        return Terms(log_likelihood(x, self.decoder(z)), kl_divergence(mean, log_variance))

    def draws(self, x: Tensor, samples: int, generator: torch.Generator, only_paths: bool = False) -> Draws:
        """Draw z by the reparameterization of eq. 10."""
        mean, log_variance = self.encoder(x)  # (B, Z), (B, Z)
        noise = normal((samples, *mean.shape), x, generator)
        z = mean + torch.exp(0.5 * log_variance) * noise  # (K, B, Z)
        if only_paths:
            mean, log_variance = mean.detach(), log_variance.detach()
        logits = self.decoder(z.flatten(0, 1)).unflatten(0, (samples, -1))  # (K, B, C, H, W)
        standard = torch.zeros((), device=x.device)
        return Draws(
            log_likelihood(x, logits),
            log_normal(z, standard, standard),
            log_normal(z, mean, log_variance),
            (z,),
        )

    def means(self, x: Tensor) -> Tensor:
        """Return the means of q(z | x)."""
        mean: Tensor = self.encoder(x)[0]
        return mean
