"""The images of a bundle that the model has never seen, with their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy
from ..drawing.inference import Bytes, Floats
from ..drawing.packing import short
from ..errors import DemoError
from .arrays import check, load
from .bundle import Bundle

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

FILE = "test_items.npz"
POSTERIORS = ("means", "log_variances")


@dataclass(frozen=True)
class Examples:
    """Test examples in the order of the test set."""

    images: Bytes  # (N, C, H, W)
    labels: Bytes  # (N,)


def read(bundle: Bundle) -> Examples:
    """Read test_items.npz; raise `DemoError` if the bundle has none, or one of another form.

    Where there are no labels, all examples have the label 0.
    """
    path = bundle.file(FILE, "this kind of demo")
    arrays = load(path, ("images", "labels"))
    if "images" not in arrays:
        raise DemoError(f"{path} has no array “images”")
    images = arrays["images"]
    check(path, "images", images, "u", (None, *bundle.image))
    labels = arrays.get("labels", np.zeros(len(images), np.uint8))
    check(path, "labels", labels, "iu", (len(images),))
    return Examples(images, labels)


def read_points(bundle: Bundle) -> tuple[Floats, Bytes] | None:
    """Return test points (N, 2) with their labels (N,); None where the bundle has none.

    Raises `DemoError` where they have another form.
    """
    if FILE not in bundle.manifest["files"]:
        return None
    path = bundle.folder / FILE
    arrays = load(path, ("points", "labels"))
    if "points" not in arrays:
        return None
    points = arrays["points"]
    check(path, "points", points, "f", (None, 2))
    labels = arrays.get("labels", np.zeros(len(points), np.uint8))
    check(path, "labels", labels, "iu", (len(points),))
    return points.astype(np.float32), labels


def posteriors(bundle: Bundle) -> tuple[Floats, Floats] | None:
    """Return means and log variances (N, Z) of the test examples' posteriors; None where the bundle has none.

    Raises `DemoError` where they have another form.
    """
    if FILE not in bundle.manifest["files"]:
        return None
    path = bundle.folder / FILE
    arrays = load(path, POSTERIORS)
    if len(arrays) < len(POSTERIORS):
        return None
    count = len(arrays["means"]) if arrays["means"].ndim else None
    for name in POSTERIORS:
        check(path, name, arrays[name], "f", (count, bundle.latents))
    return arrays["means"], arrays["log_variances"]


def first_of(examples: Examples, label: int, count: int) -> Bytes:
    """Return the first `count` images (count, C, H, W) of `label`; raise `DemoError` if there are fewer."""
    found: Bytes = examples.images[examples.labels == label][:count]
    if len(found) < count:
        raise DemoError(
            f"the bundle holds {len(found)} test examples with the label {label}, {count} are asked for"
        )
    return found


def classes(bundle: Bundle) -> list[dict[str, Any]] | None:
    """Return where each label lies in latent space: mean and variance of its examples' posterior means.

    By them the page finds the likeliest classes of a latent. None where the bundle has no labels or no
    posteriors of its test examples.
    """
    if FILE not in bundle.manifest["files"]:
        return None
    path = bundle.folder / FILE
    arrays = load(path, ("labels", "means"))
    if len(arrays) < 2:
        return None
    labels, means = arrays["labels"], arrays["means"]
    check(path, "labels", labels, "iu", (None,))
    check(path, "means", means, "f", (len(labels), bundle.latents))
    of_label = {int(label): means[labels == label] for label in np.unique(labels)}
    return [
        {"label": label, "mean": short(codes.mean(axis=0), 3), "variance": short(codes.var(axis=0) + 1e-4, 3)}
        for label, codes in of_label.items()
    ]
