"""What an author may want to correct in a bibliography before readers see it."""

from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path

from ..core.diagnostics import Diagnostic, Severity
from .sources.deduplication import signs
from .sources.library import Library, Work

#: The type of an entry that is there to be inherited from.
XDATA = "xdata"
#: Without these a reference cannot be found, or not be cited.
NEEDED = {"author": ("author", "editor"), "year": ("issued",), "title": ("title",)}


def check(own: Iterable[Sequence[Path]], cited: Set[str], references: Sequence[Path]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the bibliographies of a site, of whose works posts have `cited` some.

    `references` are those of the whole site, `own` those that single posts name.
    """
    for file in sorted({file for files in own for file in files}):
        yield from _bibliography(Library((file,)), cited, Library((file, *references)))
    library = Library([file for file in references if file.exists()])
    yield from _bibliography(library, cited, library)
    yield from library.diagnostics


def _bibliography(library: Library, cited: Iterable[str], everything: Library) -> Iterator[Diagnostic]:
    """Tell what is wrong with the works in `library`, which may inherit from `everything`."""
    used = set(cited).union(*(everything.parents(key) for key in cited))
    works = [work for key in library if (work := everything.get(key)) and work.item["type"] != XDATA]
    for work in works:
        if work.key not in used:
            yield _warning(library, work.key, f"“{work.key}” is never cited")
    yield from _incomplete(works, library)
    yield from _duplicates(works, library)


def _incomplete(works: Iterable[Work], library: Library) -> Iterator[Diagnostic]:
    for work in works:
        missing = [name for name, variables in NEEDED.items() if not any(map(work.item.get, variables))]
        if missing:
            yield _warning(library, work.key, f"“{work.key}” has no {' and no '.join(missing)}")


def _duplicates(works: Iterable[Work], library: Library) -> Iterator[Diagnostic]:
    """Tell of works with the same DOI or arXiv number, or with the same title and year."""
    seen: dict[object, str] = {}
    for work in works:
        for sign in signs(work.item):
            if sign in seen and seen[sign] != work.key:
                yield _warning(library, work.key, f"“{work.key}” is the same work as “{seen[sign]}”")
                break
            seen[sign] = work.key


def _warning(library: Library, key: str, message: str) -> Diagnostic:
    path, line = library.place(key)
    return Diagnostic(path, line, message, Severity.WARNING)
