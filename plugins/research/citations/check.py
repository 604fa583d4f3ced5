"""What an author may want to mend before readers see it: in citations, in the bibliography, in links."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from ..documents import Document
from ..faults import Fault, Severity, line_of
from .batch import cite, own_files
from .library import Library, Work
from .likeness import signs
from .resolve import Cited
from .settings import Settings

ID = re.compile(r"""\bid\s*=\s*["']?([^"'\s>]+)""")
LINK = re.compile(r"""\bhref\s*=\s*["']?(?:[{|]filename[}|](?P<file>[^"'\s>#]+))?#(?P<fragment>[^"'\s>]+)""")
#: An id that a block of ours will have, in Markdown and in reStructuredText.
BLOCK_ID = re.compile(r"^\s*:?id:\s*(\S+)", re.MULTILINE)
#: The type of an entry that is there to be inherited from.
XDATA = "xdata"
#: Without these a reference cannot be found, or not be cited.
NEEDED = {"author": ("author", "editor"), "year": ("issued",), "title": ("title",)}


def check(documents: Sequence[Document], settings: Settings) -> list[Fault]:
    """Return all that is wrong with the citations of `documents` and the bibliographies of the site."""
    published, faults = cite(documents, settings)
    cited = {
        cite.key for document in documents for place in Cited.read(document).places for cite in place.cites()
    }
    for files in ((file,) for file in sorted(own_files(documents, settings))):
        faults += _bibliography(Library(files), cited, Library((*files, *settings.references)))
    library = Library([file for file in settings.references if file.exists()])
    faults += _bibliography(library, cited, library)
    faults += library.faults
    ids = {document.source.resolve(): _ids(document) for document in published}
    for document in published:
        faults += _dead_anchors(document, ids)
    return faults


def _bibliography(library: Library, cited: Iterable[str], everything: Library) -> Iterator[Fault]:
    """Tell what is wrong with the works in `library`, which may inherit from `everything`."""
    used = set(cited).union(*(everything.parents(key) for key in cited))
    works = [work for key in library if (work := everything.get(key)) and work.item["type"] != XDATA]
    for work in works:
        if work.key not in used:
            yield _warning(library, work.key, f"“{work.key}” is never cited")
    yield from _incomplete(works, library)
    yield from _duplicates(works, library)


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


def _ids(document: Document) -> set[str]:
    """Return the ids in a post, those of its blocks included, which are not made yet."""
    ids = {unescape(id) for id in ID.findall(document.html)}
    return ids | set(BLOCK_ID.findall(document.source.read_text(encoding="utf-8", errors="replace")))


def _dead_anchors(document: Document, ids: Mapping[Path, set[str]]) -> Iterator[Fault]:
    """Tell of links to places that are not there: in this post, and in others of the site."""
    for link in LINK.finditer(document.html):
        file, fragment = unescape(link["file"] or ""), unquote(unescape(link["fragment"]))
        other = _linked(document, file) if file else document.source.resolve()
        if other in ids and fragment not in ids[other]:
            line = line_of(document.source, f"{file}#{link['fragment']}")
            where = f"in {file}" if file else "in this post"
            message = f"the link to #{fragment} leads nowhere {where}"
            yield Fault(document.source, line, message, Severity.WARNING)


def _linked(document: Document, file: str) -> Path:
    """Return the source that a link with ``{filename}`` means: beside the post, or from a content folder."""
    if not file.startswith("/"):
        return (document.source.parent / file).resolve()
    above = (folder / file[1:] for folder in document.source.resolve().parents)
    return next((path for path in above if path.is_file()), document.source.parent / file[1:])


def _warning(library: Library, key: str, message: str) -> Fault:
    path, line = library.place(key)
    return Fault(path, line, message, Severity.WARNING)
