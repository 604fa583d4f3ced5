"""What a bundle has for readers who train its model: a step of training, examples, and what checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy
from ..errors import DemoError
from .arrays import check, load
from .bundle import Bundle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..messages import File
else:
    np = lazy("numpy")

#: Arrays by which a compiled step is checked.
CHECKS = ("initial", "chosen", "noise", "parameters")


@dataclass(frozen=True)
class TrainingStep:
    """A step of training."""

    #: ONNX files: ``step``, and with its parameters ``decoder`` and ``encoder``, where there are these.
    graphs: Mapping[str, Path]
    examples: NDArray[np.uint8]  # (N, …)
    #: What 0 and 255 stand for in them.
    range: tuple[float, float]
    #: Of runs of initial parameters: how many, their mean and their deviation. (S, 3)
    segments: NDArray[np.float64]
    checks: Mapping[str, NDArray[np.generic]]
    batch_size: int
    learning_rate: float
    beta: float

    @property
    def parameters(self) -> int:
        """How many parameters there are, P."""
        return int(self.segments[:, 0].sum())

    @property
    def values(self) -> NDArray[np.float32]:
        """The examples as the step takes them, (N, …)."""
        low, high = self.range
        found: NDArray[np.float32] = (self.examples.astype(np.float32) * ((high - low) / 255) + low).astype(
            np.float32
        )
        return found

    def file(self, name: str) -> File:
        """Return the graph `name` as bytes."""
        from ..messages import File

        return File(self.graphs[name].read_bytes())


def stated_step(bundle: Bundle) -> Mapping[str, Any]:
    """Return what the manifest of `bundle` says of its step of training; raise `DemoError` if it has none."""
    stated: Mapping[str, Any] | None = bundle.manifest.get("step")
    if not stated:
        raise DemoError(
            f"the bundle of “{bundle.name}” has no step of training: give its recipe a table “step”, "
            "see docs/training-in-the-page.md"
        )
    return stated


def read_step(bundle: Bundle) -> TrainingStep:
    """Return the step of training of `bundle`; raise `DemoError` if it has none, or one of another form."""
    stated = stated_step(bundle)
    path = bundle.file(stated["arrays"], "the kind train")
    graphs = {name: bundle.file(file, "the kind train") for name, file in stated["graphs"].items()}
    names = ("examples", "segments", *(f"check_{name}" for name in CHECKS))
    arrays = load(path, names)
    if missing := [name for name in names if name not in arrays]:
        raise DemoError(f"{path} has no array “{missing[0]}”")
    examples, segments = arrays["examples"], arrays["segments"]
    check(path, "examples", examples, "u", (None, *examples.shape[1:]))
    check(path, "segments", segments, "f", (None, 3))
    checks = {name: arrays[f"check_{name}"] for name in CHECKS}
    size = int(segments[:, 0].sum())
    for name in ("initial", "parameters"):
        check(path, f"check_{name}", checks[name], "f", (size,))
    check(path, "check_chosen", checks["chosen"], "iu", (None, stated["batch_size"]))
    if checks["chosen"].min() < 0 or checks["chosen"].max() >= len(examples):
        raise DemoError(f"{path}: “check_chosen” names examples that are not there")
    if prod(checks["noise"].shape[:2]) != checks["chosen"].size or checks["noise"].ndim < 2:
        raise DemoError(f"{path}: “check_noise” must be noise for each example of “check_chosen”")
    low, high = stated["range"]
    return TrainingStep(
        graphs,
        examples,
        (low, high),
        segments,
        checks,
        stated["batch_size"],
        stated["learning_rate"],
        stated.get("beta", 1.0),
    )
