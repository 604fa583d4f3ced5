"""The table that ``python -m model evaluate`` prints: a released model, measured in full."""

import torch
from rich.console import Console
from rich.table import Table
from safetensors.torch import load_file

from . import data, evaluate
from .families import build
from .releases import Place
from .specs import Recipe


def report(recipe: Recipe, place: Place, samples: int, console: Console) -> None:
    """Measure the released model of `recipe` on all test pictures, with nothing estimated."""
    torch.set_num_threads(recipe.threads)
    items = data.load(recipe.data)
    model = build(recipe.model, items.test.shape, grey=0.5)
    model.load_state_dict(load_file(place.release(recipe.name) / "weights.safetensors"))
    count = len(items.test)
    with console.status(f"decoding {samples} latents for each of {count} pictures"):
        metrics = evaluate.evaluate(model, items.test.images, samples, chosen=count)
    table = Table("", "value", "standard error", "unit", "what it is", title=f"{recipe.name}, test set")
    for name, metric in metrics.items():
        error = "" if metric.standard_error is None else f"{metric.standard_error:.3g}"
        table.add_row(name, f"{metric.value:.5g}", error, metric.unit, metric.meaning)
    console.print(table)
