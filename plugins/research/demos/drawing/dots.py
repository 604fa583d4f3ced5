"""Points of the plane as dots on black, the same as ``live/script/dots.js`` draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import lazy
from .inference import Bytes, Floats

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: Pixels from the middle of a dot to where it begins to fade, which takes one pixel more.
RADIUS = 0.7


def dots(points: Floats, extent: float, side: int) -> Bytes:
    """Return `points` (N, 2) as an image (1, side, side) from -`extent` to `extent`, y upwards."""
    places = side / 2 * (1 + points.astype(np.float64) * [1, -1] / extent)  # (N, 2)
    image = np.zeros((side, side))
    reach = np.arange(-2, 3)
    corners = np.floor(places).astype(int)[:, :, None] + reach  # (N, 2, 5)
    columns, rows = np.broadcast_arrays(corners[:, 0, None, :], corners[:, 1, :, None])  # (N, 5, 5)
    away = np.hypot(columns + 0.5 - places[:, 0, None, None], rows + 0.5 - places[:, 1, None, None])
    inside = (columns >= 0) & (columns < side) & (rows >= 0) & (rows < side)
    np.maximum.at(image, (rows[inside], columns[inside]), np.clip(RADIUS + 1 - away, 0, 1)[inside])
    return np.rint(255 * image).astype(np.uint8)[None]
