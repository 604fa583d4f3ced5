"""Ask the worker about graphs: it opens them, in a process with limits, and this process never does."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.processes.worker import Limits, RequestError, Worker, WorkerError
from .compile import RefusedError, UnsupportedError
from .errors import DemoError
from .messages import Array, File, pack, unpack

MODULE = "demos.compile.requests"
#: What the worker imports.
PACKAGES = ("emx_onnx_cgen", "google", "numpy", "onnx", "onnxruntime", "wasmtime", "ziglang")
LIMITED = 'RESEARCH["graph_seconds"] and RESEARCH["graph_gigabytes"] say what a graph may take'


@dataclass(frozen=True)
class Answer:
    """What became of a request."""

    value: Any
    blobs: Sequence[bytes]


class Sandbox:
    """The worker of one build, started at the first request.

    A graph that crashed it or took too long is not tried again for the same. It must be closed; `with`
    does that.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        #: Where the compiler caches its C library from one build to the next.
        self.tools = _tools()
        self._worker = Worker(MODULE, self._limits, PACKAGES, [self.tools])
        self._failed: dict[str, WorkerError] = {}

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    @property
    def is_running(self) -> bool:
        """Whether anything was asked that started the worker."""
        return self._worker.is_running

    def run(
        self, path: Path, file: File, inputs: Array, outputs: Sequence[str], batch: int | None = None
    ) -> list[Array]:
        """Return the `outputs` of the graph `file`, which lies at `path`, for `inputs` (N, …).

        `batch` is the one size of batch that the graph takes, None if it takes any. Raises `DemoError` if
        ONNX Runtime cannot run it within the limits.
        """
        answer = self._ask("run", path, [file], [inputs], {"outputs": list(outputs), "batch": batch})
        try:
            _, found = unpack(answer.value, answer.blobs)
        except ValueError as error:
            raise DemoError(f"{path}: {error}") from error
        return found

    def compile(
        self, path: Path, files: Sequence[File], arrays: Sequence[Array], more: Mapping[str, Any]
    ) -> Answer:
        """Return the report on the first of `files` compiled, its program, and its quantized graph.

        The other files, the `arrays` and `more` are described in ``compile.requests``. Raises
        `UnsupportedError` if the graph cannot be compiled within the limits, and `RefusedError` if it
        cannot be compiled at all.
        """
        try:
            return self._ask("compile", Path(path.name), files, arrays, {**more, "tools": str(self.tools)})
        except DemoError as error:
            cause = error.__cause__
            is_final = isinstance(cause, RequestError) and cause.kind == RefusedError.__name__
            raise (RefusedError if is_final else UnsupportedError)(str(error)) from error

    def describe(self, path: Path, file: File) -> dict[str, Any]:
        """Return the inputs and outputs of the graph at `path`, and its files of external data.

        Raises `DemoError` if it is no ONNX graph.
        """
        answer = self._ask("describe", path, [file], [], {})
        if not isinstance(answer.value, dict):
            raise DemoError(f"{path} could not be described")
        return answer.value

    def inlined(self, path: Path, file: File) -> bytes:
        """Return the graph at `path` as one file; raise `DemoError` if its external data is not there."""
        return self._ask("inline", path, [file], [], {}).blobs[0]

    def _ask(
        self, name: str, path: Path, files: Sequence[File], arrays: Sequence[Array], more: Mapping[str, Any]
    ) -> Answer:
        key = f"{name} {_digest(files[0])}"
        if key in self._failed:
            raise DemoError(f"{path}: {self._failed[key]}, and was not tried again; {LIMITED}")
        given, blobs = pack(files, arrays)
        with contextlib.suppress(OSError):  # then the compiler reports that it cannot write there
            self.tools.mkdir(parents=True, exist_ok=True)
        try:
            return Answer(*self._worker.call(name, {**given, **more}, blobs))
        except RequestError as error:
            raise DemoError(f"{path}: {_reason(error)}") from error
        except WorkerError as error:
            self._failed[key] = error
            raise DemoError(f"{path}: {error}; {LIMITED}") from error


def _digest(file: File) -> str:
    digest = hashlib.sha256(file.content)
    for name, data in file.data.items():
        digest.update(name.encode() + data)
    return digest.hexdigest()


def _reason(error: RequestError) -> str:
    """Return what is wrong; messages of our own code need no prefix."""
    if error.kind in (UnsupportedError.__name__, RefusedError.__name__):
        return str(error)
    if error.kind == MemoryError.__name__:
        return f"the graph needs more memory than it may have; {LIMITED}"
    return f"the graph cannot be read ({error.kind}: {error})"


def _tools() -> Path:
    """Return where the compiler caches its C library, which takes half a minute to build."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA")
    else:
        home = os.environ.get("HOME")
        base = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else None)
    return Path(base or tempfile.gettempdir()).resolve() / "pelican-research" / "zig"
