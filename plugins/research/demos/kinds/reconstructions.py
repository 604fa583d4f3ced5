"""Test items, and below each what the model makes of it: the decoder's picture of the posterior's mean.

The first items of each label in the order of the test set: nobody chose them. Where there are no labels,
the first items of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.items import classes, first_of, read
from ..bundles.release import Release
from ..drawing.inference import Bytes, decode, deviations, encode
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..syntax.options import Options as KindOptions

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Rows of test items, each with the row of its reconstructions.
    rows: Annotated[int, Meta(ge=1, le=10)] = 2
    #: Labels, from the least.
    columns: Annotated[int, Meta(ge=1, le=40)] = 10


def originals(options: Options, release: Release) -> Bytes:
    """Return test items (rows, columns, C, H, W), a column a label."""
    items = read(release)
    labels = np.unique(items.labels)[: options.columns]
    if len(labels) == 1:
        several = first_of(items, labels[0], options.rows * options.columns)
        return several.reshape(options.rows, options.columns, *several.shape[1:])
    return np.stack([first_of(items, label, options.rows) for label in labels], axis=1)


def draw(options: Options, release: Release) -> list[Panel]:
    """Draw one sheet: a row of items, a row of reconstructions, and so on."""
    given = originals(options, release)  # (rows, columns, C, H, W)
    means = encode(release, given.reshape(-1, *given.shape[2:]))  # (rows · columns, Z)
    made = decode(release, means).reshape(given.shape)  # (rows, columns, C, H, W)
    both = np.stack([given, made], axis=1)  # (rows, 2, columns, C, H, W)
    return [Sheet(both.reshape(-1, *given.shape[1:]), group=2)]


def describe(options: Options, release: Release) -> dict[str, Any]:
    """Return the posteriors of the items, row by row, and where labels lie."""
    items = originals(options, release)
    pictures = items.reshape(-1, *items.shape[2:])  # (rows · columns, C, H, W)
    return {
        "means": packed(encode(release, pictures)),
        "deviations": packed(deviations(release, pictures)),
        "labels": classes(release),
    }
