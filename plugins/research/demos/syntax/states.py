"""Links that set a figure: ``[where 4 becomes 9](#fig-plane?z=0.3,-1.1)``.

What stands behind the question mark is a state: names and values as in the query of an address, of which the
kind of the figure says what they may be. The published link leads to the figure, and a script reads the state
from an attribute. A link to a figure of another post has it in a query, ``other.html?z=0.3,-1.1#fig-plane``,
which leads to the figure without a script as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import parse_qsl

from ...core.diagnostics import nearest
from ...core.lazy import lazy_pattern
from ...core.text.segments import Kind, segments
from ..errors import DemoError

#: The attribute that the script reads.
ATTRIBUTE = "data-demo-state"
HREF = lazy_pattern(
    r"""(?<![\w-])href\s*=\s*(?P<quote>["'])(?P<file>(?:[{|]filename[}|][^"'#?]*)?)"""
    r"""\#(?P<id>[^"'?\s]+)\?(?P<state>[^"']*)(?P=quote)"""
)


@dataclass(frozen=True)
class Link:
    """A link that sets a figure: its attribute is `html[start:end]`."""

    start: int
    end: int
    #: The post that has the figure, as ``{filename}`` has it; empty for the same.
    file: str
    #: Of the figure.
    id: str
    state: str

    @property
    def written(self) -> str:
        """What its author wrote."""
        return f"{self.file.partition('}')[2] or self.file}#{self.id}?{self.state}"

    @property
    def html(self) -> str:
        """The attributes that are published."""
        if self.file:
            return f'href="{escape(self.file)}?{escape(self.state)}#{escape(self.id)}"'
        return f'href="#{escape(self.id)}" {ATTRIBUTE}="{escape(self.state)}"'


@dataclass(frozen=True)
class Values:
    """What may be said of one part of a state: numbers, or one of several words."""

    least: float = -math.inf
    most: float = math.inf
    #: How many numbers, separated by commas.
    count: int = 1
    is_whole: bool = False
    words: tuple[str, ...] = ()

    def check(self, name: str, text: str) -> None:
        """Raise `DemoError` unless `text` is what `name` may be."""
        if self.words:
            is_right = text in self.words
        else:
            parts = text.split(",")
            is_right = len(parts) == self.count and all(map(self._is_number, parts))
        if not is_right:
            raise DemoError(f"“{name}={text}”: write {self._wanted(text)}")

    def _is_number(self, text: str) -> bool:
        try:
            value = (int if self.is_whole else float)(text)
        except ValueError:
            return False
        return self.least <= value <= self.most

    def _wanted(self, text: str) -> str:
        if self.words:
            return f"one of {', '.join(self.words)}{nearest(text, self.words)}"
        noun = "whole number" if self.is_whole else "number"
        counted = f"a {noun}" if self.count == 1 else f"{self.count} {noun}s, separated by commas,"
        return f"{counted} from {_rounded(self.least)} to {_rounded(self.most)}"


def links(html: str) -> Iterator[Link]:
    """Yield the links in `html` that set a figure."""
    if "?" not in html or "#" not in html:
        return
    for kind, start, end in segments(html):
        if kind is Kind.TAG and html.startswith(("<a ", "<A ", "<a\n"), start):
            found = HREF.search(html, start, end)
            if found:
                file, id, state = map(unescape, found.group("file", "id", "state"))
                yield Link(found.start(), found.end(), file, id, state)


def check(state: str, known: Mapping[str, Values]) -> None:
    """Raise `DemoError` unless `state` is one of a figure whose states are made of what is `known`."""
    try:
        given = parse_qsl(state, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise DemoError(f"“{state}” is no state: write NAME=VALUE, and & between several") from None
    for name, text in given:
        if name not in known:
            raise DemoError(
                f"“{name}” is no part of its state; write one of {', '.join(known)}{nearest(name, known)}"
            )
        known[name].check(name, text)


def _rounded(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1000 else f"{value:.0f}"
