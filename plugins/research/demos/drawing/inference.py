"""What a released model makes of latents and of pictures, by ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...core.lazy import lazy
from ...core.processes.worker import printable
from ..bundles.release import Graph, Release
from ..errors import DemoError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

Floats: TypeAlias = "NDArray[np.float32]"
Bytes: TypeAlias = "NDArray[np.uint8]"


def decode(release: Release, latents: Floats) -> Bytes:
    """Return the pictures (N, C, H, W) that the decoder draws from `latents` (N, Z), 0 to 255."""
    output = release.decoder.outputs[0]
    drawn = _run(release, release.decoder, latents, output.name)  # (N, C, H, W)
    if drawn.shape[1:] != output.shape:
        raise DemoError(
            f"{release.decoder.path} draws pictures of {drawn.shape[1:]}, its manifest says {output.shape}"
        )
    least, most = output.range
    grey: Bytes = np.rint(np.clip((drawn - least) / (most - least), 0, 1) * 255).astype(np.uint8)
    return grey


def encode(release: Release, pictures: Bytes) -> Floats:
    """Return the means (N, Z) of the posteriors of `pictures` (N, C, H, W)."""
    return _encode(release, pictures, "mean")


def log_variances(release: Release, pictures: Bytes) -> Floats:
    """Return the logarithms of the variances (N, Z) of the posteriors of `pictures` (N, C, H, W)."""
    return _encode(release, pictures, "log_variance")


def deviations(release: Release, pictures: Bytes) -> Floats:
    """Return the standard deviations (N, Z) of the posteriors of `pictures` (N, C, H, W)."""
    deviation: Floats = np.exp(log_variances(release, pictures) / 2)
    return deviation


def _encode(release: Release, pictures: Bytes, output: str) -> Floats:
    if release.encoder is None:
        raise DemoError(f"the release of “{release.name}” has no encoder, which this kind of demo needs")
    least, most = release.encoder.input.range
    scaled = pictures.astype(np.float32) / 255 * (most - least) + least
    return _run(release, release.encoder, scaled.astype(np.float32), output)


def _run(release: Release, graph: Graph, values: Floats, output: str) -> Floats:
    found = release.sandbox.run(graph.path, graph.read(), values, [output], graph.input.batch)
    if len(found) != 1 or found[0].shape[:1] != values.shape[:1]:
        raise DemoError(f"{graph.path} gives no “{printable(output)}” for each of {len(values)} inputs")
    return found[0]
