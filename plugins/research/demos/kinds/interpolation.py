"""From one test example to another, step by step through latent space.

The ends are the posterior means of the first test examples of two labels; without an encoder, or
where the author asks for it, two draws from the prior.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import classes, first_of, read
from ..drawing.inference import Floats, decode, encode
from ..drawing.normals import normals
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..errors import KeyedError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: A row for each pair of labels; ``prior``: between draws from the prior.
    between: str = "0-6, 3-8, 4-9, 1-7"
    columns: Annotated[int, Meta(ge=3, le=40)] = 12
    path: Literal["spherical", "linear"] = "spherical"
    #: Rows between draws from the prior.
    rows: Annotated[int, Meta(ge=1, le=20)] = 4
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1


def ends(options: Options, bundle: Bundle) -> tuple[Floats, Floats]:
    """Return the latents (rows, Z) where the rows begin, and those where they end."""
    if _is_of_prior(options, bundle):
        begin, end = normals(options.seed, 2, options.rows, bundle.latents)
        return begin, end
    examples = read(bundle)
    pairs = [re.fullmatch(r"(\d+)-(\d+)", pair.strip()) for pair in options.between.split(",")]
    labels = [int(label) for pair in pairs if pair for label in pair.groups()]
    if None in pairs:
        message = f"“between: {options.between}”: write pairs of labels such as 3-8, 1-7, or prior"
        raise KeyedError(message, "between")
    images = np.concatenate([first_of(examples, label, 1) for label in labels])
    means = encode(bundle, images)  # (2 · rows, Z)
    return means[::2], means[1::2]


def _is_of_prior(options: Options, bundle: Bundle) -> bool:
    return options.between == "prior" or bundle.encoder is None


def linear(begin: Floats, end: Floats, share: float) -> Floats:
    """Return the points (rows, Z) at `share` of the way from `begin` to `end`."""
    return np.asarray((1 - share) * begin + share * end, np.float32)


def spherical(begin: Floats, end: Floats, share: float) -> Floats:
    """Return the points (rows, Z) at `share` of the way, turning at an even rate from `begin` to `end`.

    White (2016), “Sampling Generative Networks”, section 2.1: a straight line between two draws
    from a normal distribution in many dimensions passes nearer to the origin than draws do.
    """
    begin, end = begin.astype(np.float64), end.astype(np.float64)  # for ends that are nearly opposite
    norms = np.linalg.norm(begin, axis=1) * np.linalg.norm(end, axis=1)  # (rows,)
    cosines = np.clip((begin * end).sum(axis=1) / np.maximum(norms, 1e-12), -1, 1)
    angles = np.arccos(cosines)[:, None]  # (rows, 1)
    turned = np.sin((1 - share) * angles) * begin + np.sin(share * angles) * end
    sines = np.sin(angles)
    # Ends on one line through the origin span no plane to turn in: there the way is straight.
    path = np.where(sines < 1e-6, linear(begin, end, share), turned / np.maximum(sines, 1e-6))
    return np.asarray(path, np.float32)


def latents(options: Options, bundle: Bundle) -> Floats:
    """Return the latents (rows, columns, Z)."""
    begin, end = ends(options, bundle)
    step = {"linear": linear, "spherical": spherical}[options.path]
    return np.stack([step(begin, end, share) for share in np.linspace(0, 1, options.columns)], axis=1)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet."""
    path = latents(options, bundle)  # (rows, columns, Z)
    images = decode(bundle, path.reshape(-1, bundle.latents))  # (rows · columns, C, H, W)
    return [Sheet(images.reshape(*path.shape[:2], *images.shape[1:]))]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return where the rows begin and end, or the seed of these draws, and where labels lie."""
    of_prior = _is_of_prior(options, bundle)
    given = {"seed": options.seed} if of_prior else {"ends": packed(np.stack(ends(options, bundle)))}
    return {**given, "path": options.path, "labels": classes(bundle)}


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    return {"row": Values(1, described["sheets"][0]["rows"], is_whole=True), "position": Values(0, 1)}
