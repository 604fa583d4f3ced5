"""Arrays in an ``.npz`` file, as `numpy.savez` writes it."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from . import splits
from .frame import scaled
from .source import LabelledImages, Split
from .specs import ArrayData

if TYPE_CHECKING:
    from .source import Bytes, Labels

#: Usual names of arrays: training images and labels, test images and labels.
USUAL = (
    ("train_images", "train_labels", "test_images", "test_labels"),
    ("x_train", "y_train", "x_test", "y_test"),
    ("images", "labels", None, None),
)
#: Beginnings and ends of names that an array of test images has.
TEST = ("test", "val", "x_test", "x_val")


@dataclass(frozen=True)
class Arrays:
    """Images (N, H, W), (N, H, W, C) or (N, C, H, W), with one channel or three, and labels (N,).

    Values are bytes, booleans or numbers from 0 to 1, or lie within the `value_range` of the table.
    """

    spec: ArrayData
    path: Path

    def settings(self) -> dict[str, Any]:
        """Return which arrays are read, and how."""
        spec = self.spec
        return {
            "arrays": [spec.train, spec.train_labels, spec.test, spec.test_labels],
            "inverted": spec.polarity == "dark-ink",
            "value_range": list(spec.value_range) if spec.value_range else None,
            "test_fraction": spec.test_fraction,
        }

    def sha256(self) -> dict[str, str]:
        """Return the hash of the file."""
        if not self.path.is_file():
            raise ModelError(f"the file {self.path} is not there; put it there, or name another one")
        return {self.path.name: hashlib.sha256(self.path.read_bytes()).hexdigest()}

    def read(self) -> Split:
        """Return the images in the order of the arrays."""
        self.sha256()
        names = self._names()
        train = self._labelled(names[0], names[1])
        if names[2] is not None:
            test = self._labelled(names[2], names[3])
            if train.images.shape[1:] != test.images.shape[1:]:
                shapes = f"{train.images.shape[1:]} and {test.images.shape[1:]}"
                raise ModelError(f"{self.path}: training and test images have different shapes, {shapes}")
            if self.spec.duplicates == "error":
                numbered = [
                    [f"“{name}” {n}" for n in range(len(part.images))]
                    for name, part in ((names[0], train), (names[2], test))
                ]
                splits.check_duplicates(train.images, test.images, (numbered[0], numbered[1]))
            return Split(train, test, f"the array “{names[2]}”")
        marks = splits.by_content(train.images, self.spec.test_fraction)
        at = [[index for index, mark in enumerate(marks) if mark == wanted] for wanted in (False, True)]
        rule = splits.content_rule(self.spec.test_fraction)
        return Split(train.select(at[0]), train.select(at[1]), rule)

    def _names(self) -> tuple[str, str | None, str | None, str | None]:
        """Return the names of the four arrays; raise `ModelError` if a test set would be overlooked."""
        spec, known = self.spec, self._known()
        if spec.train is None:
            train, *others = next((names for names in USUAL if names[0] in known), (None, None, None, None))
            if train is None:
                raise ModelError(
                    f"{self.path} has the arrays {', '.join(known)}; write which holds the images: train = …"
                )
            given = (spec.train_labels, spec.test, spec.test_labels)
            labels, test, test_labels = (
                mine or (usual if usual in known else None) for mine, usual in zip(given, others, strict=True)
            )
        else:
            train, labels, test, test_labels = spec.train, spec.train_labels, spec.test, spec.test_labels
        looks = [name for name in known if name.lower().startswith(TEST) and name not in (train, labels)]
        if test is None and looks:
            raise ModelError(
                f'{self.path} has an array “{looks[0]}” beside “{train}”; write test = "{looks[0]}"'
            )
        return train, labels, test, test_labels

    def _labelled(self, images: str, labels: str | None) -> LabelledImages:
        import numpy

        pixels = self._bytes(images)
        if labels is None:
            return LabelledImages(pixels, numpy.zeros(len(pixels), numpy.int32))
        return LabelledImages(pixels, self._labels(labels, images, len(pixels)))

    def _labels(self, name: str, images: str, count: int) -> "Labels":
        import numpy

        classes = self._array(name)
        if classes.size != count:
            raise ModelError(
                f"{self.path}: “{name}” has {classes.size} labels for {count} images in “{images}”"
            )
        classes = classes.reshape(-1)
        is_whole = classes.dtype.kind in "bui"
        if classes.dtype.kind == "f":
            is_whole = bool((classes == classes.round()).all())
        if not is_whole or not 0 <= classes.min() <= classes.max() < 2**31:
            raise ModelError(f"{self.path}: the labels in “{name}” must be whole numbers, 0 or more")
        found: Labels = classes.astype(numpy.int32)
        return found

    def _bytes(self, name: str) -> "Bytes":
        """Return the images of one array, (N, C, H, W)."""
        import numpy

        array = self._array(name)
        match array.shape:
            case (_, _, _):
                array = array[:, None]
            case (_, _, _, 1 | 3):
                array = array.transpose(0, 3, 1, 2)
            case (_, 1 | 3, _, _):
                pass
            case _:
                raise ModelError(
                    f"{self.path}: “{name}” has the shape {array.shape}, which is not one of images"
                )
        if not array.size:
            raise ModelError(f"{self.path}: “{name}” is empty")
        if array.dtype.kind not in "buif":
            raise ModelError(f"{self.path}: “{name}” holds values of the type {array.dtype}, not numbers")
        pixels = self._scaled(name, array)
        return numpy.ascontiguousarray(255 - pixels if self.spec.polarity == "dark-ink" else pixels)

    def _scaled(self, name: str, array: Any) -> "Bytes":
        limits = self.spec.value_range
        if array.dtype == "uint8" and limits is None:
            pixels: Bytes = array
            return pixels
        try:
            return scaled(array, limits or (0.0, 1.0))
        except ModelError as error:
            raise ModelError(f"{self.path}: “{name}” {error}") from error

    def _known(self) -> list[str]:
        return list(self._open(lambda arrays: list(arrays)))

    def _array(self, name: str) -> Any:
        if name not in self._known():
            raise ModelError(f"{self.path} has no array “{name}”; it has: {', '.join(self._known())}")
        return self._open(lambda arrays: arrays[name])

    def _open(self, use: Any) -> Any:
        import numpy

        try:
            with numpy.load(self.path, allow_pickle=False) as arrays:
                return use(arrays)
        except (ValueError, OSError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
            raise ModelError(f"{self.path} cannot be read as an .npz: {error}") from error
