"""A process with limits, in which strangers' files are opened: it answers named requests.

It is started at the first request and anew after it died. Its death, a time that is too long or memory
that does not suffice cost one request.
"""

import contextlib
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import frames, serve

#: Variables that Python and the loader of shared libraries need to find what this process found.
#: Nothing else of the environment is handed on.
VARIABLES = (
    *("PYTHONHOME", "PYTHONUSERBASE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("OMP_WAIT_POLICY", "SYSTEMROOT"),
)
#: What any process reads: shared libraries, and what they ask about the processor.
SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/nix/store", "/etc/ld.so.cache", "/etc/alternatives"),
    *("/dev/urandom", "/dev/zero", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
)
#: Characters that a message repeats of what a library said.
LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Limits:
    """What one request may take."""

    seconds: float = 300
    #: Bytes of address space.
    memory: int = 4 << 30


class WorkerError(Exception):
    """The worker gave no answer; the message says what became of it."""


class RequestError(Exception):
    """The worker answered by an exception."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        #: The name of the exception's class.
        self.kind = kind


class Worker:
    """Answers requests by the functions in ``HANDLERS`` of `module`, a dotted name in this package.

    It reads what Python and its libraries are made of; it writes below `writable` and in a folder of its
    own, where it runs. Of the `packages`, by the names that they are imported by, it finds those that this
    process finds. It must be closed; `with` does that.
    """

    def __init__(
        self, module: str, limits: Limits, packages: Sequence[str] = (), writable: Sequence[Path] = ()
    ) -> None:
        self._module, self._limits = module, limits
        self._packages, self._writable = packages, writable
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    def call(self, name: str, value: Any, blobs: Sequence[bytes] = ()) -> tuple[Any, list[bytes]]:
        """Return what the function `name` makes of `value`, which JSON can say, and of `blobs`.

        Raises `RequestError` if it raises, `WorkerError` if it crashes or takes longer than its limit.
        What the worker says is a stranger's word: messages come shortened and without control characters.
        """
        if not self.is_running:
            self.close()
            self._start()
        assert self._process
        late = threading.Event()
        timer = threading.Timer(self._limits.seconds, _end, (self._process, late))
        timer.daemon = True
        timer.start()
        try:
            answer, made = _exchange(self._process, [name, value], blobs)
        except (OSError, EOFError, frames.FrameError) as error:
            why = self._why(late.is_set(), self._code())
            self.close()
            raise WorkerError(why) from error
        except BaseException:  # such as Ctrl-C: the answer that is under way belongs to nobody
            self.close()
            raise
        finally:
            timer.cancel()
        if not isinstance(answer, dict) or "value" not in answer:
            said = answer if isinstance(answer, dict) else {}
            raise RequestError(printable(str(said.get("error"))), printable(str(said.get("message"))))
        return answer["value"], made

    def close(self) -> None:
        """End the process, with all that it started."""
        if self._process:
            _kill(self._process)
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                # What could not be written to a dead process is of no use any more.
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            self._process = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="research-worker-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        libraries = sorted({place for name in self._packages for place in _places_of(name)})
        configuration = {
            "module": self._module,
            "memory": self._limits.memory,
            "readable": [str(path) for path in (*_installed(), *map(Path, SYSTEM), *libraries)],
            "writable": [str(path) for path in (folder, Path(os.devnull), *self._writable)],
        }
        environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(map(str, libraries))
        for name in ("TMPDIR", "TEMP", "TMP", "HOME"):
            environment[name] = str(folder)
        self._process = subprocess.Popen(
            [sys.executable, "-P", serve.__file__, json.dumps(configuration)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _code(self) -> int:
        """Return how the process, which answers no more, has ended; end it if it has not."""
        assert self._process
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            _kill(self._process)
            return self._process.wait()

    def _why(self, is_late: bool, code: int) -> str:
        if is_late:
            return f"it was not done after {self._limits.seconds:g} s"
        how = signal.strsignal(-code) if code < 0 else f"exit code {code}"
        return f"the process that opened it crashed ({how})"


def printable(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return `text` on one line, without control characters, and shortened in its middle."""
    line = " ".join(text.split())
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
    if len(shown) <= longest:
        return shown
    half = longest // 2
    return f"{shown[:half]} … {shown[-half:]}"


def _exchange(process: "subprocess.Popen[bytes]", request: Any, blobs: Sequence[bytes]) -> Any:
    """Send a request and return its answer."""
    assert isinstance(process.stdin, io.BufferedIOBase)
    assert isinstance(process.stdout, io.BufferedIOBase)
    frames.write(process.stdin, request, blobs)
    return frames.read(process.stdout)


def _end(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    """Kill `process` because it is late."""
    late.set()
    _kill(process)


def _installed() -> list[Path]:
    """Return where Python, its libraries and this package lie."""
    places = sysconfig.get_paths()
    paths = {Path(places[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {Path(path) for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    paths |= {Path(sys.base_prefix) / "lib", Path(sys.prefix) / "pyvenv.cfg"}
    paths |= {Path(sys.executable), Path(sys.executable).resolve()}
    paths.add(Path(__file__).resolve().parents[2])
    return sorted(paths)


def _places_of(package: str) -> list[Path]:
    """Return the folders from which `package` would be imported; none where it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [Path(spec.origin).resolve().parent] if spec.origin else []
    return [Path(place).resolve().parent for place in spec.submodule_search_locations]


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill `process`, unless it has ended, and, where there are process groups, all that it started."""
    if process.returncode is not None:
        return
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        return
