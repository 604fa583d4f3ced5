"""Files: whether they are there, and written so that they are there whole or not at all."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


def is_file(path: Path) -> bool:
    """Return whether there is a file at `path`, which may be longer than a path can be, or hold NUL."""
    return os.path.isfile(path)


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whose folder is made; whoever reads it finds the old file or the new one.

    Raises `OSError` where it cannot be written; the old file then stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def publish(path: Path, content: bytes) -> None:
    """Write `content` to `path` unless the file holds just that; what else is there makes room."""
    with suppress(OSError):
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return
    if path.is_dir():
        delete(path)
    write_atomically(path, content)


def delete(path: Path) -> None:
    """Delete the file or the folder at `path` as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _umask() -> int:
    # There is no way to read it but to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
