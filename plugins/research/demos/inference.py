"""What a released model makes of latents and of pictures, by ONNX Runtime."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import DemoError
from .release import Graph, Release

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

#: Pictures at a time where the graph leaves it open: enough to keep a core busy, small in memory.
BATCH = 256


def decode(release: Release, latents: Floats) -> Bytes:
    """Return the pictures (N, C, H, W) that the decoder draws from `latents` (N, Z), 0 to 255."""
    output = release.decoder.outputs[0]
    drawn = _run(release.decoder, latents, [output.name])[0]  # (N, C, H, W)
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
    return _run(release.encoder, scaled.astype(np.float32), [output])[0]


def _run(graph: Graph, values: Floats, outputs: list[str]) -> list[Floats]:
    session = _session(graph)
    step = graph.input.batch or BATCH
    batches = [_padded(values[at : at + step], graph.input.batch) for at in range(0, len(values), step)]
    try:
        found = [session.run(outputs, {graph.input.name: batch}) for batch in batches]
    # ONNX Runtime raises classes of its own that share no base but Exception.
    except Exception as error:
        raise DemoError(f"ONNX Runtime cannot run {graph.path}: {error}") from error
    return [np.concatenate(parts)[: len(values)] for parts in zip(*found, strict=True)]


def _session(graph: Graph) -> "InferenceSession":
    # Imported here: where all pictures are in the cache, no graph is opened.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is in the exception
    options.intra_op_num_threads = 1  # the same sums in the same order on any machine
    try:
        return onnxruntime.InferenceSession(graph.path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise DemoError(f"ONNX Runtime cannot open {graph.path}: {error}") from error


def _padded(batch: Floats, size: int | None) -> Floats:
    missing = (size or len(batch)) - len(batch)
    return np.concatenate([batch, np.zeros((missing, *batch.shape[1:]), np.float32)]) if missing else batch
