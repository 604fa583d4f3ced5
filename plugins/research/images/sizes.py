"""The HTML of a post → the same, its images with width, height and lazy loading."""

import re
from collections.abc import Iterator
from html import escape, unescape
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote

import imagesize

from ..core.lazy import lazy_pattern
from ..core.storage.files import is_file

CLASS = "research-image"
#: Comments and code as well, in which there are no images of the post.
IMAGE = lazy_pattern(
    r"<!--.*?(?:-->|\Z)|<(?:script|style|textarea|template|noscript|iframe|xmp)\b[^<]*+(?:<(?!/)[^<]*+)*+"
    r"|<img\b(?P<attributes>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL | re.IGNORECASE,
)
SOURCE = lazy_pattern(r"""(?<![\w-])src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
#: What says how large an image is to be; then nothing is added.
SIZED = lazy_pattern(r"(?<![\w-])(?:width|height|style|srcset)\s*=", re.IGNORECASE)
LOADING = lazy_pattern(r"(?<![\w-])loading\s*=", re.IGNORECASE)
CLASSES = lazy_pattern(r"""(?<![\w-])class\s*=\s*["']""", re.IGNORECASE)
#: A file of the site; another address is none of ours.
FILE = lazy_pattern(r"(?:[{|](?:static|attach|filename)[}|])?(?P<path>(?![a-zA-Z][\w+.-]*:|//|[{|])[^?#]+)")


def with_sizes(html: str, source: Path) -> str:
    """Return `html`, of the post at `source`, with the sizes of those images whose files are found.

    All but the first are loaded lazily.
    """
    if "<img" not in html.lower():
        return html
    count = 0

    def sized(found: re.Match[str]) -> str:
        nonlocal count
        attributes = found["attributes"]
        if attributes is None:
            return found[0]
        count += 1
        size = None if SIZED.search(attributes) else _size(attributes, source)
        if not size:
            return found[0]
        lazy = ' loading="lazy"' if count > 1 and not LOADING.search(attributes) else ""
        width, height = size
        typed = attributes.rstrip().removesuffix("/").rstrip()
        end = " />" if attributes.rstrip().endswith("/") else ">"
        return f'<img{_with_class(typed)} width="{width}" height="{height}"{lazy}{end}'

    return IMAGE.sub(sized, html)


def images(html: str, source: Path) -> str:
    """Return the images of `html`, of the post at `source`, with their sizes."""
    found = IMAGE.finditer(with_sizes(html, source)) if "<img" in html.lower() else ()
    return "".join(image[0] for image in found if image["attributes"] is not None)


def _with_class(attributes: str) -> str:
    if CLASSES.search(attributes):
        return CLASSES.sub(lambda found: f"{found[0]}{CLASS} ", attributes, count=1)
    return f'{attributes} class="{escape(CLASS)}"'


def _size(attributes: str, source: Path) -> tuple[int, int] | None:
    """Return width and height in pixels of the file that an image shows, if that is found and understood."""
    address = SOURCE.search(attributes)
    file = FILE.fullmatch(unescape(address[1] or address[2] or address[3] or "")) if address else None
    path = (
        next((path for path in _paths(source, unquote(file["path"])) if is_file(path)), None)
        if file
        else None
    )
    if path is None:
        return None
    try:
        width, height = imagesize.get(path)
    except (OSError, ValueError):
        return None
    return (round(width), round(height)) if width > 0 and height > 0 else None


def _paths(source: Path, file: str) -> Iterator[Path]:
    """Yield the files that an image of the post at `source` may mean, as Pelican resolves it."""
    if not file.startswith("/"):
        yield Path(normpath(source.parent / file))
    else:
        yield from (folder / file[1:] for folder in source.parents)
