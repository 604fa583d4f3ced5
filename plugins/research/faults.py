"""What is wrong in a post: collected while the site is built, told once it is written.

Pelican's ``--fatal`` raises from inside the logger, and Pelican logs identical messages only
once. So nothing here logs during the build: parts return faults, and `report` tells them all in
one record when every file is on disk.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
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
    try:
        source = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
    first = source.find(text)
    if not text or first < 0:
        return None
    at = first
    for _ in range(occurrence):
        at = source.find(text, at + len(text))
        if at < 0:
            return source.count("\n", 0, first) + 1
    return source.count("\n", 0, at) + 1


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
