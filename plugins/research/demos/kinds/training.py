"""How a model learned: the same latents drawn after some epochs, and the bound over time."""

import csv
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from msgspec import Meta

from ..errors import DemoError
from ..options import Options as KindOptions
from ..panels import Panel, Plot, Sheet
from ..plot import Line, line_plot
from ..release import Release

#: Columns of history.csv, with what readers call the items that they are about.
BOUNDS = {"train_elbo": "training items", "validation_elbo": "items not trained on"}

NEEDS_DECODER = False


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Epochs to show, the first and the last among them.
    rows: Annotated[int, Meta(ge=2, le=20)] = 8
    columns: Annotated[int, Meta(ge=1, le=40)] = 12


def pictures(options: Options, release: Release) -> Sheet:
    """Return a sheet with a row an epoch."""
    path = release.file("epochs.npz", "the kind training")
    with np.load(path, allow_pickle=False) as arrays:
        epochs, images = arrays["epochs"], arrays["images"]  # (E,), (E, K, C, H, W)
    shown = np.unique(np.linspace(0, len(epochs) - 1, options.rows).round().astype(int))
    labels = tuple(str(epoch) for epoch in epochs[shown])
    return Sheet(images[shown, : options.columns], labels=labels, heading="Epoch")


def bound(release: Release) -> Plot:
    """Return the plot of the bound by epoch."""
    path = release.file("history.csv", "the kind training")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    try:
        lines = [
            Line(name, tuple((float(row["epoch"]), float(row[column])) for row in rows))
            for column, name in BOUNDS.items()
            if rows and rows[0].get(column)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise DemoError(f"{path} is not as it should be: {error}") from error
    if not lines:
        raise DemoError(f"{path} holds none of the columns {', '.join(BOUNDS)}")
    return Plot(line_plot(lines, x="Epoch", y="Evidence lower bound (nats)"))


def draw(options: Options, release: Release) -> list[Panel]:
    """Draw the sheet and the plot."""
    return [pictures(options, release), bound(release)]


def describe(options: Options, release: Release) -> dict[str, Any]:
    """Return the epochs of the rows; the page needs no more than the still picture shows."""
    return {"epochs": list(pictures(options, release).labels)}
