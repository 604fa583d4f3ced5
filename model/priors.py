"""A learnt prior: affine couplings between standard normal noise and z (Dinh et al., 2017, eq. 7–8)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .densities import log_normal, unreduced
from .recipes.specs import Couplings

#: Logarithms of scales stay within ± this.
MAX_LOG_SCALE = 2.0


class Coupling(nn.Module):
    """Scales and shifts one half of the latents as a function of the other."""

    def __init__(self, latents: int, hidden: int, reverse: bool) -> None:
        super().__init__()
        half = latents // 2
        first, second = slice(0, half), slice(half, latents)
        self.given, self.changed = (second, first) if reverse else (first, second)
        sizes = (latents - half, half) if reverse else (half, latents - half)
        self.hidden = nn.Linear(sizes[0], hidden)
        self.parameters_of = nn.Linear(hidden, 2 * sizes[1])
        nn.init.zeros_(self.parameters_of.weight)  # the identity at first
        nn.init.zeros_(self.parameters_of.bias)

    def scale_and_shift(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithm of the scale and the shift, (…, changed), which depend on the given half."""
        found = unreduced(self.parameters_of(functional.silu(self.hidden(z[..., self.given]))))
        log_scale, shift = found.chunk(2, dim=-1)
        return MAX_LOG_SCALE * torch.tanh(log_scale / MAX_LOG_SCALE), shift

    def join(self, z: Tensor, changed: Tensor) -> Tensor:
        """Return `z`, (…, Z), with its other half `changed`."""
        given = z[..., self.given]
        return torch.cat([changed, given] if self.changed.start == 0 else [given, changed], dim=-1)


class CouplingPrior(nn.Module):
    """p(z): the distribution of a chain of couplings of standard normal noise."""

    def __init__(self, spec: Couplings, latents: int) -> None:
        super().__init__()
        self.couplings = nn.ModuleList(
            Coupling(latents, spec.hidden, bool(number % 2)) for number in range(spec.layers)
        )

    def forward(self, noise: Tensor) -> Tensor:  # (…, Z)
        """Return z, (…, Z)."""
        z = noise
        for coupling in self.couplings:
            assert isinstance(coupling, Coupling)
            log_scale, shift = coupling.scale_and_shift(z)
            z = coupling.join(z, z[..., coupling.changed] * torch.exp(log_scale) + shift)
        return z

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:  # (…, Z)
        """Return the noise that becomes z, and log |∂noise/∂z| by latent; (…, Z) each."""
        noise = unreduced(z)
        log_determinant = torch.zeros_like(noise)
        for coupling in reversed(self.couplings):
            assert isinstance(coupling, Coupling)
            log_scale, shift = coupling.scale_and_shift(noise)
            changed = (noise[..., coupling.changed] - shift) * torch.exp(-log_scale)
            noise = coupling.join(noise, changed)
            unchanged = torch.zeros_like(noise)
            log_determinant = log_determinant - coupling.join(unchanged, log_scale)
        return noise, log_determinant

    def log_density(self, z: Tensor) -> Tensor:
        """Return log p(z), attributed to the latents; (…, Z)."""
        noise, log_determinant = self.inverse(z)
        standard = torch.zeros((), device=z.device)
        return log_normal(noise, standard, standard) + log_determinant
