"""Four files in the format IDX, as LeCun, Cortes and Burges published MNIST."""

import gzip
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ..errors import ModelError
from . import ROOT, Pictures, Split


@dataclass(frozen=True)
class Idx:
    """Pictures with labels that were published in a training and a test set; files may end in “.gz”."""

    code: ClassVar[tuple[str, ...]] = ("idx",)
    name: str
    #: Where the package manager puts the files, from the root of the repository.
    folder: str
    #: An environment variable that names another folder.
    variable: str
    #: How to get the files.
    remedy: str
    #: SHA-256 of each file, unpacked: training pictures and labels, test pictures and labels.
    files: Mapping[str, str]
    #: Pictures for training and for test.
    counts: tuple[int, int]
    #: Channels, height and width of a picture.
    shape: tuple[int, int, int]
    classes: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """Return nothing: the hashes say it all."""
        return {}

    def sha256(self) -> dict[str, str]:
        """Return the hash that each file must have."""
        return dict(self.files)

    def read(self) -> Split:
        """Return the pictures of the files."""
        content = [_read(path, self.files[path.name.removesuffix(".gz")]) for path in self.paths()]
        train, test = (
            self._items(content[at], content[at + 1], count)
            for at, count in zip((0, 2), self.counts, strict=True)
        )
        return Split(train, test, "as it was published", self.classes)

    def paths(self) -> list[Path]:
        """Return the files, in their order; `ModelError` where one is missing."""
        chosen = os.environ.get(self.variable)
        folder = Path(chosen) if chosen else ROOT / self.folder
        found = []
        for name in self.files:
            there = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
            if not there:
                raise ModelError(
                    f"the data set “{self.name}” was sought in {folder}, but {name} is not there. "
                    f"{self.remedy}, or name its folder in the environment variable {self.variable}"
                )
            found.append(there[0])
        return found

    def _items(self, images: bytes, labels: bytes, count: int) -> Pictures:
        import numpy

        # A header of 4 bytes and 4 more for each dimension, then the values. The hash vouches for it.
        pixels = numpy.frombuffer(images, numpy.uint8, offset=16)
        classes = numpy.frombuffer(labels, numpy.uint8, offset=8)
        return Pictures(pixels.reshape(count, *self.shape), classes.reshape(count))


def _read(path: Path, sha256: str) -> bytes:
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError) as error:
        raise ModelError(f"{path} is damaged: {error}; fetch it again") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(f"{path} is damaged: its SHA-256 is {found}, not {sha256}; fetch it again")
    return content
