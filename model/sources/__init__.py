"""Where pictures come from: a module for each kind of data set, and what they owe the rest.

The key of a release asks a source for its hashes at each build of the blog, so no module here
imports torch, numpy or Pillow before `read` is called.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from ..errors import ModelError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Bytes = NDArray[numpy.uint8]

#: What folders of data sets are relative to.
ROOT = Path(__file__).resolve().parent.parent.parent


class Pictures(NamedTuple):
    """Pictures and their labels, in the order in which they are used."""

    images: "Bytes"  # (N, C, H, W); 0 is the background, 255 is ink; or three channels, RGB
    labels: "Bytes"  # (N,); all 0 where there are none


@dataclass(frozen=True)
class Split:
    """The content of a data set."""

    train: Pictures
    test: Pictures
    #: By which rule a picture is one of the test set.
    rule: str
    #: What the labels stand for, in their order, where that is known.
    classes: tuple[str, ...] = ()


class Source(Protocol):
    """A data set: a frozen record that says where its content lies and how it becomes pictures."""

    #: The modules of this package that decide what is read.
    code: ClassVar[tuple[str, ...]]

    @property
    def name(self) -> str:
        """What recipes call it."""

    def settings(self) -> dict[str, Any]:
        """Return what decides, beside the content, which pictures are read."""

    def sha256(self) -> dict[str, str]:
        """Return the hashes that tell this content from any other.

        Raises `ModelError` where content that has to be hashed is missing.
        """

    def read(self) -> Split:
        """Return the pictures.

        Raises `ModelError` where they are missing, damaged or not as they must be.
        """


def place(name: str) -> bytes:
    """Return the hash by which items with a name, but no order of their own, are put in one."""
    return hashlib.sha256(name.encode(errors="surrogateescape")).digest()


def is_test(name: str, share: float) -> bool:
    """Say whether the item `name` is for test: about `share` of them are, whatever others there are."""
    return int.from_bytes(place(name)[:8]) < share * 2**64


def by_hash(share: float, what: str) -> str:
    """Return the rule of `is_test` in words."""
    return f"for test: those whose SHA-256 of the {what} is in the lowest {share:.0%} of all values"


def split(images: "Bytes", labels: "Bytes", test: Sequence[bool]) -> tuple[Pictures, Pictures]:
    """Return the pictures for training, and those that `test` marks."""
    import numpy

    chosen = numpy.array(test)
    return Pictures(images[~chosen], labels[~chosen]), Pictures(images[chosen], labels[chosen])


def labelled(name: str, classes: Sequence[str]) -> tuple["Bytes", tuple[str, ...]]:
    """Return a number for the class of each item of the data set `name`, and what the numbers stand for."""
    import numpy

    known, labels = numpy.unique(numpy.array(classes), return_inverse=True)
    if len(known) > 256:
        raise ModelError(f"the data set “{name}” has {len(known)} classes; there may be 256")
    return labels.astype(numpy.uint8), tuple(map(str, known)) if len(known) > 1 else ()
