"""Links out of a reference: to its DOI, its arXiv number, its address, its PDF."""

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlsplit

from ...core.lazy import lazy_pattern

WEB = lazy_pattern(r"https?://[^\s<>\"'{}|\\^`]+", re.IGNORECASE)
#: A file of the blog itself, by its path in the content folder.
OWN_FILE = lazy_pattern(r"/?(?!\.\.?/)[^\s:<>\"'{}|\\^`/]+(?:/(?!\.\.?/)[^\s:<>\"'{}|\\^`/]+)*", re.ASCII)


def of(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield a link for the DOI of `item`, or its URL, one for its arXiv number, and one for its PDF."""
    doi, url, arxiv = item.get("DOI"), item.get("URL", ""), item.get("arxiv")
    pdf = pdf_of(item)
    if doi:
        yield _link(_doi(doi), f"https://doi.org/{doi}")
    elif url:
        yield _link(escape(_encoded(unescape(url))), url)
    if arxiv and (doi or "arxiv.org" not in url):
        yield _link(_arxiv(arxiv), f"arXiv:{arxiv}")
    if pdf and (doi or pdf != url):
        yield _short(pdf, "PDF")


def missing(item: Mapping[str, Any], html: str) -> str:
    """Return short links for what `of` has and the reference `html`, from a CSL style, has not."""
    doi, url, arxiv, pdf = item.get("DOI"), item.get("URL", ""), item.get("arxiv"), pdf_of(item)
    found = []
    if doi and "//doi.org/" not in html:
        found.append(_short(_doi(doi), "DOI"))
    if arxiv and "//arxiv.org/abs/" not in html:
        found.append(_short(_arxiv(arxiv), "arXiv"))
    if url and not doi and not arxiv and "href=" not in html and url != pdf:
        found.append(_short(escape(_encoded(unescape(url))), "URL"))
    if pdf and f'href="{pdf}"' not in html:
        found.append(_short(pdf, "PDF"))
    return f' <span class="reference-links">{" ".join(found)}</span>' if found else ""


def web_address(text: str) -> str:
    """Return the first address of the web in `text`; nothing where there is none.

    Raises `ValueError` where it is malformed, as where a bracket around its host is missing.
    """
    found = WEB.search(text)
    if not found:
        return ""
    try:
        urlsplit(found[0])
    except ValueError as error:
        raise ValueError(f"holds a malformed address: {error}") from error
    return found[0]


def pdf_of(item: Mapping[str, Any]) -> str:
    """Return the address, as it stands in an attribute, at which readers find the PDF of `item`."""
    if item.get("pdf"):
        return str(item["pdf"])
    if url := pdf_address(unescape(item.get("URL", ""))):
        return url
    return f"https://arxiv.org/pdf/{item['arxiv']}" if item.get("arxiv") else ""


def pdf_address(text: str, is_ours: bool = False) -> str:
    """Return the address of a PDF in `text`, as it stands in an attribute; nothing where it is none.

    With `is_ours` it may be the path of a file in the content folder, to which Pelican finds the way.
    """
    text = text.strip()
    if re.match(r"https?://[^\s<>\"]+$", text, re.IGNORECASE):
        try:
            path = urlsplit(text).path
        except ValueError:  # malformed: no browser would find anything there
            return ""
        return escape(_encoded(text)) if is_ours or path.lower().endswith(".pdf") else ""
    if is_ours and OWN_FILE.fullmatch(text):
        return f"{{static}}/{escape(quote(text.lstrip('/')))}"
    return ""


def _doi(doi: str) -> str:
    return f"https://doi.org/{quote(unescape(doi), safe='/:;()._-')}"


def _arxiv(number: str) -> str:
    return f"https://arxiv.org/abs/{number}"


def _link(address: str, text: str) -> str:
    return f'<a class="reference-link" href="{address}">{text}</a>'


def _short(address: str, name: str) -> str:
    """Return a link of which the page shows the `name`, and print the address."""
    return f'<a class="reference-link short" href="{address}">{name}</a>'


def _encoded(url: str) -> str:
    """Percent-encode what no URL may hold, and leave what is encoded already."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")
