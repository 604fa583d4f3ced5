"""The codes of test examples as points: where the encoder puts what, beside the prior.

A model with two latent dimensions shows all of its latent space. One of more dimensions shows the plane
through the mean code in which the classes differ most, by Fisher's linear discriminants (Bishop 2006, section
4.1.6), and says which share of the variance lies in it. Each place of the plane is a latent, to be decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import classes, posteriors, read
from ..drawing.inference import Bytes, Floats, decode, encode
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..drawing.scatter import REACH, SIZE, Group, Scatter
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: Standard deviations of the prior that the plot shows at least.
LEAST_EXTENT = 3.0


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Test examples, from the first.
    points: Annotated[int, Meta(ge=10, le=5000)] = 2000


@dataclass(frozen=True)
class Codes:
    """Posterior means of test examples, with their labels."""

    means: Floats  # (N, Z)
    labels: Bytes  # (N,)


@dataclass(frozen=True)
class Plane:
    """The points base + axes · p, for any p of two numbers."""

    base: Floats  # (Z,)
    axes: Floats  # (Z, 2), orthonormal
    #: The share of the variance of the codes that lies in it.
    share: float


def codes(options: Options, bundle: Bundle) -> Codes:
    """Return the codes of the first test examples."""
    examples = read(bundle)
    found = posteriors(bundle)
    labels = examples.labels[: options.points]
    if found and len(found[0]) == len(examples.labels):
        return Codes(found[0][: options.points], labels)
    return Codes(encode(bundle, examples.images[: options.points]), labels)


def plane(given: Codes) -> Plane:
    """Return the plane that is shown."""
    count, size = given.means.shape
    if size == 2:
        return Plane(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), 1.0)
    means = given.means.astype(np.float64)
    middle = means.mean(axis=0)
    groups = [means[given.labels == label] for label in np.unique(given.labels)]
    within = sum(np.cov(group.T, bias=True) * len(group) for group in groups) / count
    between = sum(len(group) * np.outer(*2 * [group.mean(axis=0) - middle]) for group in groups) / count
    # With equal variances within: there the largest variance between classes separates them most.
    root = np.linalg.cholesky(within + 1e-6 * np.trace(within) / size * np.eye(size))
    whitened = np.linalg.solve(root, np.linalg.solve(root, between).T)
    _, vectors = np.linalg.eigh((whitened + whitened.T) / 2)
    axes, _ = np.linalg.qr(np.linalg.solve(root.T, vectors[:, :-3:-1]))  # (Z, 2)
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    share = ((means - middle) @ axes).var(axis=0).sum() / means.var(axis=0).sum()
    base = middle - axes @ (axes.T @ middle)
    return Plane(base.astype(np.float32), axes.astype(np.float32), float(share))


def _shown(options: Options, bundle: Bundle) -> tuple[Codes, Plane, Floats, float]:
    """Return the codes, their plane, their places (N, 2) in it, and the largest coordinate of the plot."""
    given = codes(options, bundle)
    if bundle.latents == 1:
        raise DemoError(f"kind latents shows a plane, and “{bundle.name}” has one latent dimension")
    if bundle.latents > 2 and len(np.unique(given.labels)) < 3:
        raise DemoError(
            f"kind latents shows of “{bundle.name}”, which has {bundle.latents} latent dimensions, the plane "
            "in which classes differ most: its test examples must have labels of three classes or more"
        )
    found = plane(given)
    places = given.means @ found.axes
    return given, found, places, max(LEAST_EXTENT, float(np.abs(places).max()))


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw the plot, and what the decoder makes of the middle of each class."""
    given, found, places, extent = _shown(options, bundle)
    labels = np.unique(given.labels)
    middles = np.stack([places[given.labels == label].mean(axis=0) for label in labels])
    images = decode(bundle, (found.base + middles @ found.axes.T).astype(np.float32))
    letter = "z" if bundle.latents == 2 else "d"
    share = None if bundle.latents == 2 else found.share
    scatter = Scatter(_groups(given, places, extent, bundle), extent, f"{letter}₁", f"{letter}₂", share)
    return [scatter, Sheet(images[None], heading="class_means", alt="class_means")]


def groups(options: Options, bundle: Bundle) -> tuple[tuple[Group, ...], float]:
    """Return the codes by class in units of the drawing, and the largest coordinate of the plot."""
    given, _, places, extent = _shown(options, bundle)
    return _groups(given, places, extent, bundle), extent


def _groups(given: Codes, places: Floats, extent: float, bundle: Bundle) -> tuple[Group, ...]:
    units = np.rint(SIZE // 2 + places * [1, -1] * REACH / extent).astype(int)  # (N, 2)
    names = bundle.manifest.get("data", {}).get("classes") or []
    return tuple(
        Group(_name(int(label), names), tuple(_in_short_steps(units[given.labels == label])))
        for label in np.unique(given.labels)
    )


def _name(label: int, names: Any) -> str:
    return str(names[label]) if isinstance(names, list) and label < len(names) else str(label)


def _in_short_steps(points: Any) -> Iterator[tuple[int, int]]:
    """Yield `points` (N, 2) so that each is followed by the nearest that is left: what is near packs well."""
    left = points.copy()
    at = left[0]
    while len(left):
        nearest = int(np.square(left - at).sum(axis=1).argmin())
        at = left[nearest]
        yield int(at[0]), int(at[1])
        left = np.delete(left, nearest, axis=0)


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the plane, if it is not the whole of latent space, and where labels lie."""
    given, found, places, extent = _shown(options, bundle)
    middles = [places[given.labels == label].mean(axis=0) for label in np.unique(given.labels)]
    of_plane = {"base": packed(found.base), "axes": packed(found.axes.T)} if bundle.latents > 2 else {}
    return {
        "extent": extent,
        "reach": REACH / SIZE,
        "middles": packed(np.stack(middles)),
        **of_plane,
        "labels": classes(bundle),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    most = described["extent"] / described["reach"] / 2
    return {"z": Values(-most, most, count=2)}
