"""Which files of a blog have been saved: watched without a gap while the blog is being built."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import watchfiles

#: For how long an editor may go on writing after the first sign of a change, and how often that is checked.
DEBOUNCE_MS, STEP_MS = 60, 20
#: For how long nothing may happen until a new watch says that it has begun.
BEGIN_MS = 100


class Watcher:
    """Watches folders with all that is in them, and single files."""

    def __init__(self) -> None:
        self._changes: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._watched: tuple[dict[Path, str], set[Path]] = ({}, set())
        self._files: frozenset[Path] = frozenset()
        self._stop = threading.Event()

    def watch(self, folders: Mapping[Path, str], files: Iterable[Path]) -> None:
        """Watch single `files`, and in `folders` all files whose names match a pattern, and nothing else."""
        trees = {path.resolve(): pattern for path, pattern in folders.items() if path.is_dir()}
        self._files = frozenset(path.resolve() for path in files)
        # Editors replace files, so the folder around a file is what can be watched.
        around = {path.parent for path in self._files if path.parent.is_dir()}
        around = {path for path in around if not any(path.is_relative_to(tree) for tree in trees)}
        watched = (trees, around)
        if watched == self._watched:
            return
        self._watched = watched
        stop, self._stop = self._stop, threading.Event()
        begun = [
            self._start({tree}, partial(_matches, pattern), recursive=True) for tree, pattern in trees.items()
        ]
        if around:
            begun.append(self._start(around, lambda path: path in self._files, recursive=False))
        for each in begun:  # the old watch ends when there is no gap any more in which a save were lost
            each.wait()
        stop.set()

    def wait(self) -> set[Path]:
        """Return the files that have changed since the last call; wait until there are some."""
        while self._changes.empty():  # on Windows, Ctrl-C does not end a wait without a timeout
            time.sleep(STEP_MS / 1000)
        time.sleep(STEP_MS / 1000)
        found = set()
        while not self._changes.empty():
            found.add(self._changes.get())
        return found

    def _start(
        self, folders: Iterable[Path], is_wanted: Callable[[Path], bool], recursive: bool
    ) -> threading.Event:
        """Follow `folders` in a thread of its own; return an event that says when that has begun."""
        begun = threading.Event()
        changes = watchfiles.watch(
            *folders,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=self._stop,
            rust_timeout=BEGIN_MS,
            yield_on_timeout=True,
            recursive=recursive,
            raise_interrupt=False,
        )

        def follow() -> None:
            for found in changes:
                begun.set()
                for path in (Path(name) for _, name in found):
                    if is_wanted(path):
                        self._changes.put(path)
            begun.set()

        threading.Thread(target=follow, daemon=True).start()
        return begun


def _matches(pattern: str, path: Path) -> bool:
    return path.match(pattern)
