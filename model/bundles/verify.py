"""Verifies that ONNX Runtime computes what PyTorch does; otherwise no bundle is published."""

import copy
import math
from collections.abc import Mapping, Sequence

import numpy
import onnxruntime
import torch
from torch import Tensor, nn

from ..errors import ModelError
from ..models import Model
from .export import mean_decoder

#: Inputs that may differ by more: steep networks magnify rounding errors, and units with thresholds may be on
#: in one and off in the other.
ALLOWED_OUTLIERS = 3
#: By how much those may differ, unless the network has thresholds.
OUTLIER_TOLERANCE = 1e-3
#: Batch sizes that are compared; the second shows that any size works.
BATCHES = (1000, 7)
#: By how many times as much as PyTorch differs from itself in float64 a graph may differ, where that is more.
ALLOWED_ROUNDINGS = 4
#: How far logits and log densities may be apart, which are not squeezed into [0, 1].
LOG_TOLERANCE = 1e-4

#: The inputs of a graph, for a batch.
Inputs = tuple[Tensor, ...]


def verify(model: Model, graphs: Mapping[str, bytes]) -> dict[str, float]:
    """Compare the graphs “decoder” and “encoder” with `model`; return the largest difference of each.

    The `ALLOWED_OUTLIERS` inputs that differ most are not counted. Raises `ModelError` when a graph cannot be
    run or differs by more than the model's tolerance, or by more than `OUTLIER_TOLERANCE` on one of those
    inputs, unless PyTorch itself rounds as much: see `ALLOWED_ROUNDINGS`.
    """
    generator = torch.Generator().manual_seed(0)
    decoder = mean_decoder(model)
    z = [_latents(model, count, generator) for count in BATCHES]
    with torch.no_grad():
        x = [(decoder(*batch),) for batch in z]  # images like those that the encoder was trained on
    outliers = math.inf if model.thresholds else OUTLIER_TOLERANCE
    found = {"decoder": difference("decoder", decoder, graphs["decoder"], z, (model.tolerance, outliers))}
    if model.exported_encoder is not None:
        found["encoder"] = difference(
            "encoder", model.exported_encoder, graphs["encoder"], x, (model.tolerance, OUTLIER_TOLERANCE)
        )
    if model.joint:
        recognition, joint = model.joint
        limits = (LOG_TOLERANCE, OUTLIER_TOLERANCE)
        found["recognition"] = difference("recognition", recognition, graphs["recognition"], x, limits)
        found["joint"] = difference("joint", joint, graphs["joint"], z, limits)
    return found


def _latents(model: Model, count: int, generator: torch.Generator) -> Inputs:
    """Return what the decoder takes: latents (N, Z), and where there are classes codes (N, classes)."""
    z = torch.randn((count, model.latents), generator=generator)
    return (z, torch.eye(model.classes)[torch.arange(count) % model.classes]) if model.classes else (z,)


def session(graph: bytes) -> onnxruntime.InferenceSession:
    """Return an ONNX Runtime session on the CPU; `ModelError` where the graph does not load."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # those of ONNX Runtime have no common base class
        raise ModelError(f"ONNX Runtime cannot load the exported graph: {error}") from error


def run(graph: onnxruntime.InferenceSession, *batch: Tensor) -> list[Tensor]:
    """Return the outputs of `graph` for the inputs of a `batch`."""
    names = [each.name for each in graph.get_inputs()]
    results = graph.run(None, {name: each.numpy() for name, each in zip(names, batch, strict=True)})
    return [torch.from_numpy(numpy.asarray(result)) for result in results]


@torch.no_grad()
def difference(
    name: str, module: nn.Module, graph: bytes, batches: Sequence[Inputs], allowances: tuple[float, float]
) -> float:
    """Return by how much `graph` differs from `module` on `batches`, but for the `ALLOWED_OUTLIERS` inputs.

    Raises `ModelError` where that, or the difference on one of those, is beyond its allowance, and beyond
    what rounding explains.
    """
    exported = session(graph)
    found: list[Tensor] = []
    for batch in batches:
        expected = _tuple(module(*batch))
        results = run(exported, *batch)
        for theirs, ours in zip(results, expected, strict=True):
            if theirs.shape != ours.shape:
                raise ModelError(f"the exported {name} gives {tuple(theirs.shape)}, not {tuple(ours.shape)}")
        found.append(_relative(results, expected))
    errors = _largest(found)
    for error, allowed, rounding in zip(
        errors, allowances, _roundings(module, batches, errors, allowances), strict=True
    ):
        if not error <= max(allowed, ALLOWED_ROUNDINGS * rounding):  # also true for NaN
            raise ModelError(
                f"the exported {name} differs from PyTorch by {error:.1e}, more than {allowed:.0e}"
            )
    return errors[0]


def _relative(results: Sequence[Tensor], expected: Sequence[Tensor]) -> Tensor:
    """Return the largest difference of each input of a batch, relative to values beyond 1, (B,)."""
    each = [
        (one - other).abs() / other.abs().clamp(min=1) for one, other in zip(results, expected, strict=True)
    ]
    return torch.stack([one.flatten(1).amax(dim=1) for one in each]).amax(dim=0)


def _largest(differences: Sequence[Tensor]) -> tuple[float, float]:
    """Return the largest of the `differences` of inputs but for outliers, and the largest of all."""
    sorted_ones: list[float] = torch.cat(list(differences)).sort().values.tolist()  # NaN comes last
    return sorted_ones[-1 - ALLOWED_OUTLIERS], sorted_ones[-1]


def _roundings(
    module: nn.Module, batches: Sequence[Inputs], errors: tuple[float, float], allowances: tuple[float, float]
) -> tuple[float, float]:
    """Return by how much `module` differs from itself in float64, as `_largest` does; 0 where none asks.

    Weights of a few hundred, as a small standard deviation of p(x | z) makes them, magnify roundings.
    """
    if all(error <= allowed for error, allowed in zip(errors, allowances, strict=True)):
        return 0.0, 0.0
    exact = copy.deepcopy(module).double()
    try:
        found = [
            _relative(_tuple(module(*batch)), _tuple(exact(*(one.double() for one in batch))))
            for batch in batches
        ]
    except RuntimeError:  # a module that can be float32 alone has the allowances alone
        return 0.0, 0.0
    return _largest(found)


def _tuple(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (result,) if isinstance(result, Tensor) else result
