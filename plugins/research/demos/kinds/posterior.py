"""How a latent is inferred, step by step, x → μ, σ → ε → z → p(x | z), and what it costs in the bound.

z = μ + σ · ε, with ε standard normal: the reparameterization of Kingma and Welling (2013), section 2.4. Two
latent dimensions are shown as a plane with the codes of other examples, more as bars of μ ± σ, those that
diverge most from the prior first.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bound import divergences, log_likelihood, log_normals
from ..bundles.bundle import Bundle
from ..bundles.exact import likelihood
from ..bundles.examples import Examples, classes, read
from ..drawing.inference import Bytes, Floats, encode, log_variances, outputs
from ..drawing.intervals import Interval, Intervals
from ..drawing.normals import normals
from ..drawing.packing import packed, packed_bytes
from ..drawing.panels import Panel, Sheet
from ..drawing.scatter import Ellipse, Scatter
from ..drawing.terms import Terms
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values
from . import latents

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

NEEDS_ENCODER = True
IS_EXACT = True

#: Draws over which the bound is averaged.
DRAWS = 64
#: Latent dimensions that are shown as bars, at most.
MAX_BARS = 24
#: Examples by whose mean divergence dimensions are ordered.
ORDERED_BY = 500


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: The label of the example that the static image shows, and the seed of its ε.
    label: Annotated[int, Meta(ge=0, le=255)] = 3
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1
    #: Examples that readers choose from.
    examples: Annotated[int, Meta(ge=1, le=100)] = 10
    #: Codes of examples that are drawn in the plane of two latents.
    points: Annotated[int, Meta(ge=0, le=5000)] = 300


@dataclass(frozen=True)
class Inferred:
    """Examples with their posteriors, and z = μ + σ · ε for the same draws of ε."""

    images: Bytes  # (N, C, H, W)
    mean: Floats  # (N, Z)
    log_variance: Floats  # (N, Z)
    noise: Floats  # (K, Z)

    @property
    def deviation(self) -> Floats:
        """The standard deviations, (N, Z)."""
        found: Floats = np.exp(self.log_variance / 2)
        return found


def chosen(options: Options, examples: Examples) -> list[int]:
    """Return the numbers of the examples: the first of the label, then the first of each other, in turn."""
    labels = np.unique(examples.labels)
    if options.label not in labels:
        raise DemoError(f"the bundle holds no test example with the label {options.label}")
    of_label = {label: np.flatnonzero(examples.labels == label) for label in labels}
    order = sorted(labels, key=lambda label: (int(label) - options.label) % 256)
    longest = max(map(len, of_label.values()))
    rounds = [
        int(of_label[label][at]) for at in range(longest) for label in order if at < len(of_label[label])
    ]
    return rounds[: options.examples]


def inferred(options: Options, bundle: Bundle) -> Inferred:
    """Return the examples that readers choose from, that of the static image first."""
    examples = read(bundle)
    images = examples.images[chosen(options, examples)]
    if images.shape[1] != 1:
        raise DemoError(f"kind posterior is for images in grey, and those of “{bundle.name}” have colours")
    noise = normals(options.seed, DRAWS, bundle.latents)
    return Inferred(images, encode(bundle, images), log_variances(bundle, images), noise)


def order(bundle: Bundle) -> list[int]:
    """Return the latent dimensions, those first whose posteriors diverge most from the prior."""
    images = read(bundle).images[:ORDERED_BY]
    mean, log_variance = encode(bundle, images), log_variances(bundle, images)
    if bundle.joint:
        z = mean + np.exp(log_variance / 2) * normals(0, *mean.shape)
        _, log_prior = outputs(bundle, z.astype(np.float32))
        spread = log_normals(z, mean, log_variance) - log_prior
    else:
        spread = divergences(mean, log_variance)
    found: list[int] = np.argsort(-spread.mean(axis=0), kind="stable").tolist()
    return found


def terms(given: Inferred, bundle: Bundle) -> tuple[Any, Any, Any]:
    """Return of the first example the terms of the bound for each ε: log p(x | z), divergence, both (K,).

    The last is their difference. The divergence is that of the posterior in closed form, or where the prior
    is learnt log q(z | x) − log p(z) of each z.
    """
    mean, log_variance = given.mean[:1], given.log_variance[:1]
    z = mean + given.deviation[:1] * given.noise
    made, *log_prior = outputs(bundle, z.astype(np.float32))
    x = np.broadcast_to(scaled(given.images[:1], bundle), made.shape)
    reached = log_likelihood(x, made, likelihood(bundle))
    spread = np.broadcast_to(divergences(mean, log_variance).sum(axis=1), reached.shape)
    if log_prior:
        spread = (log_normals(z, mean, log_variance) - log_prior[0]).sum(axis=1)
    return reached, spread, reached - spread


def scaled(images: Bytes, bundle: Bundle) -> Floats:
    """Return `images` as the likelihood has them, in the range of the decoder's."""
    least, most = _range(bundle)
    found: Floats = (images / 255 * (most - least) + least).astype(np.float32)
    return found


def _range(bundle: Bundle) -> tuple[float, float]:
    """Return the range of the decoder's images."""
    stated = bundle.manifest["graphs"]["decoder"]["outputs"][0].get("range")
    least, most = stated or (0.0, 1.0)
    return least, most


def decoded(bundle: Bundle, z: Floats) -> Bytes:
    """Return the images (N, C, H, W) that are the means of p(x | z) for z (N, Z)."""
    made = outputs(bundle, z)[0].astype(np.float64)
    if likelihood(bundle).kind == "bernoulli":
        made = 1 / (1 + np.exp(-made))
    else:
        least, most = _range(bundle)
        made = np.clip((made - least) / (most - least), 0, 1)
    images: Bytes = np.rint(255 * made).astype(np.uint8)
    return images


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw x, what its mean and z decode to, the posterior, and the terms of the bound."""
    given = inferred(options, bundle)
    z = given.mean[:1] + given.deviation[:1] * given.noise[:1]
    made = decoded(bundle, np.concatenate([given.mean[:1], z]).astype(np.float32))
    reached, spread, bound = terms(given, bundle)
    sheet = Sheet(np.concatenate([given.images[:1], made])[None], alt="steps")
    shown = Terms(
        float(reached[0]),
        float(spread[0]),
        float(bound.mean()),
        float(bound.std(ddof=1) / np.sqrt(len(bound))),
        len(bound),
        is_closed=bundle.joint is None,
    )
    return [sheet, _posterior(options, bundle, given), shown]


def _posterior(options: Options, bundle: Bundle, given: Inferred) -> Panel:
    mean, deviation, noise = given.mean[0], given.deviation[0], given.noise[0]
    if bundle.latents == 2:
        groups, extent = _codes(options, bundle)
        ellipse = Ellipse(*map(float, (*mean, *deviation, *(mean + deviation * noise))))
        return Scatter(groups, extent, "z₁", "z₂", ellipse=ellipse)
    shown = order(bundle)[:MAX_BARS]
    return Intervals(
        tuple(Interval(str(at + 1), float(mean[at]), float(deviation[at]), float(noise[at])) for at in shown)
    )


def _codes(options: Options, bundle: Bundle) -> tuple[Any, float]:
    """Return the codes of other examples by class, and the largest coordinate of the plot."""
    if bundle.joint:  # the codes of the bundle are not z, but the noise that becomes z
        return (), latents.LEAST_EXTENT
    found = latents.Options(points=max(10, options.points))
    groups, extent = latents.groups(found, bundle)
    return (groups if options.points else ()), extent


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the examples with their posteriors, and what the page computes the bound by."""
    assert bundle.encoder
    given = inferred(options, bundle)
    plane = bundle.latents == 2
    extent = _codes(options, bundle)[1] if plane else 0.0
    stated = likelihood(bundle)
    return {
        "images": packed_bytes(given.images),
        "means": packed(given.mean),
        "log_variances": packed(given.log_variance),
        "seed": options.seed,
        "draws": DRAWS,
        "likelihood": {"kind": stated.kind, "scale": stated.scale, "range": _range(bundle)},
        "learnt": bundle.joint is not None,
        "encoder_range": bundle.encoder.input.range,
        "extent": extent,
        "order": [] if plane else order(bundle)[:MAX_BARS],
        "labels": None if bundle.joint else classes(bundle),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    sheet = described["sheets"][0]
    examples = len(b64decode(described["images"])) // (sheet["shape"][1] * sheet["shape"][2])
    found = {"example": Values(1, examples, is_whole=True)}
    if sheet["latents"] == 2:
        return found | {"epsilon": Values(-3, 3, count=2)}
    return found | {"seed": Values(0, 2**31, is_whole=True)}
