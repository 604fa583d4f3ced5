"""Normal draws from a seed, the same as those of ``live/script/normals.js``: so they need not be sent."""

from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")


def _mixed(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return a number of 32 bits that looks like chance for each of `values`.

    The finalizer of Appleby's MurmurHash3 with the constants of Wellons' “Prospecting for hash
    functions”.
    """
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x21F0AAAD)
    values = (values ^ (values >> np.uint32(15))) * np.uint32(0x735A2D97)
    mixed: NDArray[Any] = values ^ (values >> np.uint32(15))
    return mixed


def uniforms(seed: int, count: int) -> "NDArray[np.float64]":
    """Return draws (count,) from the uniform distribution on (0, 1); number i depends on seed and i alone."""
    key = _mixed(np.array([(seed + 0x9E3779B9) % 2**32], np.uint32))
    drawn: NDArray[np.float64] = (_mixed(_mixed(np.arange(count, dtype=np.uint32)) ^ key) + 0.5) / 2**32
    return drawn


def normals(seed: int, *shape: int) -> "NDArray[np.float32]":
    """Return draws from the standard normal distribution in an array of `shape`, row by row.

    `seed` has 32 bits. Draw number i depends on seed and i alone (Box and Muller 1958).
    """
    count = int(np.prod(shape))
    drawn_uniforms = uniforms(seed, count + count % 2)
    radius, angle = np.sqrt(-2 * np.log(drawn_uniforms[::2])), 2 * np.pi * drawn_uniforms[1::2]
    drawn = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)  # (pairs, 2)
    return drawn.ravel()[:count].reshape(shape).astype(np.float32)
