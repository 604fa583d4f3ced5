"""Hashes of folders, remembered from one build of the blog to the next, so that nothing is read twice."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from . import ROOT

#: Where they are remembered.
CACHE = ROOT / "build" / "cache" / "data"
#: Nanoseconds for which a file counts as new. A change that follows another so closely may leave its times as
#: they are, for a file system counts in steps, some of them seconds.
RECENT = 3 * 10**9


def remembered(folder: Path, names: Sequence[str], content: Callable[[], str]) -> str:
    """Return the hash of the files `names` in `folder`; `content` computes it where it is not known.

    It is known as long as each file's name, size, inode and times are what they were. The time of the
    last change of an inode cannot be set back, as `touch` and `cp -p` do with that of its content.
    """
    state, newest = _state(folder, names)
    path = CACHE / hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:32]
    known = path.read_text(encoding="ascii").split() if path.is_file() else []
    if known[:1] == [state]:
        return known[1]
    found = content()
    # What changes while it is read, or so soon after a change that no time tells it, is read again.
    if time.time_ns() - newest > RECENT and _state(folder, names)[0] == state:
        _write(path, f"{state} {found}\n")
    return found


def _state(folder: Path, names: Sequence[str]) -> tuple[str, int]:
    """Return a hash of what the file system says of the files, and the newest of their times."""
    found, newest = hashlib.sha256(), 0
    for name in names:
        at = os.stat(f"{folder}/{name}")
        newest = max(newest, at.st_mtime_ns, at.st_ctime_ns)
        told = (at.st_size, at.st_dev, at.st_ino, at.st_mtime_ns, at.st_ctime_ns)
        found.update(f"{told} {name}\n".encode(errors="surrogateescape"))
    return found.hexdigest(), newest


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="ascii")
    beside.replace(path)
