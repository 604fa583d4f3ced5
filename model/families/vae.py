"""The variational autoencoder: one layer of normal latents (Kingma and Welling, 2013, appendix C)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..densities import kl_divergence, log_likelihood, log_normal, log_normal_likelihood
from ..errors import ModelError
from ..models import ElboTerms, Model, PosteriorSamples, Shape, normal
from ..networks import Decoder, Encoder
from ..priors import CouplingPrior
from ..recipes.specs import VAE, Couplings, Normal


class Recognition(Encoder):
    """q(z | x), with variances of at most 1.

    A posterior hardly ever needs a larger one, and without a limit a single image with an enormous variance
    can undo an epoch.
    """

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (B, C, H, W)
        """Return mean and log_variance of q(z | x), each (B, Z)."""
        mean, log_variance = super().forward(x)
        return mean, -functional.softplus(-log_variance)


class PriorDecoder(nn.Module):
    """Standard normal noise → z, by the learnt prior → logits of the pixels."""

    def __init__(self, prior: CouplingPrior, network: Decoder) -> None:
        super().__init__()
        self.prior, self.network = prior, network

    def forward(self, noise: Tensor) -> Tensor:  # (B, Z)
        """Return the logits of the pixels, (B, C, H, W)."""
        logits: Tensor = self.network(self.prior(noise))
        return logits


class NoiseEncoder(nn.Module):
    """q in the space of the decoder's noise: exact in the mean, its variances by the Jacobian's diagonal."""

    def __init__(self, recognition: Recognition, prior: CouplingPrior) -> None:
        super().__init__()
        self.recognition, self.prior = recognition, prior

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (B, C, H, W)
        """Return mean and log variance, each (B, Z)."""
        mean, log_variance = self.recognition(x)
        noise, log_determinant = self.prior.inverse(mean)
        return noise, log_variance + 2 * log_determinant


class Joint(nn.Module):
    """p(x, z) with a learnt prior."""

    def __init__(self, prior: CouplingPrior, network: nn.Module) -> None:
        super().__init__()
        self.prior, self.network = prior, network

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:  # (B, Z)
        """Return logits, or means, of the pixels, (B, C, H, W), and log p(z) by latent, (B, Z)."""
        return self.network(z), self.prior.log_density(z)


class VariationalAutoencoder(Model):
    """p(z) standard normal or learnt, q(z | x) = N(mean, diag(exp(log_variance))).

    p(x | z) is Bernoulli or normal for images, and normal for points. A standard deviation that is learnt
    weighs the terms of the bound against each other (Rybkin, Daniilidis and Levine, 2021).
    """

    encoder: Recognition
    decoder: nn.Module

    def __init__(self, spec: VAE, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        if len(shape) == 1 and not isinstance(spec.likelihood, Normal):
            raise ModelError(
                "a Bernoulli likelihood is for images: of points, write "
                'likelihood = { kind = "normal" } in the model'
            )
        self.latents, self.shape = spec.latents, shape
        self.log_scale: Tensor | None = None
        if isinstance(spec.likelihood, Normal):
            log_scale = torch.tensor(spec.likelihood.scale).log()
            self.log_scale = nn.Parameter(log_scale, requires_grad=spec.likelihood.learnt)
        self.encoder = Recognition(spec.encoder, shape, spec.latents)
        self.decoder = Decoder(spec.decoder, shape, spec.latents, mean_intensity)
        if isinstance(spec.prior, Couplings):
            self.decoder = PriorDecoder(CouplingPrior(spec.prior, spec.latents), self.decoder)

    @property
    def exported_encoder(self) -> nn.Module:
        """The encoder of the decoder's input, which is not z itself if the prior is learnt."""
        if isinstance(self.decoder, PriorDecoder):
            return NoiseEncoder(self.encoder, self.decoder.prior)
        return self.encoder

    @property
    def joint(self) -> tuple[nn.Module, nn.Module] | None:
        """The networks of q(z | x) and p(x, z), where the prior is learnt."""
        if not isinstance(self.decoder, PriorDecoder) or self.is_of_points:
            return None
        network = self.network if self.is_binary else nn.Sequential(self.network, nn.Sigmoid())
        return self.encoder, Joint(self.decoder.prior, network)

    @property
    def network(self) -> nn.Module:
        """The network of p(x | z)."""
        return self.decoder.network if isinstance(self.decoder, PriorDecoder) else self.decoder

    @property
    def is_binary(self) -> bool:
        """Whether p(x | z) is Bernoulli."""
        return self.log_scale is None

    @property
    def scale(self) -> float | None:
        """The standard deviation of p(x | z) where that is normal."""
        return None if self.log_scale is None else self.log_scale.exp().item()

    def terms(self, x: Tensor, generator: torch.Generator) -> ElboTerms:
        """Return the terms of the ELBO, the divergence in closed form where the prior is standard normal.

        Otherwise it is estimated from the sample of z, without the term of the gradient whose expectation
        is 0 (Roeder et al., 2017).
        """
        mean, log_variance = self.encoder(x)  # (B, Z), (B, Z)
        z = mean + torch.exp(0.5 * log_variance) * normal(mean.shape, x, generator)
        likelihood = self._log_likelihood(x, self.network(z))
        if not isinstance(self.decoder, PriorDecoder):
            return ElboTerms(likelihood, kl_divergence(mean, log_variance))
        log_posterior = log_normal(z, mean.detach(), log_variance.detach())
        return ElboTerms(likelihood, log_posterior - self._log_prior(z))

    def sample_posterior(
        self, x: Tensor, samples: int, generator: torch.Generator, path_gradient_only: bool = False
    ) -> PosteriorSamples:
        """Draw z by the reparameterization of eq. 10."""
        mean, log_variance = self.encoder(x)  # (B, Z), (B, Z)
        noise = normal((samples, *mean.shape), x, generator)
        z = mean + torch.exp(0.5 * log_variance) * noise  # (K, B, Z)
        if path_gradient_only:
            mean, log_variance = mean.detach(), log_variance.detach()
        decoded = self.network(z.flatten(0, 1)).unflatten(0, (samples, -1))  # (K, B, …)
        likelihood = self._log_likelihood(x, decoded)
        return PosteriorSamples(likelihood, self._log_prior(z), log_normal(z, mean, log_variance), (z,))

    def means(self, x: Tensor) -> Tensor:
        """Return the means of q(z | x)."""
        mean: Tensor = self.encoder(x)[0]
        return mean

    def networks(self) -> list[nn.Module]:
        """Return the networks of a step."""
        return [self.network, self.encoder]

    def _log_likelihood(self, x: Tensor, decoded: Tensor) -> Tensor:
        """Return log p(x | z) given what the decoder returns, (B,) or (K, B)."""
        if self.log_scale is None:
            return log_likelihood(x, decoded)
        return log_normal_likelihood(x, self.mean_of(decoded), self.log_scale)

    def _log_prior(self, z: Tensor) -> Tensor:
        """Return log p(z) by latent, in the shape of z."""
        if isinstance(self.decoder, PriorDecoder):
            return self.decoder.prior.log_density(z)
        standard = torch.zeros((), device=z.device)
        return log_normal(z, standard, standard)
