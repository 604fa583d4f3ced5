"""One .bib file: where its entries are, and each one as an item of CSL-JSON once it is asked for."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from ..faults import Fault, nearest
from . import bibtex, items
from .bibtex import Fields, Problem, RawEntry

Entry = tuple[str, Fields]
#: Finds an entry that another one refers to, in whatever file it stands.
Find = Callable[[str], Entry | None]


class BibFile:
    """The entries of a .bib file, of which most are never read."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.raw: dict[str, RawEntry] = {}
        self.parsed: dict[str, tuple[str, Fields] | None] = {}
        self._problems: list[Problem] = []
        for entry, parsed in bibtex.entries(text, self._problems):
            key = unicodedata.normalize("NFC", entry.key)
            if key in self.raw:
                line = self.line(self.raw[key].offset)
                self.note(entry.offset, f"the key “{key}” is taken by line {line}; this entry is left out")
            else:
                self.raw[key] = entry
                if parsed:
                    self.parsed[key] = parsed

    def fields(self, key: str) -> tuple[str, Fields] | None:
        """Return type and fields of the entry `key`, None when it is broken."""
        if key not in self.parsed:
            self.parsed[key], _ = bibtex.read(self.raw[key], self._problems)
        return self.parsed[key]

    def note(self, offset: int, message: str) -> None:
        """Keep what is wrong at `offset`."""
        self._problems.append(Problem(offset, message))

    def line(self, offset: int) -> int:
        """Return the line, from 1, of `offset`."""
        return bisect_left(self._ends, offset) + 1

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the file end."""
        return [end.start() for end in re.finditer("\n", self.text)]

    def faults(self) -> list[Fault]:
        """Return what has been found wrong so far."""
        return [Fault(self.path, self.line(problem.offset), problem.message) for problem in self._problems]

    def has_broken(self, key: str) -> bool:
        """Return whether there is an entry `key` that could not be read."""
        return any(problem.key == key for problem in self._problems)

    def offsets(self) -> dict[str, int]:
        """Return the keys of the file, and where their entries begin."""
        return {key: entry.offset for key, entry in self.raw.items()}

    def offset(self, key: str) -> int:
        """Return where the entry `key` begins."""
        return self.raw[key].offset

    def item(self, key: str, find: Find) -> dict[str, Any] | None:
        """Return the item of the entry `key`, None when it is broken.

        What it inherits comes from entries that `find` returns.
        """
        entry = self.fields(key)
        if entry is None:
            return None
        kind, own = entry
        try:
            return items.item(key, kind, self._inherit(key, key, own, find, frozenset()))
        except ValueError as error:
            self.note(self.raw[key].offset, f"the entry “{key}”: {error}")
            return None

    def parents(self, key: str) -> set[str]:
        """Return the keys of the entries that `key` inherits from at once."""
        entry = self.fields(key)
        return {unicodedata.normalize("NFC", name) for name in _parents(entry[1])} if entry else set()

    def _inherit(self, top: str, key: str, own: Fields, find: Find, seen: frozenset[str]) -> Fields:
        """Fill the gaps of `own` from the entries that its fields xdata and crossref name."""
        inherited: Fields = {}
        for name in _parents(own):
            is_cycle = name in seen | {key}
            parent = None if is_cycle else find(name)
            if parent is None:
                unknown = f"which is not in the bibliography{nearest(name, self.raw)}"
                why = "which refers back to it" if is_cycle else unknown
                self.note(self.raw[top].offset, f"the entry “{key}” refers to “{name}”, {why}")
                continue
            fields = self._inherit(top, name, parent[1], find, seen | {key})
            if name == own.get("crossref"):
                fields = {"booktitle": fields.get("title", ""), **fields, "title": ""}
            inherited = {**fields, **inherited}
        return {**inherited, **own}


def _parents(fields: Fields) -> list[str]:
    names = [*fields.get("xdata", "").split(","), fields.get("crossref", "")]
    return [name.strip() for name in names if name.strip()]
