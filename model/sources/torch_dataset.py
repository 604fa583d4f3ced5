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
        images = numpy.empty((len(items), *self.frame.shape), numpy.uint8)
        labels = numpy.zeros(len(items), numpy.uint8)
        for index in range(len(items)):
            picture, label = item if isinstance(item := items[index], tuple) else (item, 0)
            images[index] = self.frame(self._picture(picture))
            labels[index] = int(label)
        return Pictures(images, labels)

    def _call(self, arguments: Mapping[str, Any]) -> Any:
        module, _, name = self.dataset.partition(":")
        try:
            return getattr(importlib.import_module(module), name)(**arguments)
        except (ImportError, AttributeError, TypeError, OSError, RuntimeError) as error:
            raise ModelError(
                f"the data set “{self.name}”: {self.dataset} cannot be had with {dict(arguments)}: {error}"
            ) from error

    def _picture(self, picture: Any) -> "Image":
        """Return an item as a picture of Pillow; tensors are (C, H, W), bytes or numbers from 0 to 1."""
        import numpy
        from PIL import Image

        if isinstance(picture, Image.Image):
            return picture
        pixels = numpy.asarray(picture)
        if pixels.dtype != numpy.uint8:
            pixels = (pixels * 255.0).round().astype(numpy.uint8)
        if pixels.ndim == 3:
            pixels = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
        return Image.fromarray(pixels)
