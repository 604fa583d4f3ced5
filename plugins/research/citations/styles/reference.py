"""An entry → its reference in the default style."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ...core.lazy import lazy_pattern
from ...core.terms import Terms, list_separator
from ..sources.entry import Entry
from ..sources.fields.keys import ordinal
from . import links
from .sanitize import clean

Name = Mapping[str, str]
Item = Mapping[str, Any]

#: The longest list of authors in a reference, and what remains of a longer one.
MAX_AUTHORS, AUTHORS_SHOWN = 10, 7
SEVERAL = lazy_pattern(r"[-–—,&]|\band\b")
RANGE = lazy_pattern(r"(?<=\w)\s*(?:-+|–|—)\s*(?=\w)")
#: Who leads a reference, the first of them that an entry names, as in Chicago's styles.
CREATORS = "author editor compiler director composer performer illustrator organizer".split()
STANDALONE_TYPES = frozenset(("book", "thesis", "report", "pamphlet", "manuscript", "software", "dataset"))


def reference(entry: Entry, letter: str, terms: Terms) -> str:
    """Return the reference to an entry, as one line of HTML."""
    item = entry.item
    original = year_of(entry, terms, "original-date")
    year = f"({year_of(entry, terms)}{letter}{f' [{original}]' if original else ''})"
    names, title = _names(item, terms), _title(item)
    title = title or ("" if names else escape(entry.key))
    head = f"{names} {year}. {title}" if names else f"{title} {year}"
    parts = [head, _container(item, terms), *_people(item, terms), *_details(item, terms)]
    text = clean(" ".join(_stopped(part) for part in parts if part))
    return " ".join((text, *links.of(item)))


def _names(item: Item, terms: Terms) -> str:
    creator = _creator(item)
    if creator == "editor":
        role = terms.editor if len(item["editor"]) == 1 else terms.editors
        return f"{_list(item['editor'], terms)}, {role}"
    return _list(item[creator], terms) if creator else ""


def _creator(item: Item) -> str:
    return next((name for name in CREATORS if item.get(name)), "")


def _list(names: Sequence[Name], terms: Terms, inverted: bool = True) -> str:
    """Return all names, the first one with the family name in front where it leads the line."""
    others = names[-1].get("literal") == "others"
    people = names[:-1] if others else names
    if len(people) > MAX_AUTHORS:
        people, others = people[:AUTHORS_SHOWN], True
    written = [_full(name, inverted and not number) for number, name in enumerate(people)]
    if others:
        comma = "," if len(people) > 1 or "given" in people[0] else ""
        return f"{', '.join(written)}{comma} {terms.et_al}"
    return "".join(
        (list_separator(number, len(written), terms.conjunction, inverted) if number else "") + name
        for number, name in enumerate(written)
    )


def _container(item: Item, terms: Terms) -> str:
    """Return where the entry stands: the journal, the book, or the larger work of which it is a volume."""
    title, whole = item.get("container-title", ""), ""
    if item["type"] in STANDALONE_TYPES:
        title, whole = "", item["title"] if item.get("volume-title") else ""
    elif item.get("volume-title"):
        title, whole = item["volume-title"], title
    pages = RANGE.sub("–", item.get("page", ""))
    if _is_in_journal(item) or not (title or whole):
        return _journal(item, title, pages)
    volume = item.get("volume", "")
    if whole:
        in_whole = f"<i>{whole}</i>"
        volume = terms.volume_of.format(volume, in_whole) if volume else f"{terms.within.lower()} {in_whole}"
    elif volume:
        volume = terms.volume.format(volume)
    if not title:
        return _capitalized(volume)
    editors = ""
    if item.get("author") and item.get("editor"):
        role = terms.editor if len(item["editor"]) == 1 else terms.editors
        editors = f"{_list(item['editor'], terms, inverted=False)} ({role}), "
    span = f"{'pp.' if SEVERAL.search(pages) else 'p.'} {pages}" if pages else ""
    by = item.get("container-author")
    authors = terms.by.format(_list(by, terms, inverted=False)) if by and by != item.get("author") else ""
    chapter = terms.chapter.format(item["chapter-number"]) if item.get("chapter-number") else ""
    within = f"{terms.within} {editors}<i>{title}</i>"
    return ", ".join(filter(None, (within, authors, volume, chapter, span)))


def _is_in_journal(item: Item) -> bool:
    kind: str = item["type"]
    return kind.startswith(("article", "review"))


def _journal(item: Item, title: str, pages: str) -> str:
    """Return journal, volume, issue and pages; volume and issue of a book stand elsewhere."""
    if not title:
        return ""
    issue = item.get("issue") or item.get("number", "")
    volume = item.get("volume", "") + (f"({issue})" if issue else "")
    series = item.get("collection-title", "")
    name = f"<i>{title}</i>, {series}," if series else f"<i>{title}</i>"
    return ", ".join(filter(None, (" ".join(filter(None, (name, volume))), pages)))


def _people(item: Item, terms: Terms) -> list[str]:
    """Return the editors of a book that has authors, and the translators."""
    found = []
    is_in_book = item.get("container-title") and item["type"] not in STANDALONE_TYPES
    if item.get("author") and item.get("editor") and not is_in_book:
        found.append(terms.edited_by.format(_list(item["editor"], terms, inverted=False)))
    if item.get("translator"):
        found.append(terms.translated_by.format(_list(item["translator"], terms, inverted=False)))
    return found


def _details(item: Item, terms: Terms) -> list[str]:
    edition, volume = item.get("edition", ""), item.get("volume", "")
    is_journal = _is_in_journal(item) and item.get("container-title")
    has_container = item.get("volume-title") or (
        item.get("container-title") and item["type"] not in STANDALONE_TYPES
    )
    volumes = item.get("number-of-volumes", "")
    place = ": ".join(filter(None, (item.get("publisher-place"), item.get("publisher"))))
    number = "" if is_journal else item.get("number", "")
    genre = _capitalized(" ".join(filter(None, (item.get("genre"), number))))
    series = " ".join(filter(None, (item.get("collection-title"), item.get("collection-number"))))
    event = ", ".join(filter(None, (item.get("event-title"), item.get("event-place"))))
    # The title of proceedings names the event.
    is_told = is_journal or (item.get("container-title") and item["type"] == "paper-conference")
    return [
        terms.edition.format(_ordinal(edition)) if edition else "",
        _capitalized(terms.volume.format(volume)) if volume and not has_container else "",
        terms.volumes.format(volumes) if volumes else "",
        terms.version.format(item["version"]) if item.get("version") else "",
        "" if is_journal else series,
        "" if is_told else event,
        ", ".join(filter(None, (genre, item.get("jurisdiction"), place))),
        _capitalized(item.get("note", "")),
        _capitalized(item.get("status", "")),
        _original(item, terms),
        terms.accessed.format(_day(item["accessed"]))
        if item.get("accessed") and not item.get("issued")
        else "",
    ]


def _original(item: Item, terms: Terms) -> str:
    """Return under which title a work first appeared, and with which publisher."""
    if not item.get("original-title"):
        return ""
    publisher = item.get("original-publisher")
    return terms.originally.format(
        f"<i>{item['original-title']}</i>" + (f" ({publisher})" if publisher else "")
    )


def _day(date: Mapping[str, Any]) -> str:
    """Return a date as ISO 8601 writes it, which reads the same in all languages."""
    if "date-parts" not in date:
        return str(date.get("literal", ""))
    return "-".join(f"{part:02}" for part in date["date-parts"][0])


def names_of(entry: Entry) -> Sequence[Name]:
    """Return the authors of an entry, or else its editors, or who else made it."""
    names: Sequence[Name] = entry.item.get(_creator(entry.item), ())
    return names


def year_of(entry: Entry, terms: Terms, variable: str = "issued") -> str:
    """Return the year or years of an entry, or “n.d.”; of another `variable`, nothing where it is missing."""
    issued = entry.item.get(variable, {})
    if not issued and variable != "issued":
        return ""
    if "date-parts" in issued:
        years = (parts[0] for parts in issued["date-parts"])
        written = (terms.before_our_era.format(-year) if year < 0 else str(year) for year in years)
        span = "–".join(dict.fromkeys(written))
        return terms.circa.format(span) if issued.get("circa") else span
    literal: str = issued.get("literal", terms.no_date)
    return literal


def family(name: Name) -> str:
    """Return the name by which a person is cited, particles included, or that of a body."""
    if "literal" in name:
        return name["literal"]
    particle = name.get("non-dropping-particle", "")
    family = name.get("family") or name.get("given", "")
    # A particle that ends in an apostrophe is written together with the name: d’Alembert.
    return particle + ("" if not particle or particle[-1] in "'’" else " ") + family


def _full(name: Name, inverted: bool) -> str:
    if "literal" in name or not name.get("given") or not name.get("family"):
        return family(name)
    order = (family(name), name["given"]) if inverted else (name["given"], family(name))
    text = (", " if inverted else " ").join(order)
    return f"{text}, {name['suffix']}" if name.get("suffix") else text


def _title(item: Item) -> str:
    title = item.get("volume-title" if item["type"] in STANDALONE_TYPES else "title") or item.get("title", "")
    return f"<i>{title}</i>" if title and item["type"] in STANDALONE_TYPES else title


def _capitalized(text: str) -> str:
    """Return `text` with a capital at its beginning; text that begins with a tag stays."""
    return text[:1].upper() + text[1:]


def _stopped(part: str) -> str:
    """End a sentence with a full stop, unless it ends with a mark of its own, inside tags or not."""
    bare = re.sub(r"(?:<[^>]*>)+$", "", part)
    return part if bare.endswith((".", "?", "!")) else f"{part}."


def _ordinal(edition: str) -> str:
    if not re.fullmatch("[0-9]{1,4}", edition):
        return edition
    return ordinal(int(edition))
