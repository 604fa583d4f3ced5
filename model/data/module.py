"""A data set of PyTorch, torchvision, or any sequence, that a Python module gives."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from ..recipes import modules
from . import splits
from .frame import Frame, scaled
from .source import LabelledImages, Split
from .specs import ModuleData

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Module:
    """Examples that are images, or pairs (image, label).

    What it holds is known only once it is read, so either its module declares a VERSION or the table states
    the hash of its content; an error says which it is.
    """

    spec: ModuleData
    name: str
    root: Path

    def settings(self) -> dict[str, Any]:
        """Return what is called, with which arguments, and what becomes of an image."""
        spec, frame = self.spec, Frame.of(self.spec)
        return {
            "dataset": spec.dataset,
            "version": spec.version,
            "train": spec.train,
            "test": spec.test,
            "shape": list(frame.shape),
            "inverted": frame.inverted,
            "value_range": list(spec.value_range) if spec.value_range else None,
        }

    def sha256(self) -> dict[str, str]:
        """Return the hash that the content must have; an empty one if the module has a version instead."""
        return {self.spec.dataset: self.spec.sha256 or ""}

    def read(self) -> Split:
        """Return the images in the order of the data set."""
        train, test = self._images(self.spec.train), self._images(self.spec.test)
        digest = hashlib.sha256()
        for array in (*train, *test):
            digest.update(array.tobytes())
        self._check(digest.hexdigest())
        if self.spec.duplicates == "error":
            names = [
                [f"{arguments} {n}" for n in range(len(part.images))]
                for arguments, part in ((self.spec.train, train), (self.spec.test, test))
            ]
            splits.check_duplicates(train.images, test.images, (names[0], names[1]))
        return Split(
            train, test, f"{self.spec.dataset} called with {self.spec.train} and with {self.spec.test}"
        )

    def _check(self, digest: str) -> None:
        stated = self.spec.sha256
        if stated == digest or (stated is None and self.spec.version is not None):
            return
        changed = f"not {stated}: has it changed?" if stated else "which the recipes do not state."
        raise ModelError(
            f"has the SHA-256 {digest}, {changed} If this is what you want, write "
            f'sha256 = "{digest}" in [data.{self.name}], or declare VERSION = 1 in the module'
        )

    def _images(self, arguments: Mapping[str, Any]) -> LabelledImages:
        import numpy

        examples = self._call(arguments)
        try:
            count = len(examples)
        except TypeError as error:
            raise ModelError(f"{self.spec.dataset} has no length: {error}") from error
        frame = Frame.of(self.spec)
        images = numpy.empty((count, *frame.shape), numpy.uint8)
        labels = numpy.zeros(count, numpy.int32)
        for index in range(count):
            image, label = self._parts(examples[index], index)
            try:
                images[index] = frame(self._image(image, index))
            except ModelError as error:
                raise self._wrong(index, str(error)) from error
            labels[index] = label
        return LabelledImages(images, labels)

    def _call(self, arguments: Mapping[str, Any]) -> Any:
        function = modules.load(self.spec.dataset, self.root)
        try:
            return function(**arguments)
        except (ImportError, TypeError, OSError, RuntimeError, ValueError) as error:
            raise ModelError(f"{self.spec.dataset} called with {dict(arguments)} fails: {error}") from error

    def _parts(self, example: Any, index: int) -> tuple[Any, int]:
        """Return the image and the label of an example; 0 if it has none."""
        match example:
            case tuple() | list() if len(example) == 2:
                return example[0], self._label(example[1], index)
            case tuple() | list() if len(example) == 1:
                return example[0], 0
            case tuple() | list():
                raise self._wrong(index, f"is a {type(example).__name__} of {len(example)}")
            case dict():
                raise self._wrong(index, f"is a dict with the keys {', '.join(map(repr, example))}")
        return example, 0

    def _label(self, label: Any, index: int) -> int:
        try:
            number = int(label)
            if 0 <= number < 2**31 and number == float(label):
                return number
        except (TypeError, ValueError, RuntimeError, OverflowError):
            pass
        raise self._wrong(index, f"has the label {label!r}")

    def _wrong(self, index: int, what: str) -> ModelError:
        return ModelError(
            f"example {index} of {self.spec.dataset} {what}; it must be an image, or (image, label). An "
            "image is one of Pillow, or bytes or numbers from 0 to 1 of the shape (H, W), (1, H, W) or (3, "
            "H, W); a label is a whole number, 0 or more"
        )

    def _image(self, image: Any, index: int) -> "Image":
        """Return an image of an example as one of Pillow."""
        import numpy
        from PIL import Image

        if isinstance(image, Image.Image):
            return image
        try:
            pixels = numpy.asarray(image)
        except (ValueError, TypeError, RuntimeError) as error:
            raise self._wrong(index, f"is no array: {error}") from error
        shape = pixels.shape
        if not pixels.size or not (len(shape) == 2 or (len(shape) == 3 and shape[0] in (1, 3))):
            raise self._wrong(index, f"has the shape {shape}")
        if pixels.dtype.kind not in "bfiu":
            raise self._wrong(index, f"holds values of the type {pixels.dtype}")
        if pixels.dtype != numpy.uint8 or self.spec.value_range:
            pixels = scaled(pixels, self.spec.value_range or (0.0, 1.0))
        if pixels.ndim == 3:
            pixels = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
        return Image.fromarray(pixels)
