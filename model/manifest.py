"""What a release says of itself: what made it, and how to use its graphs."""

import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from . import export, releases, verify
from .data import Data
from .models import Model
from .networks import parameters
from .releases import Ingredients
from .specs import Recipe
from .workers import Workers

#: What the values of a picture mean, by its channels.
PICTURE = {1: "grey levels: 0 is the background, 1 is ink", 3: "intensities of red, green and blue"}


def manifest(
    recipe: Recipe,
    model: Model,
    items: Data,
    made_of: Ingredients,
    seconds: Mapping[str, float],
    differences: Mapping[str, float],
    workers: Workers,
) -> dict[str, Any]:
    """Return manifest.json of a release, without the list of files."""
    return {
        "format": releases.FORMAT,
        "name": recipe.name,
        "key": releases.key(made_of),
        "recipe": made_of["recipe"],
        "data": {
            "name": recipe.data,
            "train": len(items.train),
            "test": len(items.test),
            "shape": list(items.test.shape),
            "split": items.split,
            "classes": list(items.classes),
            "sha256": made_of["data"],
            "reading": made_of["reading"],
        },
        "code": made_of["code"],
        "seed": recipe.seed,
        "versions": {
            "python": platform.python_version(),
            **releases.versions("numpy", "onnxruntime"),
            **made_of["versions"],
        },
        "device": _device(workers),
        "processes": workers.size,
        "threads": recipe.threads,
        "seconds": {stage: round(value, 2) for stage, value in seconds.items()},
        "commit": _commit(),
        "verified": {
            "tolerance": model.tolerance,
            "spared_inputs": verify.SPARED,
            "largest_difference": dict(differences),
        },
        "graphs": _graphs(model),
    }


def _graphs(model: Model) -> dict[str, Any]:
    pictures, latents = ["batch", *model.shape], ["batch", model.latents]
    picture = PICTURE[model.shape[0]]
    z = _tensor("z", latents, None, "a latent vector; under the prior its elements are standard normal")
    decoded = _tensor("x", pictures, [0, 1], f"mean of p(x | z), {picture}")
    found = {"decoder": _graph("decoder", model.decoder, z, decoded)}
    if model.encoder is not None:
        mean = _tensor("mean", latents, None, "mean of q(z | x)")
        log_variance = _tensor("log_variance", latents, None, "logarithms of the variances of q(z | x)")
        given = _tensor("x", pictures, [0, 1], picture)
        found["encoder"] = _graph("encoder", model.encoder, given, mean, log_variance)
    return found


def _graph(name: str, module: nn.Module, given: dict[str, Any], *results: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": f"{name}.onnx",
        "opset": export.OPSET,
        "parameters": parameters(module),
        "inputs": [given],
        "outputs": list(results),
    }


def _tensor(name: str, shape: Sequence[object], limits: list[int] | None, meaning: str) -> dict[str, Any]:
    return {"name": name, "shape": shape, "dtype": "float32", "range": limits, "meaning": meaning}


def _device(workers: Workers) -> str:
    if workers.kind == "cuda":
        return f"cuda, {torch.cuda.get_device_name(workers.device)}"
    return f"cpu, {torch.backends.cpu.get_cpu_capability()}"


def _commit() -> str | None:
    """Return the commit that is checked out, marked where files differ from it; None outside of Git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
