"""What quantization costs, and whether the compiled program computes what the graph does."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from ..bundles.bundle import Tensor
from .records import Bound, QuantizationCost, TestExamples, Trial
from .runtime import run_graph, run_program

Array = npt.NDArray[Any]

#: How far a program may be from its graph: sums in another order, in parts of the largest output.
PARITY = 1e-4
#: On how many inputs a program is compared with its graph, and after how many seconds no other is begun.
PARITY_INPUTS, PARITY_SECONDS = 64, 20.0


def quantization(full: ModelProto, quantized: ModelProto, trial: Trial) -> QuantizationCost:
    """Compare `quantized` with the `full` graph."""
    expected = np.concatenate([output.ravel() for output in run_graph(full, trial.inputs)])
    errors = np.concatenate([output.ravel() for output in run_graph(quantized, trial.inputs)]) - expected
    return QuantizationCost(
        largest_error=float(np.abs(errors).max()),
        relative_error=float(np.sqrt(np.mean(errors**2)) / max(float(expected.std()), 1e-12)),
        loss=trial.bound(full) - trial.bound(quantized) if trial.bound else None,
    )


def parity(program: bytes, quantized: ModelProto, inputs: Array, outputs: Sequence[Tensor]) -> float:
    """Return the largest difference between `program` and `quantized`, in parts of the largest output.

    Only the first of the `inputs` are tried, as many as the constants above allow.
    """
    tried = inputs[:PARITY_INPUTS]
    found = run_program(program, tried, [output.shape for output in outputs], PARITY_SECONDS)
    expected = run_graph(quantized, tried[: len(found[0])])
    pairs = zip(expected, found, strict=True)
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1.0)) for a, b in pairs)


def bound_by_decoder(examples: TestExamples) -> Bound:
    """Return the bound as the decoder decides it, with one draw from each posterior of `examples`.

    Only the expected reconstruction term of the bound (Kingma and Welling 2013, eq. 10) depends on it.
    """
    latents = _draws(examples.means, examples.log_variances)
    return lambda decoder: _likelihood(decoder, latents, examples.images)


def bound_by_encoder(examples: TestExamples, decoder: ModelProto, range: tuple[float, float]) -> Bound:
    """Return the bound as the encoder, which takes images in a `range`, decides it with `decoder`."""
    least, most = range
    scaled = (examples.images * (most - least) + least).astype(np.float32)

    def bound(encoder: ModelProto) -> float:
        names = [output.name for output in encoder.graph.output]
        outputs = dict(zip(names, run_graph(encoder, scaled), strict=True))
        mean, log_variance = outputs["mean"], outputs["log_variance"]  # (N, Z)
        divergence = ((mean**2 + np.exp(log_variance) - 1 - log_variance) / 2).sum() / len(mean)
        return _likelihood(decoder, _draws(mean, log_variance), examples.images) - float(divergence)

    return bound


def _draws(means: Array, log_variances: Array) -> Array:
    """Return one draw from each posterior, (N, Z); the noise is the same at each call."""
    noise = np.random.default_rng(0).standard_normal(means.shape, np.float32)
    return (means + np.exp(log_variances / 2) * noise).astype(np.float32)


def _likelihood(decoder: ModelProto, latents: Array, images: Array) -> float:
    """Return the mean log likelihood of `images`, with grey levels as probabilities of Bernoulli pixels."""
    drawn = np.clip(run_graph(decoder, latents)[0], 1e-6, 1 - 1e-6).astype(np.float64)  # (N, C, H, W)
    terms = images * np.log(drawn) + (1 - images) * np.log1p(-drawn)
    return float(terms.sum() / len(latents))
