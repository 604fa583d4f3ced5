"""Verifies that ONNX Runtime computes what PyTorch does; otherwise no bundle is published."""

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
#: How far logits and log densities may be apart, which are not squeezed into [0, 1].
LOG_TOLERANCE = 1e-4

#: The inputs of a graph, for a batch.
Inputs = tuple[Tensor, ...]


def verify(model: Model, graphs: Mapping[str, bytes]) -> dict[str, float]:
    """Compare the graphs “decoder” and “encoder” with `model`; return the largest difference of each.

    The `ALLOWED_OUTLIERS` inputs that differ most are not counted. Raises `ModelError` when a graph cannot be
    run or differs by more than the model's tolerance, or by more than `OUTLIER_TOLERANCE` on one of those
    inputs.
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

    Raises `ModelError` where that, or the difference on one of those, is beyond its allowance.
    """
    exported = session(graph)
    found: list[Tensor] = []
    for batch in batches:
        expected = module(*batch)
        for theirs, ours in zip(run(exported, *batch), _tuple(expected), strict=True):
            if theirs.shape != ours.shape:
                raise ModelError(f"the exported {name} gives {tuple(theirs.shape)}, not {tuple(ours.shape)}")
            relative = (theirs - ours).abs() / ours.abs().clamp(min=1)
            found.append(relative.flatten(1).amax(dim=1))  # (B,)
    differences: list[float] = torch.cat(found).sort().values.tolist()  # NaN comes last
    largest, worst = differences[-1 - ALLOWED_OUTLIERS], differences[-1]
    for error, allowed in zip((largest, worst), allowances, strict=True):
        if not error <= allowed:  # also true for NaN
            raise ModelError(
                f"the exported {name} differs from PyTorch by {error:.1e}, more than {allowed:.0e}"
            )
    return largest


def _tuple(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (result,) if isinstance(result, Tensor) else result
