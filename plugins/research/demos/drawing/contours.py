"""Contours of a density on a grid, by marching squares (Lorensen and Cline 1987, in the plane)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ...core.lazy import lazy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

Grid: TypeAlias = "NDArray[np.float64]"
Place = tuple[float, float]
Edge = tuple[int, int, bool]

#: By which corners of a cell lie inside, the sides between which its line runs, the inside on its left.
#: Corners are 1, 2, 4 and 8 from the upper left on, clockwise; sides are top, right, bottom, left.
LINES: Sequence[str] = (
    "",
    "LT",
    "TR",
    "LR",
    "RB",
    "LT RB",
    "TB",
    "LB",
    "BL",
    "BT",
    "TR BL",
    "BR",
    "RL",
    "RT",
    "TL",
    "",
)


def levels(density: Grid, shares: Sequence[float]) -> list[float]:
    """Return the values above which `density` (H, W) has each of the `shares` of its mass."""
    falling = np.sort(density.ravel())[::-1]
    masses = np.cumsum(falling)
    return [float(falling[np.searchsorted(masses, share * masses[-1])]) for share in shares]


def loops(values: Grid, level: float) -> Iterator[list[Place]]:
    """Yield closed lines around where `values` (H, W) exceed `level`: places (column, row) on the grid.

    Outside of the grid values are below the level.
    """
    padded = np.pad(values, 1, constant_values=min(float(values.min()), level) - 1e-12)
    follows = dict(_lines(padded > level))
    while follows:
        edge, after = follows.popitem()
        line = [edge]
        while after != line[0]:
            line.append(after)
            after = follows.pop(after)
        yield [_crossing(padded, level, each) for each in line]


def _lines(inside: NDArray[np.bool_]) -> Iterator[tuple[Edge, Edge]]:
    """Yield for each line in a cell the edge where it begins, and that where it ends."""
    a, b, c, d = inside[:-1, :-1], inside[:-1, 1:], inside[1:, 1:], inside[1:, :-1]
    cases = a + 2 * b + 4 * c + 8 * d
    for row, column in np.argwhere((cases > 0) & (cases < 15)).tolist():
        sides = {
            "T": (row, column, True),
            "B": (row + 1, column, True),
            "L": (row, column, False),
            "R": (row, column + 1, False),
        }
        for begin, end in LINES[cases[row, column]].split():
            yield sides[begin], sides[end]


def _crossing(padded: Grid, level: float, edge: Edge) -> Place:
    """Return where on an edge, which goes right or down from a grid point, the level is crossed."""
    row, column, is_across = edge
    first = padded[row, column]
    second = padded[row, column + 1] if is_across else padded[row + 1, column]
    share = float(np.clip((level - first) / (second - first), 0, 1))
    return (column - 1 + share, row - 1.0) if is_across else (column - 1.0, row - 1 + share)
