"""From a graph of a release to a program that readers can be sent, once and then from the cache."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from ...core.files import sync_folder
from ..release import Graph
from . import UnsupportedError
from .records import Compiled, Precision, Rounding, Trial

if TYPE_CHECKING:
    from onnx import ModelProto

    from .rounding import Packed

HERE = Path(__file__).parent
#: What a program depends on besides its graph.
TOOLS = ("emx-onnx-cgen", "onnx", "ziglang")


def compiled(graph: Graph, trial: Callable[[], Trial], digest: str, cache: Path) -> Compiled:
    """Return `graph` compiled; what was compiled before is taken from the folder `cache`.

    The weights are as coarse as costs next to nothing, which ``checks`` measures on what `trial`
    returns; `digest` is a hash over what that depends on. Raises `UnsupportedError` for a graph that
    cannot be compiled, or whose program computes something else.
    """
    place = cache / _key(graph, digest)
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(dir=cache))
        try:
            _compile(graph, trial(), made)
            _move(made, place)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    report: dict[str, Any] = json.loads((place / "report.json").read_text(encoding="utf-8"))
    return Compiled(
        program=place / "program.wasm",
        rounded=place / "rounded.onnx",
        precision=Precision(report["precision"]),
        rounding=Rounding(**report["rounding"]),
        parity=report["parity"],
    )


def _compile(graph: Graph, trial: Trial, folder: Path) -> None:
    # Imported here: where all is in the cache, no graph is opened.
    import onnx
    from google.protobuf.message import DecodeError

    from . import checks
    from .program import compile_program

    try:
        full = onnx.load(graph.path)
    except DecodeError as error:
        raise UnsupportedError(f"{graph.path} is not an ONNX file") from error
    precision, rounded, weights, cost = _rounded(full, trial)
    program = compile_program(rounded, weights)
    parity = checks.parity(program, rounded, trial.inputs, graph.outputs)
    if not parity <= checks.PARITY:
        raise UnsupportedError(f"the compiled program of {graph.path} errs by {parity:.2g} of its output")
    (folder / "program.wasm").write_bytes(program)
    onnx.save(rounded, folder / "rounded.onnx")
    report = {"precision": precision, "rounding": asdict(cost), "parity": parity}
    (folder / "report.json").write_text(json.dumps(report, indent=2), encoding="utf-8")


def _rounded(full: "ModelProto", trial: Trial) -> "tuple[Precision, ModelProto, list[Packed], Rounding]":
    """Return the coarsest rounding of `full`, rewritten, that is close enough to it."""
    from . import checks
    from .graph import with_col2im, with_float32_weights
    from .rounding import round_weights

    rewritten = with_col2im(with_float32_weights(full))
    for precision in Precision:
        rounded, weights = round_weights(rewritten, precision)
        cost = checks.rounding(full, rounded, trial)
        if cost.is_small(trial.largest_loss):
            break
    return precision, rounded, weights, cost


def _key(graph: Graph, given: str) -> str:
    """Return a hash over all that the result depends on."""
    digest = hashlib.sha256(graph.path.read_bytes() + given.encode())
    digest.update(repr((graph.input, graph.outputs)).encode())
    for tool in TOOLS:
        digest.update(f"{tool} {version(tool)}\n".encode())
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:32]


def _move(made: Path, place: Path) -> None:
    """Give the folder `made` its final name, unless another build was faster."""
    try:
        sync_folder(made)
        os.rename(made, place)
    except OSError:
        if not place.exists():
            raise
