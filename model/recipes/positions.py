"""Where the keys of a TOML file stand: the standard parser says what a file holds, but not where."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, from 1, of each table and key of `text`, which must be valid TOML.

    A key within an inline table has the line of the statement.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        if statement.lstrip().startswith("["):
            table = _deepest(tomllib.loads(statement))
            found.setdefault(table, line)
        else:
            for path in paths_of(tomllib.loads(statement)):
                found.setdefault(table + path, line)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement, which may span several lines, with the line on which it begins."""
    begun, held = 1, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not held:
            begun = number
        held += f"{line}\n"
        try:
            if tomllib.loads(held):
                yield begun, held
        except tomllib.TOMLDecodeError:
            continue
        held = ""


def paths_of(table: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the path of each key in a table and in those within it."""
    for key, value in table.items():
        yield (key,)
        if isinstance(value, Mapping):
            yield from ((key, *inner) for inner in paths_of(value))


def _deepest(table: Mapping[str, Any]) -> Path:
    [(key, value)] = table.items()
    value = value[0] if isinstance(value, list) else value
    return (key, *_deepest(value)) if value else (key,)
