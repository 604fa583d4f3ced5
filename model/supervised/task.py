"""What training, export and evaluation ask of every model without latents."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..data.examples import Data, Examples
from ..evaluation.evaluate import Metric

#: Examples that are evaluated at once.
AT_ONCE = 1000


class Task(nn.Module, ABC):
    """A network, and what it is to do."""

    #: The name of its graph in a bundle.
    role: str
    #: The names of the inputs of the exported graph, and that of its output.
    inputs: Sequence[str]
    output: str

    @abstractmethod
    def loss(self, examples: Examples, generator: torch.Generator) -> Tensor:
        """Return what is minimized, a number for each example; (B,)."""

    @abstractmethod
    def exported(self) -> nn.Module:
        """Return the module of the graph, a function of tensors."""

    @abstractmethod
    def tried(self, data: Data, count: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Return `count` inputs of the graph such as it is meant for."""

    @abstractmethod
    def metrics(self, data: Data) -> Mapping[str, Metric]:
        """Return what is measured on the test set."""

    @abstractmethod
    def stated(self, data: Data) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]:
        """Return what the manifest says of the inputs, and of the output."""
