"""The training loop: one for every model, with the objective as a function."""

import math
import time
from collections import defaultdict
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from .checkpoints import Checkpoint, Row, State
from .data import Data, binarize
from .errors import ModelError
from .families import build
from .models import Model
from .objectives import Estimate, Objective, objective
from .precision import mixed
from .specs import Recipe
from .workers import ALONE, Workers

#: Inputs of a weight that learns at the rate of the recipe, as biases do.
INPUTS = 256
#: Latents whose pictures are kept as training goes on.
FOLLOWED = 24


class Step(nn.Module):
    """The estimate of an objective, as a module: what many workers take their gradients through."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, maximized: Objective, x: Tensor, weight: float, generator: torch.Generator) -> Estimate:
        """Estimate what is maximized for each picture of x, (B, C, H, W)."""
        return maximized(self.model, x, weight, generator)


class Watcher(Protocol):
    """Who is told how training goes."""

    def step(self, step: int, bound: float) -> None:
        """Hear of the mean bound so far in this epoch, after `step` steps of all."""

    def epoch(self, row: Row) -> None:
        """Hear that an epoch is finished."""


def train(
    recipe: Recipe, data: Data, checkpoint: Checkpoint, watcher: Watcher, workers: Workers = ALONE
) -> State:
    """Train the model of `recipe`, from the last epoch that `checkpoint` holds or from nothing.

    Many `workers` take the same steps as one: each its share of every batch. Raises `ModelError` when
    the bound is no longer a number, or where there are more workers than items.
    """
    if len(data.train) < workers.size:
        raise ModelError(
            f"{recipe.name}: {workers.size} processes share {len(data.train)} pictures; start fewer"
        )
    # Moments of weights that are no longer needed fade away, and a processor takes many times as long over
    # numbers that are nearly zero: an epoch of the Helmholtz machine came to take twice as long as the first.
    torch.set_flush_denormal(True)
    torch.set_num_threads(recipe.threads)
    state = begin(recipe, data, workers)
    checkpoint.load(state, workers)
    images, unseen = (items.images.to(workers.device) for items in (data.train, data.validation))
    steps = math.ceil(len(data.train) / recipe.batch)
    for epoch in range(len(state.history) + 1, recipe.epochs + 1):
        began = time.monotonic()
        bound = run_epoch(recipe, state, images, epoch, watcher, workers)
        validation = _validate(recipe, state.model, unseen, workers)
        if epoch & (epoch - 1) == 0 or epoch == recipe.epochs:
            state.drawings[epoch] = _draw(recipe, state.model)
        seconds = time.monotonic() - began + (state.history[-1].seconds if state.history else 0)
        state.history.append(Row(epoch, epoch * steps, round(seconds, 3), bound, validation))
        if workers.first:
            checkpoint.save(state)
        watcher.epoch(state.history[-1])
    if workers != ALONE:
        state.model = _at_home(recipe, data, state.model)
    return state


def begin(recipe: Recipe, data: Data, workers: Workers = ALONE) -> State:
    """Return the state before the first step.

    Raises `ModelError` where all pixels are off, or all are on: the logit of their mean is no number.
    """
    torch.manual_seed(recipe.seed)
    levels = {data.train.images.min().item(), data.train.images.max().item()}
    if levels in ({0}, {255}):
        what = "black: each pixel is 0" if levels == {0} else "white: each pixel is 255"
        raise ModelError(
            f"the data set “{recipe.data}”: the pictures for training are all {what}; there is nothing to "
            "learn. Look at how they are read: their numbers go from 0 to 1, their bytes from 0 to 255"
        )
    model = build(recipe.model, data.train.shape, _grey(data.train.images)).to(workers.device)
    if workers.kind == "cuda":
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    step = workers.together(Step(model))
    optimizer = torch.optim.AdamW(_groups(model), betas=(0.9, 0.99), weight_decay=recipe.decay, fused=True)
    if workers.compiled:
        for network in model.networks():
            network.compile()
    return State(model, step, optimizer, drawings={0: _draw(recipe, model)})


def _groups(model: Model) -> list[dict[str, Any]]:
    """Return the parameters in groups, each with its share of the rate.

    A step of Adam moves all weights alike, so a sum of n inputs by up to n times as much: the wider a layer,
    the lower its rate should be (Yang et al., 2022, "Tensor Programs V"). √n, halfway, does best here, and
    no more than twice the rate, beyond which models of two layers diverged.
    """
    shares = defaultdict(list)
    for parameter in model.parameters():
        inputs = parameter[0].numel() if parameter.ndim > 1 else INPUTS
        shares[min(math.sqrt(INPUTS / inputs), 2)].append(parameter)
    return [{"params": parameters, "share": share} for share, parameters in shares.items()]


def latents(recipe: Recipe, model: Model) -> Tensor:
    """Return what the decoder is given for the pictures that are kept, standard normal; (K, Z)."""
    return torch.randn((FOLLOWED, model.latents), generator=_generator(recipe, 0))


def run_epoch(
    recipe: Recipe, state: State, images: Tensor, epoch: int, watcher: Watcher, workers: Workers = ALONE
) -> float:
    """Go through the training set once; return the mean bound on the way, in nats."""
    shuffle, generator = _generators(recipe, epoch, workers)
    batches = torch.split(torch.randperm(len(images), generator=shuffle), recipe.batch)
    # What is left over at the end may be less than an item a worker.
    order = [batch for batch in batches if len(batch) >= workers.size]
    maximized = objective(recipe.objective, (epoch - 1) / recipe.epochs)
    total, seen = 0.0, 0
    for step, batch in enumerate(order, start=(epoch - 1) * len(order) + 1):
        done = step / (recipe.epochs * len(order))
        rate = recipe.rate * _risen(done, recipe.warm_up) * (1 - done)
        for group in state.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        x = _pixels(recipe, images[workers.share(batch)], generator)  # (B, C, H, W)
        with mixed(workers.device):
            estimate = state.step(maximized, x, _risen(done, recipe.annealing), generator)
        # Gradients are means over the workers, so their sum is that of the mean over the batch.
        torch.autograd.backward(-estimate.objective.sum() * (workers.size / len(batch)))
        length = nn.utils.clip_grad_norm_(state.model.parameters(), recipe.longest)
        if length.isfinite():  # else a step would end all learning
            state.optimizer.step()
        state.optimizer.zero_grad()
        total, seen = total + estimate.bound.sum().item(), seen + len(x)
        if not math.isfinite(total):
            raise ModelError(
                f"{recipe.name}: the bound is {total} at step {step} of epoch {epoch}; "
                "lower the rate of the recipe, or lengthen its warm_up"
            )
        watcher.step(step, total / seen)
    totals = workers.sum(total, seen)
    return totals[0] / totals[1]


def _risen(done: float, share: float) -> float:
    """Return how far a number has risen from 0 to 1 over a `share` of training; always 1 where that is 0."""
    return min(done / share, 1) if share else 1.0


def _at_home(recipe: Recipe, data: Data, model: Model) -> Model:
    """Return `model` on the CPU, not compiled, as it is exported."""
    found = build(recipe.model, data.train.shape, 0.5)
    found.load_state_dict(model.state_dict())
    return found


def _grey(images: Tensor) -> float:
    """Return the mean of `images` in [0, 1], a part at a time: all of them as floats would be large."""
    parts = torch.stack([part.float().sum() for part in torch.split(images, 1000)])
    return parts.double().sum().item() / images.numel() / 255


def _pixels(recipe: Recipe, images: Tensor, generator: torch.Generator) -> Tensor:
    """Return what a step learns from: grey levels in [0, 1], or ink drawn from them."""
    return images.float() / 255 if recipe.grey else binarize(images, generator)


@torch.no_grad()
def _validate(recipe: Recipe, model: Model, images: Tensor, workers: Workers) -> float:
    """Return the mean bound on `images`, with the same random numbers after each epoch."""
    _, generator = _generators(recipe, 0, workers)
    total = 0.0
    for batch in torch.split(workers.share(images), 1000):
        # What is compiled is so for the batches of training: for another size it would be compiled anew.
        with mixed(workers.device), torch.compiler.set_stance("force_eager"):
            total += model.terms(_pixels(recipe, batch, generator), generator).bound.sum().item()
    return workers.sum(total)[0] / len(images)


@torch.no_grad()
def _draw(recipe: Recipe, model: Model) -> Tensor:
    """Return the pictures of the latents that are followed; (K, C, H, W) uint8."""
    z = latents(recipe, model).to(model.device)
    with torch.compiler.set_stance("force_eager"):
        images: Tensor = model.decoder(z).sigmoid()
    return (images * 255).round().to(torch.uint8).cpu()


def _generator(recipe: Recipe, epoch: int) -> torch.Generator:
    # Each epoch has a generator of its own: what a run that was cut off has to remember is the epoch.
    return torch.Generator().manual_seed(10_000 * recipe.seed + epoch)


def _generators(recipe: Recipe, epoch: int, workers: Workers) -> tuple[torch.Generator, torch.Generator]:
    """Return what draws the order of items, the same for all workers, and a worker's own for the rest."""
    shuffle = _generator(recipe, epoch)
    if workers.first and workers.kind == "cpu":
        return shuffle, shuffle
    return shuffle, workers.generator(shuffle.initial_seed() + 1_000_000_000 * (workers.rank + 1))
