"""Builds one bundle: recipe → data → train → export → verify → evaluate → publish."""

import csv
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy
import numpy.typing
import torch
from rich.console import Console
from safetensors.torch import save_file
from torch import Tensor

from .bundles import export, keys, replacing, step, store, verify
from .bundles.manifest import Run, described, manifest
from .bundles.store import BundleStore
from .data import examples
from .data.examples import Data, Examples
from .evaluation import evaluate
from .evaluation.evaluate import Metric
from .models import Model
from .recipes.library import Library
from .recipes.specs import Recipe, Supervised
from .supervised import build as supervised
from .training import compute, train
from .training.checkpoints import Checkpoint, Row, State
from .training.train import NO_WATCHER
from .training.watchers import watching
from .training.workers import SINGLE_PROCESS, Workers

#: Test examples that a bundle contains, with their posteriors, for figures.
TEST_EXAMPLES = 3000
#: What a draft is trained and measured on.
DRAFT_TRAIN, DRAFT_TEST, DRAFT_EPOCHS, DRAFT_IW = 20_000, 1000, 2, 50


@dataclass(frozen=True)
class Job:
    """What to build, from what, and where to put it."""

    recipe: Recipe
    library: Library
    store: BundleStore
    console: Console
    workers: Workers = SINGLE_PROCESS
    #: The folder of a TensorBoard log.
    log: Path | None = None
    draft: bool = False
    #: Threads and precision that the user chose; others are measured.
    fixed: dict[str, Any] = field(default_factory=dict)

    def print(self, message: str) -> None:
        """Print a message about the build."""
        self.console.print(message, markup=False, soft_wrap=True)


def build(job: Job) -> None:
    """Bring the bundle of a recipe up to date, unless another process does so meanwhile.

    Of several processes, the main one decides and writes, and the others help to train. Raises `ModelError`
    if something is wrong. The place of the bundle never holds half of one.
    """
    name = job.recipe.name
    if not job.workers.is_main:
        if job.workers.broadcast("") is not None:
            _help_to_train(job)
        return
    job.store.folder.mkdir(parents=True, exist_ok=True)
    waiting = f"{name}: another process builds it; waiting"
    with store.locked(name, job.store, lambda: job.print(waiting)):
        inputs = keys.key_inputs(job.recipe, job.library)
        why = job.workers.broadcast(store.why_stale(name, inputs, job.store))
        if why is None:
            job.print(f"{name}: fresh")
            return
        job.print(f"{name}: {why}")
        folder = job.store.unfinished(name)
        folder.mkdir()
        try:
            _fill(job, inputs, folder)
        finally:
            replacing.remove(folder)


def try_out(job: Job) -> Mapping[str, Metric]:
    """Train a recipe without leaving anything, and return its metrics on the held-out examples."""
    data = _data(job)
    checkpoint = Checkpoint(Path(os.devnull), "")
    workers, _ = compute.choose(job.recipe, data, checkpoint, job.workers, job.fixed)
    with watching(job.recipe, len(data.train), job.console, job.log) as watchers:
        state = train.train(job.recipe, data, NoCheckpoint(Path(os.devnull), ""), watchers, workers)
    return evaluate.evaluate(state.model, data.validation.images)


class NoCheckpoint(Checkpoint):
    """Saves and loads nothing."""

    def save(self, state: State) -> None:
        """Save nothing."""

    def load(self, state: State, workers: Workers = SINGLE_PROCESS) -> None:
        """Leave `state` as it is."""


def _help_to_train(job: Job) -> None:
    """Process a shard of each batch, and leave nothing behind."""
    data = _data(job)
    checkpoint = Checkpoint(Path(os.devnull), "")
    workers, checkpoint = compute.choose(job.recipe, data, checkpoint, job.workers, job.fixed)
    train.train(_shortened(job), data, checkpoint, NO_WATCHER, workers)


def _data(job: Job) -> Data:
    """Return the data of the recipe; a draft's are a part of it."""
    data = examples.load(job.recipe, job.library)
    if not job.draft:
        return data
    test = data.test[:DRAFT_TEST]
    validation = test if data.validation is data.test else data.validation[:DRAFT_TEST]
    density = None if data.log_density is None else data.log_density[:DRAFT_TEST]
    return replace(
        data, train=data.train[:DRAFT_TRAIN], validation=validation, test=test, log_density=density
    )


def _shortened(job: Job) -> Recipe:
    """Return the recipe as it is trained: that of a draft has fewer epochs."""
    if not job.draft:
        return job.recipe
    found: Recipe = msgspec.structs.replace(job.recipe, epochs=min(job.recipe.epochs, DRAFT_EPOCHS))
    return found


def _fill(job: Job, inputs: keys.KeyInputs, folder: Path) -> None:
    """Train, export, verify and evaluate; write the bundle into `folder` and publish it."""
    data, recipe, key = _data(job), _shortened(job), keys.key(inputs)
    about = {"name": recipe.name, "key": key, "recipe": json.dumps(inputs["recipe"])}
    if isinstance(recipe.model, Supervised):
        _fill_supervised(job, inputs, folder, data, about)
        return
    checkpoint = Checkpoint(job.store.checkpoint(recipe.name), key, job.print)
    workers, checkpoint = compute.choose(recipe, data, checkpoint, job.workers, job.fixed)
    cpu = time.process_time()
    with watching(recipe, len(data.train), job.console, job.log) as watchers:
        state = train.train(recipe, data, checkpoint, watchers, workers)
    if recipe.fp16_weights:
        _round_to_fp16(state.model)
    clock, cpu = [time.monotonic()], time.process_time() - cpu
    with job.console.status(f"{recipe.name}: exporting, verifying, evaluating"):
        graphs = export.graphs(state.model, about)
        differences = verify.verify(state.model, graphs)
        clock.append(time.monotonic())
        chosen = DRAFT_IW if job.draft else evaluate.IW_EXAMPLES
        metrics = evaluate.evaluate(
            state.model.to(workers.device), data.test.images, chosen=chosen, log_density=data.log_density
        )
        state.model.cpu()
        clock.append(time.monotonic())
    _write_model(folder, recipe, state, graphs, metrics)
    _write_examples(folder, recipe, state, data.test[:TEST_EXAMPLES])
    seconds = {
        "train": state.history[-1].seconds,
        "train_cpu": cpu,
        "export": clock[1] - clock[0],
        "evaluate": clock[2] - clock[1],
    }
    run = Run(inputs, data, workers, seconds, differences, job.draft)
    stated = manifest(recipe, state.model, run)
    if recipe.step:
        with job.console.status(f"{recipe.name}: exporting a step of training"):
            stated["step"] = step.write(folder, recipe, data, about)
    store.publish(folder, stated, job.store)
    checkpoint.discard()
    summary = store.summary(recipe.name, job.store)
    job.print(f"{recipe.name}: trained in {seconds['train']:.0f} s{summary}")


def _fill_supervised(
    job: Job, inputs: keys.KeyInputs, folder: Path, data: Data, about: Mapping[str, str]
) -> None:
    """Do the same for a model without latents, in one process on the CPU."""
    recipe = _shortened(job)
    workers = SINGLE_PROCESS.computing(job.fixed.get("threads") or 1, "float32")
    with job.console.status(f"{recipe.name}: training, exporting, verifying, evaluating"):
        built = supervised.fill(recipe, data, about, folder)
    run = Run(inputs, data, workers, built.seconds, built.differences, job.draft)
    stated = described(recipe, run, data.test.shape, built.graphs, supervised.TOLERANCE)
    store.publish(folder, stated, job.store)
    summary = store.summary(recipe.name, job.store)
    job.print(f"{recipe.name}: trained in {built.seconds['train']:.0f} s{summary}")


@torch.no_grad()
def _round_to_fp16(model: Model) -> None:
    for parameter in model.parameters():
        parameter.copy_(parameter.half())


def _write_model(
    folder: Path, recipe: Recipe, state: State, graphs: Mapping[str, bytes], metrics: Mapping[str, Metric]
) -> None:
    for name, graph in graphs.items():
        (folder / f"{name}.onnx").write_bytes(graph)
    kind = torch.float16 if recipe.fp16_weights else torch.float32
    weights = {name: value.to(kind) for name, value in state.model.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    table = {name: asdict(metric) for name, metric in metrics.items()}
    (folder / "metrics.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([Row._fields, *state.history])


def _write_examples(folder: Path, recipe: Recipe, state: State, test: Examples) -> None:
    of_points = state.model.is_of_points
    name, x = ("points", test.images) if of_points else ("images", test.images.float() / 255)
    arrays = {
        # Without the labels that a conditional model reads below its images.
        name: (test.images if of_points else test.images[:, :, : state.model.shape[1]]).numpy(),
        "labels": test.labels.numpy(),  # (N,)
        **_posterior_arrays(state.model, x),
    }
    numpy.savez_compressed(folder / "test_items.npz", allow_pickle=False, **arrays)
    epochs = sorted(state.epoch_samples)
    samples = {
        "epochs": numpy.array(epochs, dtype=numpy.int64),  # (E,)
        "latents": train.latents(recipe, state.model).numpy(),  # (K, Z)
        # (E, K, C, H, W), or (E, K, D)
        name: torch.stack([state.epoch_samples[epoch] for epoch in epochs]).numpy(),
    }
    numpy.savez_compressed(folder / "epochs.npz", allow_pickle=False, **samples)


@torch.no_grad()
def _posterior_arrays(model: Model, x: Tensor) -> dict[str, numpy.typing.NDArray[Any]]:
    """Return the posterior parameters of x, (N, C, H, W) or (N, D); nothing if the model has none."""
    found = model.posterior_parameters(x)
    if found is None:
        return {}
    means, log_variances = found
    return {"means": means.numpy(), "log_variances": log_variances.numpy()}  # (N, Z) each
