"""Two models side by side: what each draws from the same numbers.

Both get the same draws from the prior, so what differs is what the models make of them. Of two models
with latents of unlike sizes, the one with fewer gets the first numbers of each draw. The numbers are
all that is shared: what a latent dimension stands for, each model has found for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..drawing.inference import Floats, decode
from ..drawing.normals import normals
from ..drawing.panels import Panel, Sheet
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    models: ClassVar[int] = 2

    rows: Annotated[int, Meta(ge=1, le=40)] = 5
    columns: Annotated[int, Meta(ge=1, le=40)] = 6
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1
    #: The standard deviation of the normal distribution that latents are drawn from.
    temperature: Annotated[float, Meta(ge=0.0, le=4.0)] = 1.0


def noise(options: Options, *bundles: Bundle) -> Floats:
    """Return draws (rows · columns, Z) from the prior of the model with the most latents, row by row."""
    width = max(bundle.latents for bundle in bundles)
    return normals(options.seed, options.rows * options.columns, width)


def render(options: Options, *bundles: Bundle) -> list[Panel]:
    """Draw a sheet for each model."""
    latents = noise(options, *bundles) * np.float32(options.temperature)
    sheets: list[Panel] = []
    for bundle in bundles:
        images = decode(bundle, latents[:, : bundle.latents])  # (rows · columns, C, H, W)
        grid = images.reshape(options.rows, options.columns, *images.shape[1:])
        sheets.append(Sheet(grid, heading=bundle.name))
    return sheets


def describe(options: Options, *bundles: Bundle) -> dict[str, Any]:
    """Return what the page needs beside the decoders to draw the same, and more."""
    return {"seed": options.seed, "temperature": options.temperature}


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    return {"seed": Values(0, 2**31, is_whole=True), "temperature": Values(0, 2)}
