"""What an author may want to correct in a bibliography before readers see it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from html import unescape
from pathlib import Path

from ..core.diagnostics import Diagnostic, Severity, nearest
from ..core.lazy import lazy_pattern
from .sources import items
from .sources.deduplication import duplicate_keys, title_and_author
from .sources.entry import XDATA, Entry
from .sources.fields.dates import date_of
from .sources.inline import Source, path_of
from .sources.library import Library
from .styles.reference import CREATORS

#: Without these a reference cannot be found, or not be cited.
NEEDED = {"author": CREATORS, "year": ("issued",), "title": ("title",)}
#: Fields of names in a .bib file, and signs of names that are not joined by “and”.
NAME_FIELDS = ("author", "editor", "translator")
SEMICOLON = lazy_pattern(r";(?![^{}]*\})")
ENTITY = lazy_pattern(r"&#?\w+;|\\&")
COMMA_LIST = lazy_pattern(r"[^,{}]+ [^,{}]+(?:, [^,{}]+ [^,{}]+)+")
ET_AL = lazy_pattern(r"\bet\.? al\b", re.I)
HAS_YEAR = lazy_pattern(r"\d|n\.\s*d\.")
#: In a range of dates that has no end, or no beginning.
OPEN = "–"
#: An address that lacks its scheme.
WITHOUT_SCHEME = lazy_pattern(
    r"(?:www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|io|gov|de|uk|fr)(?:/|$))", re.I
)


def check(
    own: Iterable[Sequence[Source]], cited: Set[str], references: Sequence[Path]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the bibliographies of a site; posts have `cited` some of their entries.

    `references` are those of the whole site, `own` those that single posts name.
    """
    for file in sorted({file for files in own for file in files}, key=path_of):
        yield from _bibliography(Library((file,)), cited, Library((file, *references)))
    library = Library([file for file in references if file.exists()])
    yield from _bibliography(library, cited, library)
    yield from library.diagnostics
    yield from library.unused_strings()


def _bibliography(library: Library, cited: Iterable[str], everything: Library) -> Iterator[Diagnostic]:
    """Yield what is wrong with the entries in `library`, which may inherit from `everything`."""
    used = set(cited).union(*(everything.parents(key) for key in cited))
    entries = [entry for key in library if (entry := everything.get(key)) and entry.item["type"] != XDATA]
    for entry in entries:
        if entry.key not in used:
            yield _warning(library, entry.key, f"“{entry.key}” is never cited")
    yield from _incomplete(entries, library)
    yield from _duplicates(entries, library)
    yield from _keys_by_case(library)
    for key in library:
        for message in _of_fields(key, library):
            yield _warning(library, key, f"“{key}”: {message}")


def _incomplete(entries: Iterable[Entry], library: Library) -> Iterator[Diagnostic]:
    for entry in entries:
        missing = [name for name, variables in NEEDED.items() if not any(map(entry.item.get, variables))]
        if missing:
            yield _warning(library, entry.key, f"“{entry.key}” has no {' and no '.join(missing)}")


def _duplicates(entries: Iterable[Entry], library: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each entry with the same DOI or arXiv number, or with the same title."""
    seen: dict[object, str] = {}
    titles: dict[object, Entry] = {}
    for entry in entries:
        for duplicate in duplicate_keys(entry.item):
            if duplicate in seen and seen[duplicate] != entry.key:
                yield _warning(library, entry.key, f"“{entry.key}” is a duplicate of “{seen[duplicate]}”")
                break
            seen[duplicate] = entry.key
        else:
            first = titles.setdefault(title_and_author(entry.item), entry)
            if first is not entry and not (first.item.get("DOI") and entry.item.get("DOI")):
                message = (
                    f"“{entry.key}” has the title and the first author of “{first.key}”; are they one work?"
                )
                yield _warning(library, entry.key, message)


def _keys_by_case(library: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each key that differs from another one by case alone: BibTeX takes them for one."""
    seen: dict[str, str] = {}
    for key in library:
        first = seen.setdefault(key.casefold(), key)
        if first != key:
            yield _warning(library, key, f"the keys “{key}” and “{first}” differ by case alone; rename one")


def _of_fields(key: str, library: Library) -> Iterator[str]:
    """Yield what is wrong with the type and the fields of the entry `key` of a .bib file."""
    raw = library.raw(key)
    if raw is None:
        return
    kind, fields = raw
    if kind not in items.TYPES:
        yield f"there is no type of entry “@{kind}”{nearest(kind, items.TYPES)}; @misc is used"
    for name in NAME_FIELDS:
        if problem := _joined(fields.get(name, "")):
            yield f"“{name}” {problem}; join names by “ and ”"
        if ET_AL.search(fields.get(name, "")):
            yield f"“{name}” says “et al.”; write “and others”"
    if problem := _date(fields):
        yield problem
    for name in ("url", "pdf"):
        if WITHOUT_SCHEME.match(fields.get(name, "")):
            yield f"“{name}” has no scheme: write https://{fields[name]}"
    doi = fields.get("doi", "")
    if doi and not items.DOI.search(unescape(doi)):
        yield f"“{doi}” is no DOI, such as 10.1126/science.7761831"


def _joined(names: str) -> str:
    """Return how the list of `names` is joined wrongly; nothing if it is right."""
    if SEMICOLON.search(ENTITY.sub("", names)):
        return "joins names by semicolons"
    if " and " not in names and names.count(",") > 1 and COMMA_LIST.fullmatch(names.strip()):
        return "joins names by commas"
    if " & " in names and "{" not in names:
        return "joins names by “&”"
    return ""


def _date(fields: Mapping[str, str]) -> str:
    """Return what is wrong with the year of an entry; nothing if it has one, or says that it has none."""
    year, date = fields.get("year", ""), fields.get("date", "")
    literal = (date_of(fields, "date") or {}).get("literal", "")
    if date and literal and OPEN not in literal:
        return f"“date” says “{date}”, which is no date, such as 2013-12-20"
    if year and not date and not HAS_YEAR.search(year):
        return f"“year” says “{year}”: write the year, or pubstate = {{forthcoming}} in its place"
    return ""


def _warning(library: Library, key: str, message: str) -> Diagnostic:
    path, line = library.place(key)
    return Diagnostic(path, line, message, Severity.WARNING)
