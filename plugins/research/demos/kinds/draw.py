"""A pad to draw on, beside what the model makes of the drawing.

From left to right an image, the decoder's image of its posterior's mean, and that of one draw
from the posterior. The static image begins with the first test example of a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import classes, first_of, read
from ..drawing.inference import Floats, decode, deviations, encode, log_variances
from ..drawing.normals import normals
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

NEEDS_ENCODER = True


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    label: Annotated[int, Meta(ge=0, le=255)] = 3
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1


def noise(options: Options, bundle: Bundle) -> Floats:
    """Return the standard normal draw (1, Z) by which the third image differs from the second."""
    return normals(options.seed, 1, bundle.latents)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet of three images."""
    given = first_of(read(bundle), options.label, 1)  # (1, C, H, W)
    if given.shape[1] != 1:
        raise DemoError(f"kind draw is for images in grey, and those of “{bundle.name}” have colours")
    mean, deviation = encode(bundle, given), deviations(bundle, given)  # (1, Z)
    made = decode(bundle, np.concatenate([mean, mean + deviation * noise(options, bundle)]))
    return [Sheet(np.concatenate([given, made])[None])]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return what the page needs beside the networks; and the example's posterior, to activate by."""
    assert bundle.encoder
    if [output.name for output in bundle.encoder.outputs] != ["mean", "log_variance"]:
        raise DemoError(
            f"the encoder of “{bundle.name}” must have the outputs mean and log_variance, in this order"
        )
    given = first_of(read(bundle), options.label, 1)
    return {
        "mean": packed(encode(bundle, given)),
        "log_variance": packed(log_variances(bundle, given)),
        "seed": options.seed,
        "encoder_range": bundle.encoder.input.range,
        "labels": classes(bundle),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    return {"seed": Values(0, 2**31, is_whole=True)}
