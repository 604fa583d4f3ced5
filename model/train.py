"""The training loop: one for every model, with the objective as a function."""

import math
import time
from typing import Protocol

import torch
from torch import Tensor

from .checkpoints import Checkpoint, Row, State
from .data import Data, binarize
from .errors import ModelError
from .families import build
from .models import Model
from .objectives import objective
from .specs import Recipe

#: Latents whose pictures are kept as training goes on.
FOLLOWED = 24


class Watcher(Protocol):
    """Who is told how training goes."""

    def step(self, step: int, bound: float) -> None:
        """Hear of the mean bound so far in this epoch, after `step` steps of all."""

    def epoch(self, row: Row) -> None:
        """Hear that an epoch is finished."""


def train(recipe: Recipe, data: Data, checkpoint: Checkpoint, watcher: Watcher) -> State:
    """Train the model of `recipe`, from the last epoch that `checkpoint` holds or from nothing.

    Raises `ModelError` when the bound is no longer a number.
    """
    torch.set_num_threads(recipe.threads)
    state = begin(recipe, data)
    checkpoint.load(state)
    steps = math.ceil(len(data.train) / recipe.batch)
    for epoch in range(len(state.history) + 1, recipe.epochs + 1):
        began = time.monotonic()
        bound = run_epoch(recipe, state, data.train.images, epoch, watcher)
        validation = _validate(recipe, state.model, data.validation.images)
        if epoch & (epoch - 1) == 0 or epoch == recipe.epochs:
            state.drawings[epoch] = _draw(recipe, state.model)
        seconds = time.monotonic() - began + (state.history[-1].seconds if state.history else 0)
        state.history.append(Row(epoch, epoch * steps, round(seconds, 3), bound, validation))
        checkpoint.save(state)
        watcher.epoch(state.history[-1])
    return state


def begin(recipe: Recipe, data: Data) -> State:
    """Return the state before the first step."""
    torch.manual_seed(recipe.seed)
    model = build(recipe.model, data.train.shape, data.train.images.float().mean().item() / 255)
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.99), weight_decay=recipe.decay, fused=True
    )
    return State(model, optimizer, drawings={0: _draw(recipe, model)})


def latents(recipe: Recipe, model: Model) -> Tensor:
    """Return what the decoder is given for the pictures that are kept, standard normal; (K, Z)."""
    return torch.randn((FOLLOWED, model.latents), generator=_generator(recipe, 0))


def run_epoch(recipe: Recipe, state: State, images: Tensor, epoch: int, watcher: Watcher) -> float:
    """Go through the training set once; return the mean bound on the way, in nats."""
    generator = _generator(recipe, epoch)
    maximized = objective(recipe.objective)
    order = torch.split(torch.randperm(len(images), generator=generator), recipe.batch)
    total, seen = 0.0, 0
    for step, batch in enumerate(order, start=(epoch - 1) * len(order) + 1):
        done = step / (recipe.epochs * len(order))
        state.optimizer.param_groups[0]["lr"] = recipe.rate * min(done / recipe.warm_up, 1) * (1 - done)
        x = binarize(images[batch], generator)  # (B, C, H, W)
        with torch.autocast("cpu", torch.bfloat16):
            estimate = maximized(state.model, x, min(done / recipe.annealing, 1), generator)
        torch.autograd.backward(-estimate.objective.mean())
        state.optimizer.step()
        state.optimizer.zero_grad()
        total, seen = total + estimate.bound.sum().item(), seen + len(batch)
        if not math.isfinite(total):
            raise ModelError(
                f"{recipe.name}: the bound is {total} at step {step} of epoch {epoch}; "
                "lower the rate of the recipe, or lengthen its warm_up"
            )
        watcher.step(step, total / seen)
    return total / seen


@torch.no_grad()
def _validate(recipe: Recipe, model: Model, images: Tensor) -> float:
    """Return the mean bound on `images`, with the same random numbers after each epoch."""
    generator = _generator(recipe, 0)
    total = 0.0
    for batch in torch.split(images, 1000):
        with torch.autocast("cpu", torch.bfloat16):
            total += model.terms(binarize(batch, generator), generator).bound.sum().item()
    return total / len(images)


@torch.no_grad()
def _draw(recipe: Recipe, model: Model) -> Tensor:
    """Return the pictures of the latents that are followed; (K, C, H, W) uint8."""
    images: Tensor = model.decoder(latents(recipe, model)).sigmoid()
    return (images * 255).round().to(torch.uint8)


def _generator(recipe: Recipe, epoch: int) -> torch.Generator:
    # Each epoch has a generator of its own: what a run that was cut off has to remember is the epoch.
    return torch.Generator().manual_seed(10_000 * recipe.seed + epoch)
