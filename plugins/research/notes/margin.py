"""The HTML of posts and pages → the same with notes beside the text.

A note becomes a popover (HTML Standard, section 6.12), which its number opens without a script; a style sheet
shows it in the margin where that has room.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from ..core.lazy import lazy_pattern
from ..core.text.segments import Edit, apply_edits, is_inside

#: What the classes begin with that the style sheet is for.
PREFIX = "research-note-"
MARK_CLASS, BLOCK_CLASS = f"{PREFIX}mark", f"{PREFIX}block"
CLASS = lazy_pattern(r'\bclass="([^"]*)"')
#: As the readers write blocks in the margin, and as authors do in HTML.
BLOCK = lazy_pattern(
    r'<(?:div(?=[^<>]*\sclass="(?:[^"]*\s)?admonition[\s"])|aside)\b'
    r'(?P<attributes>[^<>]*\sclass="(?:[^"]*\s)?margin(?:\s[^"]*)?"[^<>]*)>'
)
#: Classes that readers and themes have for other things.
DROPPED = frozenset(("admonition", "margin", "docutils", "container"))
#: References to footnotes, as Python-Markdown, docutils and the part of citations write them.
MARK = lazy_pattern(
    r'<a\b(?P<attributes>(?=[^<>]*(?:\sclass="(?:[^"]*\s)?footnote-ref|\srole="doc-noteref"))[^<>]*)>'
    r"(?P<number>[^<]*+(?:<(?!/?a\b)[^<]*+)*+)</a>"
)
HREF = lazy_pattern(r'\shref="[^"#]*#([^"]*)"')
ID = lazy_pattern(r'\sid="([^"]*)"')
ELEMENT = lazy_pattern(r"<(?P<close>/?)(?P<name>li|aside|table|div)\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
#: What docutils puts in front of a note: its number, in a cell or in an element.
LABEL = lazy_pattern(
    r'.*?<td class="label">.*?</td><td>(?:<em>\((?:(?!</em>).)*fn-backref.*?</em>\s*)?'
    r'|\s*<span class="label">.*?</span>\s*(?:<span class="backrefs">.*?</span>\s*)?',
    re.DOTALL,
)
CELL_END = lazy_pattern(r"</td></tr>.*\Z", re.DOTALL)
BACK_LINK = lazy_pattern(
    r'(?:\s|&#160;|&nbsp;|\N{NO-BREAK SPACE})*(?:<span class="backlinks">(?:(?!</span>).)*</span>'
    r'|<a\b[^<>]*(?:class="(?:footnote-backref|fn-backref)|role="doc-backlink")[^<>]*>(?:(?!</a>).)*</a>)',
    re.DOTALL,
)
ONE_PARAGRAPH = lazy_pattern(r"\s*<p\b[^<>]*>(?P<inside>(?:(?!</?p\b).)*)</p>\s*", re.DOTALL)
PARAGRAPH = lazy_pattern(r"\A<p\b[^<>]*>")
BLOCK_TAG = lazy_pattern(
    r"<(?:p|[uod]l|pre|table|div|figure|blockquote|h[1-6r]|section|aside|details)\b", re.IGNORECASE
)
#: Where no note can stand; what is referred to there stays where it is.
CLOSED = lazy_pattern(
    r"<(?P<close>/?)(?P<name>table|figure|h[1-6]|summary|button|aside|nav|label)\b[^<>]*>", re.IGNORECASE
)
#: What the text around a reference may be in.
AROUND = lazy_pattern(r"<(?:p|li|dd|td|blockquote|div|section|article)\b[^<>]*>", re.IGNORECASE)
#: A list of which all notes have been moved.
EMPTY_LIST = lazy_pattern(
    r'<div class="footnote">\s*<hr ?/?>\s*<ol>\s*</ol>\s*</div>\s*'
    r'|<section [^<>]*role="doc-endnotes"[^<>]*>\s*<ol>\s*</ol>\s*</section>\s*'
    r'|<aside class="footnote-list[^<>]*>\s*</aside>\s*'
)


@dataclass(frozen=True)
class Note:
    """A note that stands at the end of a post."""

    id: str
    start: int
    end: int
    #: What it says, without its number and links back.
    html: str


def with_blocks(html: str) -> str:
    """Return `html` with its blocks in the margin under our class alone."""
    return BLOCK.sub(_opened, html) if "margin" in html else html


def _opened(found: re.Match[str]) -> str:
    classes = CLASS.search(found["attributes"])
    assert classes
    ours = [BLOCK_CLASS, *(name for name in classes[1].split() if name not in DROPPED)]
    attributes = CLASS.sub(f'class="{" ".join(ours)}"', found["attributes"], count=1)
    role = "" if " role=" in attributes else ' role="note"'
    return found[0].replace(found["attributes"], attributes + role)


def marked(html: str) -> str:
    """Return `html` with those references marked whose notes `moved` is to move."""
    return MARK.sub(_marked, html) if 'href="' in html else html


def _marked(found: re.Match[str]) -> str:
    attributes = found["attributes"]
    if CLASS.search(attributes):
        attributes = CLASS.sub(rf'class="{MARK_CLASS} \1"', attributes, count=1)
    else:
        attributes = f' class="{MARK_CLASS}"{attributes}'
    return found[0].replace(found["attributes"], attributes, 1)


def moved(page: str) -> str:
    """Return the `page` with the notes that are marked beside what refers to them."""
    marks = [mark for mark in MARK.finditer(page) if MARK_CLASS in mark["attributes"]]
    notes = list(_notes(page, marks))
    starts = [mark.start() for mark in marks]
    closed = list(_closed(page))
    blocks = [(around.start(), around.end()) for around in AROUND.finditer(page)]
    edits: list[Edit] = []
    placed: set[int] = set()
    for mark, note in zip(marks, notes, strict=True):
        if not note:
            continue
        if is_inside(mark.start(), closed) or _has_any(starts, note):
            edits += _numbered(page, mark, note)
            continue
        edits.append(Edit(*mark.span(), _button(mark, note)))
        if note.start not in placed:
            placed.add(note.start)
            edits += [_beside(page, mark, note, blocks), Edit(note.start, note.end, "")]
    return EMPTY_LIST.sub("", apply_edits(page, sorted(set(edits))))


def _numbered(page: str, mark: re.Match[str], note: Note) -> Iterator[Edit]:
    """Keep the number of a `note` of a list that others leave."""
    if page.startswith("<li ", note.start) and mark["number"].isdigit():
        at = note.start + len("<li")
        yield Edit(at, at, f' value="{mark["number"]}"')


def _button(mark: re.Match[str], note: Note) -> str:
    """Return what opens the `note`, in the place of the `mark`."""
    id = ID.search(mark["attributes"])
    own = f' id="{id[1]}"' if id else ""
    target = f'popovertarget="{escape(note.id)}"'
    return f'<button type="button" class="{MARK_CLASS}"{own} {target}>{mark["number"]}</button>'


def _beside(page: str, mark: re.Match[str], note: Note, blocks: Sequence[tuple[int, int]]) -> Edit:
    """Put the `note` behind its `mark`; where it holds blocks, in front of the paragraph of the mark."""
    paragraph = ONE_PARAGRAPH.fullmatch(note.html)
    inside = paragraph["inside"] if paragraph else note.html
    name, at = "span", mark.end()
    if BLOCK_TAG.search(inside):
        name, at = "aside", _before_block(page, mark.start(), blocks)
    elif page.startswith("</sup>", at):
        at += len("</sup>")
    number = f'<span class="research-note-number">{mark["number"]}</span> '
    attributes = f'class="research-note" id="{escape(note.id)}" popover role="note"'
    inside = PARAGRAPH.sub(lambda tag: tag[0] + number, inside.strip(), count=1)
    if not inside.startswith("<p"):
        inside = number + inside
    return Edit(at, at, f"<{name} {attributes}>{inside}</{name}>")


def _notes(page: str, marks: Sequence[re.Match[str]]) -> Iterator[Note | None]:
    """Yield for each of the `marks` its note: the first behind it that has the id."""
    hrefs = [HREF.search(mark["attributes"]) for mark in marks]
    ids = [unescape(unquote(href[1])) if href else "" for href in hrefs]
    wanted = frozenset(ids)
    found: dict[str, list[Note]] = {}
    for opening, close in _elements(page):
        named = ID.search(opening["attributes"])
        if named and (id := unescape(named[1])) in wanted:
            found.setdefault(id, []).append(_note(page, id, opening, close))
    for mark, id in zip(marks, ids, strict=True):
        yield next((note for note in found.get(id, ()) if note.start > mark.start()), None)


def _elements(page: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield the opening and the closing tag of each element that may be a note, inner ones first."""
    opened: dict[str, list[re.Match[str]]] = {}
    for tag in ELEMENT.finditer(page):
        of_name = opened.setdefault(tag["name"].lower(), [])
        if not tag["close"]:
            of_name.append(tag)
        elif of_name:
            yield of_name.pop(), tag


def _note(page: str, id: str, opening: re.Match[str], close: re.Match[str]) -> Note:
    html = page[opening.end() : close.start()]
    if label := LABEL.match(html):
        html = CELL_END.sub("", html[label.end() :])
    return Note(id, opening.start(), close.end(), BACK_LINK.sub("", html).strip())


def _closed(page: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where the elements reach in which no note can stand, outermost ones alone."""
    names: list[str] = []
    start = 0
    for tag in CLOSED.finditer(page):
        name = tag["name"].lower()
        if not tag["close"]:
            start = start if names else tag.start()
            names.append(name)
        elif name in names:
            while names.pop() != name:
                pass
            if not names:
                yield start, tag.end()


def _has_any(starts: Sequence[int], note: Note) -> bool:
    """Return whether a `note` refers to another: a popover in a popover closes the one around it."""
    return bisect_right(starts, note.start) < bisect_right(starts, note.end)


def _before_block(page: str, at: int, blocks: Sequence[tuple[int, int]]) -> int:
    """Return where a block can stand in front of the text around `at`."""
    place = bisect_right(blocks, (at, at))
    if not place:
        return at
    start, end = blocks[place - 1]
    return start if page.startswith(("<p", "<P"), start) else end
