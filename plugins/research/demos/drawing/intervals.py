"""Intervals μ ± σ of latent dimensions as inline SVG, one below the other, each with a sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from ..words import Words
from .scatter import OUTLINE

#: The width of the drawing, from its middle to the end of the scale in units and in standard deviations.
SIZE, REACH, EXTENT = 480, 208, 4.0
#: The height of a row, and of what stands above and below the rows.
ROW, TOP, BOTTOM = 18, 6, 24


@dataclass(frozen=True)
class Interval:
    """The posterior of a dimension, and the ε of its sample."""

    name: str
    mean: float
    deviation: float
    noise: float


@dataclass(frozen=True)
class Intervals:
    """Posteriors over a scale of z, on which the prior is standard normal or learnt."""

    rows: tuple[Interval, ...]

    def html(self, words: Words, id: str, alt: str) -> str:
        """Return the plot; `alt` is what it shows."""
        height = TOP + ROW * len(self.rows) + BOTTOM
        drawn = "".join((*self._scale(height), *self._rows()))
        return (
            '<div class="research-demo-plane" dir="ltr">'
            f'<svg class="research-demo-plot" role="img" viewBox="0 0 {SIZE} {height}" width="{SIZE}" '
            f'height="{height}"><title>{escape(alt)}</title>{drawn}</svg></div>'
        )

    def _scale(self, height: int) -> Iterator[str]:
        end = height - BOTTOM
        for value in range(-int(EXTENT), int(EXTENT) + 1):
            x = _at(value)
            faint = ".6" if value == 0 else ".2"
            yield f'<path d="M{x:.0f} {TOP}V{end}" stroke="currentColor" stroke-opacity="{faint}"/>'
            text = str(value).replace("-", "−")
            yield f'<text x="{x:.0f}" y="{end + 17}" text-anchor="middle" fill="currentColor">{text}</text>'

    def _rows(self) -> Iterator[str]:
        """Yield a group for each dimension: its name, the interval, its middle and the sample."""
        for number, row in enumerate(self.rows):
            y = TOP + ROW * number + ROW // 2
            low, high = (_at(row.mean + side * row.deviation) for side in (-1, 1))
            mean, sample = _at(row.mean), _at(row.mean + row.deviation * row.noise)
            yield (
                '<g class="research-demo-posterior" stroke-width="2">'
                f'<text x="14" y="{y + 5}" text-anchor="middle" stroke="none" fill="currentColor">'
                f"{escape(row.name)}</text>"
                f'<path d="M{low:.1f} {y}H{high:.1f}M{mean:.1f} {y - 5}v10" {OUTLINE}/>'
                f'<circle cx="{sample:.1f}" cy="{y}" r="5"/></g>'
            )


def _at(value: float) -> float:
    """Return where `value` lies, at the end of the scale if it lies beyond."""
    return SIZE / 2 + REACH * max(-EXTENT, min(EXTENT, value)) / EXTENT
