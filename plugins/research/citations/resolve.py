"""One post with citations → the post as it is published, with its reference list."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import NamedTuple

from ..documents import Document
from ..faults import Fault, Severity, Source, nearest
from ..markup import Edit, splice
from .apparatus import Apparatus, slug
from .grammar import Citation, Cite, parse
from .library import Library, Work
from .marks import Mark, find, readable
from .typeset import Piece, Request, Style, Typeset


class Place(NamedTuple):
    """A mark in a document, and the citation it is; None where it is not one."""

    mark: Mark
    citation: Citation | None

    def cites(self) -> tuple[Cite, ...]:
        """Return what is cited here."""
        return self.citation.cites if self.citation else ()


@dataclass(frozen=True, slots=True)
class Cited:
    """A document and what it cites."""

    document: Document
    places: tuple[Place, ...]

    @classmethod
    def read(cls, document: Document, swapped: bool = False) -> "Cited":
        """Find the citations in `document`; `swapped` says that they are written as for pelican-cite."""
        if (html := readable(document.html)) != document.html:
            document = replace(document, html=html)
        places = []
        for mark in find(document.html):
            citation = None if mark.is_literal or mark.is_echo else parse(mark.source)
            places.append(Place(mark, citation.swapped() if citation and swapped else citation))
        return cls(document, tuple(places))


def cited_works(post: Iterable[Cited], library: Mapping[str, Work]) -> dict[str, Work]:
    """Return the works in `library` that a post cites, by the keys that it writes."""
    keys = {cite.key for cited in post for place in cited.places for cite in place.cites()}
    return {key: work for key in keys if (work := library.get(key))}


def request(post: Iterable[Cited], works: Mapping[str, Work]) -> Request:
    """Return what a style is to set for a post: for its body and its summary in one.

    They are set together, so that a letter or a number means the same work in both.
    """
    known = (_known(place, works) for cited in post for place in cited.places)
    return Request([citation for citation in known if citation], works)


def resolve(
    post: Iterable[Cited], works: Mapping[str, Work], typeset: Typeset, style: Style
) -> list[Document]:
    """Put what a style has `typeset` into a post: into its body, which gets the list, and its summary."""
    clusters = iter(typeset.citations)
    published = []
    said: dict[str, Sequence[Piece]] = {}
    for cited in post:
        apparatus = None if cited.document.is_summary else Apparatus()
        edits = []
        for place in cited.places:
            if place.mark.is_echo:
                continue
            unknown = [cite.key for cite in place.cites() if cite.key not in works]
            pieces = next(clusters) if len(unknown) < len(place.cites()) else ()
            said.setdefault(place.mark.source, pieces)
            html = _citation(place, pieces, unknown, apparatus)
            edits.append(Edit(place.mark.start, place.mark.end, html))
        edits += (_echo(place.mark, said) for place in cited.places if place.mark.is_echo)
        html = splice(cited.document.html, edits)
        if apparatus:
            html += apparatus.notes_section(style) + apparatus.references_section(
                typeset.references, works, style
            )
        published.append(replace(cited.document, html=html))
    return published


def unknown_keys(cited: Cited, works: Library) -> list[Fault]:
    """Return a warning for each key that is not in `works`, or is that of a broken entry."""
    document = cited.document
    source_text = Source(document.source)
    suggestions: dict[str, str] = {}
    faults = []
    seen: Counter[str] = Counter()
    for place in cited.places:
        source = place.mark.source
        for cite in place.cites():
            if cite.key not in works:
                line = source_text.line_of(source, seen[source])
                line = line or source_text.line_of(f"@{cite.key}")
                if cite.key not in suggestions:
                    suggestions[cite.key] = nearest(cite.key, works)
                message = f"unknown citation key “{cite.key}”{suggestions[cite.key]}"
                if works.has_entry(cite.key):
                    message = f"the entry of “{cite.key}” cannot be read: mend it in the bibliography"
                faults.append(Fault(document.source, line, message, Severity.WARNING))
        seen[source] += 1
    return faults


def _known(place: Place, works: Mapping[str, Work]) -> Citation | None:
    """Return the citation at `place` with its known works alone; None where it has none."""
    known = tuple(cite for cite in place.cites() if cite.key in works)
    if len(known) == len(place.cites()):
        return place.citation
    return Citation(known, place.mark.source) if known else None


def _citation(
    place: Place,
    pieces: Sequence[Piece],
    unknown: Sequence[str],
    apparatus: Apparatus | None,
) -> str:
    """Return the HTML of a citation; a summary, without `apparatus`, has neither links nor notes."""
    if place.citation is None:
        return escape(place.mark.source, quote=False)
    text = _text(pieces, apparatus)
    if unknown:
        marks = (f'<mark class="citation-unknown">[@{escape(key)}]</mark>' for key in unknown)
        text = " ".join(filter(None, (text, *marks)))
    if apparatus:
        named = {*unknown, *(piece.key for piece in pieces)}
        hidden = dict.fromkeys(cite.key for cite in place.cites() if cite.key not in named)
        text = _targets(hidden, apparatus) + text if hidden else text
    return f'<span class="citation">{text}</span>' if text else ""


def _echo(mark: Mark, said: Mapping[str, Sequence[Piece]]) -> Edit:
    """Repeat without links what stands elsewhere for the same source; the source where it stands nowhere."""
    html = _text(said.get(mark.source, ()), None) or escape(mark.source, quote=False)
    return Edit(mark.start, mark.end, html)


def _text(pieces: Sequence[Piece], apparatus: Apparatus | None) -> str:
    """Return what stands in the text: pieces, and marks of notes in the place of others."""
    if not any(piece.in_note for piece in pieces):
        return "".join([_piece(piece, apparatus) for piece in pieces])
    parts = []
    for in_note, group in groupby(pieces, key=lambda piece: piece.in_note):
        html = "".join(_piece(piece, apparatus) for piece in group)
        if not in_note:
            parts.append(html)
        elif apparatus:
            parts.append(apparatus.note(html))
    return "".join(parts)


def _targets(keys: Iterable[str], apparatus: Apparatus) -> str:
    """Return targets for works that a style cites without naming them, as the second of [1–3]."""
    return "".join(f'<span id="{apparatus.anchor(key)}"></span>' for key in keys)


def _piece(piece: Piece, apparatus: Apparatus | None) -> str:
    if piece.key is None or apparatus is None:
        return piece.html
    own = apparatus.anchor(piece.key)
    return f'<a href="#ref-{slug(piece.key)}" id="{own}" role="doc-biblioref">{piece.html}</a>'
