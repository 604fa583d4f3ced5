"""The pictures of a release that the model has never seen, with their labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import DemoError
from .inference import Bytes
from .packing import short
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


def classes(release: Release) -> list[dict[str, Any]] | None:
    """Return where each label lies in latent space: mean and variance of its items' posterior means.

    The page tells by them what a picture looks like to the model. None where the release does not
    say what the labels or the posteriors of its test items are.
    """
    if "test_items.npz" not in release.manifest["files"]:
        return None
    with np.load(release.folder / "test_items.npz", allow_pickle=False) as arrays:
        if not {"labels", "means"} <= set(arrays):
            return None
        labels, means = arrays["labels"], arrays["means"]
    of_label = {int(label): means[labels == label] for label in np.unique(labels)}
    return [
        {"label": label, "mean": short(codes.mean(axis=0)), "variance": short(codes.var(axis=0) + 1e-4)}
        for label, codes in of_label.items()
    ]
