"""Runs a command, and ends it with all of its descendants when the process that asked for it is gone.

usage: supervise.py SECONDS COMMAND…

Standard input is the connection to the parent, which never writes to it: the system closes it however
the parent ends, by SIGKILL too. Then all descendants get SIGTERM, and what is left after `SECONDS`
SIGKILL. What the command leaves behind when it ends by itself ends in the same way. Exits with the code
of the command, with 128 + N if the signal N ended it, or with 127 if it cannot be run.

A script of its own, which imports nothing of ours, so that it is at work after a few milliseconds.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

#: The exit code of a command that cannot be run, as in a shell.
CANNOT_RUN = 127
#: Carries a value that descendants inherit, by which they are known where no system call adopts orphans.
MARK = "RESEARCH_SUPERVISOR"
#: Seconds from one look at who the parent is to the next.
INTERVAL = 0.25
#: How often, a tenth of a second apart, what survives SIGTERM is killed.
ATTEMPTS = 50
#: Operations of prctl(2).
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def main() -> int:
    """Run the command and return the exit code."""
    seconds, command = float(sys.argv[1]), sys.argv[2:]
    finished, parent = threading.Event(), os.getppid()
    _leave_signals_to_the_parent(finished.set)
    adopts = _prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        child = _start(command)
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        return CANNOT_RUN
    threading.Thread(target=_read_to_the_end, args=(finished.set,), daemon=True).start()
    threading.Thread(target=_wait, args=(child, finished.set), daemon=True).start()
    # A fork of the parent may hold its end of the connection open; then its absence shows by our new parent.
    while not finished.wait(INTERVAL) and os.getppid() == parent:
        pass
    if not adopts or _has_children():
        _end_descendants(seconds, adopts)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _leave_signals_to_the_parent(end: Callable[[], None]) -> None:
    """Let Ctrl-C, which reaches the parent as well, pass; end on other signals.

    Handlers and not `SIG_IGN`, which the command would inherit; what we inherited ignored stays so.
    """
    handlers = {"SIGINT": lambda *_: None, "SIGTERM": lambda *_: end(), "SIGHUP": lambda *_: end()}
    for name, handler in handlers.items():
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    # Should somebody kill the supervisor, Linux ends the command.
    last_resort = (lambda: _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)) if sys.platform == "linux" else None
    environment = {**os.environ, MARK: str(os.getpid())}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        env=environment,
        preexec_fn=last_resort,  # before any thread is started
    )


def _prctl(operation: int, value: int) -> bool:
    """Call prctl(2), which Linux alone has; say whether it succeeded."""
    return sys.platform == "linux" and not ctypes.CDLL(None).prctl(operation, value, 0, 0, 0)


def _read_to_the_end(end: Callable[[], None]) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    end()


def _has_children() -> bool:
    """Tell whether a process is our child, a dead one too; so is each descendant whose parent has ended."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _wait(child: "subprocess.Popen[bytes]", end: Callable[[], None]) -> None:
    child.wait()
    end()


def _end_descendants(seconds: float, adopts: bool) -> None:
    """Send SIGTERM to all descendants, wait, and then kill until none is left: they may still fork.

    After `ATTEMPTS` it is given up: a process of another user, or one that waits for a broken disk, stays.
    """
    deadline = time.monotonic() + seconds
    for process in _descendants(adopts):
        _signal(process.terminate)
    while (left := _descendants(adopts)) and _wait_for(left, deadline):
        pass
    for _ in range(ATTEMPTS):
        if not left:
            return
        for process in left:
            _signal(process.kill)
        _wait_for(left, time.monotonic() + 0.1)
        left = _descendants(adopts)


def _descendants(adopts: bool) -> "list[psutil.Process]":
    """Return all processes that the command has started, and that are still at work.

    Those whose own parent has ended are our children where the system `adopts` them for us; elsewhere
    they are found by the variable of the environment that they inherited.
    """
    import psutil

    found = {process.pid: process for process in psutil.Process().children(recursive=True)}
    if not adopts:
        found |= {process.pid: process for process in psutil.process_iter() if _is_marked(process)}
    return [process for process in found.values() if _is_at_work(process)]


def _is_marked(process: "psutil.Process") -> bool:
    import psutil

    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == str(os.getpid())
    except (psutil.Error, OSError):  # it has ended, or belongs to somebody else
        return False


def _is_at_work(process: "psutil.Process") -> bool:
    import psutil

    try:
        # A zombie stays until its parent asks for it, which may be this process as it ends.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _signal(send: Callable[[], None]) -> None:
    import psutil

    with suppress(psutil.Error):  # it has ended, or runs as somebody else
        send()


def _wait_for(processes: "list[psutil.Process]", deadline: float) -> bool:
    """Wait until none of `processes` is at work; return False where one still is at the `deadline`."""
    while any(map(_is_at_work, processes)):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


if __name__ == "__main__":
    sys.exit(main())
