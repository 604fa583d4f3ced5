"""The worker's side: a process that answers named requests by the functions of one module.

usage: serve.py CONFIGURATION     JSON, as `worker.Worker` writes it

It takes from itself what it does not need before it imports that module, and ends when its standard
input does.
"""

import importlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Any, BinaryIO

#: What this package is called here, whatever its name is in the process that asks.
PACKAGE = "research"
PROCESSORS = 4


def main(configuration: dict[str, Any]) -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not stand between answers
    _add_packages(configuration["module"])
    confine = importlib.import_module(f"{PACKAGE}.core.processes.confine")
    frames = importlib.import_module(f"{PACKAGE}.core.processes.frames")
    confine.die_with_parent(getattr(signal, "SIGKILL", 0))
    confine.limit_processors(PROCESSORS)  # each thread takes address space, which is limited
    confine.limit_memory(configuration["memory"])
    confine.restrict(
        map(Path, configuration["readable"]),
        map(Path, configuration["writable"]),
    )
    requests: SimpleQueue[tuple[Any, list[bytes]]] = SimpleQueue()
    threading.Thread(target=_receive, args=(frames, sys.stdin.buffer, requests), daemon=True).start()
    module: ModuleType | None = None
    while True:
        (name, value), blobs = requests.get()
        try:
            module = module or importlib.import_module(f"{PACKAGE}.{configuration['module']}")
            answer, made = module.HANDLERS[name](value, blobs)
            reply = {"value": answer}
        # Whatever a library raises for a file that somebody made to harm it is the answer.
        except Exception as error:
            reply, made = {"error": type(error).__name__, "message": str(error)[:10_000]}, []
        frames.write(answers, reply, made)


def _add_packages(module: str) -> None:
    """Let `module` be imported without what the packages above its own bring in, such as Pelican."""
    folder, name = Path(__file__).resolve().parents[2], PACKAGE
    for part in (*module.split(".")[:-2], ""):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        folder, name = folder / part, f"{name}.{part}"


def _receive(frames: ModuleType, stream: BinaryIO, requests: "SimpleQueue[Any]") -> None:
    """Put what comes in into `requests`; when the process that asks is gone, end, and all children too."""
    try:
        while True:
            requests.put(frames.read(stream))
    except EOFError:
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
