"""The whole way of one model: recipe → data → train → export → verify → evaluate → a release."""

import csv
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import torch
from rich.console import Console
from safetensors.torch import save_file
from torch import Tensor

from . import data, evaluate, export, releases, replacing, train, verify
from .checkpoints import Checkpoint, Row, State
from .data import Items
from .evaluate import Metric
from .manifest import manifest
from .models import Model
from .releases import Place
from .specs import Recipe
from .watchers import Watchers, watching
from .workers import ALONE, Workers

#: Test items whose posterior goes into a release, for pictures of the latent space.
TEST_ITEMS = 3000


def build(
    recipe: Recipe, place: Place, console: Console, workers: Workers = ALONE, log: Path | None = None
) -> None:
    """Bring the release of `recipe` up to date, unless another process did so while we waited for it.

    Of many `workers`, the first decides and writes, the others help to train. `log` is the folder of
    a TensorBoard log. Raises `ModelError` for what stands in the way. The release's place never holds
    half of one.
    """
    if not workers.first:
        if workers.hear("") is not None:
            _help_to_train(recipe, workers)
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    waiting = f"{recipe.name}: another process builds it; waiting"
    with releases.alone(recipe.name, place, lambda: console.print(waiting, soft_wrap=True)):
        why = workers.hear(releases.stale(recipe, place))
        if why is None:
            console.print(f"{recipe.name}: fresh")
            return
        console.print(f"{recipe.name}: {why}", soft_wrap=True)
        folder = place.unfinished(recipe.name)
        folder.mkdir()
        try:
            _release(recipe, place, folder, console, workers, log)
        finally:
            replacing.remove(folder)


def _help_to_train(recipe: Recipe, workers: Workers) -> None:
    """Take a share of the steps, and leave nothing behind."""
    items = data.load(recipe.data, recipe.held_out)
    train.train(recipe, items, Checkpoint(Path(os.devnull), ""), Watchers(), workers)


def _release(
    recipe: Recipe, place: Place, folder: Path, console: Console, workers: Workers, log: Path | None
) -> None:
    made_of = releases.ingredients(recipe)
    key = releases.key(made_of)
    items = data.load(recipe.data, recipe.held_out)
    checkpoint = Checkpoint(
        place.checkpoint(recipe.name),
        key,
        lambda message: console.print(message, markup=False, soft_wrap=True),
    )
    with watching(recipe, len(items.train), console, log) as watchers:
        state = train.train(recipe, items, checkpoint, watchers, workers)
    if recipe.half:
        _round(state.model)
    clock = [time.monotonic()]
    about = {"name": recipe.name, "key": key, "recipe": json.dumps(made_of["recipe"])}
    with console.status(f"{recipe.name}: exporting, verifying, evaluating"):
        graphs = export.graphs(state.model, about)
        differences = verify.verify(state.model, graphs)
        clock.append(time.monotonic())
        metrics = evaluate.evaluate(state.model.to(workers.device), items.test.images)
        state.model.cpu()
        clock.append(time.monotonic())
    _write_model(folder, recipe, state, graphs, metrics)
    _write_pictures(folder, recipe, state, items.test[:TEST_ITEMS])
    seconds = {
        "train": state.history[-1].seconds,
        "export": clock[1] - clock[0],
        "evaluate": clock[2] - clock[1],
    }
    said = manifest(recipe, state.model, items, made_of, seconds, differences, workers)
    releases.publish(folder, said, place)
    checkpoint.discard()
    console.print(
        f"{recipe.name}: trained in {seconds['train']:.0f} s{releases.summary(recipe, place)}", soft_wrap=True
    )


@torch.no_grad()
def _round(model: Model) -> None:
    for parameter in model.parameters():
        parameter.copy_(parameter.half())


def _write_model(
    folder: Path, recipe: Recipe, state: State, graphs: Mapping[str, bytes], metrics: Mapping[str, Metric]
) -> None:
    for name, graph in graphs.items():
        (folder / f"{name}.onnx").write_bytes(graph)
    kind = torch.float16 if recipe.half else torch.float32
    weights = {name: value.to(kind) for name, value in state.model.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    table = {name: asdict(metric) for name, metric in metrics.items()}
    (folder / "metrics.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([Row._fields, *state.history])


def _write_pictures(folder: Path, recipe: Recipe, state: State, test: Items) -> None:
    arrays = {
        "images": test.images.numpy(),  # (N, C, H, W)
        "labels": test.labels.numpy(),  # (N,)
        **_posteriors(state.model, test.images.float() / 255),
    }
    numpy.savez_compressed(folder / "test_items.npz", allow_pickle=False, **arrays)
    epochs = sorted(state.drawings)
    numpy.savez_compressed(
        folder / "epochs.npz",
        epochs=numpy.array(epochs, dtype=numpy.int64),  # (E,)
        latents=train.latents(recipe, state.model).numpy(),  # (K, Z)
        images=torch.stack([state.drawings[epoch] for epoch in epochs]).numpy(),  # (E, K, C, H, W)
    )


@torch.no_grad()
def _posteriors(model: Model, x: Tensor) -> dict[str, numpy.typing.NDArray[Any]]:
    """Return where the decoder has the pictures x, (N, C, H, W), from; nothing where that is not known."""
    found = model.places(x)
    if found is None:
        return {}
    means, log_variances = found
    return {"means": means.numpy(), "log_variances": log_variances.numpy()}  # (N, Z) each
