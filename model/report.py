"""The table that ``python -m model evaluate`` prints: a released model, measured in full."""

import torch
from rich.console import Console
from rich.table import Table
from safetensors.torch import load_file

from . import data, evaluate
from .networks import VAE
from .recipes import Recipe
from .releases import Place


def report(recipe: Recipe, place: Place, console: Console) -> None:
    """Measure the released model of `recipe` on all test pictures, with nothing estimated."""
    torch.set_num_threads(recipe.threads)
    items = data.load(recipe.data)
    model = VAE(recipe, items.test.shape, grey=0.5)
    model.load_state_dict(load_file(place.release(recipe.name) / "weights.safetensors"))
    with console.status("500 decodes for each test picture; this takes minutes"):
        metrics = evaluate.evaluate(model, items.test.images, chosen=len(items.test))
    table = Table("", "value", "standard error", "unit", "what it is", title=f"{recipe.name}, test set")
    for name, metric in metrics.items():
        table.add_row(
            name, f"{metric.value:.2f}", f"{metric.standard_error:.2f}", metric.unit, metric.meaning
        )
    console.print(table)
