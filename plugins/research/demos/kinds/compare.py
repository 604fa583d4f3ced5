"""Two models side by side: what each draws from the same numbers.

Both get the same draws from the prior, so what differs is what the models make of them. Of two models
with latents of unlike sizes, the one with fewer gets the first numbers of each draw. The numbers are
all that is shared: what a latent dimension stands for, each model has found for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.release import Release
from ..drawing.inference import Floats, decode
from ..drawing.normals import normals
from ..drawing.panels import Panel, Sheet
from ..syntax.options import Options as KindOptions

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


def noise(options: Options, *releases: Release) -> Floats:
    """Return draws (rows · columns, Z) from the prior of the model with the most latents, row by row."""
    width = max(release.latents for release in releases)
    return normals(options.seed, options.rows * options.columns, width)


def draw(options: Options, *releases: Release) -> list[Panel]:
    """Draw a sheet for each model."""
    latents = noise(options, *releases) * np.float32(options.temperature)
    sheets: list[Panel] = []
    for release in releases:
        pictures = decode(release, latents[:, : release.latents])  # (rows · columns, C, H, W)
        grid = pictures.reshape(options.rows, options.columns, *pictures.shape[1:])
        sheets.append(Sheet(grid, heading=release.name))
    return sheets


def describe(options: Options, *releases: Release) -> dict[str, Any]:
    """Return what the page needs beside the decoders to draw the same, and more."""
    return {"seed": options.seed, "temperature": options.temperature}
