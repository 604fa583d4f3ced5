"""The families of models: a module each, which a release's key counts for its own family alone."""

from ..models import Model, Shape
from ..specs import VAE, Helmholtz
from . import helmholtz, vae


def build(spec: VAE | Helmholtz, shape: Shape, grey: float) -> Model:
    """Return the untrained model of `spec` for pictures of `shape`, whose mean is `grey` in [0, 1]."""
    match spec:
        case VAE():
            return vae.VariationalAutoencoder(spec, shape, grey)
        case Helmholtz():
            return helmholtz.HelmholtzMachine(spec, shape, grey)
