"""One .bib file: where its entries are, and each one as an item of CSL-JSON once it is asked for."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ...core.diagnostics import Diagnostic, nearest
from . import bibtex, inheritance, items
from .bibtex import Fields, Problem, RawEntry
from .entry import normal

TypeAndFields = tuple[str, Fields]
#: The longest chain of entries that inherit from each other.
MAX_DEPTH = 20
#: Finds an entry that another one refers to, in whatever file it stands.
Find = Callable[[str], TypeAndFields | None]


class BibFile:
    """The entries of a .bib file, of which most are never read."""

    def __init__(self, path: Path, text: str, strings: Mapping[str, str] | None = None) -> None:
        """Read the `text` of the file at `path`; `strings` are abbreviations that other files define."""
        self.path = path
        self.text = text
        self.raw: dict[str, RawEntry] = {}
        self.parsed: dict[str, tuple[str, Fields] | None] = {}
        self._problems: list[Problem] = []
        #: The keys that problems are about, of as many problems as have been looked at.
        self._broken: set[str] = set()
        self._looked_at = 0
        for entry, parsed in bibtex.entries(text, self._problems, strings or {}):
            key = normal(entry.key)
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

    def diagnostics(self) -> list[Diagnostic]:
        """Return what has been found wrong so far."""
        return [
            Diagnostic(self.path, self.line(problem.offset), problem.message) for problem in self._problems
        ]

    def has_broken(self, key: str) -> bool:
        """Return whether there is an entry `key` that could not be read."""
        for problem in self._problems[self._looked_at :]:
            self._broken.add(problem.key)
        self._looked_at = len(self._problems)
        return key in self._broken

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
        fields = self._inherit(key, kind, own, find, (key,), {key})
        try:
            item = items.item(key, kind, fields)
        except ValueError as error:
            self.note(self.raw[key].offset, f"the entry “{key}”: {error}")
            return None
        for problem in items.problems(fields):
            self.note(self.raw[key].offset, f"the entry “{key}”: {problem}")
        return item

    def parents(self, key: str) -> set[str]:
        """Return the keys of the entries that `key` inherits from at once."""
        entry = self.fields(key)
        return set(_parents(entry[1])) if entry else set()

    def _inherit(
        self, top: str, kind: str, own: Fields, find: Find, path: tuple[str, ...], seen: set[str]
    ) -> Fields:
        """Fill the gaps of `own`, the entry at the end of `path`, from the entries that it names.

        Each of them is `seen` once, by whatever ways it can be reached.
        """
        inherited: Fields = {}
        for name in _parents(own):
            if name in seen and name not in path:
                continue
            seen.add(name)
            parent = None if name in path or len(path) == MAX_DEPTH else find(name)
            if parent is None:
                self.note(
                    self.raw[top].offset,
                    f"the entry “{path[-1]}” refers to “{name}”, {self._why(name, path)}",
                )
                continue
            fields = self._inherit(top, parent[0], parent[1], find, (*path, name), seen)
            if name == _crossref(own):
                fields = inheritance.inherited(kind, parent[0], fields, parent[1])
            inherited = {**fields, **inherited}
        return {**inherited, **own}

    def _why(self, name: str, path: tuple[str, ...]) -> str:
        """Return why nothing is inherited from `name`."""
        if name in path:
            return "which refers back to it"
        if len(path) == MAX_DEPTH:
            return f"the last of more than {MAX_DEPTH} entries that refer to each other"
        return f"which is not in the bibliography{nearest(name, self.raw)}"


def _parents(fields: Fields) -> list[str]:
    names = [*fields.get("xdata", "").split(","), fields.get("crossref", "")]
    return [normal(name.strip()) for name in names if name.strip()]


def _crossref(fields: Fields) -> str:
    return normal(fields.get("crossref", "").strip())
