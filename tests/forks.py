"""Runs ``python -m pelican`` in processes that begin with its modules imported: forks of one that has them.

What a test starts so is a process of its own, with its own folder, environment, streams and end; it only does
not take the seconds that imports take. Forks share how their server orders sets, so two servers take turns:
builds that follow each other differ in it, as always. Where no fork is safe, Pelican is started anew.

usage: forks.py     imports the modules, and runs what it reads on stdin, one command in JSON a line
"""

import atexit
import gc
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

#: Pelican's log is as wide as it thinks the terminal is when it is imported: wide, so that lines stay whole.
WIDE = {"COLUMNS": "1000"}
#: Elsewhere libraries of the system do not bear a fork.
CAN_FORK = sys.platform == "linux"
#: Seconds after which a build is ended.
TIMEOUT = 300

_servers: "deque[subprocess.Popen[str]]" = deque()


def pelican(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run ``python -m pelican ARGUMENT…`` in `cwd` and with the environment `env`; return what it did.

    Raises `subprocess.TimeoutExpired`. What counts while modules are imported must not be in `env`.
    """
    command = [sys.executable, "-m", "pelican", *arguments]
    if not CAN_FORK:
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=TIMEOUT)
    with tempfile.TemporaryDirectory() as folder:
        streams = [f"{folder}/stdout", f"{folder}/stderr"]
        status = _ask([list(arguments), str(cwd), dict(env), streams])
        said = [Path(stream).read_text(encoding="utf-8") for stream in streams]
    if status is None:
        raise subprocess.TimeoutExpired(command, TIMEOUT, *said)
    return subprocess.CompletedProcess(command, status, *said)


def _ask(command: list[Any]) -> int | None:
    """Have the server run a command; return its exit code, None if it took too long."""
    if not _servers:
        _servers.extend((_start(), _start()))
    _servers.rotate()
    server = _servers[0]
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps(command) + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    if not answer:
        raise RuntimeError(f"the server of forks ended with code {server.wait()}")
    status: int | None = json.loads(answer)
    return status


def _start() -> "subprocess.Popen[str]":
    server = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **WIDE},
        text=True,
    )
    atexit.register(server.communicate)
    return server


def serve() -> list[str] | None:
    """Fork for each command; return its arguments in the fork, and None when there are no more commands."""
    for line in sys.stdin:
        arguments, cwd, environment, streams = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(cwd, environment, streams)
            return arguments  # type: ignore[no-any-return]
        print(json.dumps(_status(child)), flush=True)
    return None


def _status(child: int) -> int | None:
    """Wait for the end of a fork; return its exit code as `subprocess` has it, None if it took too long."""
    handle = os.pidfd_open(child)
    in_time = bool(select.select([handle], [], [], TIMEOUT)[0])
    os.close(handle)
    if not in_time:
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if in_time else None


def _become(cwd: str, environment: dict[str, str], streams: list[str]) -> None:
    """Take on what Python would have been started with."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, place in enumerate([os.devnull, *streams]):
        opened = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def main() -> None:
    """Import the modules and serve."""
    path = list(sys.path)
    sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
    from pelican import main as pelican_main
    from research.adapter import signals  # noqa: F401

    # Garbage collections in forks would copy all memory by touching it.
    gc.collect()
    gc.freeze()
    arguments = serve()
    # A fork leaves the loop, so that it ends as every Python process does.
    if arguments is None:
        return
    sys.path[:] = ["", *path[1:]]
    sys.argv = ["pelican", *arguments]
    pelican_main()


if __name__ == "__main__":
    main()
