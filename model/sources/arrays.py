"""Arrays in an ``.npz`` file, as `numpy.savez` writes it."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ModelError
from . import ROOT, Pictures, Split, by_hash, is_test, split

if TYPE_CHECKING:
    from . import Bytes


@dataclass(frozen=True)
class Arrays:
    """Pictures (N, H, W), (N, H, W, C) or (N, C, H, W), with one channel or three, and labels (N,).

    Pictures are bytes, or truth values, or numbers from 0 to 1. Fields name the arrays in the file;
    without `test`, the hash of its index says whether a picture is for test.
    """

    code: ClassVar[tuple[str, ...]] = ("arrays",)
    name: str
    #: The .npz, from the root of the repository, or an absolute path.
    file: str
    train: str = "train_images"
    train_labels: str | None = None
    test: str | None = "test_images"
    test_labels: str | None = None
    #: The share of the pictures that is for test, without `test`.
    share: float = 0.1

    def settings(self) -> dict[str, Any]:
        """Return which arrays are read, and as what."""
        arrays = (self.train, self.train_labels, self.test, self.test_labels)
        return {"arrays": list(arrays), "share": self.share}

    def sha256(self) -> dict[str, str]:
        """Return the hash of the file."""
        return {self._path.name: hashlib.sha256(self._path.read_bytes()).hexdigest()}

    def read(self) -> Split:
        """Return the pictures in the order of the arrays."""
        train = self._pictures(self.train, self.train_labels)
        if self.test is not None:
            return Split(train, self._pictures(self.test, self.test_labels), "arrays of their own")
        chosen = [is_test(str(index), self.share) for index in range(len(train.images))]
        return Split(*split(*train, chosen), by_hash(self.share, "index, in decimal digits,"))

    @property
    def _path(self) -> Path:
        path = ROOT / self.file
        if not path.is_file():
            raise ModelError(
                f"the data set “{self.name}” was sought in {path}, which is not there. "
                "Put the file there, or name another in model/datasets.py"
            )
        return path

    def _pictures(self, images: str, labels: str | None) -> Pictures:
        import numpy

        pixels = self._image_bytes(images)
        if labels is None:
            return Pictures(pixels, numpy.zeros(len(pixels), numpy.uint8))
        classes = self._array(labels).reshape(-1)
        if len(classes) != len(pixels):
            counts = f"{len(classes)} labels in “{labels}” and {len(pixels)} pictures in “{images}”"
            raise ModelError(f"{self._path}: there are {counts}")
        if not (numpy.issubdtype(classes.dtype, numpy.integer) and 0 <= classes.min() <= classes.max() < 256):
            raise ModelError(f"{self._path}: the labels in “{labels}” must be whole numbers from 0 to 255")
        return Pictures(pixels, classes.astype(numpy.uint8))

    def _image_bytes(self, key: str) -> "Bytes":
        """Return the pictures of one array, (N, C, H, W)."""
        import numpy

        array = self._array(key)
        match array.shape:
            case (_, _, _):
                array = array[:, None]
            case (_, _, _, 1 | 3):
                array = array.transpose(0, 3, 1, 2)
            case (_, 1 | 3, _, _):
                pass
            case _:
                raise ModelError(
                    f"{self._path}: “{key}” has the shape {array.shape}, which is not that of pictures"
                )
        if not array.size:
            raise ModelError(f"{self._path}: “{key}” is empty")
        if array.dtype == numpy.uint8:
            return numpy.ascontiguousarray(array)
        if array.dtype.kind in "bf" and 0 <= array.min() <= array.max() <= 1:
            return numpy.asarray((array * 255.0).round(), numpy.uint8)
        raise ModelError(f"{self._path}: “{key}” must hold bytes, truth values or numbers from 0 to 1")

    def _array(self, key: str) -> Any:
        import numpy

        try:
            with numpy.load(self._path, allow_pickle=False) as arrays:
                if key not in arrays:
                    raise ModelError(f"{self._path} has no array “{key}”; it has: {', '.join(arrays)}")
                return arrays[key]
        except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"{self._path} cannot be read as an .npz: {error}") from error
