"""Keys by which duplicates in a bibliography are found."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any


def duplicate_keys(item: Mapping[str, Any]) -> Iterator[object]:
    """Yield keys that two distinct entries never share: DOI, arXiv number, title with year."""
    if doi := unescape(item.get("DOI", "")).casefold():
        yield doi.removeprefix("10.48550/arxiv.")
    if arxiv := item.get("arxiv"):
        yield re.sub(r"v\d+$", "", arxiv)
    if title := _normalized(item.get("title", "")):
        issued = item.get("issued", {})
        yield title, issued["date-parts"][0][0] if "date-parts" in issued else issued.get("literal")


def title_and_author(item: Mapping[str, Any]) -> object:
    """Return a key that a preprint shares with what is published later; one of its own without these."""
    title, authors = _normalized(item.get("title", "")), item.get("author")
    if not title or not authors:
        return object()
    return title, _normalized(authors[0].get("family") or authors[0].get("literal", ""))


def _normalized(text: str) -> str:
    return re.sub(r"<[^>]*>|\W", "", unescape(text)).casefold()
