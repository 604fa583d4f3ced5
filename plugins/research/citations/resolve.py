"""One post with citations → the post as it is published, with its reference list."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from ..documents import Document
from ..faults import Fault, Severity, line_of, nearest
from ..markup import Edit, splice
from .grammar import Citation, Cite, parse
from .library import Work
from .marks import Mark, find, readable
from .typeset import Piece, Reference, Style

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


def places(document: Document) -> tuple[Document, list[Place]]:
    """Find the citations in `document`."""
    document = replace(document, html=readable(document.html))
    marks = find(document.html)
    return document, [Place(mark, None if mark.is_literal else parse(mark.source)) for mark in marks]


def resolve(
    documents: Sequence[tuple[Document, Sequence[Place]]], works: Mapping[str, Work], style: Style
) -> list[Document]:
    """Set the citations of one post: of its body, which gets the list, and of its summary.

    They are set together, so that a letter or a number means the same work in both.
    """
    known = [_known(place, works) for _, found in documents for place in found]
    typeset = style.typeset([citation for citation in known if citation], works)
    clusters = iter(typeset.citations)
    published = []
    for document, found in documents:
        anchors = Anchors()
        edits = []
        for place in found:
            pieces = next(clusters) if _known(place, works) else ()
            unknown = [cite.key for cite in place.cites() if cite.key not in works]
            html = _citation(place, pieces, unknown, None if document.is_summary else anchors)
            edits.append(Edit(place.mark.start, place.mark.end, html))
        html = splice(document.html, edits)
        if anchors.count:
            html += _section(typeset.references, anchors, style)
        published.append(replace(document, html=html))
    return published


def unknown_keys(document: Document, found: Iterable[Place], works: Mapping[str, Work]) -> list[Fault]:
    """Return a warning for each key in `document` that is not in `works`."""
    faults = []
    seen: Counter[str] = Counter()
    for place in found:
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
    return Citation(known, place.mark.source) if known else None


def _citation(place: Place, pieces: Iterable[Piece], unknown: Sequence[str], anchors: Anchors | None) -> str:
    """Return the HTML of a citation; without `anchors` it neither links nor is linked to."""
    if place.citation is None:
        return escape(place.mark.source, quote=False)
    words = ["".join(_piece(piece, anchors) for piece in pieces)]
    words += (f'<mark class="citation-unknown">[@{escape(key)}]</mark>' for key in unknown)
    return f'<span class="citation">{" ".join(filter(None, words))}</span>'


def _piece(piece: Piece, anchors: Anchors | None) -> str:
    if piece.key is None or anchors is None:
        return piece.html
    target, own = slug(piece.key), anchors.new(piece.key)
    return f'<a href="#ref-{target}" id="{own}" role="doc-biblioref">{piece.html}</a>'


def _section(references: Iterable[Reference], anchors: Anchors, style: Style) -> str:
    tag = "ol" if style.is_numeric else "ul"
    items = "".join(
        f'<li id="ref-{slug(reference.key)}">{reference.html} {_back(reference.key, anchors, style)}</li>\n'
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
