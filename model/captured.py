"""A step of training as one graph of kernels, captured on a GPU and replayed.

A deep network launches thousands of small kernels a step, one by one from Python, and the GPU waits for most
of them. A graph that was captured once is launched whole.
"""

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from .objectives import Estimate, Objective, elbo


class Captured(nn.Module):
    """`step`, which estimates an objective, captured for batches of one shape; others run as they do anyway.

    So do objectives other than the evidence lower bound: wake-sleep failed to be captured. The draws of z
    must come from the device's own generator, whose state a graph reads anew each time.
    """

    def __init__(self, step: nn.Module) -> None:
        super().__init__()
        # Before it is captured, a step runs on a stream of its own; what PyTorch says of that is for others.
        warnings.filterwarnings("ignore", message="The AccumulateGrad node's stream does not match")
        self.step = step
        self._graphs: dict[Objective, Any] = {}
        self._shape: torch.Size | None = None

    def forward(self, maximized: Objective, x: Tensor, weight: float, generator: torch.Generator) -> Estimate:
        """Estimate what is maximized for each picture of x, (B, C, H, W)."""
        self._shape = self._shape or x.shape
        if x.shape != self._shape or getattr(maximized, "func", maximized) is not elbo:
            estimate: Estimate = self.step(maximized, x, weight, generator)
            return estimate
        given = (x, torch.tensor(weight, device=x.device))
        if maximized not in self._graphs:
            # What is cast once must be cast anew at each replay, since weights change.
            with torch.autocast(x.device.type, torch.get_autocast_dtype(x.device.type), cache_enabled=False):
                self._graphs[maximized] = torch.cuda.make_graphed_callables(
                    _Estimates(self.step, maximized, generator), given, allow_unused_input=True
                )
        return Estimate(*self._graphs[maximized](*given))


class _Estimates(nn.Module):
    """`step` as a function of tensors alone, as it can be captured."""

    def __init__(self, step: nn.Module, maximized: Objective, generator: torch.Generator) -> None:
        super().__init__()
        self.step, self.maximized, self.generator = step, maximized, generator

    def forward(self, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        objective, bound = self.step(self.maximized, x, weight, self.generator)
        return objective, bound
