"""A variational autoencoder with labels: p(x | z, y), and a posterior q(z | x) that finds them in the image.

After Kingma et al. (2014), “Semi-supervised learning with deep generative models”:
model M2 with all labels known.
"""

import torch
from torch import Tensor, nn

from ..data.labelled import image_shape, one_hot
from ..densities import kl_divergence, log_likelihood, log_normal
from ..models import ElboTerms, Model, PosteriorSamples, Shape, normal
from ..networks import Decoder
from ..recipes.specs import ConditionalVAE
from .vae import Recognition


class LabelledDecoder(nn.Module):
    """Latents and a label → logits of the pixels."""

    def __init__(self, network: Decoder, classes: int) -> None:
        super().__init__()
        self.network, self.classes = network, classes

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:  # (B, Z), (B, classes)
        """Return the logits, (B, C, H, W); without `y`, a one-hot code, those of the classes in turn."""
        if y is None:
            turns = torch.arange(len(z), device=z.device) % self.classes
            y = nn.functional.one_hot(turns, self.classes).to(z.dtype)
        logits: Tensor = self.network(torch.cat([z, y], dim=1))
        return logits


class ConditionalAutoencoder(Model):
    """p(z) standard normal, p(x | z, y) Bernoulli, q(z | x) = N(mean, diag(exp(log_variance))).

    Images x come with their label in rows of pixels below them, as ``data.labelled`` writes it.
    """

    encoder: Recognition
    decoder: LabelledDecoder

    def __init__(self, spec: ConditionalVAE, shape: Shape, mean_intensity: float) -> None:
        super().__init__()
        self.latents, self.shape, self.classes = spec.latents, image_shape(shape, spec.classes), spec.classes
        self.encoder = Recognition(spec.encoder, self.shape, spec.latents)
        network = Decoder(spec.decoder, self.shape, spec.latents + spec.classes, mean_intensity)
        self.decoder = LabelledDecoder(network, spec.classes)

    @property
    def exported_encoder(self) -> nn.Module | None:
        """None: a code decodes to its image only with the label of the image."""
        return None

    def terms(self, x: Tensor, generator: torch.Generator) -> ElboTerms:
        """Return the terms of the ELBO on log p(x | y), the divergence in closed form."""
        image, y = self._split(x)
        mean, log_variance = self.encoder(image)  # (B, Z), (B, Z)
        z = mean + torch.exp(0.5 * log_variance) * normal(mean.shape, x, generator)
        return ElboTerms(log_likelihood(image, self.decoder(z, y)), kl_divergence(mean, log_variance))

    def sample_posterior(
        self, x: Tensor, samples: int, generator: torch.Generator, path_gradient_only: bool = False
    ) -> PosteriorSamples:
        """Draw z by the reparameterization of Kingma and Welling (2013), eq. 10."""
        image, y = self._split(x)
        mean, log_variance = self.encoder(image)  # (B, Z), (B, Z)
        z = mean + torch.exp(0.5 * log_variance) * normal((samples, *mean.shape), x, generator)  # (K, B, Z)
        if path_gradient_only:
            mean, log_variance = mean.detach(), log_variance.detach()
        logits = self.decoder(z.flatten(0, 1), y.repeat(samples, 1)).unflatten(0, (samples, -1))
        standard = torch.zeros((), device=z.device)
        return PosteriorSamples(
            log_likelihood(image, logits),  # (K, B)
            log_normal(z, standard, standard),
            log_normal(z, mean, log_variance),
            (z,),
        )

    def means(self, x: Tensor) -> Tensor:
        """Return the means of q(z | x)."""
        mean: Tensor = self.encoder(self._split(x)[0])[0]
        return mean

    def _split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the images, (B, C, H, W), and their labels as one-hot codes, (B, classes)."""
        return x[:, :, : self.shape[1]], one_hot(x, self.shape[1], self.classes)
