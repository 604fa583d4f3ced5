"""The cache: results of expensive work, stored from build to build under a hash of all that decides them.

An entry carries a digest of its content, which is checked when the entry is read: a damaged one counts as
missing. That is also why entries are not synced to the disk: what a power failure tears is made anew. Builds
that run at once may share a cache. Where it cannot be written, everything works, and nothing is stored.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from .files import delete, write_atomically

#: Of the form of entries; entries of another form count as missing.
FORM = b"pelican-research 1 "
DIGESTS = "digests.json"
DAY_SECONDS = 86_400
#: Entries that no build has read for so long are evicted.
MAX_AGE_SECONDS = 60 * DAY_SECONDS
#: How the system says that there is no room, whatever the file.
FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))
#: Its time says when entries were last evicted.
STAMP = ".evicted"


class Cache:
    """The cache in `folder`; `report` receives, once, the reason why it cannot be written."""

    def __init__(self, folder: Path, report: Callable[[str], None] = lambda message: None) -> None:
        self.folder = folder
        self._report: Callable[[str], None] | None = report
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        #: Folders that this build has found whole, or made.
        self.checked: set[Path] = set()

    def area(self, name: str, *common: str) -> "Area":
        """Return the part of the cache called `name`, for results that `common` decides too."""
        return Area(self, name, common)

    def evict(self, now: float | None = None) -> None:
        """Delete the entries that no build has read for long; looks for them once a day."""
        now = time.time() if now is None else now
        stamp = self.folder / STAMP
        with suppress(OSError):
            if not self.folder.is_dir() or (stamp.is_file() and now - stamp.stat().st_mtime < DAY_SECONDS):
                return
            if stamp.is_dir():
                delete(stamp)
            write_atomically(stamp, b"")
            for path in self.folder.glob("*/*"):
                if now - path.stat().st_mtime > MAX_AGE_SECONDS:
                    delete(path)

    def mark_as_used(self, path: Path) -> None:
        """Note that the entry is in use that holds the file at `path`, if it is one of the cache."""
        with suppress(ValueError):
            area, entry, *_ = path.relative_to(self.folder).parts
            _mark_as_used(self.folder / area / entry)

    def temporary_folder(self) -> Path:
        """Return a new folder for what cannot be stored; it lives as long as the cache."""
        self._temporary = self._temporary or tempfile.TemporaryDirectory(prefix="pelican-research-")
        return Path(tempfile.mkdtemp(dir=self._temporary.name))

    def close(self) -> None:
        """Delete what could not be stored."""
        if self._temporary:
            self._temporary.cleanup()
            self._temporary = None

    def refused(self, error: OSError) -> None:
        """Report that nothing can be stored."""
        report, self._report = self._report, None
        if report:
            report(f"the cache cannot be written ({error}): what it would hold is computed at each build")


class Area:
    """Results of one kind, by key; see `Cache.area`."""

    def __init__(self, cache: Cache, name: str, common: tuple[str, ...]) -> None:
        self._cache = cache
        self._folder = cache.folder / name
        self._common = hashlib.sha256("\0".join(common).encode("utf-8", "surrogatepass")).hexdigest()

    def key(self, job: Any) -> str:
        """Return the hash of everything that decides the result of `job`, which is what JSON can say."""
        text = self._common + json.dumps(job, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def get(self, key: str) -> Any:
        """Return the result stored under `key`, None where there is none or a damaged one."""
        path = self._folder / f"{key}.json"
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        head, _, content = stored.partition(b"\n")
        if head != _head(content):
            delete(path)
            return None
        _mark_as_used(path)
        return json.loads(content)

    def put(self, key: str, result: Any) -> None:
        """Store `result`, which is what JSON can say, under `key`."""
        content = json.dumps(result, separators=(",", ":")).encode()
        path = self._folder / f"{key}.json"
        try:
            if path.is_dir():
                delete(path)
            write_atomically(path, _head(content) + b"\n" + content)
        except OSError as error:
            self._cache.refused(error)

    def folder(self, key: str, make: Callable[[Path], None]) -> Path:
        """Return the folder stored under `key`, with what `make` writes into the folder that it is given."""
        place = self._folder / key
        if place in self._cache.checked:
            return place
        if _is_whole(place):
            _mark_as_used(place)
            self._cache.checked.add(place)
            return place
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".making-", dir=self._folder))
        except OSError as error:
            return self._unstored(error, make)
        try:
            make(made)
        except OSError as error:
            if error.errno not in FULL:
                raise
            return self._unstored(error, make)
        else:
            stored = self._stored(made, place)
            self._cache.checked.add(stored)
            return stored
        finally:
            delete(made)

    def _unstored(self, error: OSError, make: Callable[[Path], None]) -> Path:
        """Return a folder outside of the cache, which cannot be written, with what `make` writes into it."""
        self._cache.refused(error)
        made = self._cache.temporary_folder()
        make(made)
        return made

    def _stored(self, made: Path, place: Path) -> Path:
        """Give the folder `made` the name `place`; where another build was faster, its folder stays."""
        try:
            write_atomically(made / DIGESTS, json.dumps(dict(_digests(made)), sort_keys=True).encode())
            os.chmod(made, 0o755)
            if _is_whole(place):
                return place
            delete(place)
            os.rename(made, place)
        except OSError as error:
            if _is_whole(place):
                return place
            self._cache.refused(error)
            unstored = self._cache.temporary_folder()
            shutil.copytree(made, unstored, dirs_exist_ok=True)
            return unstored
        return place


def _head(content: bytes) -> bytes:
    return FORM + hashlib.sha256(content).hexdigest().encode()


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != DIGESTS:
            yield path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def _is_whole(folder: Path) -> bool:
    try:
        stated = json.loads((folder / DIGESTS).read_bytes())
        whole: bool = stated == dict(_digests(folder))
    except (OSError, ValueError):
        return False
    return whole


def _mark_as_used(path: Path) -> None:
    with suppress(OSError):  # of a cache that can only be read nothing is evicted either
        if time.time() - path.stat().st_mtime > DAY_SECONDS:
            os.utime(path)
