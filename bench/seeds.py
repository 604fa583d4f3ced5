"""What the models of the blog reach on the test set from other seeds, and by how much seeds differ.

    python bench/seeds.py [mnist-vae …] [--seeds 0 1 2] [--images 500] [--save]

Each model is built once a seed, as `python -m model build` does it: the blog's own in its place, others in
build/seeds. What is fresh is not trained again. The evidence lower bound is that of all test images; the
bounds with 500 and 5,000 samples exceed it by what they do on `--images` random ones, as in a build.
`python -m model evaluate` measures them on all, in many minutes. Prints a table and judges nothing; `--save`
writes a file for each model into docs/results, and the table there.
"""

import argparse
import dataclasses
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import torch
from msgspec.structs import replace
from rich.console import Console
from rich.progress import track
from rich.table import Table
from safetensors.torch import load_file
from torch import Tensor

sys.path.append(str(Path(__file__).resolve().parent.parent))
from bench import results
from model import families
from model.build import Job, build
from model.bundles.store import BundleStore
from model.data import examples
from model.evaluation import evaluate
from model.models import Model
from model.objectives import importance_weighted_bound
from model.recipes.library import Library
from model.recipes.specs import Recipe
from model.training.precision import mixed
from model.training.workers import DEVICES, joined

#: What the posts of this blog show.
SHOWN = ("mnist-vae", "mnist-plane", "mnist-helmholtz")
#: Samples that are decoded at once, and how often: 5,000 in all.
GROUP, GROUPS = 500, 10

#: A value and its standard error.
Value = tuple[float, float]


class Measured(NamedTuple):
    """What one seed reaches."""

    #: The ELBO, and the bounds with 500 and 5,000 samples.
    values: list[Value]
    manifest: Mapping[str, Any]


def measure(recipe: Recipe, images: int, job: Job) -> Measured:
    """Build `recipe` and measure it."""
    own = recipe == job.library.recipe(recipe.name)
    store = BundleStore(Path("build") / ("models" if own else f"seeds/{recipe.seed}"))
    build(dataclasses.replace(job, recipe=recipe, store=store))
    data = examples.load(recipe, job.library)
    model = families.build(recipe.model, data.test.shape, 0.5)
    model.load_state_dict(load_file(store.bundle(recipe.name) / "weights.safetensors"))
    model.to(job.workers.device)
    bfloat16 = store.manifest(recipe.name).get("precision") == "bfloat16"
    generator = torch.Generator(model.device).manual_seed(0)
    elbos = evaluate.per_example_elbos(model, data.test.images.to(model.device), generator)
    chosen = torch.randperm(len(elbos.x), generator=generator, device=model.device)[:images]
    found = [_value(elbos.bound)]
    for gap in _bounds(model, elbos.x[chosen], generator, bfloat16) - elbos.bound[chosen]:
        above, error = _value(gap)
        found.append((found[0][0] + above, math.hypot(found[0][1], error)))
    return Measured(found, store.manifest(recipe.name))


@torch.no_grad()
def _bounds(model: Model, x: Tensor, generator: torch.Generator, bfloat16: bool) -> Tensor:
    """Return the bounds of x, (N, C, H, W), with 500 and with 5,000 samples; (2, N)."""
    found = []
    for batch in track(torch.split(x, 2), "5000 samples", transient=True, disable=not sys.stdout.isatty()):
        with mixed(model.device, bfloat16):
            weights = [model.log_weights(batch, GROUP, generator).float() for _ in range(GROUPS)]
        each = torch.stack([importance_weighted_bound(part) for part in weights])  # (GROUPS, B)
        found.append(torch.stack([each.mean(dim=0), importance_weighted_bound(each)]))
    return torch.cat(found, dim=1)


def _value(numbers: Tensor) -> Value:
    return numbers.mean().item(), (numbers.std() / math.sqrt(len(numbers))).item()


def over_seeds(found: Sequence[Measured]) -> list[Value]:
    """Return mean and standard deviation of each value; of a single seed, the values as they are."""
    if len(found) == 1:
        return found[0].values
    columns = zip(*(one.values for one in found), strict=True)
    means = [[value for value, _ in column] for column in columns]
    return [(mean(each), stdev(each)) for each in means]


def rows(name: str, seeds: Sequence[int], found: Sequence[Measured]) -> list[list[str]]:
    """Return the rows of the table on the model `name`: one per seed, then all."""
    labelled = [(str(seed), one.values) for seed, one in zip(seeds, found, strict=True)]
    if len(seeds) > 1:
        labelled.append(("mean ± standard deviation", over_seeds(found)))
    return [
        [name, label, *(f"{value:.2f} ± {error:.2f}" for value, error in values)]
        for label, values in labelled
    ]


def result(name: str, seeds: Sequence[int], found: Sequence[Measured], images: int) -> results.Result:
    """Return what docs/results says of the model `name`."""
    elbo, bound_500, bound_5000 = over_seeds(found)
    manifest = found[0].manifest
    cpu = mean(one.manifest["seconds"]["train_cpu"] for one in found)
    return results.Result(
        name,
        tuple(seeds),
        manifest["graphs"]["decoder"]["parameters"],
        manifest["precision"],
        elbo,
        f"{cpu:.0f} CPU s",
        {500: bound_500, 5000: bound_5000},
        images,
    )


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=SHOWN, metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--threads", type=int, help="of training; by default the fastest")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), help="by default the faster one")
    parser.add_argument("--save", action="store_true", help="write docs/results and the table there")
    options = parser.parse_args()
    console, library = Console(highlight=False), Library(Path.cwd())
    table = Table("model", "seed", "ELBO", "k = 500", "k = 5,000", title="test set, nats per image")
    with joined(options.device) as workers:
        for name in options.names:
            recipe = library.recipe(name)
            fixed = {"threads": options.threads, "precision": options.precision}
            job = Job(recipe, library, BundleStore(Path("build/models")), console, workers, fixed=fixed)
            found = [measure(replace(recipe, seed=seed), options.images, job) for seed in options.seeds]
            for row in rows(name, options.seeds, found):
                table.add_row(*row)
            if options.save:
                results.save(result(name, options.seeds, found, options.images))
    console.print(table)
    if options.save:
        results.main()


if __name__ == "__main__":
    main()
