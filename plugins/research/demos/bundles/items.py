"""The pictures of a release that the model has never seen, with their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy
from ..drawing.inference import Bytes, Floats
from ..drawing.packing import short
from ..errors import DemoError
from .arrays import check, load
from .release import Release

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

FILE = "test_items.npz"
POSTERIORS = ("means", "log_variances")


@dataclass(frozen=True)
class Items:
    """Test items in the order of the test set."""

    images: Bytes  # (N, C, H, W)
    labels: Bytes  # (N,)


def read(release: Release) -> Items:
    """Read test_items.npz; raise `DemoError` if the release has none, or one of another form.

    Where there are no labels, all items have the label 0.
    """
    path = release.file(FILE, "this kind of demo")
    arrays = load(path, ("images", "labels"))
    if "images" not in arrays:
        raise DemoError(f"{path} has no array “images”")
    images = arrays["images"]
    check(path, "images", images, "u", (None, *release.decoder.outputs[0].shape))
    labels = arrays.get("labels", np.zeros(len(images), np.uint8))
    check(path, "labels", labels, "iu", (len(images),))
    return Items(images, labels)


def posteriors(release: Release) -> tuple[Floats, Floats] | None:
    """Return means and log variances (N, Z) of the test items' posteriors; None where the release has none.

    Raises `DemoError` where they have another form.
    """
    if FILE not in release.manifest["files"]:
        return None
    path = release.folder / FILE
    arrays = load(path, POSTERIORS)
    if len(arrays) < len(POSTERIORS):
        return None
    count = len(arrays["means"]) if arrays["means"].ndim else None
    for name in POSTERIORS:
        check(path, name, arrays[name], "f", (count, release.latents))
    return arrays["means"], arrays["log_variances"]


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
    if FILE not in release.manifest["files"]:
        return None
    path = release.folder / FILE
    arrays = load(path, ("labels", "means"))
    if len(arrays) < 2:
        return None
    labels, means = arrays["labels"], arrays["means"]
    check(path, "labels", labels, "iu", (None,))
    check(path, "means", means, "f", (len(labels), release.latents))
    of_label = {int(label): means[labels == label] for label in np.unique(labels)}
    return [
        {"label": label, "mean": short(codes.mean(axis=0), 3), "variance": short(codes.var(axis=0) + 1e-4, 3)}
        for label, codes in of_label.items()
    ]
