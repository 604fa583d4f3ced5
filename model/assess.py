"""All that is measured of a released model: bounds of every test picture, and the quality of its samples.

A build measures less (evaluate.py): this takes minutes.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from . import evaluate
from .classifier import Classifier
from .data import Data
from .errors import ModelError
from .evaluate import Metric
from .export import pixels
from .models import Model
from .objectives import importance_bound
from .precision import mixed

#: Samples of a picture that are decoded at once. Larger numbers of samples are multiples of it.
GROUP = 500
#: Samples, of one picture or of several, that are decoded at once: their activations stay in the cache of
#: the processor.
AT_ONCE = 1000
#: As many on a GPU, which has room and would wait for the next ones.
AT_ONCE_THERE = 10_000
#: Pictures on which it is measured what bfloat16 makes of a bound.
COMPARED = 50
#: Sets of samples, each as large as the test set, over which the measures of quality are means.
SETS = 3

Advance = Callable[[int], None]


def bounds(model: Model, images: Tensor, samples: int, advance: Advance) -> dict[str, Metric]:
    """Return the bounds of `images`, (N, C, H, W) uint8, with `GROUP` samples and with `samples`.

    Where the processor is fast at it, networks compute in bfloat16, densities and sums in float32; what
    difference that makes is measured too. `advance` is told of pictures as they are done. Raises
    `ModelError` where `samples` is no multiple of `GROUP` beyond it.
    """
    if samples > GROUP and samples % GROUP:
        raise ModelError(f"{samples} samples: beyond {GROUP} they must be a multiple of {GROUP}")
    generator = torch.Generator(model.device).manual_seed(0)
    lower = evaluate.lower_bounds(model, images.to(model.device), generator)
    group, groups = min(samples, GROUP), max(1, samples // GROUP)
    rows: list[Tensor] = []
    at_once = AT_ONCE if model.device.type == "cpu" else AT_ONCE_THERE
    for batch in torch.split(lower.x, max(1, at_once // group)):
        rows.append(_groups(model, batch, group, groups, generator, half=True))  # (groups, B)
        advance(len(batch))
    each = torch.cat(rows, dim=1)  # (groups, N)
    found = {}
    for count, values in ((group, each.mean(dim=0)), (samples, importance_bound(each))):
        name, meaning = evaluate.weighted_name(count)
        found[name] = evaluate.mean(values, meaning)
    return evaluate.table(lower, found) | {"rounding": _rounding(model, lower.x[:COMPARED], group)}


def quality(model: Model, data: Data, judge: Classifier) -> dict[str, Metric]:
    """Return how the samples of `model` look to a classifier, beside how test pictures do.

    The Fréchet distance is that of normal distributions with the means and covariances of the
    features (Heusel et al., 2017, eq. 6); for comparison, that between training and test pictures.
    """
    real, count = judge.see(data.test.images), len(data.test)
    generator = torch.Generator().manual_seed(0)
    drawn = [judge.see(_samples(model, count, generator)) for _ in range(SETS)]
    distances = torch.stack([frechet_distance(seen.features, real.features) for seen in drawn])
    training = judge.see(data.train.images[:count])
    right = (real.probabilities.argmax(dim=1) == data.test.labels).float()
    of_samples, of_test = "samples", "test pictures"
    return {
        "classifier_accuracy": evaluate.mean(right, "test pictures that our own classifier knows", "share"),
        "frechet_distance": evaluate.mean(
            distances,
            f"Fréchet distance of our classifier's features, {count} samples to the test pictures; no FID",
            "squared features",
        ),
        "frechet_distance_training": Metric(
            frechet_distance(training.features, real.features).item(),
            None,
            f"the same distance, {len(training.features)} training pictures to the test pictures",
            "squared features",
        ),
        "confidence": _confidence(torch.cat([seen.probabilities for seen in drawn]), of_samples),
        "confidence_test": _confidence(real.probabilities, of_test),
        "coverage": _coverage(torch.cat([seen.probabilities for seen in drawn]), of_samples),
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
    model: Model, x: Tensor, group: int, groups: int, generator: torch.Generator, half: bool
) -> Tensor:
    """Return the bounds of x, (B, C, H, W), with `group` samples, as often as `groups` says; (groups, B)."""
    with torch.no_grad(), mixed(model.device, enabled=half):
        weights = [model.log_weights(x, group, generator) for _ in range(groups)]  # (K, B) each
    return torch.stack([importance_bound(part.float()) for part in weights])


def _rounding(model: Model, x: Tensor, group: int) -> Metric:
    """Return by how much bfloat16 shifts the bound, with the same random numbers."""
    rounded, exact = (
        _groups(model, x, group, 1, torch.Generator(model.device).manual_seed(0), half)[0]
        for half in (True, False)
    )
    what = f"what bfloat16 adds to the bound of {group} samples, measured on {len(x)} pictures"
    return evaluate.mean(rounded - exact, what)


@torch.no_grad()
def _samples(model: Model, count: int, generator: torch.Generator) -> Tensor:
    """Return `count` pictures as readers see them: means of p(x | z), z from the prior; uint8."""
    decode = pixels(model)
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
    meaning = f"labels that are met, weighed by how often (the exponential of the entropy), {what}"
    return Metric(math.exp(entropy) / len(shares), None, meaning, "share")
