"""What the models of the blog reach on the test set from other seeds, and by how much seeds differ.

    python bench/seeds.py [mnist-vae …] [--seeds 0 1 2] [--pictures 500]

Each model is built once a seed, as `python -m model build` does it: the blog's own in its place, others in
build/seeds. What is fresh is not trained again. The evidence lower bound is that of all test pictures; the
bounds with 500 and 5,000 samples exceed it by what they do on `--pictures` random ones, as in a build.
`python -m model evaluate` measures them on all, in many minutes. Prints a table and judges nothing.
"""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from safetensors.torch import load_file
from torch import Tensor

sys.path.append(str(Path(__file__).resolve().parent.parent))
from model import data, evaluate, families, recipes
from model.build import build
from model.models import Model
from model.objectives import importance_bound
from model.precision import mixed
from model.releases import Place
from model.sources import ROOT
from model.specs import Recipe
from model.workers import Workers, joined

#: What the posts of this blog show.
SHOWN = ("mnist-vae", "mnist-plane", "mnist-helmholtz")
#: Samples that are decoded at once, and how often: 5,000 in all.
GROUP, GROUPS = 500, 10

#: A value and its standard error.
Value = tuple[float, float]


def measure(recipe: Recipe, pictures: int, console: Console, workers: Workers) -> list[Value]:
    """Build `recipe`; return its evidence lower bound and its bounds with 500 and 5,000 samples."""
    own = recipe == recipes.recipe_named(recipe.name)
    place = Place(ROOT / "build" / ("models" if own else f"seeds/{recipe.seed}"))
    build(recipe, place, console, workers)
    items = data.load(recipe.data)
    model = families.build(recipe.model, items.test.shape, 0.5)
    model.load_state_dict(load_file(place.release(recipe.name) / "weights.safetensors"))
    model.to(workers.device)
    generator = torch.Generator(model.device).manual_seed(0)
    lower = evaluate.lower_bounds(model, items.test.images.to(model.device), generator)
    some = torch.randperm(len(lower.x), generator=generator, device=model.device)[:pictures]
    found = [_value(lower.bound)]
    for gap in _bounds(model, lower.x[some], generator) - lower.bound[some]:
        above, error = _value(gap)
        found.append((found[0][0] + above, math.hypot(found[0][1], error)))
    return found


@torch.no_grad()
def _bounds(model: Model, x: Tensor, generator: torch.Generator) -> Tensor:
    """Return the bounds of x, (N, C, H, W), with 500 and with 5,000 samples; (2, N)."""
    found = []
    for batch in track(torch.split(x, 2), "5000 samples", transient=True, disable=not sys.stdout.isatty()):
        with mixed(model.device):
            weights = [model.log_weights(batch, GROUP, generator).float() for _ in range(GROUPS)]
        each = torch.stack([importance_bound(part) for part in weights])  # (GROUPS, B)
        found.append(torch.stack([each.mean(dim=0), importance_bound(each)]))
    return torch.cat(found, dim=1)


def _value(numbers: Tensor) -> Value:
    return numbers.mean().item(), (numbers.std() / math.sqrt(len(numbers))).item()


def rows(
    base: Recipe, seeds: Sequence[int], pictures: int, console: Console, workers: Workers
) -> list[list[str]]:
    """Return the rows of the table on one model: one a seed, then mean and spread."""
    found = [measure(replace(base, seed=seed), pictures, console, workers) for seed in seeds]
    lines = [
        [base.name, str(seed), *(f"{value:.2f} ± {error:.2f}" for value, error in values)]
        for seed, values in zip(seeds, found, strict=True)
    ]
    if len(seeds) > 1:
        each = [[value for value, _ in column] for column in zip(*found, strict=True)]
        lines.append([base.name, "mean", *(f"{mean(column):.2f}" for column in each)])
        lines.append([base.name, "spread", *(f"{stdev(column):.2f}" for column in each)])
    return lines


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=SHOWN, metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--threads", type=int, help="of training; as the recipe says")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    console = Console(highlight=False)
    table = Table("model", "seed", "ELBO", "500 samples", "5,000 samples", title="test set, nats a picture")
    with joined(options.device) as workers:
        for name in options.names:
            base = recipes.recipe_named(name)
            base = replace(base, threads=options.threads or base.threads)
            for row in rows(base, options.seeds, options.pictures, console, workers):
                table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
