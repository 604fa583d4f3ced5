"""``references:`` in the front matter of a post, of which Python-Markdown reads single lines alone.

Items of CSL in YAML become one line, a string of JSON, which travels with the other fields.
"""

import json
from typing import Any

from markdown.preprocessors import Preprocessor

from ...core.lazy import lazy_pattern

FIELD = "references"
#: The lines around a front matter, as the extension ``meta`` knows them, and the line of the field.
BEGIN, END = lazy_pattern(r"-{3}(?:\s|$)"), lazy_pattern(r"(?:-{3}|\.{3})(?:\s|$)")
FIRST = lazy_pattern(rf"{FIELD}:\s*(?:[\[#]|$)")
#: What an item begins with, and an entry of BibTeX.
ITEM = lazy_pattern(r"(?:^|[\s{-])id\s*:|@\w+\s*\{")
#: What the further lines of a field in YAML begin with; empty ones go on too.
MORE = (" ", "-", "#", "]")


class ReferencesInFrontMatter(Preprocessor):
    """The YAML of the field → a line that ``meta`` understands."""

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with the field in one of them."""
        if not lines or not BEGIN.match(lines[0]):
            return lines
        end = next((at for at, line in enumerate(lines) if at and END.match(line)), 0)
        first = next((at for at in range(1, end) if FIRST.match(lines[at])), 0)
        if not first:
            return lines
        more = (at for at in range(first + 1, end) if lines[at] and not lines[at].startswith(MORE))
        after = next(more, end)
        text = "\n" * first + "\n".join(lines[first:after])
        return [*lines[:first], f"{FIELD}: {json.dumps(text)}", *lines[after:]]


def yaml_of(value: Any, lines_before: int = 0) -> str:
    """Return the YAML that was in the field whose `value` is given, "" where it held something else.

    Markup other than Markdown has a list in one line, behind so many `lines_before`.
    """
    if not isinstance(value, str):
        return ""
    if value.startswith("["):
        return "\n" * lines_before + f"{FIELD}: {value}"
    try:
        text = json.loads(value) if value.startswith('"') else ""
    except ValueError:
        return ""
    return str(text)


def is_lost(value: Any) -> bool:
    """Return whether `value` looks like items that the reader of the markup did not keep in lines."""
    return isinstance(value, str) and not yaml_of(value) and bool(ITEM.search(value))
