"""A classifier: convolutions of stride 2, a fully connected layer, and a logit for each label."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..data.examples import Data, Examples
from ..errors import ModelError
from ..evaluation import evaluate
from ..evaluation.evaluate import Metric
from ..recipes.specs import Classifier
from .task import AT_ONCE, Task


class Network(nn.Module):
    """Gray levels or colors in [0, 1] → logits."""

    def __init__(self, spec: Classifier, shape: tuple[int, ...], labels: int) -> None:
        super().__init__()
        channels, height, width = shape
        layers: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(pairwise((channels, *spec.channels))):
            # The first one sees strokes as wide as its window.
            size = 3 if number else 5
            layers += [nn.Conv2d(inputs, outputs, size, stride=2, padding=size // 2), nn.SiLU()]
            height, width = math.ceil(height / 2), math.ceil(width / 2)
        features = spec.channels[-1] * height * width
        layers += [nn.Flatten(), nn.Linear(features, spec.hidden), nn.SiLU(), nn.Linear(spec.hidden, labels)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        """Return the logits, (B, labels)."""
        logits: Tensor = self.layers(x - 0.5)
        return logits


class ClassifierTask(Task):
    """Tells the label of an image, by cross-entropy."""

    role = "classifier"
    inputs = ("x",)
    output = "logits"

    def __init__(self, spec: Classifier, data: Data) -> None:
        super().__init__()
        labels = int(data.train.labels.max()) + 1
        if labels < 2 or len(data.train.shape) != 3:
            raise ModelError("a classifier needs images with labels of two classes or more")
        self.labels = labels
        self.network = Network(spec, data.train.shape, labels)

    def loss(self, examples: Examples, generator: torch.Generator) -> Tensor:
        """Return -log p(label | x)."""
        logits = self.network(examples.images.float() / 255)
        return functional.cross_entropy(logits, examples.labels.long(), reduction="none")

    def exported(self) -> nn.Module:
        """Return the network."""
        return self.network

    def tried(self, data: Data, count: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Return test images."""
        return (data.test.images[:count].float() / 255,)

    @torch.no_grad()
    def metrics(self, data: Data) -> Mapping[str, Metric]:
        """Return the accuracy, and the cross-entropy."""
        batches = torch.split(data.test.images, AT_ONCE)
        logits = torch.cat([self.network(batch.float() / 255) for batch in batches])
        labels = data.test.labels.long()
        right = (logits.argmax(dim=1) == labels).float()
        lost = functional.cross_entropy(logits, labels, reduction="none")
        what = f"{len(right)} test images"
        return {
            "accuracy": evaluate.mean(right, f"share of {what} whose likeliest class is right", "share"),
            "cross_entropy": evaluate.mean(lost, f"-log p(label | x), {what}"),
        }

    def stated(self, data: Data) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]:
        """Return image and logits."""
        names = list(data.classes) if len(data.classes) == self.labels else list(map(str, range(self.labels)))
        image = {"name": "x", "shape": ["batch", *data.test.shape], "dtype": "float32", "range": [0, 1]}
        logits = {
            "name": "logits",
            "shape": ["batch", self.labels],
            "dtype": "float32",
            "range": None,
            "kind": "logits",
            "labels": names,
            "meaning": "logarithms of p(label | x), up to a constant",
        }
        return [image], logits
