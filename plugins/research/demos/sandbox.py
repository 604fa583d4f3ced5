"""Ask the worker about graphs: it opens them, in a process with limits, and this process never does."""

import contextlib
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.processes.worker import Limits, RequestError, Worker, WorkerError
from .bundles.tensors import Signature
from .compile import RefusedError, UnsupportedError
from .errors import DemoError
from .messages import Array, File, pack, unpack

MODULE = "demos.compile.requests"
#: What the worker imports.
PACKAGES = ("emx_onnx_cgen", "google", "numpy", "onnx", "onnxruntime", "wasmtime", "ziglang")
#: After how many seconds the author is shown what is being done, and what that is.
NOTICE_SECONDS = 5
DOING = {
    "normalize": "Simplifying",
    "logits": "Simplifying",
    "run": "Running",
    "decode": "Rendering images of",
    "compile": "Compiling and checking",
    "compile_step": "Compiling and checking",
    "train": "Training by",
    "apply": "Running",
    "probe": "Trying",
    "files": "Reading",
    "layers": "Reading",
}
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

    def normalized(
        self, path: Path, files: Sequence[File], signature: Signature, codes: Sequence[Array]
    ) -> bytes:
        """Return the graph at `path`, the first of `files`, in its normal form.

        A second file, or `codes`, belong to its prior. Raises `DemoError` if ONNX Runtime cannot run it
        within the limits.
        """
        answer = self._ask("normalize", path, files, codes, {"signature": signature.stated()})
        return answer.blobs[0]

    def logits(self, path: Path, file: File) -> bytes:
        """Return the decoder `file`, in its normal form, with logits in the place of probabilities.

        Raises `DemoError` if it cannot be read.
        """
        return self._ask("logits", path, [file], [], {}).blobs[0]

    def run(self, path: Path, file: File, inputs: Array, outputs: Sequence[str]) -> list[Array]:
        """Return the `outputs` of the graph `file`, in its normal form, for `inputs` (N, …).

        Raises `DemoError` if ONNX Runtime cannot run it within the limits.
        """
        return self._arrays("run", path, file, inputs, {"outputs": list(outputs)})

    def decode(self, path: Path, file: File, inputs: Array, range: tuple[float, float]) -> Array:
        """Return the images, bytes (N, C, H, W), of the decoder `file`, whose values lie in `range`.

        Raises `DemoError` as `run` does.
        """
        [images] = self._arrays("decode", path, file, inputs, {"range": range})
        return images

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

    def compile_step(
        self, path: Path, files: Sequence[File], arrays: Sequence[Array], more: Mapping[str, Any]
    ) -> Answer:
        """Return the report on the program of a step of training and of graphs of its parameters, and the
        program.

        `more` and `arrays` are as ``compile.requests`` has them. Raises as `compile` does.
        """
        try:
            return self._ask("compile_step", path, files, arrays, {**more, "tools": str(self.tools)})
        except DemoError as error:
            cause = error.__cause__
            is_final = isinstance(cause, RequestError) and cause.kind == RefusedError.__name__
            raise (RefusedError if is_final else UnsupportedError)(str(error)) from error

    def train(
        self, path: Path, file: File, arrays: Sequence[Array], chosen: Mapping[str, Any]
    ) -> list[Array]:
        """Return the parameters that the step of training `file` reaches, and the terms of the bound (T, 2).

        `arrays` are initial parameters and examples, and `chosen` what ``compile.steps.Training`` has. Raises
        `DemoError` if ONNX Runtime cannot run it within the limits.
        """
        return self._several("train", path, file, arrays, {"chosen": dict(chosen)})

    def apply(self, path: Path, file: File, parameters: Array, inputs: Array) -> list[Array]:
        """Return the outputs of the graph `file` of `parameters` (P,) for `inputs` (N, …)."""
        return self._several("apply", path, file, [parameters, inputs], {})

    def probe(self, path: Path, file: File, sizes: Sequence[int]) -> dict[str, Any]:
        """Return the inputs of the graph at `path`, and what it makes of a few of them.

        `sizes` are those of axes that have none. Raises `DemoError` if it is no ONNX graph or cannot be run.
        """
        answer = self._ask("probe", path, [file], [], {"sizes": list(sizes)})
        if not isinstance(answer.value, dict):
            raise DemoError(f"{path} could not be described")
        return answer.value

    def files(self, path: Path, file: File) -> list[str]:
        """Return the names of the files in which weights of the graph at `path` lie beside it."""
        answer = self._ask("files", path, [file], [], {})
        return [str(name) for name in answer.value] if isinstance(answer.value, list) else []

    def layers(self, path: Path, file: File) -> Any:
        """Return the layers of the graph `file`, in its normal form: see ``normalize.layers``."""
        return self._ask("layers", path, [file], [], {}).value

    def _arrays(
        self, name: str, path: Path, file: File, inputs: Array, more: Mapping[str, Any]
    ) -> list[Array]:
        return self._several(name, path, file, [inputs], more)

    def _several(
        self, name: str, path: Path, file: File, arrays: Sequence[Array], more: Mapping[str, Any]
    ) -> list[Array]:
        answer = self._ask(name, path, [file], arrays, more)
        try:
            _, found = unpack(answer.value, answer.blobs)
        except ValueError as error:
            raise DemoError(f"{path}: {error}") from error
        return found

    def _ask(
        self, name: str, path: Path, files: Sequence[File], arrays: Sequence[Array], more: Mapping[str, Any]
    ) -> Answer:
        key = f"{name} {_digest(files[0])}"
        if key in self._failed:
            raise DemoError(f"{path}: {self._failed[key]}, and was not tried again; {LIMITED}")
        given, blobs = pack(files, arrays)
        with contextlib.suppress(OSError):  # then the compiler reports that it cannot write there
            self.tools.mkdir(parents=True, exist_ok=True)
        notice = threading.Timer(NOTICE_SECONDS, _notify, (f"{DOING[name]} {path.name} …",))
        notice.daemon = True
        notice.start()
        try:
            return Answer(*self._worker.call(name, {**given, **more}, blobs))
        except RequestError as error:
            raise DemoError(f"{path}: {_reason(error)}") from error
        except WorkerError as error:
            self._failed[key] = error
            raise DemoError(f"{path}: {error}; {LIMITED}") from error
        finally:
            notice.cancel()


def _notify(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


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
