"""The notes (for styles that have them) and the reference list at the end of a post."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ..sources.library import Entry
from ..styles.typeset import Reference, Style
from .coins import coins

UNSAFE_IN_ID = re.compile(r"[^\w.:+/-]")
BACK = "↩\ufe0e"  # an arrow in the script of the text, not a picture of one


@lru_cache(maxsize=4096)
def slug(key: str) -> str:
    """Return `key` in characters that an id and a fragment of a URL may both hold."""
    return UNSAFE_IN_ID.sub(lambda match: f"-{ord(match[0]):x}-", key)


class NotesAndReferences:
    """Collects the notes and references of one post."""

    def __init__(self) -> None:
        self._cited: Counter[str] = Counter()
        self._notes: list[str] = []

    def anchor(self, key: str) -> str:
        """Return the id of the next place where `key` is cited; its reference links back to it."""
        self._cited[key] += 1
        return f"cite-{slug(key)}-{self._cited[key]}"

    def note(self, html: str) -> str:
        """Keep `html` as a note, and return the mark of it in the text."""
        self._notes.append(html)
        number = len(self._notes)
        link = f'<a href="#note-{number}" id="noteref-{number}" role="doc-noteref">{number}</a>'
        return f"<sup>{link}</sup>"

    def notes_section(self, style: Style) -> str:
        """Return the notes; nothing where there is none."""
        if not self._notes:
            return ""
        items = "".join(
            f'<li id="note-{number}">{html} {_back_links([f"noteref-{number}"], style)}</li>\n'
            for number, html in enumerate(self._notes, 1)
        )
        role = f'role="doc-endnotes" aria-label="{style.terms.notes}"'
        return f'\n<section class="citation-notes" {role}>\n<ol>\n{items}</ol>\n</section>\n'

    def references_section(
        self, references: Iterable[Reference], entries: Mapping[str, Entry], style: Style
    ) -> str:
        """Return the list of the `references` that the post cites; nothing where it cites none."""
        if not self._cited:
            return ""
        tag = "ol" if style.is_numeric else "ul"
        items = "".join(
            f'<li id="ref-{slug(reference.key)}">{reference.html} '
            f"{_back_links(self._places(reference.key), style)}{coins(entries[reference.key])}</li>\n"
            for reference in references
            if self._cited[reference.key]
        )
        return (
            f'\n<section class="references" role="doc-bibliography" aria-labelledby="reference-list">\n'
            f'<h2 id="reference-list">{style.terms.heading}</h2>\n<{tag}>\n{items}</{tag}>\n</section>\n'
        )

    def _places(self, key: str) -> list[str]:
        return [f"cite-{slug(key)}-{number}" for number in range(1, self._cited[key] + 1)]


def _back_links(ids: Sequence[str], style: Style) -> str:
    """Return links back to the places with `ids`, numbered where there are several."""
    links = []
    for number, anchor in enumerate(ids, 1):
        label = style.terms.back.format(number)
        text = BACK + (f"<sup>{number}</sup>" if len(ids) > 1 else "")
        links.append(f'<a href="#{anchor}" role="doc-backlink" aria-label="{label}">{text}</a>')
    return f'<span class="backlinks">{" ".join(links)}</span>'
