"""What single latent dimensions do: a row a dimension, from one end of the prior to the other.

The dimensions that carry most information on test examples come first: those of the largest mean
divergence of the posterior from the prior (Kingma and Welling 2013, appendix B, each dimension's own
term). All others stay at the posterior mean of the first test example of a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import FILE, classes, first_of, posteriors, read
from ..drawing.inference import Floats, decode, encode
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Dimensions to show.
    rows: Annotated[int, Meta(ge=1, le=40)] = 6
    columns: Annotated[int, Meta(ge=3, le=40)] = 12
    label: Annotated[int, Meta(ge=0, le=255)] = 3
    #: How far to go from 0, in standard deviations of the prior.
    reach: Annotated[float, Meta(ge=0.1, le=6.0)] = 3.0


def divergences(bundle: Bundle) -> Floats:
    """Return the mean KL divergence (Z,) of the test examples' posteriors from the prior, in nats."""
    path = bundle.file(FILE, "the kind traversals")
    if not (found := posteriors(bundle)):
        raise DemoError(f"{path} has no “means” and “log_variances”, which the kind traversals needs")
    mean, log_variance = found  # (N, Z)
    divergence: Floats = ((mean**2 + np.exp(log_variance) - 1 - log_variance) / 2).mean(axis=0)
    return divergence


def ends(options: Options, bundle: Bundle) -> tuple[Floats, Floats, list[int]]:
    """Return the latents (rows, Z) where the rows begin and end, and the dimensions that they follow."""
    order = np.argsort(-divergences(bundle), kind="stable")[: options.rows]
    middle = encode(bundle, first_of(read(bundle), options.label, 1))  # (1, Z)
    begin = np.repeat(middle, len(order), axis=0)
    end = begin.copy()
    rows = np.arange(len(order))
    begin[rows, order], end[rows, order] = -options.reach, options.reach
    return begin, end, order.tolist()


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet."""
    begin, end, dimensions = ends(options, bundle)
    shares = np.linspace(0, 1, options.columns, dtype=np.float32)[:, None]
    latents = (1 - shares) * begin[:, None] + shares * end[:, None]  # (rows, columns, Z)
    images = decode(bundle, latents.reshape(-1, bundle.latents))
    labels = tuple(str(dimension + 1) for dimension in dimensions)
    sheet = images.reshape(*latents.shape[:2], *images.shape[1:])
    return [Sheet(sheet, labels=labels, heading="Dimension")]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return what the page needs beside the decoder: ways as those of an interpolation, with their names."""
    begin, end, dimensions = ends(options, bundle)
    return {
        "ends": packed(np.stack([begin, end])),
        "path": "linear",
        "dimensions": [dimension + 1 for dimension in dimensions],
        "reach": options.reach,
        "labels": classes(bundle),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    return {"row": Values(1, described["sheets"][0]["rows"], is_whole=True), "position": Values(0, 1)}
