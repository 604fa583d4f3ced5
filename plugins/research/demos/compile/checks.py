"""What rounding costs, and whether the compiled program computes what the graph does."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from ..release import Tensor
from .records import Rounding, TestItems
from .runtime import run_graph, run_program

Array = npt.NDArray[Any]

#: How far a program may be from its graph: sums in another order, in parts of the largest output.
PARITY = 1e-4


def rounding(full: ModelProto, rounded: ModelProto, inputs: Array, items: TestItems | None) -> Rounding:
    """Compare `rounded` with the `full` graph on `inputs`; measure the loss of the bound on `items`."""
    expected = np.concatenate([output.ravel() for output in run_graph(full, inputs)])
    errors = np.concatenate([output.ravel() for output in run_graph(rounded, inputs)]) - expected
    return Rounding(
        largest_error=float(np.abs(errors).max()),
        relative_error=float(np.sqrt(np.mean(errors**2)) / max(float(expected.std()), 1e-12)),
        loss=None if items is None else _loss(full, rounded, items),
    )


def parity(program: bytes, rounded: ModelProto, inputs: Array, outputs: Sequence[Tensor]) -> float:
    """Return the largest difference between `program` and `rounded`, in parts of the largest output."""
    expected = run_graph(rounded, inputs)
    found = run_program(program, inputs, [output.shape for output in outputs])
    pairs = zip(expected, found, strict=True)
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1.0)) for a, b in pairs)


def _loss(full: ModelProto, rounded: ModelProto, items: TestItems) -> float:
    """Return how many nats of the bound the `rounded` decoder loses, one draw from each posterior.

    Only the expected reconstruction term of the bound (Kingma and Welling 2013, eq. 10) depends on
    the decoder: with grey levels as probabilities, the Bernoulli log likelihood of a picture.
    """
    noise = np.random.default_rng(0).standard_normal(items.means.shape, np.float32)
    latents = (items.means + np.exp(items.log_variances / 2) * noise).astype(np.float32)  # (N, Z)
    likelihoods = []
    for model in (full, rounded):
        drawn = np.clip(run_graph(model, latents)[0], 1e-6, 1 - 1e-6).astype(np.float64)  # (N, C, H, W)
        terms = items.pictures * np.log(drawn) + (1 - items.pictures) * np.log1p(-drawn)
        likelihoods.append(terms.sum() / len(latents))
    return float(likelihoods[0] - likelihoods[1])
