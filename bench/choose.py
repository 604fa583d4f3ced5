"""What a recipe reaches with other hyperparameters, on training items held out for choosing them.

    python bench/choose.py mnist-vae rate=7e-3 "decoder=Convolutional(channels=(24, 16))" [--seeds 3]

Each ``FIELD=VALUE`` replaces a field of the recipe; a value is a Python expression. The last 5,000
training items are left out of training and measured; the test set is not touched. Prints a line a
seed and judges nothing. No checkpoint is kept.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "10000")
sys.path.append(str(Path(__file__).resolve().parent.parent))

from rich.console import Console

from model import data, recipes, specs, train
from model.checkpoints import Checkpoint
from model.evaluate import evaluate
from model.networks import parameters
from model.progress import Bar
from model.specs import Recipe
from model.validation import validate

HELD_OUT = 5000
#: Held-out items on which the importance-weighted bound is measured.
CHOSEN = 200


def measure(recipe: Recipe, console: Console) -> str:
    """Train `recipe` and return a line on what it reached and took."""
    items = data.load(recipe.data, recipe.held_out)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(Path(folder) / "checkpoint", "")
        began = time.process_time()
        with Bar(recipe, -(-len(items.train) // recipe.batch), console) as bar:
            state = train.train(recipe, items, checkpoint, bar)
        spent = time.process_time() - began
    metrics = evaluate(state.model, items.validation.images, chosen=CHOSEN)
    return (
        f"seed {recipe.seed}: ELBO {metrics['elbo'].value:.2f} ± {metrics['elbo'].standard_error:.2f}, "
        f"bound {metrics['bound_500'].value:.2f} ± {metrics['bound_500'].standard_error:.2f}, "
        f"decoder {parameters(state.model.decoder)}, {spent:.0f} CPU s, {state.history[-1].seconds:.0f} s"
    )


def changes(assignments: list[str]) -> dict[str, Any]:
    """Return fields and values of ``FIELD=VALUE`` words; values may name what specs.py defines."""
    pairs = (assignment.split("=", 1) for assignment in assignments)
    return {field: eval(value, vars(specs)) for field, value in pairs}


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help=f"one of {', '.join(recipes.RECIPES)}")
    parser.add_argument("changes", nargs="*", metavar="FIELD=VALUE")
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    console = Console(highlight=False)
    base = replace(recipes.recipe_named(options.name), held_out=HELD_OUT, **changes(options.changes))
    validate(base)
    for seed in range(options.seeds):
        console.print(measure(replace(base, seed=seed), console), soft_wrap=True)


if __name__ == "__main__":
    main()
