"""The whole way of one model: recipe → data → train → export → verify → evaluate → release."""

import csv
import json
import math
import platform
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import torch
from filelock import FileLock
from rich.console import Console

from . import data, evaluate, export, releases, train, verify
from .checkpoints import Checkpoint, Row, State
from .data import Data, Items
from .networks import VAE, parameters
from .progress import Bar
from .recipes import Recipe
from .releases import Place

#: Test items whose posterior goes into a release, for pictures of the latent space.
TEST_ITEMS = 3000


def build(recipe: Recipe, place: Place, console: Console) -> None:
    """Bring the release of `recipe` up to date, unless another process did while we waited for it.

    Raises `ModelError` for what stands in the way. Nothing is ever half-written in the release's place.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(place.lock(recipe.name)):
        why = releases.stale(recipe, place)
        if why is None:
            return
        console.print(f"{recipe.name}: {why}")
        folder = place.folder / f".{recipe.name}.new"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            _release(recipe, place, folder, console)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _release(recipe: Recipe, place: Place, folder: Path, console: Console) -> None:
    found = releases.ingredients(recipe)
    key = releases.key(found)
    items = data.load(recipe.data, recipe.held_out)
    checkpoint = Checkpoint(place.checkpoint(recipe.name), key)
    with Bar(recipe, math.ceil(len(items.train) / recipe.batch), console) as bar:
        state = train.train(recipe, items, checkpoint, bar)
    seconds = {"train": state.history[-1].seconds}
    began = time.monotonic()
    about = {"name": recipe.name, "key": key, "recipe": json.dumps(found["recipe"])}
    graphs = {"decoder": export.decoder(state.model, about), "encoder": export.encoder(state.model, about)}
    differences = verify.verify(state.model, graphs)
    seconds["export"] = time.monotonic() - began
    began = time.monotonic()
    metrics = evaluate.evaluate(state.model, items.test.images)
    seconds["evaluate"] = time.monotonic() - began
    _write(folder, recipe, state, graphs, metrics, items.test[:TEST_ITEMS])
    releases.publish(folder, _manifest(recipe, state.model, items, found, seconds, differences), place)
    checkpoint.discard()
    reached = ", ".join(f"{name} {metric['value']:.2f}" for name, metric in metrics.items())
    console.print(f"{recipe.name}: trained in {seconds['train']:.0f} s; {reached} nats")


def _write(
    folder: Path,
    recipe: Recipe,
    state: State,
    graphs: Mapping[str, bytes],
    metrics: Mapping[str, evaluate.Metric],
    test: Items,
) -> None:
    """Write the files of a release but its manifest."""
    for name, graph in graphs.items():
        (folder / f"{name}.onnx").write_bytes(graph)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([Row._fields, *state.history])
    with torch.no_grad():
        means, log_variances = state.model.encoder(test.images.float() / 255)
    numpy.savez_compressed(
        folder / "test_items.npz",
        images=test.images.numpy(),  # (N, C, H, W)
        labels=test.labels.numpy(),  # (N,)
        means=means.numpy(),  # (N, Z)
        log_variances=log_variances.numpy(),  # (N, Z)
    )
    epochs = sorted(state.drawings)
    numpy.savez_compressed(
        folder / "epochs.npz",
        epochs=numpy.array(epochs),  # (E,)
        latents=train.latents(recipe).numpy(),  # (K, Z)
        images=torch.stack([state.drawings[epoch] for epoch in epochs]).numpy(),  # (E, K, C, H, W)
    )


def _manifest(
    recipe: Recipe,
    model: VAE,
    items: Data,
    found: releases.Ingredients,
    seconds: Mapping[str, float],
    differences: Mapping[str, float],
) -> dict[str, Any]:
    """Return what a reader of the release must know, and what made it."""
    pictures = ["batch", *model.decoder.shape]
    latents = ["batch", model.latents]
    z = _tensor("z", latents, None, "a latent vector; under the prior its elements are standard normal")
    mean = _tensor("mean", latents, None, "mean of q(z | x)")
    log_variance = _tensor("log_variance", latents, None, "logarithms of the variances of q(z | x)")
    grey = "grey levels: 0 is the background, 1 is ink"
    return {
        "format": releases.FORMAT,
        "name": recipe.name,
        "key": releases.key(found),
        "ingredients": found,
        "recipe": found["recipe"],
        "data": {
            "name": recipe.data,
            "train": len(items.train),
            "test": len(items.test),
            "sha256": found["data"],
        },
        "seed": recipe.seed,
        "versions": {
            **found["versions"],
            **releases.versions("numpy", "onnxruntime"),
            "python": platform.python_version(),
        },
        "device": f"cpu ({torch.backends.cpu.get_cpu_capability()})",
        "threads": recipe.threads,
        "seconds": {stage: round(value, 2) for stage, value in seconds.items()},
        "commit": _commit(),
        "verified": {
            "against": "onnxruntime",
            "largest_difference": differences,
            "tolerance": verify.TOLERANCE,
        },
        "graphs": {
            "decoder": _graph(
                "decoder", model.decoder, z, _tensor("x", pictures, [0, 1], f"mean of p(x | z), {grey}")
            ),
            "encoder": _graph(
                "encoder", model.encoder, _tensor("x", pictures, [0, 1], grey), mean, log_variance
            ),
        },
    }


def _graph(
    name: str, module: torch.nn.Module, source: dict[str, Any], *results: dict[str, Any]
) -> dict[str, Any]:
    return {
        "file": f"{name}.onnx",
        "opset": export.OPSET,
        "parameters": parameters(module),
        "inputs": [source],
        "outputs": list(results),
    }


def _tensor(name: str, shape: list[str | int], limits: list[int] | None, meaning: str) -> dict[str, Any]:
    return {"name": name, "shape": shape, "dtype": "float32", "range": limits, "meaning": meaning}


def _commit() -> str | None:
    """Return the commit that is checked out, marked where files differ from it; None outside of Git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
