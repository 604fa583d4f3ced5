"""What an author may want to mend before readers see it: in citations, in the bibliography, in links."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

from ..documents import Document
from ..faults import Fault, Severity, line_of
from ..settings import Settings
from .batch import cite
from .library import Library, Work
from .likeness import signs
from .resolve import Cited

ID = re.compile(r"""\bid\s*=\s*["']?([^"'\s>]+)""")
FRAGMENT = re.compile(r"""\bhref\s*=\s*["']?#([^"'\s>]+)""")
#: An id that a block of ours will have, in Markdown and in reStructuredText.
BLOCK_ID = re.compile(r"^\s*:?id:\s*(\S+)", re.MULTILINE)
#: Without these a reference cannot be found, or not be cited.
NEEDED = {"author": ("author", "editor"), "year": ("issued",), "title": ("title",)}


def check(documents: Sequence[Document], settings: Settings) -> list[Fault]:
    """Return all that is wrong with the citations of `documents` and the bibliography of the site."""
    published, faults = cite(documents, settings)
    library = Library(settings.references)
    cited = {
        cite.key for document in documents for place in Cited.read(document).places for cite in place.cites()
    }
    faults += _uncited(library, cited)
    works = [work for key in library if (work := library.get(key))]
    faults += _incomplete(works, library)
    faults += _duplicates(works, library)
    for before, after in zip(documents, published, strict=True):
        faults += _dead_anchors(before, after)
    return faults + library.faults


def _uncited(library: Library, cited: Iterable[str]) -> Iterator[Fault]:
    for key in library.keys() - set(cited):
        yield _warning(library, key, f"“{key}” is never cited")


def _incomplete(works: Iterable[Work], library: Library) -> Iterator[Fault]:
    for work in works:
        missing = [name for name, variables in NEEDED.items() if not any(map(work.item.get, variables))]
        if missing:
            yield _warning(library, work.key, f"“{work.key}” has no {' and no '.join(missing)}")


def _duplicates(works: Iterable[Work], library: Library) -> Iterator[Fault]:
    """Tell of works with the same DOI or arXiv number, or with the same title and year."""
    seen: dict[object, str] = {}
    for work in works:
        for sign in signs(work.item):
            if sign in seen and seen[sign] != work.key:
                yield _warning(library, work.key, f"“{work.key}” is the same work as “{seen[sign]}”")
                break
            seen[sign] = work.key


def _dead_anchors(before: Document, after: Document) -> Iterator[Fault]:
    if before.is_summary:
        return
    ids = {unescape(id) for id in ID.findall(after.html)}
    ids |= set(BLOCK_ID.findall(before.source.read_text(encoding="utf-8", errors="replace")))
    for fragment in map(unescape, FRAGMENT.findall(after.html)):
        if fragment not in ids:
            line = line_of(before.source, f"#{fragment}")
            message = f"the link to #{fragment} leads nowhere in this post"
            yield Fault(before.source, line, message, Severity.WARNING)


def _warning(library: Library, key: str, message: str) -> Fault:
    path, line = library.place(key)
    return Fault(path, line, message, Severity.WARNING)
