"""Code from files: ```` ```{.python include="model/objectives.py" lines="10-24"} ````."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from ...core.diagnostics import nearest
from ...core.lazy import lazy_pattern
from ...core.storage.files import is_file
from .fences import OPENING, closings

INCLUDE = lazy_pattern(r"""\binclude\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')[ \t]*""")
LINES = lazy_pattern(r"""\blines\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')[ \t]*""")
RANGE = lazy_pattern(r"(?P<first>\d+)(?:\s*[-–]\s*(?P<last>\d+)?)?")


class IncludeError(ValueError):
    """Code that cannot be included; the message says why and what to write instead."""


def with_files(
    lines: list[str], root: Path, note: Callable[[Path], None]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return `lines` with the code that fences include, and the faulty ones with what is wrong.

    Paths are relative to `root`; each is passed to `note`. What stands inside of a fence that includes is
    replaced.
    """
    found: list[str] = []
    faults: list[tuple[str, str]] = []
    fence = ""
    is_replaced = False
    for line, closing in zip(lines, closings(lines), strict=True):
        if fence:
            is_closing = line.rstrip() == fence
            if is_closing or not is_replaced:
                found.append(line)
            fence, is_replaced = ("", False) if is_closing else (fence, is_replaced)
            continue
        fence = closing
        opening = OPENING.fullmatch(line) if closing else None
        include = INCLUDE.search(opening["attributes"]) if opening else None
        if not include:
            found.append(line)
            continue
        try:
            code = _code(line, include, root, note)
        except IncludeError as error:
            faults.append((line.strip(), f"{include[0].strip()}: {error}"))
            code = []
        is_replaced = True
        found += [LINES.sub("", INCLUDE.sub("", line)).replace(" }", "}"), *code]
    return found, faults


def _code(line: str, include: re.Match[str], root: Path, note: Callable[[Path], None]) -> list[str]:
    """Return the lines of the file that the opening `line` of a fence names."""
    name = include["double"] or include["single"] or ""
    path = root / name
    note(path)
    if not name or not is_file(path):
        others = [one.name for one in path.parent.iterdir()] if name and os.path.isdir(path.parent) else []
        raise IncludeError(f"there is no file {name or '“”'} in {root}{nearest(path.name, others)}")
    try:
        text = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise IncludeError(f"{name} cannot be read: {error}") from error
    chosen = LINES.search(line)
    if not chosen:
        return text
    wanted = chosen["double"] or chosen["single"] or ""
    found = RANGE.fullmatch(wanted.strip())
    if not found:
        raise IncludeError(f"lines “{wanted}” is no range: write 10-24, 10- or 10")
    first = int(found["first"])
    last = int(found["last"] or (len(text) if "-" in wanted or "–" in wanted else first))
    if not 1 <= first <= last <= len(text):
        raise IncludeError(f"{name} has {len(text)} lines, and no lines {wanted}")
    return text[first - 1 : last]
