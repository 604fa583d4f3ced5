"""An entry → its reference in the default style."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.terms import Terms, list_separator
from ..sources.library import Entry
from . import links
from .sanitize import clean

Name = Mapping[str, str]
Item = Mapping[str, Any]

#: The longest list of authors in a reference, and what remains of a longer one.
MAX_AUTHORS, AUTHORS_SHOWN = 10, 7
SEVERAL = re.compile(r"[-–—,&]|\band\b")
RANGE = re.compile(r"(?<=\w)\s*(?:-+|–|—)\s*(?=\w)")
STANDALONE_TYPES = frozenset(("book", "thesis", "report", "pamphlet", "manuscript", "software", "dataset"))


def reference(entry: Entry, letter: str, terms: Terms) -> str:
    """Return the reference to an entry, as one line of HTML."""
    item = entry.item
    year = f"({year_of(entry, terms)}{letter})"
    names, title = _names(item, terms), _title(item)
    head = f"{names} {year}. {title}" if names else f"{title} {year}"
    parts = [head, _container(item, terms), *_details(item, terms)]
    text = clean(" ".join(_stopped(part) for part in parts if part))
    return " ".join((text, *links.of(item)))


def _names(item: Item, terms: Terms) -> str:
    if item.get("author"):
        return _list(item["author"], terms)
    if item.get("editor"):
        role = terms.editor if len(item["editor"]) == 1 else terms.editors
        return f"{_list(item['editor'], terms)}, {role}"
    return ""


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
    title = item.get("container-title")
    if not title:
        return ""
    pages = RANGE.sub("–", item.get("page", ""))
    volume = item.get("volume", "") + (f"({item['issue']})" if item.get("issue") else "")
    if item["type"] == "article-journal":
        return ", ".join(filter(None, (" ".join(filter(None, (f"<i>{title}</i>", volume))), pages)))
    editors = ""
    if item.get("author") and item.get("editor"):
        role = terms.editor if len(item["editor"]) == 1 else terms.editors
        editors = f"{_list(item['editor'], terms, inverted=False)} ({role}), "
    span = f"{'pp.' if SEVERAL.search(pages) else 'p.'} {pages}" if pages else ""
    volume = f"vol. {volume}" if volume else ""
    return ", ".join(filter(None, (f"{terms.within} {editors}<i>{title}</i>", volume, span)))


def _details(item: Item, terms: Terms) -> list[str]:
    edition = item.get("edition", "")
    place = ": ".join(filter(None, (item.get("publisher-place"), item.get("publisher"))))
    genre = " ".join(filter(None, (item.get("genre"), item.get("number"))))
    series = " ".join(filter(None, (item.get("collection-title"), item.get("collection-number"))))
    return [
        terms.edition.format(_ordinal(edition)) if edition else "",
        series,
        ", ".join(filter(None, (genre, place))),
        item.get("note", "") if item["type"] in ("document", "manuscript") else "",
    ]


def names_of(entry: Entry) -> Sequence[Name]:
    """Return the authors of an entry, or else its editors."""
    names: Sequence[Name] = entry.item.get("author") or entry.item.get("editor") or ()
    return names


def year_of(entry: Entry, terms: Terms) -> str:
    """Return the year or years of an entry, or “n.d.”."""
    issued = entry.item.get("issued", {})
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
    title = item.get("title", "")
    return f"<i>{title}</i>" if title and item["type"] in STANDALONE_TYPES else title


def _stopped(part: str) -> str:
    """End a sentence with a full stop, unless it ends with a mark of its own, inside tags or not."""
    bare = re.sub(r"(?:<[^>]*>)+$", "", part)
    return part if bare.endswith((".", "?", "!")) else f"{part}."


def _ordinal(edition: str) -> str:
    if not re.fullmatch("[0-9]{1,4}", edition):
        return edition
    number = int(edition)
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
