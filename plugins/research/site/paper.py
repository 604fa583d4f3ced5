"""The front matter of a paper: what an article says of its authors, licence, funding and revisions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.diagnostics import Diagnostic, Source, line_of
from ..core.lazy import lazy_pattern
from ..core.post import Post, Publication
from .settings import AuthorSettings, Settings

DOI = lazy_pattern(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE)
REVISION = lazy_pattern(r"(?P<date>\d{4}-\d{2}-\d{2})\s*:\s*(?P<text>.+)")
#: Licences by their identifiers (SPDX License List), with their addresses.
LICENSES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    **{
        f"CC-{terms}-{version}": f"https://creativecommons.org/licenses/{terms.lower()}/{version}/"
        for terms in ("BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND")
        for version in ("3.0", "4.0")
    },
}


@dataclass(frozen=True)
class Author:
    """One who wrote an article."""

    name: str
    settings: AuthorSettings
    #: Whether all that are marked so contributed equally.
    is_equal: bool = False


@dataclass(frozen=True)
class Paper:
    """What the front matter of an article says beyond title, date and names; empty where it says nothing."""

    authors: tuple[Author, ...]
    #: Plain text.
    abstract: str
    license: str
    #: Without the address of the resolver.
    doi: str
    keywords: tuple[str, ...]
    funding: str
    acknowledgements: str
    #: Date and what changed.
    revisions: tuple[tuple[str, str], ...]

    @property
    def license_url(self) -> str:
        """The address of the licence; empty where none is known."""
        known = {name.lower(): url for name, url in LICENSES.items()}
        is_address = self.license.startswith(("https://", "http://"))
        return self.license if is_address else known.get(self.license.lower().replace(" ", "-"), "")


def paper(publication: Publication, settings: Settings) -> Paper:
    """Return the front matter of an article."""
    fields = publication.metadata
    equal = _names(fields, "equal_contribution")
    authors = tuple(
        Author(name, settings.authors.get(name, AuthorSettings()), name in equal)
        for name in publication.authors
    )
    doi = DOI.fullmatch(_text(fields, "doi"))
    revisions = (REVISION.fullmatch(line) for line in _lines(fields, "revisions"))
    return Paper(
        authors,
        re.sub(r"<[^>]*>", "", _text(fields, "abstract")),
        _text(fields, "license"),
        doi["doi"] if doi else "",
        _names(fields, "keywords"),
        _text(fields, "funding"),
        _text(fields, "acknowledgements"),
        tuple((found["date"], found["text"].strip()) for found in revisions if found),
    )


def diagnostics(post: Post) -> Iterator[Diagnostic]:
    """Yield an error for what the front matter of `post` says in a form that is not understood."""
    source, fields = Source(post.source), post.metadata
    doi = _text(fields, "doi")
    if doi and not DOI.fullmatch(doi):
        message = f"DOI: {doi} is no DOI: write 10.5281/zenodo.1234, or its address at doi.org"
        yield Diagnostic(post.source, source.place_of_key("doi")[0], message)
    for line in _lines(fields, "revisions"):
        if not REVISION.fullmatch(line):
            message = (
                f"Revisions: “{line}” is no revision: write a date and what changed, 2026-03-01: New data"
            )
            yield Diagnostic(post.source, line_of(post.source, line), message)
    if post.publication:
        for name in _names(fields, "equal_contribution"):
            if name not in post.publication.authors:
                message = f"Equal_contribution: {name} is none of {', '.join(post.publication.authors)}"
                yield Diagnostic(post.source, source.place_of_key("equal_contribution")[0], message)


def _text(fields: Mapping[str, Any], name: str) -> str:
    return " ".join(" ".join(_lines(fields, name)).split())


def _names(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    text = _text(fields, name)
    return tuple(part.strip() for part in text.split(";" if ";" in text else ",") if part.strip())


def _lines(fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name) or ""
    text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return [line.strip() for line in text.splitlines() if line.strip()]
