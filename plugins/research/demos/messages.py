"""Messages between the build and its worker: ONNX files and arrays, and their serialization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core.lazy import lazy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = lazy("numpy")


Array: TypeAlias = "NDArray[Any]"

#: Kinds of numbers that an array may hold, as numpy has them: nothing that is made by calling something.
KINDS = "biuf"


@dataclass(frozen=True)
class File:
    """An ONNX file as bytes."""

    content: bytes
    #: What else the bundle holds that may be its external data, by name.
    data: Mapping[str, bytes] = field(default_factory=dict)


def pack(files: Sequence[File], arrays: Sequence[Array]) -> tuple[dict[str, Any], list[bytes]]:
    """Return `files` and `arrays` as a JSON value and blobs."""
    forms = [(array.dtype.str, array.shape) for array in arrays]
    blobs = [blob for file in files for blob in (file.content, *file.data.values())]
    blobs += [array.tobytes() for array in arrays]
    return {"files": [list(file.data) for file in files], "arrays": forms}, blobs


def unpack(value: Any, blobs: Sequence[bytes]) -> tuple[list[File], list[Array]]:
    """Return what `pack` was given; raise `ValueError` if it was not `pack` that wrote this."""
    try:
        left = list(blobs)
        files = [File(left.pop(0), {name: left.pop(0) for name in names}) for names in value["files"]]
        arrays = [_array(dtype, shape, left.pop(0)) for dtype, shape in value["arrays"]]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"a message is incomplete: {error}") from error
    return files, arrays


def _array(dtype: str, shape: Sequence[int], data: bytes) -> Array:
    kind = np.dtype(dtype)
    if kind.kind not in KINDS or prod(shape) * kind.itemsize != len(data):
        raise ValueError("a message holds an array of another size or type than it states")
    return np.frombuffer(data, kind).reshape(shape)
