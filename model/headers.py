"""What a safetensors file says of itself, read without torch: it is asked for before builds of the blog."""

import json
from pathlib import Path

#: Bytes of a header beyond which a file is none of ours.
MOST = 10**7


def metadata(content: bytes) -> dict[str, str]:
    """Return the table at the head of a safetensors file; nothing if there is none.

    The file opens with the length of its header, eight bytes little-endian, and the header.
    """
    length = int.from_bytes(content[:8], "little")
    try:
        about = json.loads(content[8 : 8 + length])["__metadata__"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def metadata_of(path: Path) -> dict[str, str]:
    """Return the same of the file at `path`, without its numbers."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        length = file.read(8)
        return metadata(length + file.read(min(int.from_bytes(length, "little"), MOST)))
