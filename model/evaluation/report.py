"""The full evaluation of a bundle, as a table and as evaluation.json."""

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

from ..bundles import store
from ..bundles.store import BundleStore
from ..data.examples import load, load_images
from ..families import build
from ..recipes.library import Library
from ..recipes.specs import Recipe
from ..training.compute import cores
from ..training.workers import SINGLE_PROCESS, Workers
from . import assess, evaluate
from .classifier import classifier
from .evaluate import Metric


def report(
    recipe: Recipe,
    library: Library,
    place: BundleStore,
    samples: int,
    console: Console,
    workers: Workers = SINGLE_PROCESS,
) -> None:
    """Evaluate the bundle of `recipe` on all test images; print a table and write evaluation.json."""
    # Units that are nearly always on give denormal numbers, with which processors are slow.
    torch.set_flush_denormal(True)
    torch.set_num_threads(cores())
    began = time.monotonic()
    bfloat16 = place.manifest(recipe.name).get("precision") == "bfloat16"
    data = load(recipe, library)
    model = build(recipe.model, data.test.shape, mean_intensity=0.5)
    model.load_state_dict(load_file(place.bundle(recipe.name) / "weights.safetensors"))
    model.to(workers.device)
    columns = (
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"{recipe.name}, {samples} samples", total=len(data.test))
        metrics = assess.bounds(
            model, data.test.images, samples, lambda images: progress.advance(task, images), bfloat16
        )
        metrics |= evaluate.of_data(data.log_density)
        data = data if data.test.shape == model.shape else load_images(recipe, library)
        if int(data.train.labels.max()) > 0 and not model.is_of_points:
            progress.update(task, description="training a classifier")
            metrics |= assess.quality(model, data, classifier(data.train, place.classifiers))
    _write(recipe, place, metrics, time.monotonic() - began)
    console.print(_table(recipe, metrics))


def _write(recipe: Recipe, place: BundleStore, metrics: Mapping[str, Metric], seconds: float) -> None:
    """Write the numbers into the bundle, with its key."""
    target = place.bundle(recipe.name) / store.EVALUATION
    manifest = json.loads((target.parent / "manifest.json").read_text(encoding="utf-8"))
    stated = {
        "key": manifest["key"],
        "seconds": round(seconds, 1),
        "metrics": {name: asdict(metric) for name, metric in metrics.items()},
    }
    content = store.with_digest(stated)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(target)


def _table(recipe: Recipe, metrics: Mapping[str, Metric]) -> Table:
    # Posts cite metrics by their names, so these are never shortened.
    name_column = Column("", no_wrap=True, min_width=max(map(len, metrics)))
    columns = (name_column, "value", "error", "meaning; errors are standard errors")
    table = Table(*columns, title=f"{recipe.name}, test set")
    for name, metric in metrics.items():
        error = "" if metric.standard_error is None else f"{metric.standard_error:.2g}"
        table.add_row(name, f"{metric.value:.5g}", error, f"{metric.unit}: {escape(metric.meaning)}")
    return table
