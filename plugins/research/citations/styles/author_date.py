"""The default style: Kingma and Welling (2013), and a list in alphabetical order.

It follows the author–date system of the Chicago Manual of Style (17th edition, chapter 15), with
the year in brackets. Names and references are formatted once per entry.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple

from ...core import terms
from ..sources.entry import Entry
from ..syntax.affixes import spaced_prefix, spaced_suffix
from ..syntax.grammar import Citation, Cite
from .reference import RANGE, SEVERAL, family, names_of, reference, year_of
from .sanitize import clean
from .typeset import Piece, Reference, Request, Typeset


class Label(NamedTuple):
    """Author and year of an entry, as cited in the text."""

    author: str
    #: The year, with a letter if two entries have the same author and year.
    date: str


Labels = Mapping[str, Label]


class AuthorDate:
    """Author and year in the text."""

    #: Its code alone decides how it typesets.
    decisive = ""
    is_numeric = False
    has_notes = False

    def __init__(self, language: str) -> None:
        self.terms = terms.of(language)
        # A style lives as long as one build, and so do these caches.
        self.label = lru_cache(maxsize=None)(self._label)
        self.first_author = lru_cache(maxsize=None)(_first_author)
        self.place = lru_cache(maxsize=None)(self._place)
        self.reference = lru_cache(maxsize=None)(self._reference)

    def typeset(self, requests: Sequence[Request]) -> list[Typeset]:
        """Typeset the citations of each post in `requests`."""
        return [self._post(request) for request in requests]

    def _post(self, request: Request) -> Typeset:
        citations, entries = request.citations, request.entries
        keys = {cite.key for citation in citations for cite in citation.cites}.union(request.uncited)
        order = sorted(keys, key=lambda key: self.place(entries[key]))
        labels = {key: self.label(entries[key]) for key in order}
        for key, given in self._given_names(order, entries).items():
            labels[key] = Label(f"{given} {labels[key].author}", labels[key].date)
        letters = _letters(labels)
        for key, letter in letters.items():
            labels[key] = Label(labels[key].author, labels[key].date + letter)
        return Typeset(
            tuple(self._citation(citation, labels) for citation in citations),
            tuple(Reference(key, self.reference(entries[key], letters.get(key, ""))) for key in order),
        )

    def _given_names(self, keys: Iterable[str], entries: Mapping[str, Entry]) -> dict[str, str]:
        """Distinguish first authors of the same family name by initials, or else by given names."""
        first = {key: self.first_author(entries[key]) for key in keys}
        people = set(first.values())
        if len(people) == len({surname for surname, _ in people}):
            return {}
        distinguished = {}
        for key, (surname, given) in first.items():
            others = [name for other, name in people if other == surname and not _may_be_same(name, given)]
            if others:
                short = _initials(given)
                distinguished[key] = given if short in map(_initials, others) else short
        return distinguished

    def _citation(self, citation: Citation, labels: Labels) -> tuple[Piece, ...]:
        if not citation.is_narrative:
            return (Piece("("), *self._cluster(citation.cites, labels), Piece(")"))
        groups = citation.clusters()
        pieces: list[Piece] = []
        for number, (first, *others) in enumerate(groups):
            if number:
                pieces.append(Piece(terms.list_separator(number, len(groups), self.terms.conjunction)))
            pieces += self._narrative(first, others, labels)
        return tuple(pieces)

    def _narrative(self, cite: Cite, others: Sequence[Cite], labels: Labels) -> list[Piece]:
        text = f"({self._date(cite, labels)}"
        if not cite.suppress_author:
            text = f"{labels[cite.key].author} {text}"
        prefix = [Piece(spaced_prefix(cite.prefix))] if cite.prefix else []
        if not others:
            return [*prefix, Piece(text + ")", cite.key)]
        return [*prefix, Piece(text, cite.key), Piece("; "), *self._cluster(others, labels), Piece(")")]

    def _cluster(self, cites: Sequence[Cite], labels: Labels) -> list[Piece]:
        """Typeset the cites of a parenthetical citation; the author is not repeated for a second year."""
        pieces: list[Piece] = []
        previous: Cite | None = None
        for cite in cites:
            author = labels[cite.key].author
            again = (
                previous is not None
                and not (previous.locator or previous.suffix or cite.prefix or previous.suppress_author)
                and author == labels[previous.key].author
            )
            if previous:
                pieces.append(Piece(", " if again else "; "))
            if cite.prefix:
                pieces.append(Piece(spaced_prefix(cite.prefix)))
            names = "" if again or cite.suppress_author else f"{author}, "
            pieces.append(Piece(names + self._date(cite, labels), cite.key))
            previous = cite
        return pieces

    def _date(self, cite: Cite, labels: Labels) -> str:
        """Return the year with all that follows it: letter, locator, suffix."""
        text = labels[cite.key].date
        if cite.locator:
            text += ", " + _locator(cite)
        return text + spaced_suffix(cite.suffix)

    def _label(self, entry: Entry) -> Label:
        """Return author and year of an entry as they stand in the text."""
        names = names_of(entry)
        families = [family(name) for name in names]
        year = year_of(entry, self.terms)
        if not families:
            return Label(clean(entry.item.get("title") or escape(entry.key)), year)
        if len(families) == 1:
            return Label(families[0], year)
        if len(families) == 2 and families[1] != "others":
            return Label(f"{families[0]} {self.terms.conjunction} {families[1]}", year)
        return Label(f"{families[0]} {self.terms.et_al}", year)

    def _place(self, entry: Entry) -> tuple[str, str, str]:
        """Return what the list is ordered by: names, year, title."""
        written = " ".join(f"{family(name)} {name.get('given', '')}" for name in names_of(entry))
        title = entry.item.get("title") or entry.key
        return _collate(written or title), year_of(entry, self.terms), _collate(title)

    def _reference(self, entry: Entry, letter: str) -> str:
        return reference(entry, letter, self.terms)


def _letters(labels: Labels) -> dict[str, str]:
    """Distinguish entries of the same authors and year by letters, in the order of the list."""
    letters: dict[str, str] = {}
    alike: dict[Label, list[str]] = {}
    for key, label in labels.items():
        alike.setdefault(label, []).append(key)
    for label, keys in alike.items():
        if len(keys) > 1:
            dash = "" if label.date[-1:].isdigit() else "-"
            letters |= {key: dash + _letter(number) for number, key in enumerate(keys)}
    return letters


def _first_author(entry: Entry) -> tuple[str, str]:
    """Return family name and given names of the first author; those of a body or of nobody are empty."""
    name = next(iter(names_of(entry)), {})
    return (family(name), name["given"]) if name.get("family") and name.get("given") else (entry.key, "")


def _may_be_same(one: str, other: str) -> bool:
    """Return whether two given names may be of one person, as “Max” and “M.” may."""
    pairs = zip(one.casefold().split(), other.casefold().split(), strict=False)
    return all(a == b or (a[0] == b[0] and (a[1:] in ("", ".") or b[1:] in ("", "."))) for a, b in pairs)


def _initials(given: str) -> str:
    return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in given.split())


def _letter(number: int) -> str:
    """Return a, b, … z, aa, ab, … for 0, 1, …"""
    higher, lower = divmod(number, 26)
    return (_letter(higher - 1) if higher else "") + chr(ord("a") + lower)


def _locator(cite: Cite) -> str:
    one, several = terms.LOCATORS[cite.label]
    text = escape(RANGE.sub("–", cite.locator), quote=False)
    label = several if SEVERAL.search(cite.locator) else one
    return f"{label}\u00a0{text}" if label else text


def _collate(text: str) -> str:
    """Return a form of HTML `text` by which names sort as readers expect, accents apart."""
    bare = unescape(re.sub(r"<[^>]*>", "", text))
    decomposed = unicodedata.normalize("NFKD", bare.casefold())
    return "".join(char for char in decomposed if char.isalnum() or char == " ")
