"""The pictures of a release that the model has never seen, with their labels."""

from dataclasses import dataclass

import numpy as np

from .errors import DemoError
from .inference import Bytes
from .release import Release


@dataclass(frozen=True)
class Items:
    """Test items in the order of the test set."""

    images: Bytes  # (N, C, H, W)
    labels: Bytes  # (N,)


def read(release: Release) -> Items:
    """Read test_items.npz; raise `DemoError` if the release has none."""
    path = release.file("test_items.npz", "this kind of demo")
    with np.load(path, allow_pickle=False) as arrays:
        return Items(arrays["images"], arrays["labels"])


def first_of(items: Items, label: int, count: int) -> Bytes:
    """Return the first `count` images (count, C, H, W) of `label`; raise `DemoError` if there are fewer."""
    found: Bytes = items.images[items.labels == label][:count]
    if len(found) < count:
        raise DemoError(
            f"the release holds {len(found)} test items with the label {label}, {count} are asked for"
        )
    return found
