"""What a recipe reaches with some values changed, on held-out training examples.

    python bench/choose.py mnist-vae learning_rate=7e-3 "model.prior={kind='couplings'}" [--seeds 3]

Trains the recipe as it is and with each change on its own, with the same seeds. The examples are a random
tenth of the training set, 5,000 at most; the test set is not used. Differences to the recipe as it is are
paired by image, and so are their standard errors. Prints a table and judges nothing.
"""

import argparse
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import torch
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table
from torch import Tensor

sys.path.append(str(Path(__file__).resolve().parent.parent))
from model.data import examples
from model.evaluation import evaluate
from model.networks import parameters
from model.recipes.library import Library
from model.recipes.overrides import parse
from model.recipes.specs import Recipe
from model.training import compute, train
from model.training.checkpoints import Checkpoint
from model.training.workers import SINGLE_PROCESS

MAX_HELD_OUT = 5000
#: Held-out examples on which the gap of the importance-weighted bound is measured.
IW_EXAMPLES = 200


def measure(recipe: Recipe, library: Library) -> tuple[Tensor, float, float, int]:
    """Train `recipe`; return the held-out ELBOs, the bound, CPU seconds and decoder parameters."""
    count = len(examples.load(replace(recipe, held_out=0), library).train)
    recipe = replace(recipe, held_out=min(MAX_HELD_OUT, count // 10))
    data = examples.load(recipe, library)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(Path(folder) / "checkpoint", "")
        workers, checkpoint = compute.choose(recipe, data, checkpoint, SINGLE_PROCESS, {})
        began = time.process_time()
        state = train.train(recipe, data, checkpoint, train.NO_WATCHER, workers)
        spent = time.process_time() - began
    images = data.validation.images
    elbos = evaluate.per_example_elbos(state.model, images, torch.Generator().manual_seed(0)).bound
    bound = evaluate.evaluate(state.model, images, chosen=IW_EXAMPLES)["iw_bound_500"].value
    return elbos, bound, spent, parameters(state.model.decoder)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help="a recipe")
    parser.add_argument("changes", nargs="*", metavar="KEY=VALUE")
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    library = Library(Path.cwd())
    table = Table("change", "ELBO", "difference", "bound, k = 500", "decoder", "CPU s", title=options.name)
    base: list[Tensor] = []
    for change in ("", *options.changes):
        recipe = library.recipe(options.name, parse([change] if change else []))
        found = [measure(replace(recipe, seed=seed), library) for seed in range(options.seeds)]
        elbos = torch.cat([each[0] for each in found])
        base = base or [elbos]
        difference = elbos - base[0]
        error = difference.std().item() / math.sqrt(len(difference))
        table.add_row(
            change or "as it is",
            f"{elbos.mean().item():.2f}",
            f"{difference.mean().item():+.2f} ± {error:.2f}" if change else "",
            f"{mean(each[1] for each in found):.2f}",
            str(found[0][3]),
            f"{mean(each[2] for each in found):.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
