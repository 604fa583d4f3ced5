"""From a step of training in a bundle to a program that readers can be sent, once and then from the cache."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy
from ...core.storage.cache import Cache
from ..bundles.bundle import Bundle
from ..bundles.step import TrainingStep, read_step, stated_step
from . import RefusedError, UnsupportedError
from .compiled import program_versions, require_extra

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")


@dataclass(frozen=True)
class CompiledStep:
    """A step of training as readers get it."""

    #: The WebAssembly module: see ``generation.training``.
    program: Path
    #: The examples, a byte a number.
    examples: Path
    #: The largest difference of a parameter from those of PyTorch, in parts of the largest, after `steps`.
    difference: float
    steps: int
    #: The inputs and outputs of each graph: names and shapes.
    graphs: dict[str, Any]


def compiled_step(bundle: Bundle, cache: Cache) -> CompiledStep:
    """Return the step of training of `bundle`, compiled; what was compiled before is taken from the `cache`.

    Raises `DemoError` where the bundle has none, or one of another form, and `UnsupportedError` for a step
    that cannot be compiled, or whose program reaches other parameters than PyTorch; that is in the cache as
    well, unless it was for want of time or memory.
    """
    require_extra()
    stated = stated_step(bundle)
    used = [
        stated,
        *(bundle.manifest["files"][name] for name in sorted({*stated["graphs"].values(), stated["arrays"]})),
    ]
    area = cache.area("steps", *program_versions())
    place = area.folder(area.key(used), lambda folder: _compile(read_step(bundle), bundle, folder))
    report: dict[str, Any] = json.loads((place / "report.json").read_text(encoding="utf-8"))
    if "refused" in report:
        raise RefusedError(report["refused"])
    return CompiledStep(
        place / "program.wasm",
        place / "examples.bin",
        report["difference"],
        report["steps"],
        report["graphs"],
    )


def _compile(step: TrainingStep, bundle: Bundle, folder: Path) -> None:
    names = list(step.graphs)
    checks = step.checks
    rates = np.array([step.learning_rate, 1.0], np.float32)
    batches = step.values[checks["chosen"]]  # (T, B, …)
    arrays = [checks["initial"], batches, checks["noise"], rates, checks["parameters"]]
    files = [step.file(name) for name in names]
    try:
        answer = bundle.sandbox.compile_step(
            step.graphs[names[0]], files, [np.asarray(each, np.float32) for each in arrays], {"names": names}
        )
    except RefusedError as error:
        report: Any = {"refused": str(error)}
    else:
        report = answer.value
        if not answer.blobs[0].startswith(b"\0asm"):
            raise UnsupportedError(f"{step.graphs[names[0]]}: what was compiled is no program")
        (folder / "program.wasm").write_bytes(answer.blobs[0])
        (folder / "examples.bin").write_bytes(step.examples.tobytes())
    (folder / "report.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
