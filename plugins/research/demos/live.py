"""From a release to what a figure needs to wake in the page."""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

from ..documents import PublishedFile
from .compile.compiled import compiled
from .compile.records import TestItems
from .figure import Live
from .gallery import description
from .release import Release
from .spec import Spec

#: On how many latents a compiled decoder is compared with its graph.
LATENTS = 256


@dataclass(frozen=True)
class LiveModel:
    """A model whose decoder readers can be sent."""

    #: With the rounded decoder, so that still pictures show what the page will compute.
    release: Release
    #: The compiled decoder.
    program: Path


def live_model(release: Release, cache: Path) -> LiveModel:
    """Return `release` with its decoder compiled; raise `UnsupportedError` where it cannot be."""
    rng = np.random.default_rng(0)
    latents = rng.standard_normal((LATENTS, release.latents), np.float32)
    decoder = release.decoder
    found = compiled(decoder, latents, cache / "programs", _test_items(release))
    digest = hashlib.sha256(f"{release.digest} {found.program.parent.name}".encode()).hexdigest()
    rounded = replace(release, decoder=replace(decoder, path=found.rounded), digest=digest)
    return LiveModel(rounded, found.program)


def live(spec: Spec, model: LiveModel, cache: Path) -> Live:
    """Return what the figure `spec`, drawn from the release of `model`, needs to wake."""
    name = f"{model.release.name}-{spec.kind.name}"
    files = [_published(description(spec, [model.release], cache), name)]
    if spec.kind.needs_decoder:
        files.append(_published(model.program, model.release.name))
    return Live(
        kind=spec.kind.name,
        files=tuple(files),
        input=model.release.latents,
        output=prod(model.release.decoder.outputs[0].shape),
        kilobytes=_kilobytes(files),
    )


def _published(path: Path, name: str) -> PublishedFile:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return PublishedFile(path, f"demos/{name}.{digest}{path.suffix}")


def _kilobytes(files: Sequence[PublishedFile]) -> int:
    """Return what goes over the line, in thousands of bytes: servers compress."""
    return max(1, round(sum(len(gzip.compress(file.path.read_bytes())) for file in files) / 1000))


def _test_items(release: Release) -> TestItems | None:
    """Return what the loss of the bound is measured on, None where pixels are no probabilities."""
    if release.decoder.outputs[0].range != (0, 1) or "test_items.npz" not in release.manifest["files"]:
        return None
    with np.load(release.folder / "test_items.npz", allow_pickle=False) as arrays:
        if not {"means", "log_variances"} <= set(arrays):
            return None
        pictures = (arrays["images"] / 255).astype(np.float32)
        return TestItems(pictures, arrays["means"], arrays["log_variances"])
