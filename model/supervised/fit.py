"""The training loop of models without latents, which are small: it starts from the beginning each time."""

import math
import time
from typing import NamedTuple

import torch

from ..data.examples import Data, Examples
from ..errors import ModelError
from ..recipes.specs import Recipe
from .task import AT_ONCE, Task


class Row(NamedTuple):
    """A row of history.csv."""

    epoch: int
    step: int
    seconds: float
    train_loss: float
    validation_loss: float


def fit(recipe: Recipe, task: Task, data: Data) -> list[Row]:
    """Train `task`; return the mean losses by epoch. Raises `ModelError` where the loss is not finite."""
    train = data.train
    steps = math.ceil(len(train) / recipe.batch_size)
    optimizer = torch.optim.AdamW(task.parameters(), weight_decay=recipe.weight_decay, fused=True)
    generator, began = torch.Generator().manual_seed(recipe.seed), time.monotonic()
    history: list[Row] = []
    for epoch in range(1, recipe.epochs + 1):
        total = 0.0
        order = torch.split(torch.randperm(len(train), generator=generator), recipe.batch_size)
        for step, batch in enumerate(order, start=(epoch - 1) * steps + 1):
            done = step / (steps * recipe.epochs)
            rise = min(done / recipe.lr_warmup, 1) if recipe.lr_warmup else 1.0
            optimizer.param_groups[0]["lr"] = recipe.learning_rate * rise * (1 - done)
            loss = task.loss(train[batch], generator)
            torch.autograd.backward(loss.mean())
            optimizer.step()
            optimizer.zero_grad()
            total += loss.sum().item()
        if not math.isfinite(total):
            raise ModelError(f"{recipe.name}: the loss is {total}; lower the learning_rate of the recipe")
        seconds = round(time.monotonic() - began, 3)
        validation = mean_loss(task, data.validation)
        history.append(Row(epoch, epoch * steps, seconds, total / len(train), validation))
    return history


@torch.no_grad()
def mean_loss(task: Task, examples: Examples) -> float:
    """Return the mean loss of `examples`, with the same random numbers each time."""
    generator = torch.Generator().manual_seed(0)
    parts = [
        task.loss(examples[at : at + AT_ONCE], generator).sum().item()
        for at in range(0, len(examples), AT_ONCE)
    ]
    return sum(parts) / len(examples)
