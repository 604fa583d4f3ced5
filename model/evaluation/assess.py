"""The full evaluation of a bundle: bounds on every test image, and the quality of its samples.

It takes minutes; a build measures less (evaluate.py).
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..bundles.export import mean_decoder
from ..data.examples import Data
from ..errors import ModelError
from ..models import Model
from ..objectives import importance_weighted_bound
from ..training.precision import mixed
from . import evaluate
from .classifier import Classifier
from .evaluate import Metric

#: Samples of an image that are decoded at once. Larger numbers of samples are multiples of it.
GROUP = 500
#: Samples of several images that are decoded at once on a CPU, so that their activations fit its cache.
CPU_BATCH = 1000
#: The same on a GPU.
GPU_BATCH = 10_000
#: Images on which the effect of bfloat16 on a bound is measured.
COMPARED_IMAGES = 50
#: Sets of samples, each as large as the test set, over which measures of quality are averaged.
SETS = 3

Advance = Callable[[int], None]


def bounds(
    model: Model, images: Tensor, samples: int, advance: Advance, bfloat16: bool = False
) -> dict[str, Metric]:
    """Return the bounds of `images`, (N, C, H, W) uint8, with `GROUP` samples and with `samples`.

    With `bfloat16`, networks compute in it, densities and sums in float32, and the difference that it makes
    is measured too. `advance` is called with the number of images that are done. Raises `ModelError` if
    `samples` is above `GROUP` and no multiple of it.
    """
    if samples > GROUP and samples % GROUP:
        raise ModelError(f"{samples} samples: beyond {GROUP} they must be a multiple of {GROUP}")
    generator = torch.Generator(model.device).manual_seed(0)
    lower = evaluate.per_example_elbos(model, images.to(model.device), generator)
    group, groups = min(samples, GROUP), max(1, samples // GROUP)
    rows: list[Tensor] = []
    at_once = CPU_BATCH if model.device.type == "cpu" else GPU_BATCH
    for batch in torch.split(lower.x, max(1, at_once // group)):
        rows.append(_groups(model, batch, group, groups, generator, bfloat16))  # (groups, B)
        advance(len(batch))
    each = torch.cat(rows, dim=1)  # (groups, N)
    found = {}
    for count, values in ((group, each.mean(dim=0)), (samples, importance_weighted_bound(each))):
        name, meaning = evaluate.weighted_name(count)
        found[name] = evaluate.mean(values, meaning)
    return evaluate.table(lower, found) | {
        "bfloat16_effect": _bfloat16_effect(model, lower.x[:COMPARED_IMAGES], group, bfloat16)
    }


def quality(model: Model, data: Data, judge: Classifier) -> dict[str, Metric]:
    """Return how a classifier judges the samples of `model`, and how test images.

    The Fréchet distance is that of normal distributions with the means and covariances of the
    features (Heusel et al., 2017, eq. 6); for comparison, that between training and test images.
    """
    real, count = judge.embed(data.test.images), len(data.test)
    generator = torch.Generator().manual_seed(0)
    sampled = [judge.embed(_samples(model, count, generator)) for _ in range(SETS)]
    distances = torch.stack([frechet_distance(embedded.features, real.features) for embedded in sampled])
    training = judge.embed(data.train.images[:count])
    right = (real.probabilities.argmax(dim=1) == data.test.labels).float()
    of_samples, of_test = "samples", "test images"
    return {
        "classifier_accuracy": evaluate.mean(right, "accuracy of our classifier on test images", "share"),
        "frechet_distance": evaluate.mean(
            distances,
            f"Fréchet distance of our classifier's features, {count} samples to the test images; no FID",
            "squared features",
        ),
        "frechet_distance_training": Metric(
            frechet_distance(training.features, real.features).item(),
            None,
            f"the same distance, {len(training.features)} training images to the test images",
            "squared features",
        ),
        "confidence": _confidence(torch.cat([embedded.probabilities for embedded in sampled]), of_samples),
        "confidence_test": _confidence(real.probabilities, of_test),
        "coverage": _coverage(torch.cat([embedded.probabilities for embedded in sampled]), of_samples),
        "coverage_test": _coverage(real.probabilities, of_test),
    }


def frechet_distance(ours: Tensor, theirs: Tensor) -> Tensor:
    """Return |μ - μ'|² + Tr(Σ + Σ' - 2 (Σ Σ')^½) of features (N, F) and (M, F)."""
    means = [features.double().mean(dim=0) for features in (ours, theirs)]
    covariances = [torch.cov(features.double().T) for features in (ours, theirs)]
    values, vectors = torch.linalg.eigh(covariances[0])
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T  # Σ^½; Σ^½ Σ' Σ^½ has the eigenvalues of Σ Σ'
    shared = torch.linalg.eigvalsh(root @ covariances[1] @ root).clamp(min=0).sqrt().sum()
    traces = covariances[0].trace() + covariances[1].trace()
    distance: Tensor = ((means[0] - means[1]) ** 2).sum() + traces - 2 * shared
    return distance


def _groups(
    model: Model, x: Tensor, group: int, groups: int, generator: torch.Generator, bfloat16: bool
) -> Tensor:
    """Return `groups` bounds of x, (B, C, H, W), with `group` samples each; (groups, B)."""
    with torch.no_grad(), mixed(model.device, bfloat16):
        weights = [model.log_weights(x, group, generator) for _ in range(groups)]  # (K, B) each
    return torch.stack([importance_weighted_bound(part.float()) for part in weights])


def _bfloat16_effect(model: Model, x: Tensor, group: int, used: bool) -> Metric:
    """Return by how much bfloat16, if it is `used`, changes the bound, with the same random numbers."""
    rounded, exact = (
        _groups(model, x, group, 1, torch.Generator(model.device).manual_seed(0), bfloat16)[0]
        for bfloat16 in (used, False)
    )
    meaning = f"difference that bfloat16 makes to the bound of {group} samples, on {len(x)} images"
    return evaluate.mean(rounded - exact, meaning)


@torch.no_grad()
def _samples(model: Model, count: int, generator: torch.Generator) -> Tensor:
    """Return `count` means of p(x | z), z sampled from the prior, as uint8."""
    decode = mean_decoder(model)
    noise = torch.randn((count, model.latents), generator=generator)
    parts = (decode(z.to(model.device)) for z in torch.split(noise, GROUP))
    return torch.cat([(part * 255).round().to(torch.uint8).cpu() for part in parts])


def _confidence(probabilities: Tensor, what: str) -> Metric:
    meaning = f"mean of the largest probability that the classifier gives a label, {what}"
    return evaluate.mean(probabilities.max(dim=1).values, meaning, "share")


def _coverage(probabilities: Tensor, what: str) -> Metric:
    """Return the exponential of the entropy of the mean of p(label | x), as a share of all labels."""
    shares = probabilities.mean(dim=0)
    entropy = torch.special.entr(shares).sum().item()
    meaning = f"exponential of the entropy of the mean prediction, as a share of all labels, {what}"
    return Metric(math.exp(entropy) / len(shares), None, meaning, "share")
