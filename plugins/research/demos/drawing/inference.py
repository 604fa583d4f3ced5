"""What a trained model makes of latents and of images, by ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...core.lazy import lazy
from ...core.processes.worker import printable
from ..bundles.bundle import Bundle, Graph
from ..errors import DemoError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

Floats: TypeAlias = "NDArray[np.float32]"
Bytes: TypeAlias = "NDArray[np.uint8]"


def decode(bundle: Bundle, latents: Floats) -> Bytes:
    """Return the images (N, C, H, W) that the decoder makes of `latents` (N, Z), 0 to 255."""
    graph = bundle.decoder
    condition = np.asarray(bundle.condition, np.float32)
    rows = np.broadcast_to(condition, (len(latents), len(condition)))
    inputs = np.concatenate([latents, rows], axis=1).astype(np.float32)
    images = bundle.sandbox.decode(graph.path, graph.read(), inputs, graph.outputs[0].range)
    if images.shape != (len(latents), *bundle.image):
        raise DemoError(f"{graph.path} makes images of {images.shape[1:]}, its manifest says {bundle.image}")
    return images


def outputs(bundle: Bundle, latents: Floats) -> list[Floats]:
    """Return all that the decoder makes of `latents` (N, Z), as it is."""
    graph = bundle.decoder
    names = [output.name for output in graph.outputs]
    found = bundle.sandbox.run(graph.path, graph.read(), latents, names)
    if len(found) != len(names) or any(len(each) != len(latents) for each in found):
        raise DemoError(f"{graph.path} gives no outputs for each of {len(latents)} inputs")
    return found


def decode_points(bundle: Bundle, latents: Floats) -> Floats:
    """Return the points (N, 2) that the decoder makes of `latents` (N, Z)."""
    if not bundle.decoder.outputs[0].is_points:
        raise DemoError(f"“{bundle.name}” is a model of images, and kind points is for points of the plane")
    return _run(bundle, bundle.decoder, latents.astype(np.float32), bundle.decoder.outputs[0].name)


def applied(bundle: Bundle, rows: Floats) -> Floats:
    """Return the states (N, S) after a step from `rows` (N, …), the numbers of all inputs."""
    found = _run(bundle, bundle.decoder, rows.astype(np.float32), bundle.decoder.outputs[0].name)
    return found.reshape(len(rows), -1)


def classify(bundle: Bundle, images: Bytes) -> Floats:
    """Return the probabilities (N, K) that a classifier gives the classes of `images` (N, C, H, W)."""
    graph = bundle.decoder
    least, most = graph.input.range
    scaled = images.astype(np.float32) / 255 * (most - least) + least
    found = _run(bundle, graph, scaled.astype(np.float32), graph.outputs[0].name).astype(np.float64)
    if graph.outputs[0].kind == "logits":
        found = np.exp(found - found.max(axis=1, keepdims=True))
        found /= found.sum(axis=1, keepdims=True)
    return found.astype(np.float32)


def encode(bundle: Bundle, images: Bytes) -> Floats:
    """Return the means (N, Z) of the posteriors of `images` (N, C, H, W)."""
    return _encode(bundle, images, "mean")


def log_variances(bundle: Bundle, images: Bytes) -> Floats:
    """Return the logarithms of the variances (N, Z) of the posteriors of `images` (N, C, H, W)."""
    return _encode(bundle, images, "log_variance")


def deviations(bundle: Bundle, images: Bytes) -> Floats:
    """Return the standard deviations (N, Z) of the posteriors of `images` (N, C, H, W)."""
    deviation: Floats = np.exp(log_variances(bundle, images) / 2)
    return deviation


def _encode(bundle: Bundle, images: Bytes, output: str) -> Floats:
    if bundle.encoder is None:
        raise DemoError(f"the bundle of “{bundle.name}” has no encoder, which this kind of demo needs")
    least, most = bundle.encoder.input.range
    scaled = images.astype(np.float32) / 255 * (most - least) + least
    return _run(bundle, bundle.encoder, scaled.astype(np.float32), output)


def _run(bundle: Bundle, graph: Graph, values: Floats, output: str) -> Floats:
    found = bundle.sandbox.run(graph.path, graph.read(), values, [output])
    if len(found) != 1 or found[0].shape[:1] != values.shape[:1]:
        raise DemoError(f"{graph.path} gives no “{printable(output)}” for each of {len(values)} inputs")
    return found[0]
