"""How a model learned: the same latents drawn after some epochs, and the bound over time.

Of several models, their bounds in one plot.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.arrays import check, load
from ..bundles.bundle import Bundle
from ..drawing.panels import Panel, Sheet
from ..drawing.plot import Line, Plot
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: Columns of history.csv, with what readers call the examples that they are about.
BOUNDS = {"train_elbo": "training_examples", "validation_elbo": "held_out_examples"}

#: Numbers that are not as large as this can be drawn.
LIMIT = 1e100

NEEDS_DECODER = False


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    max_models: ClassVar[int] = 4

    #: Epochs to show, the first and the last among them.
    rows: Annotated[int, Meta(ge=2, le=20)] = 8
    columns: Annotated[int, Meta(ge=1, le=40)] = 12


def images(options: Options, bundle: Bundle) -> Sheet:
    """Return a sheet with a row an epoch."""
    path = bundle.file("epochs.npz", "the kind training")
    arrays = load(path, ("epochs", "images"))
    if len(arrays) < 2:
        raise DemoError(f"{path} must have the arrays “epochs” and “images”")
    epochs, images = arrays["epochs"], arrays["images"]  # (E,), (E, K, C, H, W)
    check(path, "epochs", epochs, "iu", (None,))
    check(path, "images", images, "u", (len(epochs), None, *bundle.image))
    shown = np.unique(np.linspace(0, len(epochs) - 1, options.rows).round().astype(int))
    labels = tuple(str(epoch) for epoch in epochs[shown])
    return Sheet(images[shown, : options.columns], labels=labels, heading="Epoch")


def bound(bundle: Bundle) -> Plot:
    """Return the plot of the bound by epoch, for training examples and for held-out ones."""
    return Plot(tuple(_lines(bundle)), x="epoch", y="bound")


def bounds(bundles: Sequence[Bundle]) -> Plot:
    """Return the plot of the bound by epoch of several models: on held-out examples, where there are some."""
    lines = (replace(_lines(bundle)[-1], model=bundle.name) for bundle in bundles)
    return Plot(tuple(lines), x="epoch", y="bound")


def _lines(bundle: Bundle) -> list[Line]:
    """Return the lines of a model, that of held-out examples last."""
    path = bundle.file("history.csv", "the kind training")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        lines = [
            Line(name, tuple((float(row["epoch"]), _value(row[column])) for row in rows))
            for column, name in BOUNDS.items()
            if any(row.get(column) for row in rows)
        ]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise DemoError(f"{path} is not as it should be: {error}") from error
    lines = [line for line in lines if line.drawn]
    if not lines:
        raise DemoError(f"{path} holds none of the columns {', '.join(BOUNDS)}, or no number in them")
    if not all(abs(value) < LIMIT for line in lines for point in line.drawn for value in point):
        raise DemoError(f"{path} holds numbers of {LIMIT:g} and more, which no plot shows")
    return lines


def _value(text: str | None) -> float:
    """Return the number in a cell; where nothing was measured that is NaN, a hole in the line."""
    return float(text) if text and text.strip() else math.nan


def render(options: Options, bundle: Bundle, *others: Bundle) -> list[Panel]:
    """Draw the sheet and the plot; of several models the plot alone, with a curve of each."""
    if others:
        return [bounds((bundle, *others))]
    return [images(options, bundle), bound(bundle)]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the epochs of the rows; the page needs no more than the static image shows."""
    return {"epochs": list(images(options, bundle).labels)}


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    columns = described["sheets"][0]["columns"]
    return {"epoch": Values(words=tuple(described["epochs"])), "latent": Values(1, columns, is_whole=True)}
