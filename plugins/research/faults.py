"""What is wrong in a post: collected while the site is built, told once it is written.

Pelican's ``--fatal`` raises from inside the logger, and Pelican logs identical messages only
once. So nothing here logs during the build: parts return faults, and `report` tells them all in
one record when every file is on disk.
"""

import logging
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from pathlib import Path

logger = logging.getLogger(__name__)


class Severity(StrEnum):
    """Whether the page still says what its author meant (a warning) or lacks something (an error)."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Fault:
    """One thing to mend, where it stands and what to write instead.

    `line` counts from 1; it is None where no line can be named, as for a file that is missing.
    """

    path: Path
    line: int | None
    message: str
    severity: Severity = Severity.ERROR

    @property
    def place(self) -> tuple[str, int, str]:
        """What faults are ordered by: their file, then their line, those without a line first."""
        return str(self.path), self.line or 0, self.message

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return f"{place}: {self.severity}: {self.message}"


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
        if not text:
            return None
        places = self._places.setdefault(text, [self._text.find(text)])
        while len(places) <= occurrence and places[-1] >= 0:
            places.append(self._text.find(text, places[-1] + len(text)))
        at = places[occurrence] if occurrence < len(places) else -1
        at = at if at >= 0 else places[0]
        return bisect_left(self._ends, at) + 1 if at >= 0 else None

    @cached_property
    def _text(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return ""

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the file end."""
        return [end.start() for end in re.finditer("\n", self._text)]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean “…”?`` for the closest of the `known` words, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean “{close[0]}”?" if close else ""


def report(faults: Iterable[Fault]) -> None:
    """Log all `faults` in one record, at the level of the gravest."""
    found = sorted(set(faults), key=lambda fault: fault.place)
    if not found:
        return
    grave = any(fault.severity is Severity.ERROR for fault in found)
    level = logging.ERROR if grave else logging.WARNING
    count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
    logger.log(level, "%s in the sources of this site:\n%s", count, "\n".join(map(str, found)))
