"""Messages between a process and its worker: JSON, and blobs of bytes behind it.

Neither side can make the other run anything by them: what is read is text, numbers and bytes.
"""

import json
import struct
from collections.abc import Sequence
from io import BufferedIOBase
from typing import Any

#: Bytes of a message: its JSON, and its blobs together.
MAX_JSON, MAX_BLOBS = 16 << 20, 2 << 30


class FrameError(Exception):
    """What was read is no message."""


def write(stream: BufferedIOBase, value: Any, blobs: Sequence[bytes] = ()) -> None:
    """Write `value`, which JSON can say, and `blobs`."""
    header = json.dumps([value, [len(blob) for blob in blobs]]).encode()
    stream.write(struct.pack(">I", len(header)) + header)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read(stream: BufferedIOBase) -> tuple[Any, list[bytes]]:
    """Return the next value and its blobs.

    Raises `EOFError` where the stream ends, and `FrameError` for what is no message.
    """
    (length,) = struct.unpack(">I", _exactly(stream, 4))
    if length > MAX_JSON:
        raise FrameError("a message is too long")
    try:
        value, sizes = json.loads(_exactly(stream, length))
        sizes = [int(size) for size in sizes]
    except (ValueError, TypeError, RecursionError) as error:
        raise FrameError("a message is not of the form that was agreed on") from error
    if any(size < 0 for size in sizes) or sum(sizes) > MAX_BLOBS:
        raise FrameError("a message is too long")
    return value, [_exactly(stream, size) for size in sizes]


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
