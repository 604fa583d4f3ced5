"""A data set of PyTorch, of torchvision or of one's own, named as “package.module:Class”."""

import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ModelError
from . import Pictures, Split
from .frame import Frame

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class TorchDataset:
    """Items of a `torch.utils.data.Dataset`: pictures of Pillow, or (picture, label).

    What it holds is known when it is read, and not before: so its hash must be stated. The first
    build says which it is.
    """

    code: ClassVar[tuple[str, ...]] = ("torch_dataset", "frame")
    name: str
    #: What to call for it: “torchvision.datasets:CIFAR10”, “model.shapes:Shapes”.
    dataset: str
    #: What each picture becomes.
    frame: Frame
    #: Arguments of that call, for training and for test.
    train: Mapping[str, Any] = field(default_factory=lambda: {"train": True})
    test: Mapping[str, Any] = field(default_factory=lambda: {"train": False})
    #: SHA-256 of all pictures and labels, as they are trained on.
    content: str = ""

    def settings(self) -> dict[str, Any]:
        """Return what is called, and what becomes of a picture."""
        called = {"dataset": self.dataset, "train": dict(self.train), "test": dict(self.test)}
        return {**called, **self.frame.settings()}

    def sha256(self) -> dict[str, str]:
        """Return the hash that the content must have."""
        return {self.dataset: self.content}

    def read(self) -> Split:
        """Return the pictures in the order of the data set."""
        train, test = self._pictures(self.train), self._pictures(self.test)
        found = hashlib.sha256()
        for array in (*train, *test):
            found.update(array.tobytes())
        if found.hexdigest() != self.content:
            changed = f", not {self.content}: has it changed?" if self.content else "."
            raise ModelError(
                f"the data set “{self.name}” has the SHA-256 {found.hexdigest()}{changed} "
                f'If this is what you want, write content="{found.hexdigest()}" in model/datasets.py'
            )
        return Split(train, test, f"{self.dataset} called with {dict(self.train)} and with {dict(self.test)}")

    def _pictures(self, arguments: Mapping[str, Any]) -> Pictures:
        import numpy

        items = self._call(arguments)
        try:
            count = len(items)
        except TypeError as error:
            raise ModelError(f"the data set “{self.name}”: {self.dataset} has no length: {error}") from error
        images = numpy.empty((count, *self.frame.shape), numpy.uint8)
        labels = numpy.zeros(count, numpy.uint8)
        for index in range(count):
            picture, label = self._parts(items[index], index)
            images[index] = self.frame(self._picture(picture, index))
            labels[index] = label
        return Pictures(images, labels)

    def _parts(self, item: Any, index: int) -> tuple[Any, int]:
        """Return the picture and the label of an item; 0 where it has none."""
        match item:
            case tuple() | list() if len(item) == 2:
                return item[0], self._label(item[1], index)
            case tuple() | list() if len(item) == 1:
                return item[0], 0
            case tuple() | list():
                raise self._wrong(index, f"is a {type(item).__name__} of {len(item)}")
            case dict():
                raise self._wrong(index, f"is a dict with the keys {', '.join(map(repr, item))}")
        return item, 0

    def _label(self, label: Any, index: int) -> int:
        try:
            number = int(label)
            if 0 <= number < 256 and number == float(label):
                return number
        except (TypeError, ValueError, RuntimeError, OverflowError):
            pass
        raise self._wrong(index, f"has the label {label!r}")

    def _wrong(self, index: int, what: str) -> ModelError:
        return ModelError(
            f"the data set “{self.name}”: item {index} of {self.dataset} {what}; let it return a picture, or "
            "(picture, label). A picture is one of Pillow, or bytes or numbers from 0 to 1, of the shape "
            "(H, W), (1, H, W) or (3, H, W); a label is a whole number from 0 to 255"
        )

    def _call(self, arguments: Mapping[str, Any]) -> Any:
        module, _, name = self.dataset.partition(":")
        try:
            return getattr(importlib.import_module(module), name)(**arguments)
        except (ImportError, AttributeError, TypeError, OSError, RuntimeError) as error:
            raise ModelError(
                f"the data set “{self.name}”: {self.dataset} cannot be had with {dict(arguments)}: {error}"
            ) from error

    def _picture(self, picture: Any, index: int) -> "Image":
        """Return an item as a picture of Pillow; tensors are (C, H, W), bytes or numbers from 0 to 1."""
        import numpy
        from PIL import Image

        if isinstance(picture, Image.Image):
            return picture
        try:
            pixels = numpy.asarray(picture)
        except (ValueError, TypeError, RuntimeError) as error:
            raise self._wrong(index, f"is no array: {error}") from error
        shape = pixels.shape
        if not pixels.size or not (len(shape) == 2 or (len(shape) == 3 and shape[0] in (1, 3))):
            raise self._wrong(index, f"has the shape {shape}")
        if pixels.dtype != numpy.uint8:
            if pixels.dtype.kind not in "bfiu" or not 0 <= pixels.min() <= pixels.max() <= 1:
                raise self._wrong(index, f"holds other numbers, of the type {pixels.dtype}")
            pixels = (pixels * 255.0).round().astype(numpy.uint8)
        if pixels.ndim == 3:
            pixels = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
        return Image.fromarray(pixels)
