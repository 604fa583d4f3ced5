"""A DOI → the record of its registry, fetched as an item of CSL-JSON.

The resolver of DOIs hands a request on to the registry that a number belongs to, Crossref, DataCite and
others, and all of them answer in CSL-JSON where that is asked for (“DOI Content Negotiation”). Preprints
of arXiv have DOIs too.
"""

import json
import re
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen

from ...core.lazy import lazy_pattern
from ..sources.items import ARXIV, DOI

RESOLVER = "https://doi.org"
CSL_JSON = "application/vnd.citationstyles.csl+json"
AGENT = "pelican-research (bibliography of a blog)"
#: Seconds, and bytes. An answer with the abstract and all references is of some hundred kilobytes.
TIMEOUT_SECONDS, MAX_BYTES = 20, 5_000_000
ARXIV_DOI = "10.48550/arXiv."
ARXIV_NUMBER = lazy_pattern(
    rf"(?:arxiv:|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)?(?P<number>{ARXIV.pattern})(?:\.pdf)?/?",
    re.IGNORECASE,
)


class RegistryError(Exception):
    """Nothing was fetched; why, and what to do about it."""


def doi_of(text: str) -> str:
    """Return the DOI in `text`: a DOI, an arXiv number, or the address of either.

    Raises `RegistryError` where it is none.
    """
    text = unquote(text.strip())
    if arxiv := ARXIV_NUMBER.fullmatch(text):
        return ARXIV_DOI + re.sub(r"v\d+$", "", arxiv["number"])
    if doi := DOI.search(text):
        return doi[0].rstrip(".,;")
    example = "a DOI such as 10.1126/science.7761831, nor a number of arXiv such as 1312.6114"
    raise RegistryError(f"“{text}” is neither {example}")


def arxiv_of(doi: str) -> str:
    """Return the arXiv number that `doi` stands for; nothing where it is of another registry."""
    return doi[len(ARXIV_DOI) :] if doi.lower().startswith(ARXIV_DOI.lower()) else ""


def fetch(doi: str, resolver: str = RESOLVER) -> Mapping[str, Any]:
    """Return the item of the reference with the number `doi`, as its registry has it.

    Raises `RegistryError` where there is no network, no such reference, or no answer that can be read.
    """
    if urlsplit(resolver).scheme not in ("http", "https"):
        raise RegistryError(f"the resolver “{resolver}” is no web address, such as {RESOLVER}")
    address = f"{resolver.rstrip('/')}/{quote(doi, safe='/:;()._-')}"
    try:
        with urlopen(
            Request(address, headers={"Accept": CSL_JSON, "User-Agent": AGENT}), timeout=TIMEOUT_SECONDS
        ) as answer:
            text = answer.read(MAX_BYTES + 1)
    except HTTPError as error:
        known = "does not know this number" if error.code == 404 else f"answers {error.code} {error.reason}"
        raise RegistryError(f"{doi}: {error.url} {known}") from error
    except (URLError, OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        advice = "is there a network? Or name another resolver by --resolver"
        raise RegistryError(f"{doi}: {resolver} cannot be reached ({reason}); {advice}") from error
    return _read(text, doi, address)


def _read(text: bytes, doi: str, address: str) -> Mapping[str, Any]:
    try:
        item = json.loads(text) if len(text) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        item = None
    if not isinstance(item, Mapping) or not item.get("title"):
        raise RegistryError(f"{doi}: what {address} answers is not a reference in CSL-JSON")
    return item
