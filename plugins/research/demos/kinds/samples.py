"""Images drawn from the prior: what the model makes up where nothing is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

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

    rows: Annotated[int, Meta(ge=1, le=40)] = 6
    columns: Annotated[int, Meta(ge=1, le=40)] = 12
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1
    #: The standard deviation of the normal distribution that latents are drawn from.
    temperature: Annotated[float, Meta(ge=0.0, le=4.0)] = 1.0


def noise(options: Options, bundle: Bundle) -> Floats:
    """Return draws (rows · columns, Z) from the prior, row by row."""
    return normals(options.seed, options.rows * options.columns, bundle.latents)


def latents(options: Options, bundle: Bundle) -> Floats:
    """Return the latents (rows · columns, Z) of the images, row by row."""
    return noise(options, bundle) * np.float32(options.temperature)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet."""
    images = decode(bundle, latents(options, bundle))  # (rows · columns, C, H, W)
    return [Sheet(images.reshape(options.rows, options.columns, *images.shape[1:]))]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return what the page needs beside the decoder to draw the same, and more."""
    return {"seed": options.seed, "temperature": options.temperature}


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    return {"seed": Values(0, 2**31, is_whole=True), "temperature": Values(0, 2)}
