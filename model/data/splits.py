"""Which images are for training and which for test, such that no image is in both."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from .source import Values

#: Names of folders and arrays, in lower case, by what they hold.
TRAIN = ("train", "training", "trn", "tr")
VALIDATION = ("val", "valid", "validation", "dev", "eval")
TEST = ("test", "testing", "tst", "te", "heldout", "held-out", "held_out")
USUAL = {
    **dict.fromkeys(TRAIN, "train"),
    **dict.fromkeys(VALIDATION, "validation"),
    **dict.fromkeys(TEST, "test"),
}


def by_folders(names: Sequence[str]) -> dict[str, str] | None:
    """Return the part, “train”, “validation” or “test”, of each image by its top folder.

    None where no top folder has a usual name of a part. Raises `ModelError` where some have one and others
    do not, or where only one part is there: then it is not clear what the author means.
    """
    tops = {name: name.partition("/")[0] if "/" in name else "" for name in names}
    parts = {top: USUAL[top.lower()] for top in set(tops.values()) if top.lower() in USUAL}
    if not parts:
        return None
    outside = [name for name, top in tops.items() if top not in parts]
    shown = ", ".join(f"“{top}”" for top in sorted(parts))
    if outside:
        raise ModelError(
            f"has the split {shown}, and {len(outside)} images outside of it, such as {outside[0]}; "
            "move them into it, or rename the folders"
        )
    found = set(parts.values())
    if "train" not in found or len(found) < 2:
        raise ModelError(f"has only {shown}; a split needs a folder “train” and a folder “test”")
    if "test" not in found:  # what is held out for validation is then the test set
        parts = {top: "test" if part == "validation" else part for top, part in parts.items()}
    return {name: parts[top] for name, top in tops.items()}


def by_content(images: "Values", fraction: float) -> list[bool]:
    """Say of each image whether it is for test: equal images are on the same side, whatever their names."""
    return [int.from_bytes(digest[:8], "big") < fraction * 2**64 for digest in _digests(images)]


def content_rule(fraction: float) -> str:
    """Return the rule of `by_content` in words."""
    return f"for test: images whose SHA-256 is in the lowest {fraction:.0%} of all values"


def check_duplicates(train: "Values", test: "Values", names: tuple[Sequence[str], Sequence[str]]) -> None:
    """Raise `ModelError` if an image is both in the training set and in the test set."""
    first = {
        hashlib.sha256(image.tobytes()).digest(): name for image, name in zip(train, names[0], strict=True)
    }
    digests = (hashlib.sha256(image.tobytes()).digest() for image in test)
    both = [(first[digest], name) for digest, name in zip(digests, names[1], strict=True) if digest in first]
    if both:
        one, other = both[0]
        raise ModelError(
            f"has {len(both)} images that are in the training set and in the test set, such as {one} and "
            f'{other}; remove them from one, or write duplicates = "allow"'
        )


def _digests(images: "Values") -> Iterator[bytes]:
    return (hashlib.sha256(image.tobytes()).digest() for image in images)


def labels_of(classes: Iterable[str]) -> tuple[list[int], tuple[str, ...]]:
    """Return a number for each class name, and the names in that order; no names if there is one class."""
    given = list(classes)
    known = sorted(set(given))
    number = {name: index for index, name in enumerate(known)}
    return [number[name] for name in given], tuple(known) if len(known) > 1 else ()
