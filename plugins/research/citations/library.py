"""The library: the works that the bibliography files of a site know, each read when it is cited."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..faults import Fault, nearest
from . import bibtex, items
from .bibtex import Fields, Problem, RawEntry


@dataclass(frozen=True, eq=False)
class Work:
    """A work that can be cited; the same work is the same object throughout a build."""

    key: str
    #: What is known of it, as an item of CSL-JSON whose texts are HTML (see `items`).
    item: Mapping[str, Any]


class BibFile:
    """One .bib file: its entries, of which most are never read."""

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
        return self.text.count("\n", 0, offset) + 1

    def faults(self) -> list[Fault]:
        """Return what has been found wrong so far."""
        return [Fault(self.path, self.line(problem.offset), problem.message) for problem in self._problems]


class Library(Mapping[str, Work]):
    """The works in the files at `paths`, by key. Of two files with the same key the first one wins.

    A file that is missing or broken leaves a fault in `faults`, and so does an entry.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files: list[BibFile] = []
        self._file_of: dict[str, BibFile] = {}
        self._works: dict[str, Work | None] = {}
        self._faults: list[Fault] = []
        for path in paths:
            self._add(path)

    def __getitem__(self, key: str) -> Work:
        key = unicodedata.normalize("NFC", key)
        if key not in self._works:
            self._works[key] = self._read(key)
        if (work := self._works[key]) is None:
            raise KeyError(key)
        return work

    def __iter__(self) -> Iterator[str]:
        return iter(self._file_of)

    def __len__(self) -> int:
        return len(self._file_of)

    @property
    def faults(self) -> list[Fault]:
        """What has been found wrong so far; reading a work may add to it."""
        return self._faults + [fault for file in self._files for fault in file.faults()]

    def _add(self, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            advice = "write it, or name another in RESEARCH[“references”]"
            self._faults.append(Fault(path, None, f"there is no such bibliography; {advice}"))
            return
        except (OSError, UnicodeDecodeError) as error:
            self._faults.append(Fault(path, None, f"the bibliography cannot be read: {error}"))
            return
        file = BibFile(path, text)
        self._files.append(file)
        for key, entry in file.raw.items():
            if other := self._file_of.get(key):
                line = other.line(other.raw[key].offset)
                file.note(entry.offset, f"the key “{key}” is taken by {other.path}:{line}")
            else:
                self._file_of[key] = file

    def _read(self, key: str) -> Work | None:
        file = self._file_of.get(key)
        entry = file.fields(key) if file else None
        if file is None or entry is None:
            return None
        kind, own = entry
        try:
            return Work(key, items.item(key, kind, self._inherit(key, own, frozenset())))
        except ValueError as error:
            file.note(file.raw[key].offset, f"the entry “{key}”: {error}")
            return None

    def _inherit(self, key: str, own: Fields, seen: frozenset[str]) -> Fields:
        """Fill the gaps of `own` from the entries that its fields xdata and crossref name."""
        names = [name.strip() for name in own.get("xdata", "").split(",") if name.strip()]
        inherited: Fields = {}
        for name in [*names, *filter(None, [own.get("crossref")])]:
            file = self._file_of.get(name)
            parent = file.fields(name) if file and name not in seen else None
            if parent is None:
                mine, why = self._file_of[key], _why(name, seen, self)
                mine.note(mine.raw[key].offset, f"the entry “{key}” refers to “{name}”{why}")
                continue
            fields = self._inherit(name, parent[1], seen | {key, name})
            if name == own.get("crossref"):
                fields = {"booktitle": fields.get("title", ""), **fields, "title": ""}
            inherited = {**fields, **inherited}
        return {**inherited, **own}


def _why(name: str, seen: frozenset[str], known: Mapping[str, Work]) -> str:
    if name in seen:
        return ", which refers back to it"
    return f", which is not in the bibliography{nearest(name, known)}"
