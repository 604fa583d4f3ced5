"""Train, export, verify and evaluate a model without latents; what its bundle holds beside the manifest."""

import csv
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy
import torch
from safetensors.torch import save_file

from ..bundles import export, verify
from ..bundles.manifest import graph
from ..data.examples import Data, Examples
from ..recipes.specs import Classifier, Denoiser, Recipe
from .classifier import ClassifierTask
from .denoiser import DenoiserTask
from .fit import Row, fit
from .task import Task

#: The largest allowed difference between PyTorch and ONNX Runtime, relative to values beyond 1.
TOLERANCE = 1e-4
#: Test examples that a bundle contains.
TEST_EXAMPLES = 1000


@dataclass(frozen=True)
class Built:
    """What the manifest says of a model without latents."""

    graphs: Mapping[str, Any]
    differences: Mapping[str, float]
    seconds: Mapping[str, float]


def task(recipe: Recipe, data: Data) -> Task:
    """Return the untrained network of `recipe`, and what it is to do."""
    torch.manual_seed(recipe.seed)
    match recipe.model:
        case Classifier():
            return ClassifierTask(recipe.model, data)
        case Denoiser():
            return DenoiserTask(recipe.model, data)
        case _:
            raise TypeError(f"{recipe.model} has latents")


def fill(recipe: Recipe, data: Data, about: Mapping[str, str], folder: Path) -> Built:
    """Train `recipe` and write its files into `folder`; `about` goes into the metadata of its graph."""
    made, cpu = task(recipe, data), time.process_time()
    history = fit(recipe, made, data)
    cpu, clock = time.process_time() - cpu, [time.monotonic()]
    made.eval()
    module, generator = made.exported(), torch.Generator().manual_seed(0)
    given = dict(zip(made.inputs, made.tried(data, 2, generator), strict=True))
    content = export.graph(module, given, (made.output,), about)
    batches = [made.tried(data, count, generator) for count in verify.BATCHES]
    difference = verify.difference(made.role, module, content, batches, (TOLERANCE, TOLERANCE))
    clock.append(time.monotonic())
    metrics = made.metrics(data)
    clock.append(time.monotonic())
    (folder / f"{made.role}.onnx").write_bytes(content)
    save_file(made.state_dict(), folder / "weights.safetensors")
    table = {name: asdict(metric) for name, metric in metrics.items()}
    (folder / "metrics.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([Row._fields, *history])
    _write_examples(folder, data.test[:TEST_EXAMPLES])
    seconds = {
        "train": history[-1].seconds,
        "train_cpu": cpu,
        "export": clock[1] - clock[0],
        "evaluate": clock[2] - clock[1],
    }
    inputs, output = made.stated(data)
    stated = graph(made.role, made, list(inputs), output)
    return Built({made.role: stated}, {made.role: difference}, seconds)


def _write_examples(folder: Path, test: Examples) -> None:
    name = "points" if test.images.is_floating_point() else "images"
    arrays = {name: test.images.numpy(), "labels": test.labels.numpy()}
    numpy.savez_compressed(folder / "test_items.npz", allow_pickle=False, **arrays)
