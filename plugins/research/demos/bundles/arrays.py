"""Arrays of a bundle's .npz files, which any program may have written: read with care, and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from ...core.lazy import lazy
from ..errors import DemoError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")

#: What the arrays of a file take in memory, at most.
MAX_BYTES = 2**31
#: Kinds of number, as ``numpy.dtype.kind`` has them, in words.
KINDS = {"u": "uint8", "iu": "whole numbers", "f": "floats"}


def load(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return those of the arrays `names` that the file has; raise `DemoError` if it is no .npz file."""
    try:
        with ZipFile(path) as members:
            if sum(member.file_size for member in members.infolist()) > MAX_BYTES:
                raise DemoError(f"{path} holds more than {MAX_BYTES >> 30} GiB")
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in names if name in arrays}
        if odd := [name for name, array in found.items() if not isinstance(array, np.ndarray)]:
            raise DemoError(f"{path}: “{odd[0]}” is not an array")
        return found
    except DemoError:
        raise
    # zipfile, zlib, NumPy and the parser of its headers raise classes that share no base but Exception.
    except Exception as error:
        raise DemoError(f"{path} is not as numpy.savez writes it: {error}") from error


def check(path: Path, name: str, array: NDArray[Any], kind: str, shape: tuple[int | None, ...]) -> None:
    """Raise `DemoError` unless `array` is of a `kind` of `KINDS` and of `shape`; None there is any size."""
    is_kind = array.dtype == np.uint8 if kind == "u" else array.dtype.kind in kind
    fits = array.ndim == len(shape) and all(
        size == wanted if wanted is not None else size > 0
        for size, wanted in zip(array.shape, shape, strict=True)
    )
    if not is_kind or not fits:
        sizes = ", ".join("any" if size is None else str(size) for size in shape)
        raise DemoError(
            f"{path}: “{name}” must be {KINDS[kind]} of shape ({sizes}), "
            f"and is {array.dtype} of shape {array.shape}"
        )
    if kind == "f" and not np.isfinite(array).all():
        raise DemoError(f"{path}: “{name}” holds NaN or infinity")
