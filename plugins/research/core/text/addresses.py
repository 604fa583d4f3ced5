"""Addresses in pages: which file of the site one leads to."""

from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit


def local_path(address: str, page: str, base: str) -> str | None:
    """Return the path below the output that `address` means in the file `page`; None for another site's.

    `base` is what addresses of the site begin with. What is no address, such as ``//[x``, leads nowhere.
    """
    try:
        if "//" in base and address.startswith(base):
            return unquote(urlsplit(address[len(base) :]).path)
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    return normpath(join(dirname(page), unquote(parts.path)))
