"""The manifest of a bundle: what it was made from and how, and how to use its graphs."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..data.examples import Data
from ..models import Model, Shape
from ..networks import parameters
from ..recipes.specs import VAE, Couplings, Recipe
from ..training.workers import Workers
from . import export, keys, store, verify
from .keys import KeyInputs

#: Packages whose versions are stated.
PACKAGES = ("numpy", "onnx", "onnxruntime", "onnxscript", "torch")
#: The meaning of an image's values, by polarity and by its number of channels.
INK = "ink: 0 is the background, 1 the stroke"
INTENSITIES = {1: "gray levels: 0 is black, 1 is white", 3: "intensities of red, green and blue"}


@dataclass(frozen=True)
class Run:
    """One training and what was measured of it."""

    inputs: KeyInputs
    data: Data
    workers: Workers
    #: By stage.
    seconds: Mapping[str, float]
    #: The largest difference between PyTorch and ONNX Runtime, by graph.
    differences: Mapping[str, float]
    draft: bool


def manifest(recipe: Recipe, model: Model, run: Run) -> dict[str, Any]:
    """Return manifest.json of a bundle, without the list of files."""
    return described(recipe, run, model.shape, _graphs(recipe, model, run.data), model.tolerance)


def described(
    recipe: Recipe, run: Run, shape: Shape, graphs: Mapping[str, Any], tolerance: float
) -> dict[str, Any]:
    """Return the same of a model of any kind, of examples of `shape`, with what is stated of its `graphs`."""
    data, workers = run.data, run.workers
    polarity = {"polarity": data.polarity} if data.polarity else {}
    return {
        "format": store.FORMAT,
        "name": recipe.name,
        **({"draft": True} if run.draft else {}),
        "key": keys.key(run.inputs),
        "key_versions": run.inputs["versions"],
        "recipe": run.inputs["recipe"],
        "data": {
            "name": recipe.data,
            "train": len(data.train),
            "test": len(data.test),
            "shape": list(shape),
            "split": data.split,
            "classes": list(data.classes),
            **polarity,
            "sha256": run.inputs["data"],
            "preprocessing": run.inputs["preprocessing"],
        },
        "seed": recipe.seed,
        "date": _date(),
        "versions": {"python": platform.python_version(), **_versions()},
        "device": _device(workers),
        "processes": workers.size,
        "threads": workers.threads,
        "precision": workers.precision,
        "seconds": {stage: round(value, 2) for stage, value in run.seconds.items()},
        "commit": _commit(),
        "verified": {
            "tolerance": tolerance,
            "allowed_outliers": verify.ALLOWED_OUTLIERS,
            "allowed_roundings": verify.ALLOWED_ROUNDINGS,
            "largest_difference": dict(run.differences),
        },
        "graphs": dict(graphs),
    }


def _graphs(recipe: Recipe, model: Model, data: Data) -> dict[str, Any]:
    latents = ["batch", model.latents]
    z = _tensor("z", latents, None, "a latent vector; under the prior its elements are standard normal")
    given = _points(model, data) if model.is_of_points else _images(model, data)
    decoded = given | {"meaning": f"mean of p(x | z), {given['meaning']}"}
    taken = [z, _label(model.classes, data)] if model.classes else [z]
    found = {
        "decoder": graph("decoder", model.decoder, taken, decoded) | {"likelihood": _likelihood(model)},
    }
    if model.exported_encoder is not None:
        is_learnt = isinstance(recipe.model, VAE) and isinstance(recipe.model.prior, Couplings)
        approximate = ", by the diagonal of the Jacobian of the prior's couplings" if is_learnt else ""
        mean = _tensor("mean", latents, None, "mean of q(z | x)")
        log_variance = _tensor(
            "log_variance", latents, None, f"logarithms of the variances of q(z | x){approximate}"
        )
        found["encoder"] = graph("encoder", model.exported_encoder, [given], mean, log_variance)
    if model.joint:
        found |= _joint(model.joint, z, given)
    return found


def _likelihood(model: Model) -> dict[str, Any]:
    """Return what p(x | z) is around its mean, the output of the decoder."""
    return {"kind": "bernoulli"} if model.scale is None else {"kind": "normal", "scale": model.scale}


def _images(model: Model, data: Data) -> dict[str, Any]:
    meaning = INK if data.polarity == "ink" else INTENSITIES[model.shape[0]]
    return _tensor("x", ["batch", *model.shape], [0, 1], meaning)


def _points(model: Model, data: Data) -> dict[str, Any]:
    """Return what is stated of points; their range is that of plots, with the origin in its middle."""
    most = round(1.05 * float(data.train.images.abs().max()), 2)
    stated = _tensor("x", ["batch", *model.shape], [-most, most], "the coordinates of a point")
    return {**stated, "kind": "points"}


def _joint(networks: tuple[nn.Module, nn.Module], z: dict[str, Any], image: dict[str, Any]) -> dict[str, Any]:
    """Return what is stated of the graphs of q(z | x) and p(x, z), where the prior is learnt."""
    recognition, joint = networks
    latents = z["shape"]
    mean = _tensor("mean", latents, None, "mean of q(z | x), exactly")
    log_variance = _tensor("log_variance", latents, None, "logarithms of the variances of q(z | x), exactly")
    code = _tensor("z", latents, None, "a latent vector z, not the noise that the prior makes it from")
    logits = _tensor("logits", image["shape"], None, "the mean of p(x | z), of Bernoulli pixels its logits")
    log_prior = _tensor("log_prior", latents, None, "log p(z), attributed to the latents")
    return {
        "recognition": graph("recognition", recognition, [image], mean, log_variance),
        "joint": graph("joint", joint, [code], logits, log_prior),
    }


def _label(classes: int, data: Data) -> dict[str, Any]:
    """Return the input for a label, which readers choose."""
    y = _tensor("y", ["batch", classes], [0, 1], "the label, a one-hot code")
    names = list(data.classes) if len(data.classes) == classes else [str(n) for n in range(classes)]
    return y | {"control": "class", "labels": names}


def graph(
    name: str, module: nn.Module, given: Sequence[Mapping[str, Any]], *results: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is stated of the graph `name`."""
    return {
        "file": f"{name}.onnx",
        "opset": export.OPSET,
        "parameters": parameters(module),
        "inputs": list(given),
        "outputs": list(results),
    }


def _tensor(name: str, shape: Sequence[object], limits: list[float] | None, meaning: str) -> dict[str, Any]:
    return {"name": name, "shape": shape, "dtype": "float32", "range": limits, "meaning": meaning}


def _device(workers: Workers) -> str:
    if workers.kind == "cuda":
        return f"cuda, {torch.cuda.get_device_name(workers.device)}"
    return f"{workers.kind}, {torch.backends.cpu.get_cpu_capability()}"


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _date() -> str:
    """Return the day of the training, or that of SOURCE_DATE_EPOCH, as reproducible-builds.org has it."""
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated else datetime.now(UTC)
    return moment.date().isoformat()


def _commit() -> str | None:
    """Return the commit of the trainer's repository, marked if files differ; None outside of Git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
