"""One post with citations → the post as it is published, with its reference list."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...core.diagnostics import Diagnostic, Severity, Source, nearest
from ...core.lazy import lazy_pattern
from ...core.post import Text
from ...core.text.segments import Edit, apply_edits
from ..sources.entry import Entry
from ..styles.typeset import Piece, Request, Style, Typeset
from ..syntax.grammar import SEPARATOR, Citation, Cite, parse
from ..syntax.placeholders import Placeholder, find, readable
from . import footnotes
from .footnotes import Numbering
from .notes import NotesAndReferences, slug

if TYPE_CHECKING:
    from ..sources.library import Library

#: The full stop of a note, behind which tags are closed.
FULL_STOP = lazy_pattern(r"\.(?=(?:</\w+>)*$)")

#: What a mark of a note stands close to, and its text does not.
WORD_END = lazy_pattern(r"[\w.,;:!?…”’)\]]")
RAISED = lazy_pattern(r"(?:<(?:span|a)\b[^>]*>)*<sup\b")
#: Space between a word and what follows it; not behind a number, whose exponent a raised one would be.
DISTANCE = lazy_pattern(r"(?:[^\W\d¹²³⁰-₉]|[.,;:!?…”’)\]]|</(?:a|abbr|b|cite|code|em|i|q|strong)>)(\s+)\Z")
#: The longest space that is looked at.
MAX_DISTANCE = 100


class Occurrence(NamedTuple):
    """A placeholder in a text, and its citation; None where it is none."""

    placeholder: Placeholder
    citation: Citation | None

    def cites(self) -> tuple[Cite, ...]:
        """Return what is cited here."""
        return self.citation.cites if self.citation else ()


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text of a post and what it cites."""

    text: Text
    occurrences: tuple[Occurrence, ...] = ()

    @classmethod
    def parse(cls, text: Text, swapped: bool = False) -> "ParsedText":
        """Find the citations in `text`; `swapped` says that they have the syntax of pelican-cite."""
        if (html := readable(text.html)) != text.html:
            text = replace(text, html=html)
        occurrences = []
        for placeholder in find(text.html):
            citation = None if placeholder.is_literal or placeholder.is_echo else parse(placeholder.source)
            occurrences.append(
                Occurrence(placeholder, citation.swapped() if citation and swapped else citation)
            )
        return cls(text, tuple(occurrences))


def cited_keys(texts: Iterable[ParsedText]) -> list[str]:
    """Return the keys that the `texts` of a post cite, in their order."""
    return list(
        dict.fromkeys(cite.key for text in texts for found in text.occurrences for cite in found.cites())
    )


def cited_entries(
    texts: Iterable[ParsedText], library: Mapping[str, Entry], uncited: Iterable[str] = ()
) -> dict[str, Entry]:
    """Return the entries in `library` that the `texts` of a post cite, and those that it lists `uncited`."""
    keys = dict.fromkeys((*cited_keys(texts), *uncited))
    return {key: entry for key in keys if (entry := library.get(key))}


def number(texts: Sequence[ParsedText], entries: Mapping[str, Entry]) -> Numbering:
    """Return the numbers of the notes that the body of a post will have, and in which order it cites."""
    body = texts[0]
    known = [(found.placeholder.start, _known(found, entries)) for found in body.occurrences]
    return footnotes.number(body.text.html, known)


def request(
    texts: Sequence[ParsedText],
    entries: Mapping[str, Entry],
    numbering: Numbering | None = None,
    uncited: Sequence[str] = (),
) -> Request:
    """Return the request for the `texts` of a post, its body and its summary together.

    A letter or a number then means the same entry in both. With a `numbering`, the body's citations come in
    its order.
    """
    known = [[_known(found, entries) for found in text.occurrences] for text in texts]
    notes: list[int] = []
    if numbering:
        notes = [numbering.notes[index] for index in numbering.order if known[0][index]]
        known[0] = [known[0][index] for index in numbering.order]
        following = numbering.last + 1
        for citation in filter(None, chain.from_iterable(known[1:])):
            notes.append(following)
            following += len(citation.clusters())
    citations = [citation for of_text in known for citation in of_text if citation]
    return Request(citations, entries, tuple(key for key in uncited if key in entries), notes)


def resolve(
    texts: Iterable[ParsedText],
    entries: Mapping[str, Entry],
    typeset: Typeset,
    style: Style,
    numbering: Numbering | None = None,
    uncited: Sequence[str] = (),
    heading: str = "",
) -> list[str]:
    """Return the HTML of the `texts` of a post with what a style has `typeset`; the body gets the list."""
    clusters = iter(typeset.citations)
    listed = frozenset(reference.key for reference in typeset.references)
    published = []
    rendered: dict[str, Sequence[Piece]] = {}
    for text in texts:
        notes = NotesAndReferences(listed, uncited) if text.text.is_body else None
        numbers = numbering if notes else None
        pieces = _pieces_in_order(text, entries, clusters, numbers)
        edits = []
        for index, found in enumerate(text.occurrences):
            if found.placeholder.is_echo:
                continue
            rendered.setdefault(found.placeholder.source, pieces[index])
            unknown = _unknown(found, entries)
            first_note = numbers.first_note(index) if numbers else 1
            html = _citation(found, pieces[index], unknown, entries, notes, first_note)
            if first_note is None and text.text.html.startswith((".", ","), found.placeholder.end):
                html = FULL_STOP.sub("", html)
            start = found.placeholder.start
            if first_note is None and WORD_END.match(text.text.html[max(0, start - 1) : start]):
                html = f" {html}"
            elif notes and RAISED.match(html):
                behind = text.occurrences[index - 1].placeholder.end if index else 0
                start -= _distance(text.text.html, max(behind, start - MAX_DISTANCE), start)
            edits.append(Edit(start, found.placeholder.end, html))
        edits += (
            _echo(found.placeholder, rendered) for found in text.occurrences if found.placeholder.is_echo
        )
        html = apply_edits(text.text.html, edits)
        if notes:
            html = _with_sections(html, notes, typeset, entries, style, numbering, heading)
        published.append(html)
    return published


def _distance(html: str, start: int, end: int) -> int:
    """Return how much space there is between a word behind `start` and `end`, where raised numbers stand.

    They would begin lines, else, as they do in no journal.
    """
    found = DISTANCE.search(html[start:end])
    return len(found[1]) if found else 0


def _pieces_in_order(
    text: ParsedText,
    entries: Mapping[str, Entry],
    clusters: Iterator[Sequence[Piece]],
    numbering: Numbering | None,
) -> list[Sequence[Piece]]:
    """Return the pieces of each occurrence in `text`; `clusters` yields those of known entries."""
    pieces: list[Sequence[Piece]] = [()] * len(text.occurrences)
    for index in numbering.order if numbering else range(len(pieces)):
        if any(cite.key in entries for cite in text.occurrences[index].cites()):
            pieces[index] = next(clusters)
    return pieces


def _with_sections(
    html: str,
    notes: NotesAndReferences,
    typeset: Typeset,
    entries: Mapping[str, Entry],
    style: Style,
    numbering: Numbering | None,
    heading: str,
) -> str:
    """Return the body `html` with notes and references behind it."""
    own: Mapping[int, str] = {}
    if numbering and notes.has_notes:
        html, own = footnotes.taken_out(html, numbering)
    section = notes.notes_section(style, own)
    return html + section + notes.references_section(typeset.references, entries, style, heading)


def unknown_keys(text: ParsedText, post: Path, entries: "Library") -> list[Diagnostic]:
    """Return a warning for each key of `text` that is not in `entries`, or is that of a broken entry."""
    file = Source(post)
    suggestions: dict[str, str] = {}
    diagnostics = []
    seen: Counter[str] = Counter()
    for found in text.occurrences:
        source = found.placeholder.source
        for cite in found.cites():
            if cite.key not in entries:
                line = file.line_of(source, seen[source]) or file.line_of(f"@{cite.key}")
                if cite.key not in suggestions:
                    suggestions[cite.key] = nearest(cite.key, entries)
                message = f"unknown citation key “{cite.key}”{suggestions[cite.key]}"
                if entries.has_entry(cite.key):
                    message = f"the entry of “{cite.key}” cannot be read: mend it in the bibliography"
                diagnostics.append(Diagnostic(post, line, message, Severity.WARNING))
        seen[source] += 1
    return diagnostics


def _known(found: Occurrence, entries: Mapping[str, Entry]) -> Citation | None:
    """Return the citation that was `found` with its known entries alone; None where it has none."""
    known = tuple(cite for cite in found.cites() if cite.key in entries)
    if len(known) == len(found.cites()):
        return found.citation
    return Citation(known, found.placeholder.source) if known else None


def _unknown(found: Occurrence, entries: Mapping[str, Entry]) -> list[str]:
    """Return the source of the cites with unknown keys, as one if no key is known.

    Narrative and parenthetical citations are shown alike then.
    """
    cites = found.cites()
    known = [cite.key in entries for cite in cites]
    source = found.placeholder.source.replace("@@", "@")
    if cites and not any(known):
        return [source]
    parts = SEPARATOR.split(source[1:-1]) if not all(known) else ()
    return [f"[{part.strip()}]" for part, knows in zip(parts, known, strict=bool(parts)) if not knows]


def _citation(
    found: Occurrence,
    pieces: Sequence[Piece],
    unknown: Sequence[str],
    entries: Mapping[str, Entry],
    notes: NotesAndReferences | None,
    first_note: int | None,
) -> str:
    """Return the HTML of a citation; a summary, without `notes`, has neither links nor notes."""
    if found.citation is None:
        return escape(found.placeholder.source, quote=False)
    text = _text(pieces, notes, first_note)
    if unknown:
        marks = (f'<mark class="citation-unknown">{escape(source, quote=False)}</mark>' for source in unknown)
        text = " ".join(filter(None, (text, *marks)))
    if notes:
        named = {piece.key for piece in pieces}
        hidden = dict.fromkeys(
            cite.key for cite in found.cites() if cite.key in notes.listed and cite.key not in named
        )
        text = _targets(hidden, notes) + text if hidden else text
    return f'<span class="citation">{text}</span>' if text else ""


def _echo(placeholder: Placeholder, rendered: Mapping[str, Sequence[Piece]]) -> Edit:
    """Repeat without links what stands elsewhere for the same source; the source where it stands nowhere."""
    html = _text(rendered.get(placeholder.source, ()), None) or escape(placeholder.source, quote=False)
    return Edit(placeholder.start, placeholder.end, html)


def _text(pieces: Sequence[Piece], notes: NotesAndReferences | None, first_note: int | None = 1) -> str:
    """Return the HTML in the text: pieces, and references to notes in place of others.

    Without a number of its `first_note`, the citation stands in a footnote, and what it says with it.
    """
    if first_note is None or not any(piece.in_note for piece in pieces):
        return "".join([_piece(piece, notes) for piece in pieces])
    parts = []
    number = first_note
    for in_note, group in groupby(pieces, key=lambda piece: piece.in_note):
        html = "".join(_piece(piece, notes) for piece in group)
        if not in_note:
            parts.append(html)
        elif notes:
            parts.append(notes.note(html, number))
            number += 1
    return "".join(parts)


def _targets(keys: Iterable[str], notes: NotesAndReferences) -> str:
    """Return targets for entries that a style cites without naming them, as the second of [1–3]."""
    return "".join(f'<span id="{notes.anchor(key)}"></span>' for key in keys)


def _piece(piece: Piece, notes: NotesAndReferences | None) -> str:
    if piece.key is None or notes is None or piece.key not in notes.listed:
        return piece.html
    own = notes.anchor(piece.key)
    return f'<a href="#ref-{slug(piece.key)}" id="{own}" role="doc-biblioref">{piece.html}</a>'
