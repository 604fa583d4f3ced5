"""Footnotes of Markdown and notes of a style: one list, numbered in the order of the text.

A citation in a footnote is part of that footnote, and has no note of its own.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...core.lazy import lazy_pattern
from ..syntax.grammar import Citation

#: What Python-Markdown writes for footnotes: their marks in the text, their list, and where its items begin.
REFERENCE = lazy_pattern(
    r'(<sup id="fnref\d*:(?P<id>[^"]+)"><a class="footnote-ref" href="#fn:[^"]*"[^<>]*>)[^<]*(</a></sup>)'
)
LIST = lazy_pattern(r'<div class="footnote">\s*<hr ?/?>\s*<ol>\s*(?P<items>.*?)\s*</ol>\s*</div>', re.DOTALL)
ITEM = lazy_pattern(r'<li id="fn:(?P<id>[^"]+)">')


BACK_LINK = lazy_pattern(r'(<a class="footnote-backref"[^<>]* title="[^"0-9]*)\d+')


@dataclass(frozen=True)
class Numbering:
    """The numbers of the notes of a post."""

    #: The occurrences of citations, by their numbers, in the order in which a reader meets them.
    order: Sequence[int] = ()
    #: The number of the first note of each of them.
    notes: Mapping[int, int] = field(default_factory=dict)
    #: The occurrences that stand in a footnote.
    inside: frozenset[int] = frozenset()
    #: The number of each footnote, by its id.
    footnotes: Mapping[str, int] = field(default_factory=dict)
    #: The number of the last note.
    last: int = 0

    def first_note(self, index: int) -> int | None:
        """Return the number of the first note of the occurrence `index`; None if it stands in a footnote."""
        return None if index in self.inside else self.notes[index]


def number(html: str, citations: Sequence[tuple[int, Citation | None]]) -> Numbering:
    """Number the notes of the body `html`, in which `citations` begin at the given offsets."""
    listed = LIST.search(html)
    begins = [(item.start(), item["id"]) for item in ITEM.finditer(html, *listed.span())] if listed else []
    starts = [start for start, _ in begins]
    references: dict[str, int] = {}
    for found in REFERENCE.finditer(html):
        references.setdefault(found["id"], found.start())
    inside: dict[int, str] = {}
    events: list[tuple[int, int, object]] = [(at, -1, name) for name, at in references.items()]
    for index, (start, _) in enumerate(citations):
        item = bisect_right(starts, start) - 1 if listed and listed.start() <= start < listed.end() else -1
        if item >= 0:
            inside[index] = begins[item][1]
            events.append((references.get(inside[index], start), index, None))
        else:
            events.append((start, index, None))
    notes: dict[int, int] = {}
    footnotes: dict[str, int] = {}
    last = 0
    for _, index, name in sorted(events, key=lambda event: event[:2]):
        if isinstance(name, str):
            last = footnotes[name] = last + 1
        elif index in inside:
            notes[index] = footnotes.get(inside[index], last)
        else:
            citation = citations[index][1]
            notes[index] = last + 1
            last += len(citation.clusters()) if citation else 0
    order = [index for _, index, name in sorted(events, key=lambda event: event[:2]) if name is None]
    return Numbering(order, notes, frozenset(inside), footnotes, last)


def taken_out(html: str, numbering: Numbering) -> tuple[str, dict[int, str]]:
    """Return `html` without its list of footnotes, their marks numbered anew, and the items by number."""
    listed = LIST.search(html)
    if not listed or not numbering.footnotes:
        return html, {}
    items = {}
    for text in re.split(r'(?=<li id="fn:)', listed["items"]):
        if begin := ITEM.match(text):
            found = numbering.footnotes.get(begin["id"], 0)
            items[found] = BACK_LINK.sub(rf"\g<1>{found}", text.strip())
    html = html[: listed.start()] + html[listed.end() :]

    def numbered(mark: re.Match[str]) -> str:
        return (
            f"{mark[1]}{numbering.footnotes[mark['id']]}{mark[3]}"
            if mark["id"] in numbering.footnotes
            else mark[0]
        )

    return REFERENCE.sub(numbered, html), items
