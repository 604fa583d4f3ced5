"""The state of training on disk, so that a run that was cut off goes on as if nothing had happened.

A checkpoint is a safetensors file: numbers and a table of names, nothing that could run code.
Random numbers need no place in it, since each epoch seeds its own.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from .models import Model
from .workers import ALONE, Workers


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


@dataclass(frozen=True)
class Checkpoint:
    """The place of the last good state of one run; `key` says which run that is."""

    path: Path
    key: str

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
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)

    def load(self, state: State, workers: Workers = ALONE) -> None:
        """Bring `state` to where this run was; leave it as it is where this run has not begun.

        The first of the `workers` reads for all: the others may be on machines without the file.
        """
        content = workers.hear(self._content() if workers.first else b"")
        if not content:
            return
        moments: dict[int, dict[str, Tensor]] = {}
        weights: dict[str, Tensor] = {}
        for name, value in load(content).items():
            match name.split(".", 2):
                case ["optimizer", number, moment]:
                    moments.setdefault(int(number), {})[moment] = value
                case ["drawings", epoch]:
                    state.drawings[int(epoch)] = value
                case _:
                    weights[name.removeprefix("model.")] = value
        state.model.load_state_dict(weights)
        groups = state.optimizer.state_dict()["param_groups"]
        state.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        state.history[:] = [Row(*row) for row in json.loads(_metadata(content)["history"])]

    def _content(self) -> bytes:
        """Return what was saved of this run; nothing where there is none, or only of another."""
        content = self.path.read_bytes() if self.path.is_file() else b""
        return content if content and _metadata(content)["key"] == self.key else b""

    def discard(self) -> None:
        """Forget the run."""
        self.path.unlink(missing_ok=True)


def _metadata(content: bytes) -> dict[str, str]:
    # A safetensors file opens with the length of its header, eight bytes little-endian, and the header.
    length = int.from_bytes(content[:8], "little")
    about: dict[str, str] = json.loads(content[8 : 8 + length])["__metadata__"]
    return about
