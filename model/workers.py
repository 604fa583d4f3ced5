"""Who trains: one process alone, or many that torchrun started, each with a share of every batch."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from .captured import Captured
from .errors import ModelError

Value = TypeVar("Value")


@dataclass(frozen=True)
class Workers:
    """The processes that train one model together, as one of them sees them."""

    #: The number of this one. The first alone reads checkpoints, writes and speaks.
    rank: int = 0
    size: int = 1
    device: str = "cpu"
    #: Whether networks are compiled by `torch.compile`.
    compiled: bool = False

    @property
    def kind(self) -> str:
        """The kind of device, “cpu” or “cuda”."""
        return torch.device(self.device).type

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def share(self, items: Tensor) -> Tensor:
        """Return the part of a batch that is this process's."""
        return items[self.rank :: self.size]

    def together(self, module: nn.Module) -> nn.Module:
        """Return the `module` of a step such that its gradients are means over all processes."""
        if self.size == 1:
            return Captured(module) if self.kind == "cuda" else module
        # In a group of its own, which it never lets go of: see `joined`.
        return DistributedDataParallel(module, process_group=distributed.new_group())

    def generator(self, seed: int) -> torch.Generator:
        """Return what draws random numbers on this process's device, from `seed`.

        Of a GPU it is the device's own: the one that a captured step can draw from.
        """
        if self.kind == "cpu":
            return torch.Generator().manual_seed(seed)
        own: torch.Generator = torch.cuda.default_generators[torch.device(self.device).index or 0]
        return own.manual_seed(seed)

    def sum(self, *values: float) -> list[float]:
        """Return the sums over all processes."""
        if self.size == 1:
            return list(values)
        totals = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(totals)
        found: list[float] = totals.tolist()
        return found

    def hear(self, value: Value) -> Value:
        """Return the `value` that the first process has."""
        if self.size == 1:
            return value
        values = [value]
        distributed.broadcast_object_list(values, device=torch.device(self.device))
        return values[0]


#: One process, on the CPU.
ALONE = Workers()


@contextmanager
def joined(device: str, compiled: bool = False) -> Iterator[Workers]:
    """Join the processes that torchrun started; `device` is “cpu” or “cuda”, one GPU a process.

    Raises `ModelError` where there is no such GPU.
    """
    if device == "cuda":
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise ModelError(
                f"--device cuda: process {local} of this machine has no GPU of its own; "
                f"PyTorch finds {torch.cuda.device_count()}"
            )
        torch.cuda.set_device(local)
        # What is not in bfloat16 is in float32, not in a format of 10 bits: bounds are measured in it.
        torch.backends.cudnn.allow_tf32 = False
        device = f"cuda:{local}"
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Workers(device=device, compiled=compiled)
        return
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Workers(distributed.get_rank(), distributed.get_world_size(), device, compiled)
    finally:
        distributed.destroy_process_group()
        # The threads of a group end with its last holder. One that let go of a tensor of ours while Python
        # ends would abort the process, so they end here.
        gc.collect()
