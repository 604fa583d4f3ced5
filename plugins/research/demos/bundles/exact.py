"""A bundle as the bound is computed of it: a decoder of z that gives logits, and the encoder of q(z | x)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...core.storage.cache import Cache
from ..errors import DemoError
from .bundle import Bundle
from .normal import logits, normal
from .tensors import Likelihood

#: The outputs of encoders, in the order in which programs have them.
PARAMETERS = ("mean", "log_variance")


def likelihood(bundle: Bundle) -> Likelihood:
    """Return the likelihood that the manifest names; Bernoulli pixels for a model of our trainer.

    Raises `DemoError` where it is not known.
    """
    stated = bundle.manifest["graphs"]["decoder"].get("likelihood")
    if stated is None and "recipe" not in bundle.manifest:
        raise DemoError(
            f"the manifest of “{bundle.name}” does not name its likelihood: write "
            '"likelihood": {"kind": "bernoulli"} into graphs.decoder, or {"kind": "normal", "scale": …}'
        )
    return Likelihood(**(stated or {}))


def exact(bundle: Bundle, cache: Cache) -> Bundle:
    """Return `bundle`, its graphs in their normal form, with networks from which the bound follows.

    The decoder gives logits, or means where pixels are normal, and where the prior is learnt log p(z) too.
    Raises `DemoError` for a model whose bound cannot be computed.
    """
    kind = likelihood(bundle).kind
    if bundle.encoder is None:
        raise DemoError(f"the bundle of “{bundle.name}” has no encoder, which this kind of demo needs")
    if bundle.decoder.outputs[0].image is None:
        raise DemoError(f"this kind of demo shows images, and “{bundle.name}” is a model of points")
    if bundle.decoder.conditions:
        raise DemoError(f"the decoder of “{bundle.name}” has further inputs, and its posterior is not known")
    if bundle.joint and bundle.recognition:
        encoder = normal(bundle, "recognition", bundle.recognition, cache)
        return replace(bundle, decoder=normal(bundle, "joint", bundle.joint, cache), encoder=encoder)
    if bundle.decoder.signature.prior.kind != "normal" or _is_learnt(bundle.manifest):
        raise DemoError(
            f"the prior of “{bundle.name}” is not standard normal, and the bundle has no graphs "
            "“recognition” and “joint”, from which its density follows; train the model again to have them"
        )
    if [output.name for output in bundle.encoder.outputs] != [*PARAMETERS]:
        raise DemoError(
            f"the encoder of “{bundle.name}” must have the outputs mean and log_variance, in this order"
        )
    if kind == "normal":
        return bundle
    if bundle.decoder.outputs[0].range != (0, 1):
        raise DemoError(f"pixels of “{bundle.name}” are Bernoulli variables, so their means lie in [0, 1]")
    return replace(bundle, decoder=logits(bundle, cache))


def _is_learnt(manifest: Mapping[str, Any]) -> bool:
    """Return whether the recipe of a bundle has a prior that is learnt."""
    model = manifest.get("recipe", {}).get("model", {})
    prior = model.get("prior", {}) if isinstance(model, Mapping) else {}
    return isinstance(prior, Mapping) and prior.get("kind") == "couplings"
