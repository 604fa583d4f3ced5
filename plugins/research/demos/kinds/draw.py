"""A pad to draw on, beside what the model makes of the drawing.

From left to right a picture, the decoder's picture of its posterior's mean, and that of one draw
from the posterior. The static image begins with the first test item of a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.items import classes, first_of, read
from ..bundles.release import Release
from ..drawing.inference import Floats, decode, deviations, encode, log_variances
from ..drawing.normals import normals
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..errors import DemoError
from ..syntax.options import Options as KindOptions

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


def noise(options: Options, release: Release) -> Floats:
    """Return the standard normal draw (1, Z) that tells the third picture from the second."""
    return normals(options.seed, 1, release.latents)


def draw(options: Options, release: Release) -> list[Panel]:
    """Draw one sheet of three pictures."""
    given = first_of(read(release), options.label, 1)  # (1, C, H, W)
    if given.shape[1] != 1:
        raise DemoError(f"kind draw is for pictures in grey, and those of “{release.name}” have colours")
    mean, deviation = encode(release, given), deviations(release, given)  # (1, Z)
    made = decode(release, np.concatenate([mean, mean + deviation * noise(options, release)]))
    return [Sheet(np.concatenate([given, made])[None])]


def describe(options: Options, release: Release) -> dict[str, Any]:
    """Return what the page needs beside the networks; with the item's posterior, to wake by one of them."""
    assert release.encoder
    if [output.name for output in release.encoder.outputs] != ["mean", "log_variance"]:
        raise DemoError(
            f"the encoder of “{release.name}” must have the outputs mean and log_variance, in this order"
        )
    given = first_of(read(release), options.label, 1)
    return {
        "mean": packed(encode(release, given)),
        "log_variance": packed(log_variances(release, given)),
        "seed": options.seed,
        "encoder_range": release.encoder.input.range,
        "labels": classes(release),
    }
