"""Files of published data sets: found on this machine, or downloaded once into the user's cache."""

import gzip
import hashlib
import os
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..errors import ModelError
from .specs import IdxData

#: An environment variable that names another folder of caches, and one that forbids downloads.
CACHE_VARIABLE, OFFLINE_VARIABLE = "PELICAN_RESEARCH_CACHE", "PELICAN_RESEARCH_OFFLINE"
TIMEOUT_SECONDS = 30
CHUNK_BYTES = 2**16


@dataclass(frozen=True)
class Finder:
    """Finds the files of one data set; `root` is the folder of the site."""

    name: str
    spec: IdxData
    root: Path

    def find(self) -> dict[str, Path]:
        """Return the path of each file, packed or not; raise `ModelError` if they cannot be had."""
        chosen = os.environ.get(self.spec.variable)
        folders = [Path(chosen)] if chosen else [*self._installed(), self._cache()]
        for folder in folders:
            if found := self._in(folder):
                return found
        if chosen:
            raise ModelError(
                f"the data set “{self.name}” is not in {chosen}, which {self.spec.variable} names: a file of "
                f"{', '.join(self.spec.files)} is missing"
            )
        return self._download()

    def _installed(self) -> list[Path]:
        """Return where package managers put the files: below the site, or below a folder around it."""
        parents = [self.root, *self.root.absolute().parents]
        return [parent / folder for folder in self.spec.folders for parent in parents]

    def _cache(self) -> Path:
        if chosen := os.environ.get(CACHE_VARIABLE):
            return Path(chosen) / "data" / self.name
        import pooch

        return Path(pooch.os_cache("pelican-research")) / "data" / self.name

    def _in(self, folder: Path) -> dict[str, Path]:
        """Return the paths of all files in `folder`; none if one is missing."""
        found = {}
        for name in self.spec.files:
            for path in (folder / name, folder / f"{name}.gz"):
                if path.is_file():
                    found[name] = path
                    break
        return found if len(found) == len(self.spec.files) else {}

    def _download(self) -> dict[str, Path]:
        folder = self._cache()
        if os.environ.get(OFFLINE_VARIABLE):
            raise self._unavailable(f"{OFFLINE_VARIABLE} is set")
        folder.mkdir(parents=True, exist_ok=True)
        return {name: self._fetch(f"{name}.gz", sha256, folder) for name, sha256 in self.spec.files.items()}

    def _fetch(self, name: str, sha256: str, folder: Path) -> Path:
        """Download one file from the first mirror that has it whole."""
        import pooch
        from requests import RequestException

        pooch.get_logger().setLevel("WARNING")  # it advises to state a hash, which is checked unpacked
        reasons = []
        for mirror in self.spec.mirrors:
            try:
                found = pooch.retrieve(
                    mirror + name, None, name, folder, downloader=Resumed(folder / f".{name}.part", sha256)
                )
                return Path(found)
            except (RequestException, OSError, ModelError) as error:
                reasons.append(f"{mirror}: {error}")
        raise self._unavailable("; ".join(reasons))

    def _unavailable(self, reason: str) -> ModelError:
        return ModelError(
            f"the data set “{self.name}” is not on this machine, and cannot be downloaded ({reason}). "
            "Connect to the internet and run the command again; or run "
            f"`{'`, or `'.join(self.spec.packages)}`; or put its files into {self._cache()}, or into a "
            f"folder that the environment variable {self.spec.variable} names"
        )


@dataclass(frozen=True)
class Resumed:
    """A downloader of pooch that goes on with what an earlier one has left in `part`, and shows progress."""

    part: Path
    #: Of the content, unpacked.
    sha256: str

    def __call__(self, url: str, output_file: str | IO[Any], pooch: object) -> None:
        """Download `url`; raise `ModelError` if it is not what it should be."""
        self._get(url)
        try:
            content = gzip.decompress(self.part.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            self.part.unlink()
            raise ModelError(f"it is damaged: {error}") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            self.part.unlink()
            raise ModelError("its content has another SHA-256")
        shutil.move(self.part, str(output_file))

    def _get(self, url: str) -> None:
        import requests
        from rich.progress import Progress

        have = self.part.stat().st_size if self.part.is_file() else 0
        with requests.get(
            url, headers={"Range": f"bytes={have}-"} if have else {}, stream=True, timeout=TIMEOUT_SECONDS
        ) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                return  # all of it is there; the hash will say
            response.raise_for_status()
            resumed = response.status_code == requests.codes.partial_content
            total = _length(response.headers) + (have if resumed else 0)
            with Progress(*Progress.get_default_columns(), transient=True) as progress:
                task = progress.add_task(
                    self.part.name.strip("."), total=total or None, completed=have * resumed
                )
                with self.part.open("ab" if resumed else "wb") as file:
                    for chunk in response.iter_content(CHUNK_BYTES):
                        file.write(chunk)
                        progress.advance(task, len(chunk))


def _length(headers: Mapping[str, str]) -> int:
    length = headers.get("Content-Length", "")
    return int(length) if length.isdigit() else 0
