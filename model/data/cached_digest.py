"""Digests of folders, cached from one build to the next, so that unchanged files are not read again."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

#: Nanoseconds for which a changed file counts as new: file systems count times in steps of up to seconds.
RECENT = 3 * 10**9


def cached_digest(folder: Path, names: Sequence[str], cache: Path, compute: Callable[[], str]) -> str:
    """Return the digest of the files `names` in `folder`; call `compute` if the `cache` does not know it.

    It is known as long as name, size, inode and times of each file are the same. The time of the last change
    of an inode cannot be set back, as that of its content can.
    """
    state, newest = _state(folder, names)
    path = cache / hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:32]
    known = path.read_text(encoding="ascii").split() if path.is_file() else []
    if known[:1] == [state] and len(known) == 2:
        return known[1]
    digest = compute()
    # Files that change while they are read, or have just changed, are read again next time.
    if time.time_ns() - newest > RECENT and _state(folder, names)[0] == state:
        _write(path, f"{state} {digest}\n")
    return digest


def _state(folder: Path, names: Sequence[str]) -> tuple[str, int]:
    """Return a digest of what the file system says of the files, and the newest of their times."""
    digest, newest = hashlib.sha256(), 0
    for name in names:
        status = os.stat(f"{folder}/{name}")
        newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
        known = (status.st_size, status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        digest.update(f"{known} {name}\n".encode(errors="surrogateescape"))
    return digest.hexdigest(), newest


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(text, encoding="ascii")
        temporary.replace(path)
    except OSError:
        return  # without a cache the files are read each time
