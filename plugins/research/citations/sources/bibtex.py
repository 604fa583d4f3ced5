"""The text of a .bib file → one raw record an entry, and what is wrong with it.

pybtex reads entries. It reads them one at a time, from the cut that is made here, for two reasons:
an entry with an error costs itself alone, wherever its braces end; and of a library of 20,000
entries only the cited ones are parsed. Entries of the usual form, which one regular expression
recognizes, wait until then; all others are parsed at once, so that their errors are found.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass

from pybtex.database.input.bibtex import LowLevelParser, UndefinedMacro, month_names
from pybtex.exceptions import PybtexError
from pybtex.scanner import PrematureEOF
from pybtex.utils import CaseInsensitiveDict

from ...core.lazy import lazy_pattern

START = lazy_pattern(r"@[ \t]*(?P<type>[A-Za-z]\w*)\s*(?P<open>[{(])\s*(?P<key>[^\s,{}()]*)")
STRING = lazy_pattern(r"@[ \t]*string\s*[{(]", re.IGNORECASE)
STRING_NAME = lazy_pattern(r"^[ \t]*@[ \t]*string\s*[{(]\s*([^\s=,{}()]+)", re.IGNORECASE | re.MULTILINE)
WORD_AS_VALUE = lazy_pattern(r"[=#]\s*([A-Za-z][^\s,#{}\"=()]*)")
LINE_START = lazy_pattern(r"^[ \t]*@[ \t]*[A-Za-z]\w*\s*[{(]", re.MULTILINE)
BRACES = r"\{(?:[^{}]++|\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\})*+\}"
VALUE = rf'(?:{BRACES}|"(?:[^"{{}}]++|{BRACES})*+"|\d++|(?i:{"|".join(month_names)})\b)'
USUAL = lazy_pattern(
    rf"@[ \t]*[A-Za-z]\w*\s*\{{\s*[^\s,{{}}()]++\s*"
    rf"(?:,\s*[A-Za-z][\w:.+/-]*+\s*=\s*{VALUE}(?:\s*\#\s*{VALUE})*+\s*)*+,?\s*\}}"
)
COMMENT = lazy_pattern(rf"\s*{BRACES}")
MONTHS: MutableMapping[str, str] = CaseInsensitiveDict(month_names)
#: Longer than any entry. pybtex takes time that grows with the square of an entry's quotation marks.
MAX_ENTRY_LENGTH = 100_000
#: Longer than any ``@string``, and than what stands before one in its line.
MAX_STRING_LENGTH, MAX_INDENTATION = 5_000, 200

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry as the file has it."""

    key: str
    text: str
    #: Where in the file it begins.
    offset: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of the file."""

    offset: int
    message: str
    #: The key of the entry that it is about, where there is one.
    key: str = ""


def strings(text: str) -> dict[str, str]:
    """Return the abbreviations that ``@string`` commands in `text` define, in lower case."""
    macros: MutableMapping[str, str] = CaseInsensitiveDict(month_names)
    for start in STRING.finditer(text):
        line = text[max(0, start.start() - MAX_INDENTATION) : start.start()].rpartition("\n")[2]
        if "%" not in line:
            border = LINE_START.search(text, start.end(), start.end() + MAX_STRING_LENGTH)
            end = border.start() if border else start.end() + MAX_STRING_LENGTH
            read(RawEntry("", text[start.start() : end], start.start()), [], macros)
    return {name.lower(): value for name, value in macros.items() if name.lower() not in month_names}


def string_places(text: str) -> Iterator[tuple[str, int]]:
    """Yield the names that ``@string`` commands in `text` define, and where they begin."""
    for found in STRING_NAME.finditer(text):
        yield found[1], found.start()


def words(text: str) -> set[str]:
    """Return the words in `text`, in lower case, that stand for a value: behind “=” or “#”."""
    return {word.lower() for word in WORD_AS_VALUE.findall(text)}


def entries(
    text: str, problems: list[Problem], strings: Mapping[str, str]
) -> Iterator[tuple[RawEntry, tuple[str, Fields] | None]]:
    """Yield the entries of a .bib file's `text`, and type and fields of those of unusual form.

    Broken entries are left out and noted in `problems`. `strings` are the abbreviations of other files.
    """
    macros: MutableMapping[str, str] = CaseInsensitiveDict({**strings, **month_names})
    at = begun = 0
    newline = percent = -1
    while start := START.search(text, at):
        # Only what is new is searched: all entries of a file may stand on one line.
        newline = max(newline, text.rfind("\n", begun, start.start()))
        percent = max(percent, text.rfind("%", begun, start.start()))
        begun = start.start()
        command = start["type"].lower()
        if percent > newline:  # commented out, as biber reads it
            at = start.end()
        elif command == "comment":
            comment = COMMENT.match(text, start.start("open"))
            at = comment.end() if comment else start.end()
        elif usual := USUAL.match(text, start.start()):
            at = usual.end()
            if command == "string":
                read(RawEntry("", usual[0], start.start()), problems, macros)
            elif command != "preamble":
                yield RawEntry(start["key"], usual[0], start.start()), None
        else:
            border = LINE_START.search(text, start.end())
            body = text[start.start() : border.start() if border else len(text)]
            entry = RawEntry(start["key"], body, start.start())
            parsed, length = read(entry, problems, macros)
            at = entry.offset + length
            if parsed and command not in ("string", "preamble"):
                yield entry, parsed


def read(
    entry: RawEntry, problems: list[Problem], macros: MutableMapping[str, str] = MONTHS
) -> tuple[tuple[str, Fields] | None, int]:
    """Return type and fields of `entry`, None where it is broken, and how much of its text was read.

    Names of types and fields are in lower case. An ``@string`` command is added to `macros`.
    """
    if len(entry.text) > MAX_ENTRY_LENGTH:
        limit = f"{len(entry.text):,} characters long, more than {MAX_ENTRY_LENGTH:,}"
        problems.append(
            Problem(entry.offset, f"the entry is {limit}; shorten it or close its braces", entry.key)
        )
        return None, len(entry.text)
    errors: list[PybtexError] = []
    parser = LowLevelParser(entry.text, macros=macros, handle_error=errors.append)
    command = next(iter(parser), None)
    problems += (_problem(error, entry) for error in errors)
    if command is None or any(not isinstance(error, UndefinedMacro) for error in errors):
        return None, len(entry.text)
    fields: Fields = {}
    if command[0].lower() not in ("string", "preamble"):
        for name, parts in command[1][1]:
            fields.setdefault(name.lower(), " ".join("".join(parts).split()))
    return (command[0].lower(), fields), parser.pos


def _problem(error: PybtexError, entry: RawEntry) -> Problem:
    what = error.args[0]
    if isinstance(error, UndefinedMacro):
        advice = "is not defined; put the value in braces, or define it by @string"
        return Problem(entry.offset + error.error_context_info[2], f"the abbreviation “{what}” {advice}")
    if isinstance(error, PrematureEOF):
        advice = f"the entry “{entry.key}” has no end; close its braces and quotes"
        return Problem(entry.offset, advice, entry.key)
    at = entry.offset + error.error_context_info[2]
    return Problem(at, f"the entry “{entry.key}” is broken: {what}", entry.key)
