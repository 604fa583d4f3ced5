"""One post with citations → the post as it is published, with its reference list."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from ..documents import Document
from ..faults import Fault, Severity, line_of, nearest
from ..markup import Edit, splice
from .coins import coins
from .grammar import Citation, Cite, parse
from .library import Work
from .marks import Mark, find, readable
from .typeset import Piece, Reference, Request, Style, Typeset

UNSAFE_IN_ID = re.compile(r"[^\w.:+/-]")


@dataclass(frozen=True, slots=True)
class Place:
    """A mark in a document, and the citation it is; None where it is not one."""

    mark: Mark
    citation: Citation | None

    def cites(self) -> tuple[Cite, ...]:
        """Return what is cited here."""
        return self.citation.cites if self.citation else ()


class Anchors:
    """The places in a post where each work is cited: the ids that its reference links back to."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()

    def new(self, key: str) -> str:
        """Return the id of the next place where `key` is cited."""
        self.count[key] += 1
        return f"cite-{slug(key)}-{self.count[key]}"

    def all(self, key: str) -> list[str]:
        """Return the ids of all places where `key` is cited."""
        return [f"cite-{slug(key)}-{number}" for number in range(1, self.count[key] + 1)]


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
            citation = None if mark.is_literal else parse(mark.source)
            places.append(Place(mark, citation.swapped() if citation and swapped else citation))
        return cls(document, tuple(places))


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
    for cited in post:
        anchors = Anchors()
        edits = []
        for place in cited.places:
            known = _known(place, works)
            unknown = [cite.key for cite in place.cites() if cite.key not in works]
            html = _citation(
                place, known, next(clusters) if known else (), unknown, _for(cited.document, anchors)
            )
            edits.append(Edit(place.mark.start, place.mark.end, html))
        html = splice(cited.document.html, edits)
        if anchors.count:
            html += _section(typeset.references, anchors, works, style)
        published.append(replace(cited.document, html=html))
    return published


def unknown_keys(cited: Cited, works: Mapping[str, Work]) -> list[Fault]:
    """Return a warning for each key that is not in `works`."""
    document = cited.document
    faults = []
    seen: Counter[str] = Counter()
    for place in cited.places:
        source = place.mark.source
        for cite in place.cites():
            if cite.key not in works:
                line = line_of(document.source, source, seen[source])
                line = line or line_of(document.source, f"@{cite.key}")
                message = f"unknown citation key “{cite.key}”{nearest(cite.key, works)}"
                faults.append(Fault(document.source, line, message, Severity.WARNING))
        seen[source] += 1
    return faults


def slug(key: str) -> str:
    """Return `key` in characters that an id and a fragment of a URL may both hold."""
    return UNSAFE_IN_ID.sub(lambda match: f"-{ord(match[0]):x}-", key)


def _known(place: Place, works: Mapping[str, Work]) -> Citation | None:
    """Return the citation at `place` with its known works alone; None where it has none."""
    known = tuple(cite for cite in place.cites() if cite.key in works)
    if len(known) == len(place.cites()):
        return place.citation
    return Citation(known, place.mark.source) if known else None


def _for(document: Document, anchors: Anchors) -> Anchors | None:
    """Return `anchors`, but nothing for a summary: it neither links nor is linked to."""
    return None if document.is_summary else anchors


def _citation(
    place: Place,
    known: Citation | None,
    pieces: Sequence[Piece],
    unknown: Sequence[str],
    anchors: Anchors | None,
) -> str:
    """Return the HTML of a citation."""
    if place.citation is None:
        return escape(place.mark.source, quote=False)
    words = ["".join(_piece(piece, anchors) for piece in pieces)]
    words += (f'<mark class="citation-unknown">[@{escape(key)}]</mark>' for key in unknown)
    return f'<span class="citation">{_hidden(known, pieces, anchors)}{" ".join(filter(None, words))}</span>'


def _hidden(known: Citation | None, pieces: Iterable[Piece], anchors: Anchors | None) -> str:
    """Return targets for works that a style cites without naming them, as the second of [1–3]."""
    if anchors is None or known is None:
        return ""
    named = {piece.key for piece in pieces}
    keys = dict.fromkeys(cite.key for cite in known.cites if cite.key not in named)
    return "".join(f'<span id="{anchors.new(key)}"></span>' for key in keys)


def _piece(piece: Piece, anchors: Anchors | None) -> str:
    if piece.key is None or anchors is None:
        return piece.html
    target, own = slug(piece.key), anchors.new(piece.key)
    return f'<a href="#ref-{target}" id="{own}" role="doc-biblioref">{piece.html}</a>'


def _section(
    references: Iterable[Reference], anchors: Anchors, works: Mapping[str, Work], style: Style
) -> str:
    tag = "ol" if style.is_numeric else "ul"
    items = "".join(
        f'<li id="ref-{slug(reference.key)}">{reference.html} {_back(reference.key, anchors, style)}'
        f"{coins(works[reference.key])}</li>\n"
        for reference in references
        if anchors.count[reference.key]
    )
    return (
        f'\n<section class="references" role="doc-bibliography" aria-labelledby="reference-list">\n'
        f'<h2 id="reference-list">{style.terms.heading}</h2>\n<{tag}>\n{items}</{tag}>\n</section>\n'
    )


def _back(key: str, anchors: Anchors, style: Style) -> str:
    """Return links to the places where `key` is cited, numbered where there are several."""
    ids = anchors.all(key)
    links = []
    for number, anchor in enumerate(ids, 1):
        label = style.terms.back.format(number)
        text = "↩\ufe0e" + (f"<sup>{number}</sup>" if len(ids) > 1 else "")
        links.append(f'<a href="#{anchor}" role="doc-backlink" aria-label="{label}">{text}</a>')
    return f'<span class="backlinks">{" ".join(links)}</span>'
