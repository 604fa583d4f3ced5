"""Points in the plane, drawn from distributions whose densities are known: nothing is downloaded."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .source import LabelledImages, Split
from .specs import GeneratedData

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Array = NDArray[numpy.float64]

#: Points by which the density around a curve is integrated, for each curve.
CURVE_POINTS = 500


class Distribution(NamedTuple):
    """How points are made of a class, of a number in [0, 1) and of two normal numbers."""

    classes: int
    #: (class (N,), uniform (N,), normal (N, 2), noise) → points (N, 2).
    draw: Callable[..., "Array"]
    #: (points (N, 2), noise) → log densities (N,).
    log_density: Callable[..., "Array"]


@dataclass(frozen=True)
class Generated:
    """Points with the class of each as its label, in an order of chance."""

    spec: GeneratedData

    def settings(self) -> dict[str, Any]:
        """Return what the points are made from."""
        spec = self.spec
        return {
            "generator": spec.generator,
            "noise": spec.noise,
            "counts": list(spec.counts),
            "seed": spec.seed,
        }

    def sha256(self) -> dict[str, str]:
        """Return no hash: the settings decide."""
        return {}

    def read(self) -> Split:
        """Draw training points first, then test points."""
        spec, distribution = self.spec, DISTRIBUTIONS[self.spec.generator]
        chance = random.Random(spec.seed)
        train, test = (_drawn(distribution, count, spec.noise, chance) for count in spec.counts)
        names = tuple(str(number + 1) for number in range(distribution.classes))
        density = distribution.log_density(test.images.astype("float64"), spec.noise).astype("float32")
        return Split(train, test, "drawn after the training points", names, log_density=density)


def _drawn(distribution: Distribution, count: int, noise: float, chance: random.Random) -> LabelledImages:
    """Draw points by the generator of Python, whose numbers do not change from version to version."""
    import numpy

    uniform = numpy.array([[chance.random() for _ in range(4)] for _ in range(count)])
    labels = (uniform[:, 0] * distribution.classes).astype(numpy.int32)
    # Box and Muller (1958).
    radius, angle = numpy.sqrt(-2 * numpy.log(1 - uniform[:, 2])), 2 * math.pi * uniform[:, 3]
    normal = numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], axis=1)
    points = distribution.draw(labels, uniform[:, 1], normal, noise)
    return LabelledImages(points.astype(numpy.float32), labels)


def _moon(labels: "Array", along: "Array") -> "Array":
    """Return points on two interleaving half circles of radius 1.5, as scikit-learn's make_moons has them."""
    import numpy

    x, y = numpy.cos(math.pi * along), numpy.sin(math.pi * along)
    moons = numpy.where(labels[:, None] == 0, numpy.stack([x, y], 1), numpy.stack([1 - x, 0.5 - y], 1))
    found: Array = 1.5 * (moons - [0.5, 0.25])
    return found


def _two_moons(labels: "Array", along: "Array", normal: "Array", noise: float) -> "Array":
    return _moon(labels, along) + noise * normal


def _two_moons_density(points: "Array", noise: float) -> "Array":
    import numpy

    along = (numpy.arange(CURVE_POINTS) + 0.5) / CURVE_POINTS
    curves = [_moon(numpy.full(CURVE_POINTS, label), along) for label in (0, 1)]
    return _mixture(points, numpy.concatenate(curves), noise)


def _eight(labels: "Array") -> "Array":
    import numpy

    angles = labels * math.pi / 4
    return 1.6 * numpy.stack([numpy.cos(angles), numpy.sin(angles)], axis=1)


def _eight_gaussians(labels: "Array", along: "Array", normal: "Array", noise: float) -> "Array":
    return _eight(labels) + noise * normal


def _eight_gaussians_density(points: "Array", noise: float) -> "Array":
    import numpy

    return _mixture(points, _eight(numpy.arange(8.0)), noise)


#: Arms of the pinwheel, their distance from the middle, the deviation along them, and how fast they turn.
ARMS, DISTANCE, LENGTH, TURN = 5, 1.2, 0.4, 0.9


def _turned(points: "Array", angles: "Array") -> "Array":
    import numpy

    cosine, sine = numpy.cos(angles), numpy.sin(angles)
    x, y = points[..., 0], points[..., 1]
    return numpy.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def _pinwheel(labels: "Array", along: "Array", normal: "Array", noise: float) -> "Array":
    """Draw arms, normal along and across, and turn each point the more, the farther out it is.

    After Johnson et al. (2016), whose arms turn with a coordinate; with the distance, areas stay as they are.
    """
    import numpy

    straight = normal * [LENGTH, noise] + [DISTANCE, 0]
    turn = TURN * numpy.linalg.norm(straight, axis=1)
    return _turned(straight, turn + labels * 2 * math.pi / ARMS)


def _pinwheel_density(points: "Array", noise: float) -> "Array":
    import numpy

    turn = TURN * numpy.linalg.norm(points, axis=1)[:, None] + numpy.arange(ARMS) * 2 * math.pi / ARMS
    straight = _turned(points[:, None], -turn)  # (N, arms, 2)
    deviations = numpy.array([LENGTH, noise])
    squares = (((straight - [DISTANCE, 0]) / deviations) ** 2).sum(axis=2)
    return _log_mean_exp(-squares / 2) - math.log(2 * math.pi * LENGTH * noise)


def _mixture(points: "Array", centers: "Array", noise: float) -> "Array":
    """Return the log density of an even mixture of normal distributions around `centers` (K, 2)."""
    squares = ((points[:, None] - centers) ** 2).sum(axis=2) / noise**2  # (N, K)
    return _log_mean_exp(-squares / 2) - math.log(2 * math.pi * noise**2)


def _log_mean_exp(values: "Array") -> "Array":
    import numpy

    most = values.max(axis=1)
    found: Array = most + numpy.log(numpy.exp(values - most[:, None]).mean(axis=1))
    return found


DISTRIBUTIONS = {
    "two-moons": Distribution(2, _two_moons, _two_moons_density),
    "pinwheel": Distribution(ARMS, _pinwheel, _pinwheel_density),
    "eight-gaussians": Distribution(8, _eight_gaussians, _eight_gaussians_density),
}
