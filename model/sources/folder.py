"""A folder of pictures: photographs, drawings, icons, in any format that Pillow reads."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ModelError
from . import ROOT, Split, by_hash, is_test, labelled, place, split
from .frame import Frame
from .remembered import remembered

if TYPE_CHECKING:
    from . import Bytes

#: What the name of a picture ends in; other files in the folder are left alone.
SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


@dataclass(frozen=True)
class Folder:
    """Pictures in files, cut to the middle and resized.

    Where the pictures lie in two folders “train” and “test”, these are the split. Otherwise the hash
    of a picture's name says where it belongs, so that a picture that comes or goes moves no other.
    The folder below that is its label: “roses/1.jpg” and “train/roses/1.jpg” are of the class “roses”.
    """

    code: ClassVar[tuple[str, ...]] = ("folder", "frame")
    name: str
    #: From the root of the repository, or an absolute path.
    folder: str
    #: What each picture becomes.
    frame: Frame
    #: The share of the pictures that is for test, where no folders say it.
    share: float = 0.1

    def settings(self) -> dict[str, Any]:
        """Return how files become pictures."""
        return {**self.frame.settings(), "share": self.share}

    def sha256(self) -> dict[str, str]:
        """Return a hash over the names and contents of all pictures, under how many there are."""
        names = self._names()
        return {f"{len(names)} pictures": remembered(self._path, names, lambda: self._content(names))}

    def read(self) -> Split:
        """Return the pictures, in the order of the hashes of their names."""
        names = sorted(self._names(), key=place)
        if {name.partition("/")[0] for name in names} == {"train", "test"}:
            within = {name: name.partition("/")[2] for name in names}
            rule = "the folders “train” and “test”"
            test = {name for name in names if name.startswith("test/")}
        else:
            within = {name: name for name in names}
            rule = by_hash(self.share, "name of the file within the folder")
            test = {name for name in names if is_test(name, self.share)}
        if not 0 < len(test) < len(names):
            raise ModelError(
                f"the data set “{self.name}”: of the {len(names)} pictures in {self._path}, {len(test)} are "
                "for test; it needs some of both: put them into folders “train” and “test”"
            )
        labels, classes = labelled(self.name, [within[name].rpartition("/")[0] for name in names])
        parts = split(self._images(names), labels, [name in test for name in names])
        return Split(*parts, rule, classes)

    @property
    def _path(self) -> Path:
        return ROOT / self.folder

    def _content(self, names: list[str]) -> str:
        content = hashlib.sha256()
        for name in names:
            digest = hashlib.sha256((self._path / name).read_bytes()).hexdigest()
            content.update(f"{digest}  {name}\n".encode(errors="surrogateescape"))
        return content.hexdigest()

    def _names(self) -> list[str]:
        """Return the paths of all pictures within the folder; `ModelError` where there are none."""
        # Paths as text: ten thousand of them as objects take a tenth of a second, at each build of the blog.
        within = len(str(self._path)) + 1
        found = sorted(
            os.path.join(folder, name)[within:].replace(os.sep, "/")
            for folder, _, names in os.walk(self._path)
            for name in names
            if os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith(".")
        )
        if not found:
            what = "it holds no pictures" if self._path.is_dir() else "there is no such folder"
            raise ModelError(
                f"the data set “{self.name}” was sought in {self._path}, but {what}. Put the pictures there "
                f"({', '.join(sorted(SUFFIXES))}), or name another folder in model/datasets.py"
            )
        return found

    def _images(self, names: list[str]) -> "Bytes":
        import numpy
        from PIL import Image

        images = numpy.empty((len(names), *self.frame.shape), numpy.uint8)
        for image, name in zip(images, names, strict=True):
            try:
                with Image.open(self._path / name) as picture:
                    image[:] = self.frame(picture)
            except (OSError, SyntaxError, Image.DecompressionBombError) as error:
                raise ModelError(f"{self._path / name} cannot be read as a picture: {error}") from error
        return images
