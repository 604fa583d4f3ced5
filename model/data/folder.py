"""A folder of images: photographs, drawings, icons, in any format that Pillow reads."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from . import splits
from .cached_digest import cached_digest
from .frame import Frame
from .source import LabelledImages, Split
from .specs import FolderData

if TYPE_CHECKING:
    from .source import Bytes

#: File names of images end in one of these; other files are ignored.
SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


@dataclass(frozen=True)
class Folder:
    """Images in files, cropped to the center and resized.

    Top folders with the usual names of a split are the split. Otherwise the hash of an image says whether it
    is for test, so that an image that is added or removed moves no other. The remaining folders are classes.
    """

    spec: FolderData
    path: Path
    cache: Path

    def settings(self) -> dict[str, Any]:
        """Return how files become arrays."""
        frame = Frame.of(self.spec)
        return {
            "shape": list(frame.shape),
            "inverted": frame.inverted,
            "value_range": list(self.spec.value_range) if self.spec.value_range else None,
            "test_fraction": self.spec.test_fraction,
        }

    def sha256(self) -> dict[str, str]:
        """Return a hash over the names and contents of all images, under their number."""
        names = self._names()
        digest = cached_digest(self.path, names, self.cache, lambda: self._digest(names))
        return {f"{len(names)} images": digest}

    def read(self) -> Split:
        """Return the images, in the order of the hashes of their names."""
        names = sorted(self._names(), key=lambda name: hashlib.sha256(os.fsencode(name)).digest())
        parts = splits.by_folders(names)
        images = self._images(names)
        if parts is None:
            marks = splits.by_content(images, self.spec.test_fraction)
            found = ["test" if mark else "train" for mark in marks]
            rule, within = splits.content_rule(self.spec.test_fraction), names
        else:
            found = [parts[name] for name in names]
            rule = f"the folders {', '.join(sorted({name.partition('/')[0] for name in names}))}"
            within = [name.partition("/")[2] for name in names]
        labels, classes = splits.labels_of(name.rpartition("/")[0] for name in within)
        return self._split(names, found, images, labels, rule, classes)

    def _split(
        self,
        names: list[str],
        parts: list[str],
        images: "Bytes",
        labels: list[int],
        rule: str,
        classes: tuple[str, ...],
    ) -> Split:
        import numpy

        everything = LabelledImages(images, numpy.array(labels, numpy.int32))
        at = {part: [index for index, each in enumerate(parts) if each == part] for part in set(parts)}
        train, test = at.get("train", []), at.get("test", [])
        if not (train and test):
            raise ModelError(
                f"has {len(train)} images for training and {len(test)} for test, and needs some of both; put "
                "them into folders “train” and “test”, or change test_fraction"
            )
        if self.spec.duplicates == "error":
            shown = [names[index] for index in train], [names[index] for index in test]
            splits.check_duplicates(images[train], images[test], shown)
        validation = everything.select(at["validation"]) if "validation" in at else None
        return Split(everything.select(train), everything.select(test), rule, classes, validation)

    def _digest(self, names: list[str]) -> str:
        digest = hashlib.sha256()
        for name in names:
            content = hashlib.sha256((self.path / name).read_bytes()).hexdigest()
            digest.update(f"{content}  {name}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def _names(self) -> list[str]:
        """Return the paths of all images within the folder; raise `ModelError` if there are none."""
        names = sorted(self._walk())
        if not names:
            what = "holds no images" if self.path.is_dir() else "is not there"
            raise ModelError(
                f"the folder {self.path} {what}; put images into it ({', '.join(sorted(SUFFIXES))}), or name "
                "another one"
            )
        return names

    def _walk(self) -> Iterator[str]:
        # Paths as text: objects for ten thousand of them would take a tenth of a second at each build.
        start, seen = len(str(self.path)) + 1, set()
        for folder, folders, names in os.walk(self.path, followlinks=True):
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in seen:  # a link to a folder around it
                folders.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                if os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith("."):
                    yield os.path.join(folder, name)[start:].replace(os.sep, "/")

    def _images(self, names: list[str]) -> "Bytes":
        import numpy
        from PIL import Image

        frame = Frame.of(self.spec)
        images = numpy.empty((len(names), *frame.shape), numpy.uint8)
        for index, name in enumerate(names):
            try:
                with Image.open(self.path / name) as image:
                    images[index] = frame(image)
            except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
                raise ModelError(f"{self.path / name} cannot be read as an image: {error}") from error
            except ModelError as error:
                raise ModelError(f"{self.path / name} {error}") from error
        return images
