"""The metadata of a safetensors file, read without torch, since every build of the blog may ask for it."""

import json
from pathlib import Path

#: The largest header that is read.
MAX_HEADER_BYTES = 10**7


def metadata(content: bytes) -> dict[str, str]:
    """Return the metadata in the header of a safetensors file; nothing if there is none.

    The file begins with the length of its header, eight bytes little-endian, and the header.
    """
    length = int.from_bytes(content[:8], "little")
    try:
        about = json.loads(content[8 : 8 + length])["__metadata__"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def metadata_of(path: Path) -> dict[str, str]:
    """Return the metadata of the file at `path`, reading its header only."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        length = file.read(8)
        return metadata(length + file.read(min(int.from_bytes(length, "little"), MAX_HEADER_BYTES)))
