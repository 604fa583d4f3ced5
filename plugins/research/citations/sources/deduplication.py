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
    if title := re.sub(r"<[^>]*>|\W", "", unescape(item.get("title", ""))).casefold():
        issued = item.get("issued", {})
        yield title, issued["date-parts"][0][0] if "date-parts" in issued else issued.get("literal")
