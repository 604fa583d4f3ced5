"""A run of typeset.mjs, in a process of Node.js, that typesets groups of formulas."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

from ...core.processes.children import write_job
from ...core.processes.node import NodeEndedError, node_command, package_folder
from ..syntax.find import Formula

SCRIPT = Path(__file__).parent / "script" / "typeset.mjs"
#: All that is run: the script and its modules.
MODULES = sorted([*SCRIPT.parent.glob("*.mjs"), SCRIPT.with_name("safety.js")])
#: The npm packages that decide what a formula looks like.
PACKAGES = ("mathjax", "@mathjax/mathjax-newcm-font", "@mathjax/mathjax-mhchem-font-extension")
#: Seconds that MathJax may take to start, and for each group. It takes a thousandth of that.
TIMEOUT_SECONDS = 60

#: What typeset.mjs writes for a formula: its html, text and parts, or its error and column.
Result = dict[str, Any]


def versions() -> dict[str, str]:
    """Return the version of each of `PACKAGES`.

    Raises `NodeError` where one is not installed.
    """
    manifests = {name: (folder_of(name) / "package.json").read_bytes() for name in PACKAGES}
    return {name: json.loads(manifest)["version"] for name, manifest in manifests.items()}


def typeset_groups(groups: Sequence[tuple[Formula, ...]], how: dict[str, Any]) -> Iterator[list[Result]]:
    """Set each of the `groups` as one document, in one process: `how` is the head of typeset.mjs's job.

    Yields what typeset.mjs says of each, in order. The process outlives neither the iteration nor this
    process.

    Raises `NodeMissingError` where there is no Node.js, and `NodeEndedError` when the process ended
    before its work, or was ended because a group took longer than `TIMEOUT_SECONDS`.
    """
    members = [[{"tex": formula.tex, "display": formula.display} for formula in group] for group in groups]
    job = json.dumps({**how, "groups": members}).encode()
    command = node_command(SCRIPT)
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as messages,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=messages) as process,
    ):
        assert process.stdout
        watchdog = Watchdog(process)
        watchdog.start()
        try:
            write_job(process, job)
            for _ in groups:
                line = process.stdout.readline()
                watchdog.feed()
                if not line.endswith(b"\n"):
                    process.kill()
                    raise NodeEndedError(_last_words(process.wait(), messages))
                yield json.loads(line)
        finally:
            watchdog.end()
            process.kill()


class Watchdog(Thread):
    """Kills a process that writes nothing for `TIMEOUT_SECONDS`, until it is no longer needed."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        super().__init__(daemon=True)
        self._process, self._is_fed, self._is_needed = process, Event(), True

    def feed(self) -> None:
        """Note that the process has written something."""
        self._is_fed.set()

    def end(self) -> None:
        """End the thread."""
        self._is_needed = False
        self.feed()

    def run(self) -> None:
        """Wait until the process is late, or the thread is to end."""
        while self._is_fed.wait(TIMEOUT_SECONDS):
            self._is_fed.clear()
            if not self._is_needed:
                return
        self._process.kill()


def _last_words(code: int, messages: IO[bytes]) -> str:
    messages.seek(0)
    said = [line for line in messages.read().decode(errors="replace").splitlines() if "Error" in line]
    return f"Node.js ended with code {code}" + (f" ({said[0].strip()})" if said else "")


def folder_of(package: str) -> Path:
    """Return the folder of an npm package; raise `NodeError` where it is not installed."""
    return package_folder(package, SCRIPT)
