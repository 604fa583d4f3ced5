"""Test examples, and below each what the model makes of it: the decoder's image of the posterior's mean.

The first examples of each label in the order of the test set: nobody chose them. Where there are no labels,
the first examples of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import classes, first_of, read
from ..drawing.inference import Bytes, decode, deviations, encode
from ..drawing.packing import packed
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

    #: Rows of test examples, each with the row of its reconstructions.
    rows: Annotated[int, Meta(ge=1, le=10)] = 2
    #: Labels, from the least.
    columns: Annotated[int, Meta(ge=1, le=40)] = 10


def originals(options: Options, bundle: Bundle) -> Bytes:
    """Return test examples (rows, columns, C, H, W), a column a label."""
    examples = read(bundle)
    labels = np.unique(examples.labels)[: options.columns]
    if len(labels) == 1:
        several = first_of(examples, labels[0], options.rows * options.columns)
        return several.reshape(options.rows, options.columns, *several.shape[1:])
    return np.stack([first_of(examples, label, options.rows) for label in labels], axis=1)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet: a row of examples, a row of reconstructions, and so on."""
    given = originals(options, bundle)  # (rows, columns, C, H, W)
    means = encode(bundle, given.reshape(-1, *given.shape[2:]))  # (rows · columns, Z)
    made = decode(bundle, means).reshape(given.shape)  # (rows, columns, C, H, W)
    both = np.stack([given, made], axis=1)  # (rows, 2, columns, C, H, W)
    return [Sheet(both.reshape(-1, *given.shape[1:]), group=2)]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the posteriors of the examples, row by row, and where labels lie."""
    examples = originals(options, bundle)
    images = examples.reshape(-1, *examples.shape[2:])  # (rows · columns, C, H, W)
    return {
        "means": packed(encode(bundle, images)),
        "deviations": packed(deviations(bundle, images)),
        "labels": classes(bundle),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    sheet = described["sheets"][0]
    return {
        "example": Values(1, sheet["rows"] // 2 * sheet["columns"], is_whole=True),
        "sigma": Values(0, 3),
        "seed": Values(0, 2**31, is_whole=True),
    }
