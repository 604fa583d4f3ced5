"""Whether images are ink on paper, which a light page inverts, or photographs, which stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import read
from .inference import Bytes, decode
from .normals import normals

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: On how many samples from the prior a guess rests.
SAMPLES = 16
#: What counts as black, and the share of the outermost pixels that are black around ink.
BLACK, EDGES = 40, 0.75


def is_ink(bundle: Bundle, stated: str | None) -> bool:
    """Return whether images are ink: as `stated` by the block, else by the manifest, else by a guess."""
    manifest = bundle.manifest
    of_graph, of_data = manifest["graphs"][bundle.role], manifest.get("data", {})
    for polarity in (stated, of_graph.get("polarity"), of_data.get("polarity")):
        if polarity in ("ink", "photograph"):
            return bool(polarity == "ink") and (bundle.decoder.outputs[0].is_points or bundle.image[0] == 1)
    if bundle.decoder.outputs[0].is_points:
        return True  # dots on black
    if bundle.image[0] != 1:
        return False
    if bundle.role == "classifier":
        return looks_like_ink(read(bundle).images[:SAMPLES])
    if bundle.role == "step":
        return False
    return looks_like_ink(decode(bundle, normals(0, SAMPLES, bundle.latents)))


def looks_like_ink(images: Bytes) -> bool:
    """Return whether grey `images` (N, 1, H, W) are light strokes on black: their edges are black."""
    edges = (images[..., 0, :], images[..., -1, :], images[..., 0], images[..., -1])
    outermost = np.concatenate([edge.ravel() for edge in edges])
    return float((outermost <= BLACK).mean()) >= EDGES
