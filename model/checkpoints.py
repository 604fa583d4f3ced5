"""The state of training on disk, so that a run that was cut off goes on as if nothing had happened.

A checkpoint is a safetensors file, numbers and a table of names, nothing that could run code, followed
by its SHA-256. Random numbers need no place in it, since each epoch seeds its own.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from .headers import metadata
from .interrupts import uninterrupted
from .models import Model
from .replacing import remove
from .workers import ALONE, Workers

#: Bytes of a SHA-256.
DIGEST = 32
#: What AdamW remembers of each parameter, beside the number of its steps.
MOMENTS = ("exp_avg", "exp_avg_sq")


class Row(NamedTuple):
    """A row of history.csv: how far training was, and the bounds there in nats."""

    epoch: int
    step: int
    seconds: float
    train_elbo: float
    validation_elbo: float


@dataclass
class State:
    """All that training changes."""

    model: Model
    #: What estimates an objective by that model: (objective, x, weight, generator) → an estimate.
    step: nn.Module
    optimizer: torch.optim.AdamW
    history: list[Row] = field(default_factory=list)
    #: By epoch: what the decoder made of the same latents; (K, C, H, W) uint8.
    drawings: dict[int, Tensor] = field(default_factory=dict)


class Saved(NamedTuple):
    """What a checkpoint holds."""

    weights: dict[str, Tensor]
    #: By number of the parameter, what the optimizer remembers of it.
    moments: dict[int, dict[str, Tensor]]
    drawings: dict[int, Tensor]
    history: list[Row]


class UnusableError(Exception):
    """A checkpoint cannot be gone on from; says why."""


@dataclass(frozen=True)
class Checkpoint:
    """The place of the last good state of one run; `key` says which run that is."""

    path: Path
    key: str
    #: Is told what happened to a file that cannot be used.
    report: Callable[[str], object] = print

    def save(self, state: State) -> None:
        """Put `state` in the place of the last one, whole or not at all."""
        tensors = {f"model.{name}": value for name, value in state.model.state_dict().items()}
        for number, moments in state.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": value for name, value in moments.items()}
        tensors |= {f"drawings.{epoch}": images for epoch, images in state.drawings.items()}
        content = save(
            {name: value.contiguous() for name, value in tensors.items()},
            {"key": self.key, "history": json.dumps(state.history)},
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(self.path.name + ".new")
        try:
            # Whoever is asked to end now has finished an epoch, and keeps it.
            with uninterrupted():
                with beside.open("wb") as file:
                    file.write(content + hashlib.sha256(content).digest())
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)

    def load(self, state: State, workers: Workers = ALONE) -> None:
        """Bring `state` to where this run was; leave it as it is where this run has not begun.

        The first of the `workers` reads for all: the others may be on machines without the file. A file
        that is damaged, or of another run, is set aside.
        """
        content = workers.hear(self._usable(state) if workers.first else b"")
        if not content:
            return
        saved = _parse(content)
        state.model.load_state_dict(saved.weights)
        groups = state.optimizer.state_dict()["param_groups"]
        state.optimizer.load_state_dict({"state": saved.moments, "param_groups": groups})
        state.drawings |= saved.drawings
        state.history[:] = saved.history

    def _usable(self, state: State) -> bytes:
        """Return the content of the file, if this run can go on from it; else set it aside."""
        if not os.path.lexists(self.path):
            return b""
        try:
            content = self._content()
            _check(_parse(content), state)
        except UnusableError as error:
            self._set_aside(str(error))
            return b""
        return content

    def _content(self) -> bytes:
        """Return the safetensors file; raise `UnusableError` if it is damaged or of another run."""
        if not self.path.is_file():
            raise UnusableError("it is not a file")
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise UnusableError(f"it cannot be read: {error.strerror}") from error
        content, digest = content[:-DIGEST], content[-DIGEST:]
        if hashlib.sha256(content).digest() != digest:
            raise UnusableError("it is damaged")
        if metadata(content).get("key") != self.key:
            raise UnusableError("it is of another recipe, other data or another version")
        return content

    def _set_aside(self, why: str) -> None:
        place = self.path.with_name(f"{self.path.name}.unusable")
        remove(place)
        self.path.rename(place)
        self.report(f"{self.path}: {why}; it is now {place.name}, and training starts anew")

    def discard(self) -> None:
        """Forget the run."""
        self.path.unlink(missing_ok=True)


def _parse(content: bytes) -> Saved:
    """Read a safetensors file; raise `UnusableError` if it is none of ours."""
    saved = Saved({}, {}, {}, [])
    try:
        for name, value in load(content).items():
            match name.split(".", 2):
                case ["optimizer", number, moment]:
                    saved.moments.setdefault(int(number), {})[moment] = value
                case ["drawings", epoch]:
                    saved.drawings[int(epoch)] = value
                case _:
                    saved.weights[name.removeprefix("model.")] = value
        saved.history.extend(Row(*row) for row in json.loads(metadata(content)["history"]))
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise UnusableError(f"it is not a checkpoint: {error}") from error
    return saved


def _check(saved: Saved, state: State) -> None:
    """Raise `UnusableError` unless `saved` is of the model of `state`, after an epoch."""
    if _shapes(saved.weights) != _shapes(state.model.state_dict()):
        raise UnusableError("its weights are not those of this model")
    parameters = [parameter for group in state.optimizer.param_groups for parameter in group["params"]]
    for number, moments in saved.moments.items():
        shapes = [value.shape for name, value in moments.items() if name in MOMENTS]
        if number >= len(parameters) or shapes != [parameters[number].shape] * len(MOMENTS):
            raise UnusableError("its optimizer is not that of this model")
    epochs = [row.epoch for row in saved.history]
    numbers = [value for row in saved.history for value in row]
    if not epochs or epochs != [*range(1, len(epochs) + 1)] or not all(map(_is_number, numbers)):
        raise UnusableError("its history is not one of epochs")


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {name: (value.shape, value.dtype) for name, value in tensors.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
