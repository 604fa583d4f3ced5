"""The families of models: a module each, which a release's key counts for its own family alone."""

from ..models import Model, Shape
from ..specs import VAE, Architecture, Helmholtz, Ladder, TwoLayers
from .helmholtz import HelmholtzMachine
from .ladder import LadderAutoencoder
from .two_layers import TwoLayerAutoencoder
from .vae import VariationalAutoencoder


def build(spec: Architecture, shape: Shape, grey: float) -> Model:
    """Return the untrained model of `spec` for pictures of `shape`, whose mean is `grey` in [0, 1]."""
    match spec:
        case VAE():
            return VariationalAutoencoder(spec, shape, grey)
        case TwoLayers():
            return TwoLayerAutoencoder(spec, shape, grey)
        case Ladder():
            return LadderAutoencoder(spec, shape, grey)
        case Helmholtz():
            return HelmholtzMachine(spec, shape, grey)
