"""What is wrong in a post or in a file that it draws on: collected during the build, reported at its end."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from .lazy import lazy_pattern

#: What stands before the text of a post in HTML.
HEAD = lazy_pattern(r"\s*<.*?<body\b[^<>]*>", re.DOTALL | re.IGNORECASE)
#: Between lines of dashes, or until the first empty line.
FRONT_MATTER = lazy_pattern(r"---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*\n|(?:[^\n]*\S[^\n]*\n)+", re.DOTALL)


class Severity(StrEnum):
    """Whether the page still says what its author meant (a warning) or lacks something (an error)."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Diagnostic:
    """One thing to correct: where it stands, what is wrong and what to write instead.

    `line` and `column` count from 1; they are None where none can be named, as for a missing file.
    """

    path: Path
    line: int | None
    message: str
    severity: Severity = Severity.ERROR
    column: int | None = None

    def __str__(self) -> str:
        """Return ``file:line:column: severity: message``, as compilers write it."""
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        return f"{place}: {self.severity}: {self.one_line}"

    @property
    def one_line(self) -> str:
        """The message without line breaks."""
        return " ".join(self.message.split())


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return each of the diagnostics `found` once, by file, line and column."""
    return sorted(set(found), key=lambda one: (str(one.path), one.line or 0, one.column or 0, one.message))


def line_of(path: Path, text: str, occurrence: int = 0) -> int | None:
    """Return the line, from 1, of the `occurrence`-th (from 0) `text` in the file at `path`.

    The first occurrence stands in where there are fewer, None where there is none: a reader may
    have rewritten what the author typed.
    """
    return Source(path).line_of(text, occurrence)


class Source:
    """The file of an author at `path`, read once for the lines of many texts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        #: Where each text that was asked for stands; it ends with -1 where all places are known.
        self._places: dict[str, list[int]] = {}

    def line_of(self, text: str, occurrence: int = 0) -> int | None:
        """Return what the function `line_of` does."""
        at = self._offset(text, occurrence)
        return self._line(at) if at >= 0 else None

    def place_of(self, text: str, occurrence: int = 0, field: str = "") -> tuple[int | None, int | None]:
        """Return line and column, from 1, of the `occurrence`-th (from 0) `text`.

        It is sought in the body, or from a `field` of the front matter on. Where there are fewer, the first
        one in the file stands in; both are None where there is none.
        """
        at = self.offset_of(text, occurrence, field)
        return (None, None) if at is None else self.place(at)

    def offset_of(self, text: str, occurrence: int = 0, field: str = "") -> int | None:
        """Return where in the file stands what `place_of` finds."""
        start = self._field(field) if field else self._body
        ahead = self.text.count(text, 0, start) if text else 0
        at = self._offset(text, occurrence + ahead)
        return at if at >= 0 else None

    def place_of_key(self, name: str) -> tuple[int | None, int | None]:
        """Return line and column of the key `name` of the front matter, in whatever case it is written."""
        at = self._field(name)
        return self.place(at) if self.text[at : at + len(name)].lower() == name.lower() else (None, None)

    def place(self, at: int) -> tuple[int, int]:
        """Return line and column, from 1, of the offset `at`."""
        line = self._line(at)
        return line, at - (self._ends[line - 2] + 1 if line > 1 else 0) + 1

    def _field(self, name: str) -> int:
        """Return where the key `name` of the front matter stands; 0 where it does not."""
        key = rf"^[ \t]*:?({re.escape(name)})[ \t]*:|\bname=[\"']?({re.escape(name)})\b"
        found = re.search(key, self.text, re.IGNORECASE | re.MULTILINE)
        return found.start(found.lastindex or 0) if found else 0

    def _offset(self, text: str, occurrence: int) -> int:
        if not text:
            return -1
        if text not in self._places:
            self._places[text] = [self.text.find(text)]
        places = self._places[text]
        while len(places) <= occurrence and places[-1] >= 0:
            places.append(self.text.find(text, places[-1] + len(text)))
        at = places[occurrence] if occurrence < len(places) else -1
        return at if at >= 0 else places[0]

    def _line(self, at: int) -> int:
        return bisect_left(self._ends, at) + 1

    @cached_property
    def text(self) -> str:
        """What stands in it; nothing where it cannot be read."""
        try:
            return self._path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return ""

    @cached_property
    def _body(self) -> int:
        """Where the front matter ends, as far as it can be determined for all kinds of source."""
        front = HEAD.match(self.text) or FRONT_MATTER.match(self.text)
        return front.end() if front else 0

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the file end."""
        return [end.start() for end in re.finditer("\n", self.text)]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean “…”?`` for the closest of the `known` words, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean “{close[0]}”?" if close else ""
