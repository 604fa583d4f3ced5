"""A model of points in the plane: the data, samples, the density, and the codes of the data.

Contours hold 50, 80 and 95 % of the model's p(x), which is integrated over the latents at build time. The
codes, means of posteriors, stand in the plane of a model with two latents, over contours of the prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import posteriors, read_points
from ..drawing.contours import Grid, levels, loops
from ..drawing.inference import Bytes, Floats, decode_points
from ..drawing.normals import normals
from ..drawing.packing import short
from ..drawing.panels import Panel
from ..drawing.scatter import REACH, SIZE, Group, Scatter
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: Grid points across the plane on which the density is computed.
GRID = 97
#: Latents over which it is integrated.
LATENTS = 4096
#: The shares of the mass that contours hold.
SHARES = (0.5, 0.8, 0.95)
#: Standard deviations of the prior that the plane of codes shows at least.
LEAST_EXTENT = 3.0
#: Latents that have a slider.
CONTROLS = 2


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Test points, from the first, and as many samples.
    points: Annotated[int, Meta(ge=10, le=2000)] = 300
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1


@dataclass(frozen=True)
class Data:
    """Test points by class, each beside the nearest that is left, with their posteriors."""

    points: Floats  # (N, 2)
    labels: Bytes  # (N,)
    #: (N, 2) each; None where the bundle has none, or more latents than a plane shows.
    means: Floats | None
    deviations: Floats | None


def samples(options: Options, bundle: Bundle) -> Floats:
    """Return samples of the model, (N, 2): of each, its latents are drawn first, then what p(x | z) adds."""
    drawn = normals(options.seed, options.points, bundle.latents + 2)
    found = decode_points(bundle, drawn[:, : bundle.latents])
    return (found + bundle.scale * drawn[:, bundle.latents :]).astype(np.float32)


def data(options: Options, bundle: Bundle) -> Data | None:
    """Return the first test points; None where the bundle has none."""
    if not (found := read_points(bundle)):
        return None
    points, labels = found[0][: options.points], found[1][: options.points]
    order = [
        index
        for label in np.unique(labels)
        for index in np.flatnonzero(labels == label)[_in_short_steps(points[labels == label])]
    ]
    codes = posteriors(bundle)
    if not codes or bundle.latents != CONTROLS or len(codes[0]) != len(found[0]):
        return Data(points[order], labels[order], None, None)
    means, log_variances = (each[: options.points][order] for each in codes)
    return Data(points[order], labels[order], means, np.exp(log_variances / 2))


def _in_short_steps(points: Floats) -> list[int]:
    """Return an order of `points` (N, 2) in which each is followed by the nearest that is left."""
    left, order = np.arange(len(points)), [0]
    while len(left) > 1:
        left = left[left != order[-1]]
        distances = np.square(points[left] - points[order[-1]]).sum(axis=1)
        order.append(int(left[distances.argmin()]))
    return order


def density(bundle: Bundle, extent: float) -> Grid:
    """Return p(x), up to a factor, on a grid from -`extent` to `extent`, rows from the top; (GRID, GRID).

    Two latents stand at quantiles of the prior; more are drawn from it.
    """
    side = np.linspace(-extent, extent, GRID)
    means = decode_points(bundle, _quadrature(bundle.latents)).astype(np.float64)
    across, up = (
        np.exp(-np.square((side[:, None] - means[:, axis]) / bundle.scale) / 2) for axis in (0, 1)
    )  # (GRID, LATENTS)
    found: Grid = up[::-1] @ across.T
    return found


def _quadrature(latents: int) -> Floats:
    if latents > CONTROLS:
        return normals(0, LATENTS, latents)
    count = round(LATENTS ** (1 / latents))
    quantiles = np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)], np.float32)
    return np.stack(np.meshgrid(*[quantiles] * latents), axis=-1).reshape(-1, latents)


def contours(bundle: Bundle, extent: float) -> tuple[str, ...]:
    """Return paths around the shares of p(x); none where the manifest states no likelihood."""
    if not bundle.scale:
        return ()
    found = density(bundle, extent)
    return tuple("".join(map(_path, loops(found, level))) for level in levels(found, SHARES))


def _path(loop: list[tuple[float, float]]) -> str:
    """Return a closed line between grid points as a path in units of the drawing."""
    step = 2 * REACH / (GRID - 1)
    corners = [(SIZE / 2 - REACH + step * x, SIZE / 2 - REACH + step * y) for x, y in loop]
    return "M" + " ".join(f"{x:.0f},{y:.0f}" for x, y in corners) + "z"


def _units(points: Floats, extent: float) -> list[tuple[int, int]]:
    units = np.rint(SIZE // 2 + points * [1, -1] * REACH / extent).astype(int)  # (N, 2)
    return [(int(x), int(y)) for x, y in units]


def _groups(given: Data, places: Floats, extent: float, names: Any) -> list[Group]:
    return [
        Group(
            str(names[label]) if isinstance(names, list) and label < len(names) else str(label),
            tuple(_units(places[given.labels == label], extent)),
        )
        for label in np.unique(given.labels).tolist()
    ]


def _extents(bundle: Bundle, given: Data | None) -> tuple[float, float]:
    """Return the largest coordinate of the plane of points, and that of the plane of codes."""
    most = max(map(abs, bundle.decoder.outputs[0].range))
    codes = float(np.abs(given.means).max()) if given and given.means is not None else 0.0
    return most, max(LEAST_EXTENT, codes)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw the plane of points, and that of their codes."""
    made, given = samples(options, bundle), data(options, bundle)
    extent, of_codes = _extents(bundle, given)
    names = bundle.manifest.get("data", {}).get("classes")
    groups = _groups(given, given.points, extent, names) if given else []
    inside = made[np.abs(made).max(axis=1) < extent * SIZE / 2 / REACH]
    ordered = inside[_in_short_steps(inside)] if len(inside) else inside
    everything = (*groups, Group("model_samples", tuple(_units(ordered, extent)), is_word=True))
    lines = contours(bundle, extent)
    plane = Scatter(everything, extent, "x₁", "x₂", contours=lines, note="density_contours" if lines else "")
    if given is None or given.means is None:
        return [plane]
    codes = tuple(_groups(given, given.means, of_codes, names))
    return [plane, Scatter(codes, of_codes, "z₁", "z₂", alt="codes_of_points", has_legend=False)]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the extents of both planes, and the widths of posteriors; the plots have the rest."""
    given = data(options, bundle)
    extent, of_codes = _extents(bundle, given)
    deviations = given.deviations if given else None
    return {
        "latents": bundle.latents,
        "extents": [extent, of_codes],
        "reach": REACH / SIZE,
        "scale": bundle.scale,
        "seed": options.seed,
        "count": options.points,
        **({} if deviations is None else {"deviations": short(deviations.ravel(), 3)}),
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    most = described["extents"][1]
    z = Values(-most, most, count=min(described["latents"], 2))
    return {"seed": Values(0, 2**31, is_whole=True), "z": z}
