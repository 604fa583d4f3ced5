"""By what two entries of a bibliography are told to be one work."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any


def signs(item: Mapping[str, Any]) -> Iterator[object]:
    """Yield what no two works have in common: a DOI, an arXiv number, a title with a year."""
    if doi := unescape(item.get("DOI", "")).casefold():
        yield doi.removeprefix("10.48550/arxiv.")
    if arxiv := item.get("arxiv"):
        yield re.sub(r"v\d+$", "", arxiv)
    if title := re.sub(r"<[^>]*>|\W", "", unescape(item.get("title", ""))).casefold():
        issued = item.get("issued", {})
        yield title, issued["date-parts"][0][0] if "date-parts" in issued else issued.get("literal")
