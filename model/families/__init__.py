"""The families of models, one module each."""

from pathlib import Path

from ..errors import ModelError
from ..models import Model, Shape
from ..recipes import modules
from ..recipes.specs import (
    VAE,
    Architecture,
    ConditionalVAE,
    Custom,
    Helmholtz,
    Ladder,
    Supervised,
    TwoLayers,
)
from .conditional import ConditionalAutoencoder
from .helmholtz import HelmholtzMachine
from .ladder import LadderAutoencoder
from .two_layers import TwoLayerAutoencoder
from .vae import VariationalAutoencoder


def build(spec: Architecture | Supervised | Custom, shape: Shape, mean_intensity: float) -> Model:
    """Return the untrained model of `spec` for images of `shape`, with their mean intensity in [0, 1].

    Raises `ModelError` for a model without latents, of which no bound can be measured.
    """
    if isinstance(spec, Supervised):
        tag = spec.__struct_config__.tag
        raise ModelError(
            f"a {tag} has no latents and no bound: it can be built, and what is measured is in its bundle"
        )
    if len(shape) == 1 and not isinstance(spec, VAE | Custom):
        raise ModelError(f"models of points are of the family “vae”, not “{spec.__struct_config__.tag}”")
    match spec:
        case VAE():
            return VariationalAutoencoder(spec, shape, mean_intensity)
        case TwoLayers():
            return TwoLayerAutoencoder(spec, shape, mean_intensity)
        case Ladder():
            return LadderAutoencoder(spec, shape, mean_intensity)
        case Helmholtz():
            return HelmholtzMachine(spec, shape, mean_intensity)
        case ConditionalVAE():
            return ConditionalAutoencoder(spec, shape, mean_intensity)
        case Custom():
            return _custom(spec, shape, mean_intensity)


def _custom(spec: Custom, shape: Shape, mean_intensity: float) -> Model:
    """Return the model of a family of the author's own."""
    kind = modules.load(spec.function, Path.cwd())
    try:
        model = kind(shape, mean_intensity, **spec.options)
    except TypeError as error:
        raise ModelError(f"{spec.function} called with {spec.options} fails: {error}") from error
    if not isinstance(model, Model):
        raise ModelError(f"{spec.function} gives a {type(model).__name__}; it must be a subclass of Model")
    return model
