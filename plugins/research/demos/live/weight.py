"""What a page with figures moves when a reader scrolls through it and presses nothing."""

import gzip
import hashlib
from pathlib import Path

from ...core.lazy import lazy_pattern
from ...core.storage.cache import Cache
from ...core.storage.files import is_file
from ...core.text.addresses import local_path

MARKER = "<research-demo "
#: What a browser fetches by itself: style sheets, scripts and images.
FETCHED = lazy_pattern(r'<(?:link rel="stylesheet"[^>]* href|(?:script|img)\b[^>]*? src)="([^"]*)"')
#: Suffixes of what is compressed already.
PACKED = {".webp", ".png", ".jpg", ".jpeg", ".woff2"}
#: Kilobytes of models that ``live/script/element.js`` fetches before anyone asks for them.
BUDGET = 50


def report(page: str, output: Path, base: str, cache: Cache) -> str:
    """Return a sentence on the file `page` below `output`, whose links begin with `base`."""
    html = (output / page).read_text(encoding="utf-8")
    local = {local_path(address, page, base) for address in FETCHED.findall(html)}
    paths = [output / path for path in local if path is not None]
    sizes = [_sent(path.read_bytes(), path.suffix, cache) for path in paths if is_file(path)]
    total = compressed_size(html.encode(), cache) + sum(sizes)
    return f"{page}: {total / 1000:.0f} kB when scrolled through, and at most {BUDGET} kB of models"


def compressed_size(content: bytes, cache: Cache) -> int:
    """Return the bytes of `content` when it is compressed."""
    area = cache.area("sizes")
    key = area.key(hashlib.sha256(content).hexdigest())
    size: int | None = area.get(key)
    if size is None:
        size = len(gzip.compress(content))
        area.put(key, size)
    return size


def _sent(data: bytes, suffix: str, cache: Cache) -> int:
    """Return the bytes that a server sends of a file: text is compressed on the way."""
    return len(data) if suffix in PACKED else compressed_size(data, cache)
