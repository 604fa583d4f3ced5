"""From a graph of a bundle to a program that readers can be sent, once and then from the cache."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...core.extras import installing
from ...core.storage.cache import Cache
from ..bundles.bundle import Graph
from ..bundles.tensors import Likelihood
from ..messages import Array, File
from ..sandbox import Sandbox
from . import RefusedError, UnsupportedError
from .records import MAX_LOSS, Compiled, Measured

HERE = Path(__file__).parent
#: What a program depends on besides its graph.
TOOLS = ("emx-onnx-cgen", "onnx", "ziglang")
#: The modules of the extra `live`.
EXTRA = ("emx_onnx_cgen", "wasmtime", "ziglang")


@dataclass(frozen=True)
class Request:
    """What a graph is tried on: a `Trial`, for the worker to make."""

    inputs: Array
    #: Images, means and log variances of test examples; empty where no bound can be measured.
    examples: tuple[Array, ...] = ()
    #: The decoder by which the bound of an encoder is measured.
    decoder: File | None = None
    max_loss: float = MAX_LOSS
    #: What the terms of the bound are by, where the program must keep them; then `examples` are images, and
    #: for an encoder noise (N, Z).
    likelihood: Likelihood | None = None


def compiled(
    graph: Graph, request: Callable[[], Request], digest: str, cache: Cache, sandbox: Sandbox
) -> Compiled:
    """Return `graph` compiled; what was compiled before is taken from the `cache`.

    The weights are as coarse as costs next to nothing, which ``checks`` measures on what `request`
    returns; `digest` is a hash over what that depends on. Raises `UnsupportedError` for a graph that
    cannot be compiled, or whose program computes something else; that is in the cache as well, unless
    it was for want of time or memory.
    """
    require_extra()
    area = cache.area("programs", *program_versions())
    key = area.key(_key(graph, digest))
    place = area.folder(key, lambda folder: _compile(graph, request(), folder, sandbox))
    report: dict[str, Any] = json.loads((place / "report.json").read_text(encoding="utf-8"))
    if "refused" in report:
        raise RefusedError(report["refused"])
    return Compiled(place / "program.wasm", place / "quantized.onnx", Measured.of(report))


def require_extra() -> None:
    """Raise `UnsupportedError` unless the packages are installed that graphs are compiled with."""
    if missing := [module for module in EXTRA if find_spec(module) is None]:
        raise UnsupportedError(
            f"the compiler is not installed ({', '.join(missing)}): run {installing('live')}, "
            'or set RESEARCH = {"live": False}'
        )


def _compile(graph: Graph, request: Request, folder: Path, sandbox: Sandbox) -> None:
    files = [graph.read(), *([request.decoder] if request.decoder else [])]
    likelihood = asdict(request.likelihood) if request.likelihood else None
    more = {"signature": graph.signature.stated(), "max_loss": request.max_loss, "likelihood": likelihood}
    report: Mapping[str, Any]
    try:
        answer = sandbox.compile(graph.path, files, [request.inputs, *request.examples], more)
    except RefusedError as error:
        report = {"refused": str(error)}
    else:
        report = _checked(graph, answer.value, answer.blobs)
        (folder / "program.wasm").write_bytes(answer.blobs[0])
        (folder / "quantized.onnx").write_bytes(answer.blobs[1])
    (folder / "report.json").write_text(json.dumps(report, indent=2), encoding="utf-8")


def _checked(graph: Graph, report: Any, blobs: Sequence[bytes]) -> Mapping[str, Any]:
    """Return `report` if it is complete: the worker may have been taken over."""
    try:
        Measured.of(report)
        program, _ = blobs
    except (KeyError, TypeError, ValueError) as error:
        raise UnsupportedError(f"{graph.path}: what was compiled is incomplete") from error
    if not program.startswith(b"\0asm"):
        raise UnsupportedError(f"{graph.path}: what was compiled is no program")
    found: Mapping[str, Any] = report
    return found


def _key(graph: Graph, given: str) -> str:
    """Return a hash over all that the result depends on, beside the program that compiles."""
    digest = hashlib.sha256(graph.path.read_bytes() + given.encode())
    digest.update(repr(graph.signature).encode())
    return digest.hexdigest()


@lru_cache
def program_versions() -> list[str]:
    """Return what stands for the program that compiles: the versions of its tools, and our code."""
    code = (source.read_text(encoding="utf-8") for source in sorted(HERE.rglob("*.py")))
    return [*(f"{tool} {version(tool)}" for tool in TOOLS), *code]
