"""Line plots as inline SVG: they take the colour of the text around them, and speak to screen readers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ..words import Words

WIDTH, HEIGHT = 480, 280
#: The corners of the area that the lines are drawn in.
LEFT, RIGHT, TOP, BOTTOM = 70, WIDTH - 10, 34, HEIGHT - 54
#: Room for the legend below lines that need not rise, in parts of what they span.
LEGEND = 0.6
#: Dashes distinguish lines where colors do not, on paper or to the colour-blind.
DASHES = ("", "2 5", "9 5", "16 4 3 4")


@dataclass(frozen=True)
class Line:
    """A named line through points; one that is not finite is a hole in it."""

    name: str
    points: tuple[tuple[float, float], ...]
    #: The model that it is of, where a plot has lines of several.
    model: str = ""

    @property
    def drawn(self) -> list[tuple[float, float]]:
        """The points that can be drawn."""
        return [point for point in self.points if all(map(math.isfinite, point))]


@dataclass(frozen=True)
class Plot:
    """Lines, one or more, each with a point that can be drawn.

    The names of the lines, and what the axes are, are names in ``words.toml``. There are four lines at most.
    """

    lines: tuple[Line, ...]
    x: str
    y: str
    #: Whether a script draws it anew: it finds lines and scales by attributes.
    is_live: bool = False

    def svg(self, words: Words) -> str:
        """Return the plot as ``<svg>``, in `words`."""
        lines = [
            Line(", ".join(filter(None, (line.model, words[line.name]))), line.points) for line in self.lines
        ]
        return line_plot(lines, words[self.x], words[self.y], words["from_to"], self.is_live)


@dataclass(frozen=True)
class Axis:
    """Maps values from `least` to `most` to the segment from `start` to `end` of the drawing."""

    least: float
    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where `value` lies."""
        return self.start + (value - self.least) / (self.most - self.least) * (self.end - self.start)


def line_plot(lines: Sequence[Line], x: str, y: str, from_to: str, is_live: bool = False) -> str:
    """Return `lines`, one or more, as ``<svg>``; `x` and `y` say what the axes are.

    Each line has a point that can be drawn. With `is_live`, lines and scales are marked. `from_to` says of a
    line, in words, where it begins and ends.
    """
    xs, ys = zip(*(point for line in lines for point in line.drawn), strict=True)
    least = min(ys) - LEGEND * (max(ys) - min(ys)) if is_live else min(ys)
    across, up = ticks(min(xs), max(xs)), ticks(least, max(ys))
    x_axis = Axis(across[0], max(*xs, across[-1]), LEFT, RIGHT)
    y_axis = Axis(up[0], max(*ys, up[-1]), BOTTOM, TOP)
    scale, curve = (" data-scale", " data-line") if is_live else ("", "")
    parts = [f"<title>{escape(_summary(lines, y, from_to))}</title>"]
    for value in up:
        height = y_axis.at(value)
        parts.append(_stroke(f"M{LEFT} {height:.1f}H{RIGHT}", f' stroke-opacity=".2"{scale}'))
        parts.append(_text(written(value), LEFT - 8, height, "end", f' dominant-baseline="middle"{scale}'))
    parts += [_text(written(value), x_axis.at(value), BOTTOM + 22, "middle", scale) for value in across]
    parts += [_text(x, (LEFT + RIGHT) / 2, HEIGHT - 8, "middle"), _text(y, 4, 17, "start")]
    for number, line in enumerate(lines):
        dashes = f' stroke-width="2" stroke-dasharray="{DASHES[number]}"'
        parts.append(_stroke(_curve(line, x_axis, y_axis), dashes + curve))
        # The lower right corner stays empty where lines rise and level off.
        height = BOTTOM - 16 - 24 * (len(lines) - 1 - number)
        parts.append(_stroke(f"M{RIGHT - 44} {height}h36", dashes))
        parts.append(_text(line.name, RIGHT - 54, height, "end", ' dominant-baseline="middle"'))
    return (
        f'<svg class="research-demo-plot" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
    )


def ticks(least: float, most: float) -> list[float]:
    """Return two to eight round numbers at even steps: `least` or less, and on up to `most`."""
    span = most - least
    if span <= 1e-12 * max(abs(least), abs(most)):  # less than a float resolves, or nothing
        span = max(1.0, 1e-6 * abs(most))
    span = max(span, 1e-300)
    power = 10.0 ** math.floor(math.log10(span))
    step = next(power * part for part in (0.2, 0.5, 1, 2) if span / (power * part) <= 6)
    first, last = math.floor(least / step), math.floor(most / step)
    found = [round(n * step, 10) for n in range(first, last + 1)]
    return found if len(found) > 1 else [*found, round((first + 1) * step, 10)]


def written(value: float) -> str:
    """Return `value` as people write it, with a true minus sign."""
    return f"{value:g}".replace("-", "−")


def _curve(line: Line, x: Axis, y: Axis) -> str:
    """Return the path of `line`: a stroke for each run of points between its holes."""
    runs: list[list[str]] = [[]]
    for a, b in line.points:
        if math.isfinite(a) and math.isfinite(b):
            runs[-1].append(f"{x.at(a):.1f},{y.at(b):.1f}")
        elif runs[-1]:
            runs.append([])
    return "".join(f"M{' '.join(run)}" for run in runs if run)


def _summary(lines: Sequence[Line], y: str, from_to: str) -> str:
    ends = ((line.name, *(written(round(line.drawn[at][1], 1)) for at in (0, -1))) for line in lines)
    parts = (from_to.format(name=name, first=first, last=last) for name, first, last in ends)
    return f"{y}: {', '.join(parts)}."


def _stroke(path: str, attributes: str) -> str:
    return f'<path d="{path}" fill="none" stroke="currentColor"{attributes}/>'


def _text(text: str, x: float, y: float, anchor: str, attributes: str = "") -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"'
    return f'<text {place} fill="currentColor"{attributes}>{escape(text)}</text>'
