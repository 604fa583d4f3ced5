"""How many threads and which precision train a model fastest on this machine, by a short measurement."""

import json
import os
import time
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from ..data.examples import Data
from ..recipes.specs import Recipe
from .checkpoints import Checkpoint
from .workers import Workers

#: Steps that are timed for each candidate, after one that is not.
STEPS = 5
#: More threads must be faster by this factor: on a machine that becomes busy, fewer lose less.
MIN_GAIN = 1.25
#: A first step that takes so many times a step of the best candidate rules a candidate out.
MAX_FIRST_STEP = 10


@dataclass(frozen=True)
class Choice:
    """What was chosen."""

    threads: int
    #: “float32” or “bfloat16”.
    precision: str


def choose(
    recipe: Recipe, data: Data, checkpoint: Checkpoint, workers: Workers, fixed: dict[str, Any]
) -> tuple[Workers, Checkpoint]:
    """Return `workers` and `checkpoint` with threads and precision: `fixed`, or as before, or the fastest.

    A run that resumes keeps what it began with, so that it comes to the same weights.
    """
    choice = None
    if workers.is_main:
        choice = _recorded(checkpoint) or _measured(recipe, data, workers, fixed)
    choice = workers.broadcast(choice)
    assert choice is not None
    record = json.dumps({"threads": choice.threads, "precision": choice.precision})
    return workers.computing(choice.threads, choice.precision), replace(checkpoint, compute=record)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _recorded(checkpoint: Checkpoint) -> Choice | None:
    try:
        found = json.loads(checkpoint.recorded_compute())
        return Choice(int(found["threads"]), str(found["precision"]))
    except (ValueError, KeyError, TypeError):
        return None


def _measured(recipe: Recipe, data: Data, workers: Workers, fixed: dict[str, Any]) -> Choice:
    """Return the fastest of the candidates that `fixed` leaves."""
    if workers.kind != "cpu":
        return Choice(fixed.get("threads") or 1, fixed.get("precision") or "bfloat16")
    threads = [fixed["threads"]] if fixed.get("threads") else sorted({1, max(1, cores() // workers.size)})
    # bfloat16 has two or three digits, too few for coordinates.
    usual = ["float32"] if data.train.images.is_floating_point() else ["float32", "bfloat16"]
    precisions = [fixed["precision"]] if fixed.get("precision") else usual
    candidates = [Choice(count, precision) for precision in precisions for count in threads]
    if len(candidates) == 1:
        return candidates[0]
    best, fastest = candidates[0], float("inf")
    for candidate in candidates:
        seconds = _time(recipe, data, workers, candidate, fastest * MAX_FIRST_STEP)
        gain = MIN_GAIN if candidate.threads > best.threads else 1.0
        if seconds * gain < fastest:
            best, fastest = candidate, seconds
    return best


def _time(recipe: Recipe, data: Data, workers: Workers, choice: Choice, limit: float) -> float:
    """Return the median seconds of a step; infinity if the first one takes longer than `limit`."""
    from . import train

    alone = Workers(device=workers.device).computing(choice.threads, choice.precision)
    state = train.begin(recipe, data, alone)
    images, durations = data.train.images[: recipe.batch_size], []
    one_step = _one_step(recipe)
    for step in range(STEPS + 1):
        began = time.perf_counter()
        train.run_epoch(one_step, state, images, 1, train.NO_WATCHER, alone)
        durations.append(time.perf_counter() - began)
        if step == 0 and durations[0] > limit:
            return float("inf")
    return median(durations[1:])


def _one_step(recipe: Recipe) -> Recipe:
    """Return `recipe` such that one batch is an epoch without warm-up, whose steps cost what others do."""
    import msgspec

    found: Recipe = msgspec.structs.replace(recipe, epochs=2, lr_warmup=0.0, kl_warmup=0.0)
    return found
