"""What decides a result beside its input: the code that computes it, and what is installed."""

import os
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

#: The plugin, and the kinds of its files that decide what it makes of posts.
PLUGIN = Path(__file__).parents[2]
CODE = frozenset((".py", ".mjs", ".toml", ".json"))


def computed_by() -> tuple[str, ...]:
    """Return what computes all that parts make: Python, all that is installed, and our code."""
    return (sys.version, *installed(), digest(_code()))


def installed() -> list[str]:
    """Return the names, with versions, of all that is installed: Pygments, for one, finds lexers in it."""
    folders = [folder for folder in sys.path if os.path.isdir(folder)]
    return sorted(
        name
        for folder in folders
        for name in os.listdir(folder)
        if name.endswith((".dist-info", ".egg-info"))
    )


def digest(paths: Iterable[Path]) -> str:
    """Return a digest of the files at `paths`, of which one that cannot be read counts as empty."""
    found = sha256()
    for path in paths:
        found.update(file_digest(path).encode() + b"\n")
    return found.hexdigest()


def file_digest(path: Path) -> str:
    """Return a digest of the file at `path`; nothing where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):  # or a name that holds NUL
        return ""


def _code() -> Iterator[Path]:
    """Yield the files of the plugin that decide; those of npm, in a wheel, parts know by version."""
    for part in sorted(PLUGIN.iterdir()):
        if part.name != "node_modules":
            yield from sorted(path for path in (part, *part.rglob("*")) if path.suffix in CODE)
