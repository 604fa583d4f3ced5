"""What readers returned for posts that have not changed since, in memory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Memory:
    """Takes the place of Pelican's cache of what readers returned, which is written to disk at each build."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[str, dict[str, Any]]] = {}

    def attach(self, readers: Any) -> None:
        """Let the `readers` of a build, Pelican's `Readers`, ask this memory before they read."""
        readers.get_cached_data = self._get
        readers.cache_data = self._put

    def knows(self, path: Path) -> bool:
        """Say whether `path` is a file that a reader has read."""
        return str(path) in self._read

    def forget(self, paths: Iterable[Path]) -> None:
        """Forget what was read from `paths`."""
        for path in paths:
            self._read.pop(str(path), None)

    def forget_all(self) -> None:
        """Forget everything, where a file has changed that any post may draw on."""
        self._read.clear()

    def _get(self, path: str, default: Any) -> Any:
        found = self._read.get(path)
        return default if found is None else (found[0], dict(found[1]))

    def _put(self, path: str, data: tuple[str, dict[str, Any]]) -> None:
        self._read[path] = (data[0], dict(data[1]))
