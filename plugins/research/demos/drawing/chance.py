"""What a run of training draws, as ``live/script/trainer.js`` does: so the page repeats the build's run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy
from .normals import normals, uniforms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

#: Between the seeds of two steps, and between those of a step's examples and its noise.
STRIDE, OFFSET = 0x9E3779B1, 0x85EBCA77


@dataclass(frozen=True)
class Draws:
    """Batches of a run.

    A batch of fewer examples than the graph takes has each of them, and its noise, several times: the mean
    over the batch is the same.
    """

    seed: int
    #: Examples that the graph takes, and how many of them are different: a divisor of it.
    capacity: int
    batch_size: int
    #: The shape of the noise that the graph takes, the batch first.
    shape: tuple[int, ...]
    #: Examples to choose from.
    count: int

    def examples(self, step: int) -> NDArray[Any]:
        """Return the numbers of the examples of a step (capacity,), drawn with replacement."""
        drawn = np.floor(uniforms(self._seed(step) + OFFSET, self.batch_size) * self.count).astype(np.int64)
        return np.tile(drawn, self.capacity // self.batch_size)

    def noise(self, step: int) -> NDArray[np.float32]:
        """Return the noise of a step."""
        size = int(np.prod(self.shape[1:]))
        drawn = normals(self._seed(step), self.batch_size, size)
        return np.tile(drawn, (self.capacity // self.batch_size, 1)).reshape(self.shape)

    def _seed(self, step: int) -> int:
        return (self.seed + STRIDE * step) % 2**32
