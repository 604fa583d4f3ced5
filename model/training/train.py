"""The training loop: one for every family of models, with the objective as a function."""

import math
import time
from collections import defaultdict
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..data.examples import Data, observed
from ..errors import ModelError
from ..families import build
from ..models import Model
from ..objectives import Objective, ObjectiveAndBound, objective
from ..recipes.specs import Recipe
from .checkpoints import Checkpoint, Row, State
from .precision import mixed
from .workers import SINGLE_PROCESS, Workers

#: The number of inputs of a weight whose learning rate is that of the recipe, as that of biases is.
REFERENCE_INPUTS = 256
#: Latents that are decoded after some epochs, to show how training proceeds.
EPOCH_SAMPLES = 24


class Step(nn.Module):
    """The value of an objective as a module, which several processes can take gradients through."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, maximized: Objective, x: Tensor, weight: float, generator: torch.Generator
    ) -> ObjectiveAndBound:
        """Evaluate the objective for each image of x, (B, C, H, W)."""
        return maximized(self.model, x, weight, generator)


class Watcher(Protocol):
    """Is called as training proceeds."""

    def step(self, step: int, bound: float) -> None:
        """Receive the number of a step and the mean bound so far in its epoch."""

    def epoch(self, row: Row) -> None:
        """Receive the row of a finished epoch."""


class NoWatcher:
    """Watches nothing."""

    def step(self, step: int, bound: float) -> None:
        """Ignore a step."""

    def epoch(self, row: Row) -> None:
        """Ignore an epoch."""


NO_WATCHER = NoWatcher()


def train(
    recipe: Recipe, data: Data, checkpoint: Checkpoint, watcher: Watcher, workers: Workers = SINGLE_PROCESS
) -> State:
    """Train the model of `recipe`, from the last complete epoch in `checkpoint` or from the beginning.

    Several `workers` take the same steps as one, each with its shard of every batch. Raises `ModelError` when
    the bound is not finite, or if there are more processes than images.
    """
    if len(data.train) < workers.size:
        raise ModelError(
            f"{recipe.name}: {workers.size} processes share {len(data.train)} images; start fewer"
        )
    state = begin(recipe, data, workers)
    checkpoint.load(state, workers)
    images, held_out = (part.images.to(workers.device) for part in (data.train, data.validation))
    steps = math.ceil(len(data.train) / recipe.batch_size)
    for epoch in range(len(state.history) + 1, recipe.epochs + 1):
        began = time.monotonic()
        bound = run_epoch(recipe, state, images, epoch, watcher, workers)
        validation = _validate(recipe, state.model, held_out, workers)
        if epoch & (epoch - 1) == 0 or epoch == recipe.epochs:
            state.epoch_samples[epoch] = _decoded(recipe, state.model)
        seconds = time.monotonic() - began + (state.history[-1].seconds if state.history else 0)
        state.history.append(Row(epoch, epoch * steps, round(seconds, 3), bound, validation))
        if workers.is_main:
            checkpoint.save(state)
        watcher.epoch(state.history[-1])
    if workers.kind != "cpu" or workers.compiled or workers.size > 1:
        state.model = _on_cpu(recipe, data, state.model)
    return state


def begin(recipe: Recipe, data: Data, workers: Workers = SINGLE_PROCESS) -> State:
    """Return the state before the first step."""
    # Moments of weights that are no longer needed decay to denormal numbers, with which processors are slow.
    torch.set_flush_denormal(True)
    torch.set_num_threads(workers.threads)
    torch.manual_seed(recipe.seed)
    model = build(recipe.model, data.train.shape, mean_intensity(data.train.images)).to(workers.device)
    if workers.kind == "cuda":
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    step = workers.wrap(Step(model))
    groups = _parameter_groups(model)
    fused = workers.kind in ("cpu", "cuda")
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=recipe.weight_decay, fused=fused)
    if workers.compiled:
        for network in model.networks():
            network.compile()
    return State(model, step, optimizer, epoch_samples={0: _decoded(recipe, model)})


def _parameter_groups(model: Model) -> list[dict[str, Any]]:
    """Return the parameters in groups, each with its factor of the learning rate.

    A step of Adam moves all weights alike, so a sum of n inputs by up to n times as much: the wider a layer,
    the lower its rate should be (Yang et al., 2022, “Tensor Programs V”). √n, halfway, does best here, and
    no more than twice the rate, beyond which models of two layers diverged.
    """
    groups = defaultdict(list)
    for parameter in model.parameters():
        inputs = parameter[0].numel() if parameter.ndim > 1 else REFERENCE_INPUTS
        groups[min(math.sqrt(REFERENCE_INPUTS / inputs), 2)].append(parameter)
    return [{"params": parameters, "factor": factor} for factor, parameters in groups.items()]


def latents(recipe: Recipe, model: Model) -> Tensor:
    """Return the standard normal latents that are decoded as training proceeds; (K, Z)."""
    return torch.randn((EPOCH_SAMPLES, model.latents), generator=_generator(recipe, 0))


def run_epoch(
    recipe: Recipe,
    state: State,
    images: Tensor,
    epoch: int,
    watcher: Watcher,
    workers: Workers = SINGLE_PROCESS,
) -> float:
    """Go through the training set once; return the mean bound on the way, in nats."""
    shuffle, generator = _generators(recipe, epoch, workers)
    batches = torch.split(torch.randperm(len(images), generator=shuffle), recipe.batch_size)
    # The remainder may have less than one image per process.
    order = [batch for batch in batches if len(batch) >= workers.size]
    maximized = objective(recipe.objective, (epoch - 1) / recipe.epochs)
    total, seen = 0.0, 0
    for step, batch in enumerate(order, start=(epoch - 1) * len(order) + 1):
        done = step / (recipe.epochs * len(order))
        learning_rate = recipe.learning_rate * _warmup(done, recipe.lr_warmup) * (1 - done)
        for group in state.optimizer.param_groups:
            group["lr"] = learning_rate * group["factor"]
        shard = images[workers.shard(batch).to(images.device)]
        x = _targets(recipe, shard, state.model.is_binary, generator)  # (B, C, H, W)
        with mixed(workers.device, workers.bfloat16):
            found = state.step(maximized, x, _warmup(done, recipe.kl_warmup), generator)
        # Gradients are means over the processes, so their sum is that of the mean over the batch.
        torch.autograd.backward(-found.objective.sum() * (workers.size / len(batch)))
        norm = nn.utils.clip_grad_norm_(state.model.parameters(), recipe.max_grad_norm)
        if norm.isfinite():
            state.optimizer.step()
        state.optimizer.zero_grad()
        total, seen = total + found.bound.sum().item(), seen + len(x)
        if not math.isfinite(total):
            raise ModelError(
                f"{recipe.name}: the bound is {total} at step {step} of epoch {epoch}; "
                "lower the learning_rate of the recipe, or lengthen its lr_warmup"
            )
        watcher.step(step, total / seen)
    totals = workers.sum(total, seen)
    return totals[0] / totals[1]


def _warmup(done: float, fraction: float) -> float:
    """Return how far a number has risen from 0 to 1 over a `fraction` of training; always 1 if that is 0."""
    return min(done / fraction, 1) if fraction else 1.0


def _on_cpu(recipe: Recipe, data: Data, model: Model) -> Model:
    """Return `model` on the CPU, not compiled, as it is exported."""
    found = build(recipe.model, data.train.shape, 0.5)
    found.load_state_dict(model.state_dict())
    return found


def mean_intensity(images: Tensor) -> float:
    """Return the mean of `images` in [0, 1], a part at a time: all of them as floats would be large.

    Points have no intensity: theirs is taken as 0.5, whose logit is 0.
    """
    if images.is_floating_point():
        return 0.5
    parts = torch.stack([part.float().sum() for part in torch.split(images, 1000)])
    return parts.double().sum().item() / images.numel() / 255


def _targets(recipe: Recipe, images: Tensor, is_binary: bool, generator: torch.Generator) -> Tensor:
    """Return what a step learns from: gray levels in [0, 1], or what the likelihood has."""
    if recipe.continuous_targets and is_binary and not images.is_floating_point():
        return images.float() / 255
    return observed(images, is_binary, generator)


@torch.no_grad()
def _validate(recipe: Recipe, model: Model, images: Tensor, workers: Workers) -> float:
    """Return the mean bound on `images`, with the same random numbers after each epoch."""
    _, generator = _generators(recipe, 0, workers)
    total = 0.0
    for batch in torch.split(workers.shard(images), 1000):
        # Networks are compiled for batches of training; another size would be compiled anew.
        with mixed(workers.device, workers.bfloat16), torch.compiler.set_stance("force_eager"):
            x = _targets(recipe, batch, model.is_binary, generator)
            total += model.terms(x, generator).bound.sum().item()
    return workers.sum(total)[0] / len(images)


@torch.no_grad()
def _decoded(recipe: Recipe, model: Model) -> Tensor:
    """Return the images of `latents`, (K, C, H, W) uint8, or points, (K, D)."""
    z = latents(recipe, model).to(model.device)
    with torch.compiler.set_stance("force_eager"):
        decoded = model.mean_of(model.decoder(z)).cpu()
    return decoded if model.is_of_points else (decoded * 255).round().to(torch.uint8)


def _generator(recipe: Recipe, epoch: int) -> torch.Generator:
    # Each epoch has its own generator, so that a run that resumes needs to know only the epoch.
    return torch.Generator().manual_seed(10_000 * recipe.seed + epoch)


def _generators(recipe: Recipe, epoch: int, workers: Workers) -> tuple[torch.Generator, torch.Generator]:
    """Return the generator of the order of examples, equal in all processes, and a process's own."""
    shuffle = _generator(recipe, epoch)
    if workers.is_main and workers.kind == "cpu":
        return shuffle, shuffle
    return shuffle, workers.generator(shuffle.initial_seed() + 1_000_000_000 * (workers.rank + 1))
