"""The processes that train a model: a single one, or several that torchrun started."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import ModelError
from .cuda_graphs import CudaGraphStep

Value = TypeVar("Value")

#: What --device accepts.
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Workers:
    """The processes that train one model together, as one of them sees them."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"
    #: Whether networks are compiled by `torch.compile`.
    compiled: bool = False
    #: Threads of this process.
    threads: int = 1
    #: Whether matrix products and convolutions are in bfloat16.
    bfloat16: bool = False

    @property
    def kind(self) -> str:
        """The kind of device: “cpu”, “cuda” or “mps”."""
        return torch.device(self.device).type

    @property
    def is_main(self) -> bool:
        """Whether this process reads checkpoints, writes files and prints."""
        return self.rank == 0

    @property
    def precision(self) -> str:
        """“bfloat16” or “float32”."""
        return "bfloat16" if self.bfloat16 else "float32"

    def computing(self, threads: int, precision: str) -> "Workers":
        """Return the same with so many threads and this precision, and set the threads."""
        torch.set_num_threads(threads)
        return replace(self, threads=threads, bfloat16=precision == "bfloat16")

    def shard(self, examples: Tensor) -> Tensor:
        """Return this process's part of a batch."""
        return examples[self.rank :: self.size]

    def wrap(self, module: nn.Module) -> nn.Module:
        """Return the `module` of a step such that its gradients are means over all processes."""
        if self.size == 1:
            return CudaGraphStep(module) if self.kind == "cuda" else module
        # In a process group of its own, which it never releases: see `joined`.
        return DistributedDataParallel(module, process_group=distributed.new_group())

    def generator(self, seed: int) -> torch.Generator:
        """Return a generator of random numbers on this process's device.

        On CUDA it is the device's own, the only one that a captured step can sample from.
        """
        if self.kind == "cuda":
            own: torch.Generator = torch.cuda.default_generators[torch.device(self.device).index or 0]
            return own.manual_seed(seed)
        return torch.Generator(self.kind).manual_seed(seed)

    def sum(self, *values: float) -> list[float]:
        """Return the sums over all processes."""
        if self.size == 1:
            return list(values)
        totals = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(totals)
        found: list[float] = totals.tolist()
        return found

    def broadcast(self, value: Value) -> Value:
        """Return the `value` of the main process."""
        if self.size == 1:
            return value
        values = [value]
        distributed.broadcast_object_list(values, device=torch.device(self.device))
        return values[0]


#: One process with one thread, on the CPU, in float32.
SINGLE_PROCESS = Workers()


def resolve(device: str) -> str:
    """Return the device that “auto” stands for here: a GPU where PyTorch finds one."""
    if device != "auto":
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def joined(device: str, compiled: bool = False) -> Iterator[Workers]:
    """Join the processes that torchrun started, each with a GPU of its own on CUDA.

    Raises `ModelError` if there is no such GPU.
    """
    # Before the first threads that compute: they take this over from the one that starts them.
    torch.set_flush_denormal(True)
    device = resolve(device)
    if device == "mps" and not torch.backends.mps.is_available():
        raise ModelError("--device mps: this machine, or this build of PyTorch, has no Metal GPU")
    if device == "cuda":
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise ModelError(
                f"--device cuda: process {local} of this machine has no GPU of its own; "
                f"PyTorch finds {torch.cuda.device_count()}"
            )
        torch.cuda.set_device(local)
        # What is not in bfloat16 is in float32, not in a format of 10 bits, since bounds are measured in it.
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
        # The threads of a group end with its last reference. One that held a tensor of ours while Python
        # ends would abort the process.
        gc.collect()
