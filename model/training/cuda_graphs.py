"""A step of training as one graph of kernels, captured on a GPU and replayed.

A step of a deep network launches thousands of small kernels from Python, and a GPU waits for most of them.
"""

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from ..objectives import Objective, ObjectiveAndBound, elbo


class CudaGraphStep(nn.Module):
    """`step`, captured for batches of one shape and for the ELBO; other steps run eagerly.

    Samples of z must come from the device's own generator, whose state a graph reads at each replay.
    """

    def __init__(self, step: nn.Module) -> None:
        super().__init__()
        # Before it is captured, a step runs on its own stream, of which PyTorch warns.
        warnings.filterwarnings("ignore", message="The AccumulateGrad node's stream does not match")
        self.step = step
        self._graphs: dict[Objective, Any] = {}
        self._shape: torch.Size | None = None

    def forward(
        self, maximized: Objective, x: Tensor, weight: float, generator: torch.Generator
    ) -> ObjectiveAndBound:
        """Evaluate the objective for each image of x, (B, C, H, W)."""
        self._shape = self._shape or x.shape
        if x.shape != self._shape or getattr(maximized, "func", maximized) is not elbo:
            estimate: ObjectiveAndBound = self.step(maximized, x, weight, generator)
            return estimate
        given = (x, torch.tensor(weight, device=x.device))
        if maximized not in self._graphs:
            # Weights change, so they are cast at each replay.
            with torch.autocast(x.device.type, torch.get_autocast_dtype(x.device.type), cache_enabled=False):
                self._graphs[maximized] = torch.cuda.make_graphed_callables(
                    _Estimates(self.step, maximized, generator), given, allow_unused_input=True
                )
        return ObjectiveAndBound(*self._graphs[maximized](*given))


class _Estimates(nn.Module):
    """`step` as a function of tensors alone, which can be captured."""

    def __init__(self, step: nn.Module, maximized: Objective, generator: torch.Generator) -> None:
        super().__init__()
        self.step, self.maximized, self.generator = step, maximized, generator

    def forward(self, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        objective, bound = self.step(self.maximized, x, weight, self.generator)
        return objective, bound
