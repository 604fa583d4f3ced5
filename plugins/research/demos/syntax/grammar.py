"""The text of a demo block: ``key: value`` lines, whose values are prose.

This is no YAML, which reads a caption such as ``[@vae]: see *below*`` as a list, a mapping, an alias or an
error. The rules:

- A line ``key: value`` begins a value. The case of the key does not matter.
- An indented line continues the value above it. So does an unindented line below ``alt`` or ``caption``,
  unless a blank line is between or it begins with a lower-case word and a colon: that is a key.
- ``|`` or ``>`` behind the colon may begin a value of indented lines.
- One pair of straight quotes around a whole value is taken off. Nothing else is special: not ``#``, not
  brackets, not backslashes.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ...core.lazy import lazy_pattern

#: A name that can follow ``data-`` in any markup.
KEY = lazy_pattern(r"[a-z][a-z0-9_-]*")
#: Keys whose values are prose, and continue on unindented lines.
PROSE = ("alt", "caption")
#: Keys that attributes of the canonical form have taken.
TAKEN = lazy_pattern(r"demo(?:-.*)?")

KEY_LINE = lazy_pattern(r"(?P<key>[A-Za-z][\w-]*)\s*:(?P<value>.*)")
#: Text before a colon that could be meant as a key.
LIKE_A_KEY = lazy_pattern(r"(?P<key>[^\s:\[][^:]{0,40}?)\s*:(?:\s|$)")
BLOCK = lazy_pattern(r"[|>](?:[+-]?[1-9]?|[1-9][+-])")
QUOTED = lazy_pattern(r'"(?P<double>(?:[^"\\]|\\.)*)"|' r"'(?P<single>(?:[^']|'')*)'")


@dataclass(frozen=True)
class Keys:
    """The content of a block."""

    values: Mapping[str, str]
    #: The line of each key, as the reader of the block counts lines.
    lines: Mapping[str, int]
    #: The first thing that could not be read, for the author; empty: there is none.
    error: str = ""
    error_line: int = 0


@dataclass
class Builder:
    """Collects the keys of a block from its lines, whichever markup these are of."""

    parts: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    error: str = ""
    error_line: int = 0
    #: The key whose value may go on; empty: none.
    key: str = ""

    def begin(self, key: str, value: str, line: int) -> None:
        """Begin the value of `key`; a key that is there or cannot be one is an error."""
        self.key = key.lower()
        if self.key in self.parts:
            self.fail(f"the key “{self.key}” stands twice; indent a line that continues the one above", line)
            self.key = ""
        elif not KEY.fullmatch(self.key) or TAKEN.fullmatch(self.key):
            self.fail(f"“{self.key}” is not a key of a demo", line)
            self.key = ""
        else:
            self.parts[self.key], self.lines[self.key] = [value.strip()], line

    def go_on(self, text: str) -> None:
        """Continue the value of the last key; below a key that is an error, the text belongs to that."""
        if self.key:
            self.parts[self.key].append(text.strip())

    def fail(self, message: str, line: int) -> None:
        """Note what is wrong on `line`; the first error counts."""
        if not self.error:
            self.error, self.error_line = message, line

    def keys(self) -> Keys:
        """Return what was collected."""
        values = {key: value(parts) for key, parts in self.parts.items()}
        return Keys(values, self.lines, self.error, self.error_line)


def read(lines: Iterable[str], known: Collection[str], first: int = 1) -> Keys:
    """Read the `lines` of a block, the first of which is line `first` of its source.

    Keys that are not `known` are read too; whoever knows the kind of the demo refuses them.
    """
    builder = Builder()
    indent, after_blank = 0, False
    for number, line in enumerate(lines, start=first):
        text = line.strip()
        if not text:
            after_blank = True
            continue
        own = len(line) - len(line.lstrip())
        can_go_on = builder.key in PROSE and not after_blank
        if builder.parts and own > indent:
            builder.go_on(text)
        elif (found := KEY_LINE.fullmatch(text)) and _begins_key(found, known, can_go_on):
            builder.begin(found["key"], found["value"], number)
            indent = own
        elif can_go_on:
            builder.go_on(text)
        else:
            builder.fail(_unread(text), number)
        after_blank = False
    return builder.keys()


def value(parts: Iterable[str]) -> str:
    """Return the value that is written in `parts`, a line each, on one line."""
    first, *others = parts
    if BLOCK.fullmatch(first):
        return " ".join(" ".join(others).split())
    text = " ".join(" ".join((first, *others)).split())
    if not (quoted := QUOTED.fullmatch(text)):
        return text
    double, single = quoted.groups()
    return double.replace('\\"', '"') if double is not None else single.replace("''", "'")


def _begins_key(found: "re.Match[str]", known: Collection[str], can_go_on: bool) -> bool:
    """Tell whether the line `found`, not indented, begins a key where the value above it `can_go_on`."""
    key, rest = found.groups()
    if key.lower() in known or not can_go_on:
        return True
    return key[0].islower() and (not rest or rest[0].isspace())


def _unread(text: str) -> str:
    if (found := LIKE_A_KEY.match(text)) and len(found["key"].split()) < 3:
        return f"“{found['key'].lower()}” is not a key of a demo"
    return (
        f"“{text}” is not of the form “key: value”; "
        "indent a line that continues the value above, and end the block with its fence"
    )
