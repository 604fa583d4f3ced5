"""COinS: a reference in a form that Zotero and others collect from the page (OpenURL 1.0 in a span)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urlencode

from ..sources.entry import Entry

VERSION = "Z39.88-2004"
BOOKS = frozenset(("book", "chapter", "paper-conference"))
GENRES = {"book": "book", "chapter": "bookitem", "paper-conference": "proceeding"}


@lru_cache(maxsize=4096)
def coins(entry: Entry) -> str:
    """Return an empty span whose title holds the OpenURL of `entry`."""
    item = entry.item
    if item.get("DOI"):  # says it all, in a tenth of the bytes
        return _span([("ctx_ver", VERSION), ("rft_id", f"info:doi/{item['DOI']}")])
    is_book = item["type"] in BOOKS
    title = "rft.btitle" if item["type"] == "book" else "rft.atitle"
    container = "rft.btitle" if is_book else "rft.jtitle"
    pairs = [
        ("ctx_ver", VERSION),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{'book' if is_book else 'journal'}"),
        ("rft.genre", GENRES.get(item["type"], "article")),
        (title, item.get("title")),
        (container, item.get("container-title")),
        *(("rft.au", _name(name)) for name in item.get("author", ()) if name.get("literal") != "others"),
        ("rft.date", _date(item.get("issued", {}))),
        ("rft.volume", item.get("volume")),
        ("rft.issue", item.get("issue")),
        ("rft.pages", item.get("page")),
        ("rft.pub", item.get("publisher")),
        ("rft_id", item.get("URL")),
    ]
    return _span(pairs)


def _span(pairs: Iterable[tuple[str, str | None]]) -> str:
    query = urlencode([(name, _bare(text)) for name, text in pairs if text])
    return f'<span class="Z3988" title="{escape(query)}"></span>'


def _name(name: dict[str, str]) -> str:
    return name.get("literal") or ", ".join(filter(None, (name.get("family"), name.get("given"))))


def _date(issued: dict[str, list[list[int]]]) -> str:
    parts = issued.get("date-parts", [[]])[0]
    return "-".join(f"{part:02}" for part in parts)


def _bare(text: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", text))
