"""Replaces folders such that every reader finds the old one or the new one, whole.

Linux and macOS exchange two folders in one step. Elsewhere, and on file systems that cannot do that, the old
folder is renamed first, to `aside`, where readers look while there is no other. A process that is killed at
any point leaves one of the two; `recover` puts it in its place.
"""

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

#: The flags of renameat2(2) on Linux and of renamex_np(2) on macOS.
RENAME_EXCHANGE, RENAME_SWAP = 2, 2
#: Stands for the working directory in renameat2(2).
AT_FDCWD = -100
#: Errors by which the two report that this system or this file system cannot exchange.
CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


def aside(target: Path) -> Path:
    """Return where the old folder is while the new one takes the place of `target`."""
    return target.with_name(f".{target.name}.before")


def current(target: Path) -> Path:
    """Return the folder that readers of `target` should read now."""
    return aside(target) if not target.exists() and aside(target).exists() else target


def replace(folder: Path, target: Path) -> None:
    """Put `folder` in the place of `target`, beside it, and remove what was there."""
    sync(folder)
    if not os.path.lexists(target):
        folder.rename(target)
    elif exchange(folder, target):
        remove(folder)
    else:
        _replace_in_two_steps(folder, target)
    _sync_names(target.parent)


def _replace_in_two_steps(folder: Path, target: Path) -> None:
    before = aside(target)
    remove(before)
    target.rename(before)
    try:
        folder.rename(target)
    except OSError:
        before.rename(target)
        raise
    remove(before)


def recover(target: Path) -> None:
    """Finish what a killed process had begun in `replace`."""
    if current(target) != target:
        aside(target).rename(target)
    remove(aside(target))


def exchange(one: Path, other: Path) -> bool:
    """Exchange two paths in one step; return False if this system cannot."""
    if os.name != "posix":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        failed = libc.renameat2(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE)
    elif sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(*paths, RENAME_SWAP)
    else:
        return False
    if failed and (number := ctypes.get_errno()) not in CANNOT:
        raise OSError(number, os.strerror(number), str(other))
    return not failed


def remove(path: Path) -> None:
    """Remove a folder or file; a bundle loses its manifest first, so that no reader takes it for whole."""
    if path.is_dir() and not path.is_symlink():
        (path / "manifest.json").unlink(missing_ok=True)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Wait until the files of `folder`, and their names, are on disk."""
    for path in folder.iterdir():
        with path.open("r+b") as file:  # Windows flushes only files that are open for writing
            os.fsync(file.fileno())
    _sync_names(folder)


def _sync_names(folder: Path) -> None:
    if os.name == "nt":  # where folders cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
