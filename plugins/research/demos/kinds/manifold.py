"""The latent plane of a model with two latent dimensions, at the quantiles of the prior.

Kingma and Welling (2013), figure 4: equally spaced points of the unit square, sent through the
inverse of the normal distribution function, so that each image stands for as much of the prior
as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import classes
from ..drawing.inference import Floats, decode
from ..drawing.packing import short
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

    rows: Annotated[int, Meta(ge=2, le=40)] = 20
    columns: Annotated[int, Meta(ge=2, le=40)] = 20


def quantiles(count: int) -> Floats:
    """Return the middles of `count` segments of equal probability under the standard normal, (count,)."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / count) for i in range(count)], np.float32)


def latents(options: Options) -> Floats:
    """Return the latents (rows · columns, 2), row by row.

    The first dimension grows to the right, the second upwards.
    """
    z1, z2 = np.meshgrid(quantiles(options.columns), quantiles(options.rows)[::-1])  # (rows, columns)
    return np.stack([z1.ravel(), z2.ravel()], axis=1)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet."""
    if bundle.latents != 2:
        raise DemoError(
            f"kind manifold shows a plane, and “{bundle.name}” has {bundle.latents} latent dimensions; "
            "show a model that was trained with two (such as mnist-plane), "
            "or another kind (such as samples or interpolation)"
        )
    images = decode(bundle, latents(options))  # (rows · columns, C, H, W)
    grid = images.reshape(options.rows, options.columns, *images.shape[1:])
    return [Sheet(grid)]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the coordinates of the columns, those of the rows from the top, and where labels lie."""
    return {
        "z1": short(quantiles(options.columns)),
        "z2": short(quantiles(options.rows)[::-1]),
        "labels": classes(bundle),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    ends = [value for axis in ("z1", "z2") for value in described[axis]]
    return {"z": Values(min(ends), max(ends), count=2)}
