"""What quantization costs, and whether the compiled program computes what the graph does."""

from collections.abc import Sequence
from math import isfinite, prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto

from ..bundles.tensors import Tensor
from .records import VISIBLE, Bound, QuantizationCost, TestExamples, Trial
from .runtime import each_output, run_graph, run_program

Array = npt.NDArray[Any]

#: How far a program may be from its graph: sums in another order, in parts of the largest output.
PARITY = 1e-4
#: On how many inputs a program is compared with its graph.
PARITY_INPUTS = 8
#: Bytes of outputs that a check may hold at a time.
MAX_BYTES = 64 << 20


def affordable(model: ModelProto, inputs: Array) -> Array:
    """Return as many of the `inputs` as have outputs that a check may hold."""
    sizes = (prod(axis.dim_value for axis in each.type.tensor_type.shape.dim) for each in model.graph.output)
    return inputs[: max(4, MAX_BYTES // max(1, 4 * sum(sizes)))]


def quantization(
    expected: Sequence[Array], quantized: ModelProto, trial: Trial, full_bound: float | None
) -> QuantizationCost:
    """Compare `quantized` with the full graph, whose outputs for the inputs of `trial` are `expected`."""
    least, most = trial.range
    width = most - least if trial.is_image else 1.0
    inputs = trial.inputs[: len(expected[0])]
    largest = total = squares = 0.0
    visible = count = 0
    for at, found in enumerate(each_output(quantized, inputs)):
        for a, b in zip(expected, found, strict=True):
            given, made = (np.clip(x, least, most) if trial.is_image else x for x in (a[at], b[0]))
            errors = np.abs(given - made) / width
            largest = max(largest, float(errors.max(initial=0)))
            total += float(errors.sum(dtype=np.float64))
            squares += float(np.square(errors, dtype=np.float64).sum())
            visible += int((errors > VISIBLE).sum())
            count += errors.size
    deviation = float(np.std(np.concatenate([output.ravel() for output in expected]))) / width
    loss = full_bound - trial.bound(quantized) if trial.bound and full_bound is not None else None
    nats = None
    if trial.terms:
        difference = trial.terms(list(expected)) - trial.terms(run_graph(quantized, inputs))
        nats = _finite(float(np.abs(difference).max(initial=0)))
    return QuantizationCost(
        largest_error=_finite(largest),
        mean_error=_finite(total / max(1, count)),
        relative_error=_finite(sqrt(squares / max(1, count)) / max(deviation, 1e-12)),
        visible_share=visible / max(1, count),
        loss=loss,
        nats=nats,
    )


def _finite(number: float) -> float:
    return number if isfinite(number) else float("inf")


def parity(program: bytes, quantized: ModelProto, inputs: Array, outputs: Sequence[Tensor]) -> float:
    """Return the largest difference between `program` and `quantized`, in parts of the largest output.

    Only the first of the `inputs` are tried.
    """
    tried = inputs[:PARITY_INPUTS]
    shapes = [output.image or (output.size,) for output in outputs]
    found = run_program(program, tried, shapes)
    expected = run_graph(quantized, tried)
    pairs = zip(expected, found, strict=True)
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1.0)) for a, b in pairs)


def program_nats(program: bytes, full: ModelProto, trial: Trial, outputs: Sequence[Tensor]) -> float | None:
    """Return the largest difference, in nats, of a term of the bound between `program` and the graph `full`.

    None where the trial asks for no terms.
    """
    if not trial.terms:
        return None
    inputs = affordable(full, trial.inputs)
    shapes = [output.image or (output.size,) for output in outputs]
    found, expected = run_program(program, inputs, shapes), run_graph(full, inputs)
    return _finite(float(np.abs(trial.terms(found) - trial.terms(expected)).max(initial=0)))


def bound_by_decoder(examples: TestExamples) -> Bound:
    """Return the bound as the decoder decides it, with one draw from each posterior of `examples`.

    Only the expected reconstruction term of the bound (Kingma and Welling 2013, eq. 10) depends on it.
    """
    latents = _draws(examples.means, examples.log_variances)
    return lambda decoder: _likelihood(decoder, latents, examples.images)


def bound_by_encoder(examples: TestExamples, decoder: ModelProto, range: tuple[float, float]) -> Bound:
    """Return the bound as the encoder, which takes images in a `range`, decides it with `decoder`."""
    least, most = range
    scaled = (examples.images * (most - least) + least).astype(np.float32)  # (N, C, H, W)

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
