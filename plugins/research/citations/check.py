"""What an author may want to correct in a bibliography before readers see it."""

from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path

from ..core.diagnostics import Diagnostic, Severity
from .sources.deduplication import duplicate_keys
from .sources.library import Entry, Library

#: The type of an entry that is there to be inherited from.
XDATA = "xdata"
#: Without these a reference cannot be found, or not be cited.
NEEDED = {"author": ("author", "editor"), "year": ("issued",), "title": ("title",)}


def check(own: Iterable[Sequence[Path]], cited: Set[str], references: Sequence[Path]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the bibliographies of a site; posts have `cited` some of their entries.

    `references` are those of the whole site, `own` those that single posts name.
    """
    for file in sorted({file for files in own for file in files}):
        yield from _bibliography(Library((file,)), cited, Library((file, *references)))
    library = Library([file for file in references if file.exists()])
    yield from _bibliography(library, cited, library)
    yield from library.diagnostics


def _bibliography(library: Library, cited: Iterable[str], everything: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with the entries in `library`, which may inherit from `everything`."""
    used = set(cited).union(*(everything.parents(key) for key in cited))
    entries = [entry for key in library if (entry := everything.get(key)) and entry.item["type"] != XDATA]
    for entry in entries:
        if entry.key not in used:
            yield _warning(library, entry.key, f"“{entry.key}” is never cited")
    yield from _incomplete(entries, library)
    yield from _duplicates(entries, library)


def _incomplete(entries: Iterable[Entry], library: Library) -> Iterator[Diagnostic]:
    for entry in entries:
        missing = [name for name, variables in NEEDED.items() if not any(map(entry.item.get, variables))]
        if missing:
            yield _warning(library, entry.key, f"“{entry.key}” has no {' and no '.join(missing)}")


def _duplicates(entries: Iterable[Entry], library: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each entry with the same DOI or arXiv number, or with the same title and year."""
    seen: dict[object, str] = {}
    for entry in entries:
        for duplicate in duplicate_keys(entry.item):
            if duplicate in seen and seen[duplicate] != entry.key:
                yield _warning(library, entry.key, f"“{entry.key}” is a duplicate of “{seen[duplicate]}”")
                break
            seen[duplicate] = entry.key


def _warning(library: Library, key: str, message: str) -> Diagnostic:
    path, line = library.place(key)
    return Diagnostic(path, line, message, Severity.WARNING)
