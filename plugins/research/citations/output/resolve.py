"""One post with citations → the post as it is published, with its reference list."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ...core.diagnostics import Diagnostic, Severity, Source, nearest
from ...core.post import Text
from ...core.text.segments import Edit, apply_edits
from ..sources.library import Library, Work
from ..styles.typeset import Piece, Request, Style, Typeset
from ..syntax.grammar import SEPARATOR, Citation, Cite, parse
from ..syntax.marks import Mark, find, readable
from .notes import Apparatus, slug


class Occurrence(NamedTuple):
    """A mark in a text, and the citation it is; None where it is not one."""

    mark: Mark
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
        """Find the citations in `text`; `swapped` says that they are written as for pelican-cite."""
        if (html := readable(text.html)) != text.html:
            text = replace(text, html=html)
        occurrences = []
        for mark in find(text.html):
            citation = None if mark.is_literal or mark.is_echo else parse(mark.source)
            occurrences.append(Occurrence(mark, citation.swapped() if citation and swapped else citation))
        return cls(text, tuple(occurrences))


def cited_keys(texts: Iterable[ParsedText]) -> list[str]:
    """Return the keys that the `texts` of a post cite, in their order."""
    return list(
        dict.fromkeys(cite.key for text in texts for found in text.occurrences for cite in found.cites())
    )


def cited_works(texts: Iterable[ParsedText], library: Mapping[str, Work]) -> dict[str, Work]:
    """Return the works in `library` that the `texts` of a post cite, by the keys that they write."""
    keys = cited_keys(texts)
    return {key: work for key in keys if (work := library.get(key))}


def request(texts: Iterable[ParsedText], works: Mapping[str, Work]) -> Request:
    """Return what a style is to set for the `texts` of a post: for its body and its summary in one.

    They are set together, so that a letter or a number means the same work in both.
    """
    known = (_known(found, works) for text in texts for found in text.occurrences)
    return Request([citation for citation in known if citation], works)


def resolve(
    texts: Iterable[ParsedText], works: Mapping[str, Work], typeset: Typeset, style: Style
) -> list[str]:
    """Return the HTML of the `texts` of a post with what a style has `typeset`; the body gets the list."""
    clusters = iter(typeset.citations)
    published = []
    said: dict[str, Sequence[Piece]] = {}
    for text in texts:
        apparatus = Apparatus() if text.text.is_body else None
        edits = []
        for found in text.occurrences:
            if found.mark.is_echo:
                continue
            unknown = _unknown(found, works)
            is_known = any(cite.key in works for cite in found.cites())
            pieces = next(clusters) if is_known else ()
            said.setdefault(found.mark.source, pieces)
            html = _citation(found, pieces, unknown, works, apparatus)
            edits.append(Edit(found.mark.start, found.mark.end, html))
        edits += (_echo(found.mark, said) for found in text.occurrences if found.mark.is_echo)
        html = apply_edits(text.text.html, edits)
        if apparatus:
            html += apparatus.notes_section(style) + apparatus.references_section(
                typeset.references, works, style
            )
        published.append(html)
    return published


def unknown_keys(text: ParsedText, post: Path, works: Library) -> list[Diagnostic]:
    """Return a warning for each key of `text` that is not in `works`, or is that of a broken entry."""
    file = Source(post)
    suggestions: dict[str, str] = {}
    diagnostics = []
    seen: Counter[str] = Counter()
    for found in text.occurrences:
        source = found.mark.source
        for cite in found.cites():
            if cite.key not in works:
                line = file.line_of(source, seen[source]) or file.line_of(f"@{cite.key}")
                if cite.key not in suggestions:
                    suggestions[cite.key] = nearest(cite.key, works)
                message = f"unknown citation key “{cite.key}”{suggestions[cite.key]}"
                if works.has_entry(cite.key):
                    message = f"the entry of “{cite.key}” cannot be read: mend it in the bibliography"
                diagnostics.append(Diagnostic(post, line, message, Severity.WARNING))
        seen[source] += 1
    return diagnostics


def _known(found: Occurrence, works: Mapping[str, Work]) -> Citation | None:
    """Return the citation that was `found` with its known works alone; None where it has none."""
    known = tuple(cite for cite in found.cites() if cite.key in works)
    if len(known) == len(found.cites()):
        return found.citation
    return Citation(known, found.mark.source) if known else None


def _unknown(found: Occurrence, works: Mapping[str, Work]) -> list[str]:
    """Return what the author wrote of works that are not known, all in one where none is.

    Whether it was to be a part of the sentence makes no difference then.
    """
    cites = found.cites()
    known = [cite.key in works for cite in cites]
    source = found.mark.source.replace("@@", "@")
    if cites and not any(known):
        return [source]
    parts = SEPARATOR.split(source[1:-1]) if not all(known) else ()
    return [f"[{part.strip()}]" for part, knows in zip(parts, known, strict=bool(parts)) if not knows]


def _citation(
    found: Occurrence,
    pieces: Sequence[Piece],
    unknown: Sequence[str],
    works: Mapping[str, Work],
    apparatus: Apparatus | None,
) -> str:
    """Return the HTML of a citation; a summary, without `apparatus`, has neither links nor notes."""
    if found.citation is None:
        return escape(found.mark.source, quote=False)
    text = _text(pieces, apparatus)
    if unknown:
        marks = (f'<mark class="citation-unknown">{escape(source, quote=False)}</mark>' for source in unknown)
        text = " ".join(filter(None, (text, *marks)))
    if apparatus:
        named = {piece.key for piece in pieces}
        hidden = dict.fromkeys(
            cite.key for cite in found.cites() if cite.key in works and cite.key not in named
        )
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
