"""Take from the process what it does not need: memory, files, the network, the signals that it may send.

Files and network are taken by Landlock, where the kernel has it (Linux 5.13 and newer; TCP since 6.7).
Where it has not, or on another system, the process keeps the rights of its user.
"""

import contextlib
import ctypes
import os
import random
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# linux/landlock.h; the numbers of the calls are the same on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
#: Rights that a file, which is no folder, can have; ``TRUNCATE`` since the third version.
TRUNCATE = 1 << 14
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READ = EXECUTE | READ_FILE | READ_DIR
#: Rights of folders and files by the version of Landlock that brought them.
RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: TRUNCATE}
NET_VERSION, ALL_TCP = 4, 0b11
SCOPE_VERSION, ABSTRACT_SOCKETS_AND_SIGNALS = 6, 0b11

PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 2, 38


def limit_memory(size: int) -> None:
    """Let this process and each of its children have `size` bytes of address space, and write no core."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, limit in ((resource.RLIMIT_AS, size), (resource.RLIMIT_CORE, 0)):
        # macOS knows the limit of address space and refuses to set it.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))


def limit_processors(count: int) -> None:
    """Let this process and its children use `count` processors, any: libraries start a thread for each."""
    if sys.platform == "linux":
        usable = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, random.sample(usable, min(count, len(usable))))


def die_with_parent(signal: int) -> None:
    """Ask the kernel to send `signal` to this process when its parent has died; 0 takes that back."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)


@contextmanager
def outliving_parent() -> Iterator[None]:
    """Put off what `die_with_parent` asked for."""
    before = ctypes.c_int(0)
    if sys.platform == "linux":
        _libc().prctl(PR_GET_PDEATHSIG, ctypes.byref(before), 0, 0, 0)
    die_with_parent(0)
    try:
        yield
    finally:
        die_with_parent(before.value)


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Keep from this process all files but those below the paths given, and TCP; say whether that was done.

    It must be called before there is a second thread. What may be written may be read.
    """
    if sys.platform != "linux":
        return False
    libc = _libc()
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)
    if version < 1:
        return False
    handled = sum(bits for since, bits in RIGHTS.items() if since <= version)
    attributes = struct.pack(
        "=QQQ",
        handled,
        ALL_TCP if version >= NET_VERSION else 0,
        ABSTRACT_SOCKETS_AND_SIGNALS if version >= SCOPE_VERSION else 0,
    )
    # An older kernel knows a shorter record, and takes this one as long as the rest is 0.
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for paths, rights in ((readable, READ), (writable, handled)):
            for path in paths:
                _allow(libc, ruleset, path, rights & handled)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there needs no right
        return
    try:
        rule = struct.pack("=Qi", rights if path.is_dir() else rights & OF_FILES, opened)
        if libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0):
            raise OSError(ctypes.get_errno(), f"Landlock takes no rule for {path}")
    finally:
        os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
