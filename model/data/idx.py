"""Four files in the format IDX, as LeCun, Cortes and Burges published MNIST."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .download import Finder
from .source import LabelledImages, Split
from .specs import IdxData


@dataclass(frozen=True)
class Idx:
    """Gray images with labels that were published in a training and a test set; files may be gzipped."""

    spec: IdxData
    finder: Finder

    def settings(self) -> dict[str, Any]:
        """Return nothing: the hashes decide what is read."""
        return {}

    def sha256(self) -> dict[str, str]:
        """Return the hash that each file must have, unpacked."""
        return dict(self.spec.files)

    def read(self) -> Split:
        """Return the images of the files, which are downloaded if this machine does not have them."""
        content = [_read(path, self.spec.files[name]) for name, path in self.finder.find().items()]
        train, test = (
            self._examples(content[at], content[at + 1], count)
            for at, count in zip((0, 2), self.spec.counts, strict=True)
        )
        return Split(train, test, "as published", self.spec.classes)

    def _examples(self, images: bytes, labels: bytes, count: int) -> LabelledImages:
        import numpy

        # A header of 4 bytes and 4 more for each dimension, then the values. The hash vouches for it.
        pixels = numpy.frombuffer(images, numpy.uint8, offset=16)
        classes = numpy.frombuffer(labels, numpy.uint8, offset=8)
        return LabelledImages(pixels.reshape(count, 1, *self.spec.size), classes.astype(numpy.int32))


def _read(path: Path, sha256: str) -> bytes:
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError) as error:
        raise ModelError(f"{path} is damaged: {error}; delete it") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ModelError(f"{path} is damaged: its SHA-256 is {digest}, not {sha256}; delete it")
    return content
