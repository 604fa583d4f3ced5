"""Pictures drawn from the prior: what the model makes up where nothing is given."""

from dataclasses import dataclass

import numpy as np

from ..inference import Floats, decode
from ..options import Options as KindOptions
from ..options import number
from ..panels import Panel, Sheet
from ..release import Release


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    rows: int = number(6, 1, 40)
    columns: int = number(12, 1, 40)
    seed: int = number(1, 0, 2**31)
    #: The standard deviation of the normal distribution that latents are drawn from.
    temperature: float = number(1.0, 0.0, 4.0)


def latents(options: Options, release: Release) -> Floats:
    """Return the latents (rows · columns, Z) of the pictures, row by row."""
    count = options.rows * options.columns
    noise = np.random.default_rng(options.seed).standard_normal((count, release.latents), np.float32)
    return noise * np.float32(options.temperature)


def draw(options: Options, release: Release) -> list[Panel]:
    """Draw one sheet."""
    pictures = decode(release, latents(options, release))  # (rows · columns, C, H, W)
    return [Sheet(pictures.reshape(options.rows, options.columns, *pictures.shape[1:]))]
