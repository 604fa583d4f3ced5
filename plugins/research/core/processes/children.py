"""Child processes that end when Pelican ends, however it ends: by itself, by a signal, by SIGKILL.

Each child holds the reading end of a pipe whose writing end only this process has. The system closes
that when this process ends, so nothing of ours has to run then. What reads the other end is, for a
command of anyone's, `supervise.py`, and in Node.js `lifeline.mjs`, in a thread beside busy JavaScript.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

SUPERVISOR = Path(__file__).with_name("supervise.py")
#: Seconds that a command has to end orderly, after which it and its descendants are killed. Two seconds are
#: promised for all of it, on a busy machine too.
GRACE_SECONDS = 0.75
#: The exit code of `supervised` for a command that cannot be run; standard error says why.
CANNOT_RUN = 127


@contextmanager
def supervised(command: Sequence[str], **popen: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `command` under the supervisor; the other arguments are those of `subprocess.Popen`.

    All that it starts ends with this block, and with this process. Close the `stdin` of the process
    that is yielded to end the command earlier. The exit code is that of the command; 128 + N where the
    signal N ended it; `CANNOT_RUN`.
    """
    # Safe path: the supervisor's folder must not offer its modules to what the supervisor imports.
    supervisor = [sys.executable, "-P", str(SUPERVISOR), str(GRACE_SECONDS)]
    with subprocess.Popen([*supervisor, *command], stdin=subprocess.PIPE, **popen) as process:
        yield process


def write_job(process: "subprocess.Popen[bytes]", job: bytes) -> None:
    """Write `job` as the line that a script of Node.js reads by `lifeline.mjs`; leave `stdin` open.

    `job` holds no line break, as JSON does not need one. A process that ended before it has read the
    line is no error here: the answer that is missing says so.
    """
    assert process.stdin
    with suppress(BrokenPipeError):
        process.stdin.write(job + b"\n")
        process.stdin.flush()


def exchange(command: Sequence[str], job: bytes, seconds: float) -> "subprocess.CompletedProcess[bytes]":
    """Run a script of Node.js on one `job` and return what it wrote; it ends by itself.

    Raises `subprocess.TimeoutExpired` where it takes longer than `seconds`; then it has been killed.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        write_job(process, job)
        with _kept_open(process):
            try:
                output, errors = process.communicate(timeout=seconds)
            except BaseException:
                process.kill()
                raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


@contextmanager
def _kept_open(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Hide `stdin` from `communicate`, which would close it, and so end the process."""
    lifeline: IO[bytes] | None = process.stdin
    process.stdin = None
    try:
        yield
    finally:
        process.stdin = lifeline
