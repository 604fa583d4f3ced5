"""The files of a built site, by the addresses that its pages have for them."""

import base64
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

ADDRESS = re.compile(r"[a-zA-Z][\w+.-]*:")
TYPES = {".wasm": "application/wasm", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".webp": "image/webp"}


class ExportError(Exception):
    """A page that cannot be exported; the message says why and what to do."""


@dataclass(frozen=True)
class BuiltSite:
    """A folder that Pelican has written."""

    folder: Path

    @classmethod
    def around(cls, page: Path) -> "BuiltSite":
        """Return the site of `page`: the folder around it that has style sheets of ours, or an index."""
        if not page.is_file():
            raise ExportError(f"there is no page {page}; build the blog first, and name a page of its output")
        folders = list(page.resolve().parents)
        for name in ("research", "index.html"):
            for folder in folders:
                if (folder / name).exists():
                    return cls(folder)
        return cls(folders[0])

    def find(self, address: str, base: Path) -> Path | None:
        """Return the file that an `address` in a file of the folder `base` means; None for another site's."""
        try:
            parts = urlsplit(address)
        except ValueError:  # a malformed one, such as “//[x”
            return None
        if parts.scheme not in ("", "http", "https") or not parts.path:
            return None
        path = unquote(parts.path)
        if not parts.netloc and not path.startswith("/"):
            return self._inside(base / path)
        pieces = path.strip("/").split("/")
        # A site may be published in a subfolder of its host.
        for start in range(len(pieces)):
            if found := self._inside(self.folder.joinpath(*pieces[start:])):
                return found
        return None

    def _inside(self, path: Path) -> Path | None:
        resolved = path.resolve()
        return resolved if resolved.is_file() and resolved.is_relative_to(self.folder.resolve()) else None


def as_data(path: Path) -> str:
    """Return the content of a file as an address (RFC 2397)."""
    kind = TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{encoded(path)}"


def encoded(path: Path) -> str:
    """Return the content of a file in base64."""
    return base64.b64encode(path.read_bytes()).decode()
