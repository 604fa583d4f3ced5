"""What ``python -m model evaluate`` leaves: a released model measured in full, as a table and as a file."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict

import torch
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table
from safetensors.torch import load_file

from . import assess, data, releases
from .classifier import classifier
from .evaluate import Metric
from .families import build
from .releases import Place
from .specs import Recipe
from .workers import ALONE, Workers


def report(recipe: Recipe, place: Place, samples: int, console: Console, workers: Workers = ALONE) -> None:
    """Measure the released model of `recipe` on all test pictures; print the table, and write it down."""
    # Units that are nearly always on make numbers next to zero, over which a processor takes many times as
    # long: measuring the Helmholtz machine took two and a half times what it takes now.
    torch.set_flush_denormal(True)
    torch.set_num_threads(recipe.threads)
    began = time.monotonic()
    items = data.load(recipe.data)
    model = build(recipe.model, items.test.shape, grey=0.5)
    model.load_state_dict(load_file(place.release(recipe.name) / "weights.safetensors"))
    model.to(workers.device)
    columns = (
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"{recipe.name}, {samples} samples", total=len(items.test))
        metrics = assess.bounds(
            model, items.test.images, samples, lambda pictures: progress.advance(task, pictures)
        )
        if int(items.train.labels.max()) > 0:
            progress.update(task, description="our own classifier")
            metrics |= assess.quality(model, items, classifier(items.train, place.classifiers))
    _write(recipe, place, metrics, time.monotonic() - began)
    console.print(_table(recipe, metrics))


def _write(recipe: Recipe, place: Place, metrics: Mapping[str, Metric], seconds: float) -> None:
    """Put the numbers beside the release's files, with the key of the release that they are about."""
    target = place.release(recipe.name) / releases.EVALUATION
    manifest = json.loads((target.parent / "manifest.json").read_text(encoding="utf-8"))
    said = {
        "key": manifest["key"],
        "seconds": round(seconds, 1),
        "metrics": {name: asdict(metric) for name, metric in metrics.items()},
    }
    content = releases.sealed(said)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(target)


def _table(recipe: Recipe, metrics: Mapping[str, Metric]) -> Table:
    # Names whole, however narrow the terminal: posts cite by them.
    name_column = Column("", no_wrap=True, min_width=max(map(len, metrics)))
    columns = (name_column, "value", "error", "what it is, error the standard error")
    table = Table(*columns, title=f"{recipe.name}, test set")
    for name, metric in metrics.items():
        error = "" if metric.standard_error is None else f"{metric.standard_error:.2g}"
        table.add_row(name, f"{metric.value:.5g}", error, f"{metric.unit}: {escape(metric.meaning)}")
    return table
