"""The notes (for styles that have them) and the reference list at the end of a post."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

from ...core.lazy import lazy_pattern
from ..sources.entry import Entry
from ..styles.typeset import Reference, Style
from .coins import coins

UNSAFE_IN_ID = lazy_pattern(r"[^\w.:+/-]")
BACK = "↩\ufe0e"  # an arrow in the script of the text, not a picture of one


@lru_cache(maxsize=4096)
def slug(key: str) -> str:
    """Return `key` in characters that an id and a fragment of a URL may both hold."""
    return UNSAFE_IN_ID.sub(lambda match: f"-{ord(match[0]):x}-", key)


class NotesAndReferences:
    """Collects the notes and references of one post; citations link to references with keys in `listed`."""

    def __init__(self, listed: Container[str] = (), uncited: Container[str] = ()) -> None:
        self.listed = listed
        self._uncited = uncited
        self._cited: Counter[str] = Counter()
        self._notes: dict[int, str] = {}

    @property
    def has_notes(self) -> bool:
        """Whether any citation has left a note."""
        return bool(self._notes)

    def anchor(self, key: str) -> str:
        """Return the id of the next place where `key` is cited; its reference links back to it."""
        self._cited[key] += 1
        return f"cite-{slug(key)}-{self._cited[key]}"

    def note(self, html: str, number: int) -> str:
        """Add `html` as the note of that `number`, and return the mark of it in the text."""
        while number in self._notes:
            number += 1
        self._notes[number] = html
        link = f'<a href="#note-{number}" id="noteref-{number}" role="doc-noteref">{number}</a>'
        return f"<sup>{link}</sup>"

    def notes_section(self, style: Style, footnotes: Mapping[int, str]) -> str:
        """Return the notes, among them `footnotes` by their numbers; nothing where there is none."""
        if not self._notes:
            return ""
        items = dict(footnotes) | {
            number: f'<li id="note-{number}">{html} {_back_links([f"noteref-{number}"], style)}</li>'
            for number, html in self._notes.items()
        }
        role = f'role="doc-endnotes" aria-label="{style.terms.notes}"'
        listed = "".join(f"{items[number]}\n" for number in sorted(items))
        return f'\n<section class="citation-notes" {role}>\n<ol>\n{listed}</ol>\n</section>\n'

    def references_section(
        self, references: Iterable[Reference], entries: Mapping[str, Entry], style: Style, heading: str
    ) -> str:
        """Return the list of the `references` that the post cites; nothing where it cites none."""
        items = "".join(
            f'<li id="ref-{slug(reference.key)}">{reference.html} '
            f"{_back_links(self._places(reference.key), style)}{coins(entries[reference.key])}</li>\n"
            for reference in references
            if self._cited[reference.key] or reference.key in self._uncited
        )
        if not items:
            return ""
        tag = "ol" if style.is_numeric else "ul"
        title = escape(heading, quote=False) or style.terms.heading
        return (
            f'\n<section class="references" role="doc-bibliography" aria-labelledby="reference-list">\n'
            f'<h2 id="reference-list">{title}</h2>\n<{tag}>\n{items}</{tag}>\n</section>\n'
        )

    def _places(self, key: str) -> list[str]:
        return [f"cite-{slug(key)}-{number}" for number in range(1, self._cited[key] + 1)]


def _back_links(ids: Sequence[str], style: Style) -> str:
    """Return links back to the places with `ids`, numbered where there are several; nothing for none."""
    if not ids:
        return ""
    links = []
    for number, anchor in enumerate(ids, 1):
        label = style.terms.back.format(number)
        text = BACK + (f"<sup>{number}</sup>" if len(ids) > 1 else "")
        links.append(f'<a href="#{anchor}" role="doc-backlink" aria-label="{label}">{text}</a>')
    return f'<span class="backlinks">{" ".join(links)}</span>'
