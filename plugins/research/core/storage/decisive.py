"""What decides a result beside its input: the code that computes it, and what is installed."""

import os
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path


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
