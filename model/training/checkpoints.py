"""The state of training on disk, so that an interrupted run resumes as if nothing had happened.

A checkpoint is a safetensors file, which cannot contain code, followed by its SHA-256. It needs no state of
random number generators, since each epoch has its own seed.
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

from ..bundles.headers import metadata, metadata_of
from ..bundles.replacing import remove
from ..interrupts import uninterrupted
from ..models import Model
from .workers import SINGLE_PROCESS, Workers

#: Bytes of a SHA-256.
DIGEST = 32
#: The state of AdamW for each parameter, apart from the number of its steps.
MOMENTS = ("exp_avg", "exp_avg_sq")


class Row(NamedTuple):
    """A row of history.csv: the progress of training, and the bounds there in nats."""

    epoch: int
    step: int
    seconds: float
    train_elbo: float
    validation_elbo: float


@dataclass
class State:
    """Everything that training changes."""

    model: Model
    #: (objective, x, weight, generator) → the value of the objective and a bound.
    step: nn.Module
    optimizer: torch.optim.AdamW
    history: list[Row] = field(default_factory=list)
    #: By epoch: images decoded from the same latents, (K, C, H, W) uint8, or points, (K, D).
    epoch_samples: dict[int, Tensor] = field(default_factory=dict)


class Saved(NamedTuple):
    """The content of a checkpoint."""

    weights: dict[str, Tensor]
    #: By number of the parameter, the state of the optimizer.
    moments: dict[int, dict[str, Tensor]]
    epoch_samples: dict[int, Tensor]
    history: list[Row]


class UnusableCheckpointError(Exception):
    """Training cannot resume from a checkpoint; says why."""


@dataclass(frozen=True)
class Checkpoint:
    """The file of the last complete epoch of a run, which `key` identifies."""

    path: Path
    key: str
    #: Receives a message on a file that cannot be used.
    report: Callable[[str], object] = print
    #: The threads and the precision of the run, as JSON; a run that resumes keeps them.
    compute: str = ""

    def save(self, state: State) -> None:
        """Replace the file by `state` in one step."""
        tensors = {f"model.{name}": value for name, value in state.model.state_dict().items()}
        for number, moments in state.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": value for name, value in moments.items()}
        tensors |= {f"epoch_samples.{epoch}": images for epoch, images in state.epoch_samples.items()}
        content = save(
            {name: value.contiguous() for name, value in tensors.items()},
            {"key": self.key, "history": json.dumps(state.history), "compute": self.compute},
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(self.path.name + ".new")
        try:
            # A signal that arrives now waits: the epoch is complete.
            with uninterrupted():
                with beside.open("wb") as file:
                    file.write(content + hashlib.sha256(content).digest())
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)

    def load(self, state: State, workers: Workers = SINGLE_PROCESS) -> None:
        """Bring `state` to where this run was, or leave it as it is if the run has not begun.

        The main process reads for all, which may be on machines without the file. A file that is damaged, or
        of another run, is renamed.
        """
        content = workers.broadcast(self._usable(state) if workers.is_main else b"")
        if not content:
            return
        saved = _parse(content)
        state.model.load_state_dict(saved.weights)
        groups = state.optimizer.state_dict()["param_groups"]
        state.optimizer.load_state_dict({"state": saved.moments, "param_groups": groups})
        state.epoch_samples |= saved.epoch_samples
        state.history[:] = saved.history

    def _usable(self, state: State) -> bytes:
        """Return the content of the file if this run can resume from it; otherwise rename it."""
        if not os.path.lexists(self.path):
            return b""
        try:
            content = self._content()
            _check(_parse(content), state)
        except UnusableCheckpointError as error:
            self._set_aside(str(error))
            return b""
        return content

    def _content(self) -> bytes:
        """Return the safetensors file; raise `UnusableCheckpointError` if it is damaged or of another run."""
        if not self.path.is_file():
            raise UnusableCheckpointError("it is not a file")
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise UnusableCheckpointError(f"it cannot be read: {error.strerror}") from error
        content, digest = content[:-DIGEST], content[-DIGEST:]
        if hashlib.sha256(content).digest() != digest:
            raise UnusableCheckpointError("it is damaged")
        if metadata(content).get("key") != self.key:
            raise UnusableCheckpointError("it belongs to another recipe, other data or another version")
        return content

    def _set_aside(self, why: str) -> None:
        place = self.path.with_name(f"{self.path.name}.unusable")
        remove(place)
        self.path.rename(place)
        self.report(f"{self.path}: {why}; it is now {place.name}, and training starts from the beginning")

    def recorded_compute(self) -> str:
        """Return what `compute` was when the run began; empty if it has not begun."""
        about = metadata_of(self.path)
        return about.get("compute", "") if about.get("key") == self.key else ""

    def discard(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)


def _parse(content: bytes) -> Saved:
    """Read a safetensors file; raise `UnusableCheckpointError` if it is none of ours."""
    saved = Saved({}, {}, {}, [])
    try:
        for name, value in load(content).items():
            match name.split(".", 2):
                case ["optimizer", number, moment]:
                    saved.moments.setdefault(int(number), {})[moment] = value
                case ["epoch_samples", epoch]:
                    saved.epoch_samples[int(epoch)] = value
                case _:
                    saved.weights[name.removeprefix("model.")] = value
        saved.history.extend(Row(*row) for row in json.loads(metadata(content)["history"]))
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise UnusableCheckpointError(f"it is not a checkpoint: {error}") from error
    return saved


def _check(saved: Saved, state: State) -> None:
    """Raise `UnusableCheckpointError` unless `saved` is of the model of `state`, after an epoch."""
    if _shapes(saved.weights) != _shapes(state.model.state_dict()):
        raise UnusableCheckpointError("its weights are not those of this model")
    parameters = [parameter for group in state.optimizer.param_groups for parameter in group["params"]]
    for number, moments in saved.moments.items():
        shapes = [value.shape for name, value in moments.items() if name in MOMENTS]
        if number >= len(parameters) or shapes != [parameters[number].shape] * len(MOMENTS):
            raise UnusableCheckpointError("its optimizer is not that of this model")
    epochs = [row.epoch for row in saved.history]
    numbers = [value for row in saved.history for value in row]
    if not epochs or epochs != [*range(1, len(epochs) + 1)] or not all(map(_is_number, numbers)):
        raise UnusableCheckpointError("its history is not one of epochs")


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {name: (value.shape, value.dtype) for name, value in tensors.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
