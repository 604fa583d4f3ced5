"""Links out of a reference: to its DOI, its arXiv number, its address."""

from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import quote


def of(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield a link for the DOI of `item`, or its URL, and for its arXiv number beside another one."""
    doi, url, arxiv = item.get("DOI"), item.get("URL", ""), item.get("arxiv")
    if doi:
        address = f"https://doi.org/{quote(unescape(doi), safe='/:;()._-')}"
        yield _link(address, f"https://doi.org/{doi}")
    elif url:
        yield _link(escape(_encoded(unescape(url))), url)
    if arxiv and (doi or "arxiv.org" not in url):
        yield _link(f"https://arxiv.org/abs/{arxiv}", f"arXiv:{arxiv}")


def _link(address: str, text: str) -> str:
    return f'<a class="reference-link" href="{address}">{text}</a>'


def _encoded(url: str) -> str:
    """Percent-encode what no URL may hold, and leave what is encoded already."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")
