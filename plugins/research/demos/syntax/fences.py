"""Find fenced blocks in the lines of a Markdown text, in lists, quotations and other containers too.

Python-Markdown's fenced code stands at the left margin only. Here a fence may stand wherever a container
(a list example, a quotation, an admonition, a tab, a definition, a footnote) has its text, and a line that
stands for it is put where Python-Markdown looks for the text of that container. What is shown as code, in
a longer fence or indented, stays as it is.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core.diagnostics import Diagnostic, Severity
from ...core.lazy import lazy_pattern

LANGUAGE = "demo"
#: Suffixes of Markdown files, as Pelican knows them.
MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
#: One of these stands in the HTML that Markdown makes of a fence.
RENDERED = ("<code", "```", "~~~")
#: A text without it has nothing to find.
SIGN = lazy_pattern(r"(?:`{3}|~{3})[`~ {.]*demo", re.IGNORECASE)
INFO = lazy_pattern(rf"\.?{LANGUAGE}|\{{\s*\.?{LANGUAGE}\s*\}}", re.IGNORECASE)
LIKE_INFO = lazy_pattern(rf"[{{.\s]*{LANGUAGE}s?(?=[\s:}}]|$)", re.IGNORECASE)

QUOTE = lazy_pattern(r"(?:[ ]*>[ ]?)*")
LIST_ITEM = lazy_pattern(r"(?:[*+-]|\d+\.)[ ]+(?=\S)")
FENCE = lazy_pattern(r"(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)")
#: What opens a container of indented text, by the block processor of Markdown that reads it.
OPENERS = {
    "admonition": lazy_pattern(r"!!![ ]?\w"),
    "details": lazy_pattern(r"\?\?\?\+?[ ]"),
    "tabbed": lazy_pattern(r"===[!+]*[ ]+[\"']"),
    "tab": lazy_pattern(r"===[!+]*[ ]+[\"']"),
    "deflist": lazy_pattern(r":[ ]{1,3}\S"),
    "footnote": lazy_pattern(r"\[\^[^\]]+\]:"),
}


@dataclass(frozen=True)
class Block:
    """A demo block: lines `first` to `last` of a text, counted from 0, fences included."""

    first: int
    last: int
    #: What stands between the fences, without what the containers around it put before each line.
    lines: tuple[str, ...]
    #: What must stand before a line that is to be in the same container.
    prefix: str
    #: Blank lines that make such a line a block of its own. In a container there is never more than one:
    #: Python-Markdown's footnotes end at two.
    before: tuple[str, ...]
    behind: tuple[str, ...]


@dataclass(frozen=True)
class Suspect:
    """A line, counted from 0, that looks like the fence of a demo block and is none."""

    line: int
    message: str


def diagnostics(html: str, source: Path) -> Iterator[Diagnostic]:
    """Yield a warning for each line of `source` that looks like the fence of a demo and is none.

    `html` is the body of the post.
    """
    if source.suffix not in MARKDOWN or not any(sign in html for sign in RENDERED):
        return
    try:
        text = source.read_text(encoding="utf-8-sig", errors="replace").expandtabs(4)
    except OSError:
        return  # a post of another plugin, which has no file
    if SIGN.search(text):
        for found in scan(text.splitlines()):
            if isinstance(found, Suspect):
                yield Diagnostic(source, found.line + 1, f"demo: {found.message}", Severity.WARNING)


def scan(lines: Sequence[str], openers: Iterable[str] = OPENERS, tab: int = 4) -> Iterator[Block | Suspect]:
    """Yield the demo blocks of a text and what looks like one.

    `openers` are the block processors of Markdown that are there, by name; `tab` is the number of spaces
    by which containers indent their text.
    """
    return _Scanner(lines, [OPENERS[name] for name in openers if name in OPENERS], tab).run()


@dataclass(frozen=True)
class _Opening:
    """The line that opens a fence."""

    line: int
    fence: str
    info: str
    #: How many ``>`` stand before it, and what they look like.
    depth: int
    quote: str
    #: List markers and spaces behind the quotation marks.
    lead: str
    #: How many containers it is in, and the least indentation of their text.
    level: int
    margin: int


@dataclass
class _Scanner:
    lines: Sequence[str]
    openers: Sequence[re.Pattern[str]]
    tab: int
    #: For each depth of quotation, the column of the text of each open container.
    columns: list[list[int]] = field(default_factory=lambda: [[]])
    after_blank: bool = True
    #: The line where the containers end that were looked through last, by depth and margin.
    ends: dict[tuple[int, int], int] = field(default_factory=dict)
    #: The lines that may close a code fence: without what is stripped from their left, they are that fence.
    closings: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def run(self) -> Iterator[Block | Suspect]:
        for number, line in enumerate(self.lines):
            if line.lstrip(" >")[:3] in ("```", "~~~"):
                for stripped, text in (("", line), (" ", line.lstrip()), (" >", line.lstrip(" >"))):
                    self.closings.setdefault((stripped, text.rstrip()), []).append(number)
        at = 0
        while at < len(self.lines):
            opening = self._enter(at)
            at += 1
            if not opening:
                continue
            is_demo = INFO.fullmatch(opening.info) is not None
            end = self._end_of_demo(opening) if is_demo else self._end_of_code(opening)
            if is_demo and end:
                yield self._block(opening, end)
            elif is_demo:
                message = f"the block that begins here has no end: write {opening.fence} below its last line"
                yield Suspect(opening.line, message)
            elif LIKE_INFO.match(opening.info):
                written = f"{opening.fence}{LANGUAGE}"
                message = f"“{opening.fence}{opening.info}” begins no demo: write {written} and nothing more"
                yield Suspect(opening.line, f"{message}, and each key on a line of its own below")
            at = end + 1 if end else at

    def _enter(self, number: int) -> _Opening | None:
        """Follow the containers into line `number`; return the fence that it opens, if it does."""
        quote = QUOTE.match(self.lines[number])[0]  # type: ignore[index]
        rest = self.lines[number][len(quote) :]
        if not rest.strip():
            self.after_blank = True
            return None
        depth = quote.count(">")
        if depth and not self._is_text(len(quote) - len(quote.lstrip()), self.columns[0]):
            return None
        del self.columns[depth + 1 :]
        self.columns += [[] for _ in range(depth + 1 - len(self.columns))]
        columns = self.columns[depth]
        lead = len(rest) - len(rest.lstrip())
        if self.after_blank:
            del columns[self._level(lead, columns) :]
        self.after_blank = False
        if not self._is_text(lead, columns):
            return None
        lead = self._open(rest, lead, columns)
        if not (found := FENCE.fullmatch(rest, lead)):
            return None
        level = self._level(lead, columns)
        margin = self._margin(level - 1, columns) if level else 0
        info = found["info"].strip()
        return _Opening(number, found["fence"], info, depth, quote, rest[:lead], level, margin)

    def _open(self, rest: str, lead: int, columns: list[int]) -> int:
        """Add the containers that `rest` opens to `columns`; return the column where its text begins."""
        while example := LIST_ITEM.match(rest, lead):
            del columns[lead // self.tab :]
            columns.append(example.end())
            lead = example.end()
        if any(opener.match(rest, lead) for opener in self.openers):
            del columns[self._level(lead, columns) :]
            columns.append(lead + self.tab)
        return lead

    def _margin(self, level: int, columns: Sequence[int]) -> int:
        """Return the least indentation of the text of the container at `level`, from 0."""
        return min(columns[level], self.tab * (level + 1))

    def _level(self, indent: int, columns: Sequence[int]) -> int:
        """Return in how many of the containers text with this `indent` is."""
        levels = range(len(columns))
        return next((level for level in levels if indent < self._margin(level, columns)), len(columns))

    def _is_text(self, indent: int, columns: Sequence[int]) -> bool:
        """Tell whether text with this `indent` is not indented code."""
        return indent < self.tab * (self._level(indent, columns) + 1)

    def _inside(self, opening: _Opening, number: int) -> str | None:
        """Return line `number` without quotation marks; None if it is not in the containers of `opening`."""
        line = self.lines[number]
        if opening.depth:
            found = re.match(rf"(?:[ ]*>[ ]?){{{opening.depth}}}", line)
            if not found:
                return None
            line = line[found.end() :]
        indent = len(line) - len(line.lstrip())
        return None if line.strip() and indent < opening.margin else line

    def _end_of_demo(self, opening: _Opening) -> int:
        """Return the line of the closing fence; 0 if there is none before something else begins."""
        for number in range(opening.line + 1, len(self.lines)):
            line = self._inside(opening, number)
            if line is None:
                return 0
            text = line.strip()
            if text.startswith(opening.fence) and not text.strip(opening.fence[0]):
                return number
            if text.startswith(3 * opening.fence[0]) and text.strip(opening.fence[0]):
                return 0
        return 0

    def _end_of_code(self, opening: _Opening) -> int:
        """Return the line of the closing fence, which is as long as the opening one; 0 if there is none."""
        # At the left margin a fence ends where Python-Markdown's does; a quoted one is not its end.
        stripped = " >" if opening.depth else " " if opening.lead else ""
        closings = self.closings.get((stripped, opening.fence), [])
        place = bisect_right(closings, opening.line)
        if place == len(closings):
            return 0
        closing = closings[place]
        return closing if closing < self._end_of_containers(opening, closing) else 0

    def _end_of_containers(self, opening: _Opening, last: int) -> int:
        """Return the first line after `opening` that is outside its containers, or the one behind `last`."""
        key = opening.depth, opening.margin
        if self.ends.get(key, 0) <= opening.line:
            outside = (
                number
                for number in range(opening.line + 1, last + 1)
                if self._inside(opening, number) is None
            )
            end = next(outside, None)
            if end is None:
                return last + 1
            self.ends[key] = end
        return self.ends[key]

    def _block(self, opening: _Opening, end: int) -> Block:
        inner = []
        for number in range(opening.line + 1, end):
            line = self._inside(opening, number) or ""
            indent = len(line) - len(line.lstrip())
            inner.append(line[min(indent, len(opening.lead)) :])
        prefix = opening.quote + " " * (self.tab * opening.level)
        before, behind = self._blanks(opening, end)
        if opening.lead.strip():  # the block begins a list example
            prefix, before = opening.quote + opening.lead, ()
        return Block(opening.line, end, tuple(inner), prefix, before, behind)

    def _blanks(self, opening: _Opening, end: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the blank lines that must be put before and behind the block that ends on line `end`."""
        if not opening.level and not opening.depth:
            return ("", ""), ("", "")
        blank = opening.quote.rstrip()
        neighbours = (self.lines[opening.line - 1 : opening.line], self.lines[end + 1 : end + 2])
        before, behind = ((blank,) if any(line.strip(" >") for line in lines) else () for lines in neighbours)
        return before, () if opening.lead.strip() else behind
