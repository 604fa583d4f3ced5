"""Scatter plots as inline SVG, with a legend: points by class, each in a colour and a shape of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import sqrt

from ..words import Words

#: Width and height of the drawing, whose points stand at whole units.
SIZE = 480
#: From the middle to where a point may stand at most.
REACH = 220
#: The plane of ε: how far its middle is from the corner, and the length of a standard deviation.
INSET, INSET_UNIT = 66, 18
#: Colours that those who confuse red and green tell apart (after Wong 2011), on light and on dark pages.
COLORS = ("#4477aa", "#d55e00", "#00916a", "#c4669b", "#997700")
#: Shapes around (0, 0), filled or as outlines: with more classes than colours they tell them apart.
SHAPES = (
    ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", True),
    ("M-4-4h8v8h-8z", True),
    ("M-5 4l5-9 5 9z", True),
    ("M0-5l5 5-5 5-5-5z", True),
    ("M-5-4h10l-5 9z", True),
    ("M-4-4l8 8M4-4l-8 8", False),
    ("M0-5v10M-5 0h10", False),
    ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", False),
    ("M-4-4h8v8h-8z", False),
    ("M-5 4l5-9 5 9z", False),
)

Point = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """The points of a class, in units of the drawing."""

    label: str
    points: tuple[Point, ...]
    #: Whether the label is a name in ``words.toml``.
    is_word: bool = False


@dataclass(frozen=True)
class Ellipse:
    """A posterior with independent dimensions, and a sample of it, in the coordinates of a plot."""

    x: float
    y: float
    #: Standard deviations.
    across: float
    up: float
    #: The sample.
    z1: float
    z2: float


@dataclass(frozen=True)
class Scatter:
    """Points in the plane, around (0, 0), and contours of a density."""

    groups: tuple[Group, ...]
    #: The coordinate that lies `REACH` units from the middle.
    extent: float
    #: What the axes are called.
    x: str
    y: str
    #: The share of the variance that the plane holds; None for all of it.
    share: float | None = None
    #: The posterior of one example, which lies on the points.
    ellipse: Ellipse | None = None
    #: Contours, paths in units of the drawing; None for those of the standard normal distribution.
    contours: tuple[str, ...] | None = None
    #: Names in ``words.toml``: of a sentence below, and of the one that says what it shows, where that is not
    #: the author's text.
    note: str = ""
    alt: str = ""
    has_legend: bool = True

    def html(self, words: Words, id: str, alt: str) -> str:
        """Return plot and legend; `id` is that of the figure, `alt` what the plot shows."""
        alt = words[self.alt] if self.alt else alt
        drawn = "".join((*self._contours(), *self._groups(id), *self._posterior(), *self._names()))
        svg = (
            f'<svg class="research-demo-plot" role="img" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" '
            f'height="{SIZE}"><title>{escape(alt)}</title>{drawn}</svg>'
        )
        labels = [words[group.label] if group.is_word else group.label for group in self.groups]
        legend = "".join(
            f"<li>{_symbol(number)}<span>{escape(label)}</span></li>" for number, label in enumerate(labels)
        )
        text = words[self.note] if self.note else ""
        if self.share is not None:
            text = words["discriminants"].format(share=f"{100 * self.share:.0f} %")
        note = f'<p class="research-demo-note" lang="{words.language}">{escape(text)}</p>' if text else ""
        has_legend = self.has_legend and len(self.groups) > 1
        listed = f'<ul class="research-demo-legend">{legend}</ul>' if has_legend else ""
        return f'<div class="research-demo-plane" dir="ltr">{svg}{listed}{note}</div>'

    def _contours(self) -> Iterator[str]:
        """Yield the frame, and contours of the prior at whole standard deviations."""
        middle = SIZE // 2
        yield f'<path d="M1 1h{SIZE - 2}v{SIZE - 2}h-{SIZE - 2}z" {OUTLINE} stroke-opacity=".4"/>'
        if self.contours is not None:
            yield "".join(f'<path d="{path}" {OUTLINE} stroke-opacity=".7"/>' for path in self.contours)
            return
        for radius in self._radii():
            yield f'<circle cx="{middle}" cy="{middle}" r="{radius:.1f}" {OUTLINE} stroke-opacity=".4"/>'

    def _radii(self) -> Iterator[float]:
        return (radius for n in (1, 2, 3) if (radius := n * REACH / self.extent) < REACH)

    def _names(self) -> Iterator[str]:
        """Yield the names of contours and axes, which points do not cover."""
        for number, radius in enumerate(self._radii() if self.contours is None else (), 1):
            away = radius * sqrt(0.5) + 9  # on the diagonal, where the names of the axes are not
            yield _text(f"{number} σ", SIZE // 2 - away, SIZE // 2 + away)
        yield _text(self.x, SIZE - 18, SIZE - 10)
        yield _text(self.y, 18, 24)

    def _posterior(self) -> Iterator[str]:
        """Yield the ellipses at one and two σ, the way from the mean to the sample, and the sample."""
        if not (found := self.ellipse):
            return
        scale, middle = REACH / self.extent, SIZE // 2
        x, y = middle + scale * found.x, middle - scale * found.y
        to_x, to_y = middle + scale * found.z1, middle - scale * found.z2
        rings = "".join(
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{n * scale * found.across:.1f}" '
            f'ry="{n * scale * found.up:.1f}" {OUTLINE}/>'
            for n in (1, 2)
        )
        yield (
            f'<g class="research-demo-posterior" stroke-width="2">{rings}'
            f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" {OUTLINE}/>'
            f'<circle cx="{to_x:.1f}" cy="{to_y:.1f}" r="4"/></g>'
        )
        yield from self._noise(found)

    def _noise(self, found: Ellipse) -> Iterator[str]:
        """Yield the plane of ε in a corner, where all posteriors have one size, and the sample in it."""
        x, y = INSET, SIZE - INSET
        epsilon = ((found.z1 - found.x) / found.across, (found.z2 - found.y) / found.up)
        at_x, at_y = x + INSET_UNIT * epsilon[0], y - INSET_UNIT * epsilon[1]
        rings = "".join(f'<circle cx="{x}" cy="{y}" r="{n * INSET_UNIT}" {OUTLINE}/>' for n in (1, 2, 3))
        name = _text("ε", x, y - 3 * INSET_UNIT - 6)
        yield (
            f'<g class="research-demo-noise" stroke-opacity=".5">{rings}{name}'
            f'<circle class="research-demo-sample" cx="{at_x:.1f}" cy="{at_y:.1f}" r="5"/></g>'
        )

    def _groups(self, id: str) -> Iterator[str]:
        """Yield the points of each class as one path, at whose corners its shape stands."""
        for number, group in enumerate(self.groups):
            marker = f"{id}-class-{number}"
            yield (
                f'<marker id="{escape(marker)}" viewBox="-6 -6 12 12" markerWidth="9" markerHeight="9" '
                f'markerUnits="userSpaceOnUse">{_shape(number)}</marker>'
            )
            markers = "".join(
                f' marker-{place}="url(#{escape(marker)})"' for place in ("start", "mid", "end")
            )
            yield f'<path d="{_path(group.points)}" fill="none"{markers}/>'


OUTLINE = 'fill="none" stroke="currentColor"'


def _shape(number: int) -> str:
    path, is_filled = SHAPES[number % len(SHAPES)]
    color = COLORS[number % len(COLORS)]
    fill = color if is_filled else "none"
    return f'<path d="{path}" fill="{fill}" stroke="{color}" stroke-width="1.5"/>'


def _symbol(number: int) -> str:
    return f'<svg viewBox="-6 -6 12 12" width="14" height="14" aria-hidden="true">{_shape(number)}</svg>'


def _text(text: str, x: float, y: float) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" fill="currentColor">{escape(text)}</text>'


def _path(points: Sequence[Point]) -> str:
    """Return a path through `points`, each written as its distance from the one before."""
    steps = [(x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(points)]
    written = "".join(f"{'' if x < 0 else ' '}{x}{'' if y < 0 else ' '}{y}" for x, y in steps)
    return f"M{points[0][0]} {points[0][1]}l{written.lstrip()}" if points else ""
