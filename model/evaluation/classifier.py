"""A small classifier, trained on the labels of a data set, whose features compare samples with test images.

It is not Inception, so its distances are no FID, but they compare models of one data set.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from ..data.examples import Examples
from ..models import Shape

#: Three epochs of 60,000 images; as many steps for any data set.
STEPS = 900
BATCH = 200
#: Peak of the learning rate, which rises over `LR_WARMUP` of the steps and falls linearly to 0.
LEARNING_RATE = 3e-3
LR_WARMUP = 0.1


class Embedding(NamedTuple):
    """Features and predictions of N images."""

    features: Tensor  # (N, F)
    probabilities: Tensor  # (N, labels)


class Classifier(nn.Module):
    """Three convolutions of stride 2, a layer of features, and a logit for each label."""

    def __init__(self, shape: Shape, labels: int, features: int = 64) -> None:
        super().__init__()
        channels, height, width = shape
        positions = -(-height // 8) * -(-width // 8)
        self.backbone = nn.Sequential(
            *(nn.Conv2d(channels, 32, 5, 2, 2), nn.SiLU()),
            *(nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU()),
            *(nn.Conv2d(64, 64, 3, 2, 1), nn.SiLU()),
            *(nn.Flatten(), nn.Linear(64 * positions, features), nn.SiLU()),
        )
        self.head = nn.Linear(features, labels)

    def forward(self, images: Tensor) -> Tensor:  # (B, C, H, W) uint8
        """Return the logits, (B, labels)."""
        logits: Tensor = self.head(self.backbone(images.float() / 255 - 0.5))
        return logits

    @torch.no_grad()
    def embed(self, images: Tensor) -> Embedding:
        """Return features and predictions of images, (N, C, H, W) uint8."""
        batches = torch.split(images, 1000)
        features = torch.cat([self.backbone(batch.float() / 255 - 0.5) for batch in batches])
        return Embedding(features, torch.softmax(self.head(features), dim=1))


def classifier(train: Examples, cache: Path) -> Classifier:
    """Return the classifier of these images: trained once and cached in the folder `cache`."""
    torch.manual_seed(0)
    found = Classifier(train.shape, int(train.labels.max()) + 1)
    content = hashlib.sha256(Path(__file__).read_bytes())
    for tensor in (train.images, train.labels):
        content.update(tensor.numpy().data)
    cached = cache / f"{content.hexdigest()[:32]}.safetensors"
    if cached.is_file():
        found.load_state_dict(load_file(cached))
        return found
    _train(found, train)
    cache.mkdir(parents=True, exist_ok=True)
    beside = cached.with_suffix(".new")
    save_file(found.state_dict(), beside)
    beside.replace(cached)
    return found


def _train(found: Classifier, items: Examples) -> None:
    # In float32. In bfloat16 a convolution of stride 2 on a grid two wide, that of images eight wide,
    # reads memory that nobody wrote, and now and then a NaN: oneDNN of torch 2.13, on a processor with AMX.
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(found.parameters(), weight_decay=0.05, fused=True)
    for step in range(1, STEPS + 1):
        batch = torch.randint(len(items), (BATCH,), generator=generator)
        done = step / STEPS
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * min(done / LR_WARMUP, 1) * (1 - done)
        logits = found(items.images[batch])
        torch.autograd.backward(functional.cross_entropy(logits, items.labels[batch].long()))
        optimizer.step()
        optimizer.zero_grad()
