"""Numbers on their way to the page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")


def packed(values: NDArray[Any]) -> str:
    """Return `values` as float32, little-endian, in base64."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")


def packed_bytes(values: NDArray[Any]) -> str:
    """Return `values`, bytes, in base64."""
    return base64.b64encode(values.tobytes()).decode("ascii")


def short(values: NDArray[Any], digits: int = 5) -> list[Any]:
    """Return `values` as lists of numbers with so many significant `digits`."""
    numbers: list[Any] = np.vectorize(lambda value: float(f"{value:.{digits}g}"), otypes=[float])(
        values
    ).tolist()
    return numbers
