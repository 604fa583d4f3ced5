"""What was found in a post → its numbers, in the order of the post: one counter for each kind."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..core.labels import Label
from ..core.lazy import lazy_pattern
from ..core.text.placeholders import ELEMENT
from ..core.text.segments import Kind, segments
from .html.find import SECTION_NUMBER, Form, Found
from .kinds import APPENDIX, THEOREMS, Kinds

#: What of a heading can stand in a link.
INLINE_TAG = lazy_pattern(rf"</?(?:{ELEMENT}|i|em|b|strong|sub|sup|code)\b")
TITLE = lazy_pattern(
    r'<p class="(?:[^"]*\s)?(?:admonition-title|theorem-title)(?:\s[^"]*)?">(?P<title>.*?)</p>\n?', re.DOTALL
)


@dataclass
class Counters:
    """The numbers that have been given in a post."""

    kinds: Kinds
    has_sections: bool
    of_kind: Counter[str] = field(default_factory=Counter)
    panels: Counter[Found] = field(default_factory=Counter)
    given: dict[Found, str] = field(default_factory=dict)
    #: Level and number of each heading that the next one may stand below.
    headings: list[tuple[int, str]] = field(default_factory=list)
    below: Counter[str] = field(default_factory=Counter)

    def next(self, found: Found) -> str:
        """Return the number of `found`, the next element; empty where it has none."""
        if found.form is Form.HEADING:
            number = found.number or self._heading(found)
        elif not found.is_numbered:
            number = ""
        elif found.group:
            self.panels[found.group] += 1
            number = self.given[found.group] + letter(self.panels[found.group]).lower()
        else:
            number = self._own(found.kind)
        self.given[found] = number
        return number

    def _own(self, kind: str) -> str:
        of_blog = self.kinds.of_kind(kind)
        shared = self.kinds.settings.number_theorems
        counter = kind if kind not in THEOREMS or shared == "kind" else "theorems"
        section = self.headings[0][1] if shared == "section" and kind in THEOREMS and self.headings else ""
        self.of_kind[counter + section] += 1
        number = str(self.of_kind[counter + section] + of_blog.start - 1)
        return of_blog.number.replace("%s", f"{section}.{number}" if section else number)

    def _heading(self, found: Found) -> str:
        """Return the number of a heading, which theorems may be numbered by even where it is not shown."""
        if not found.is_numbered:
            return ""
        level = int(found.element.name[1])
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        above = f"{self.headings[-1][1]}." if self.headings else ""
        is_appendix = found.kind == APPENDIX and not above
        series = APPENDIX if is_appendix else above
        self.below[series] += 1
        own = letter(self.below[series]) if is_appendix else str(self.below[series])
        self.headings.append((level, above + own))
        return above + own if self.has_sections or self._in_appendix() else ""

    def _in_appendix(self) -> bool:
        return self.headings[0][1].isalpha()


def numbered(found: Iterable[Found], kinds: Kinds, has_sections: bool) -> Iterator[tuple[Found, str]]:
    """Yield each of the elements `found` with its number."""
    counters = Counters(kinds, has_sections)
    for one in found:
        yield one, counters.next(one)


def labels(html: str, found: Found, number: str) -> Iterator[Label]:
    """Yield the labels of an element of `html`, one for each of its ids."""
    if found.ids:
        name = ""
        element = found.element
        if found.form is Form.HEADING:
            name = inline(SECTION_NUMBER.sub("", html[element.inside : element.close]))
        elif found.form is Form.BOX and (title := TITLE.search(html, element.inside, element.close)):
            name = inline(title["title"])
        kind = APPENDIX if found.form is Form.HEADING and number[:1].isalpha() else found.kind
        for id in found.ids:
            yield Label(id, kind, number, name)


def inline(html: str) -> str:
    """Return `html`, the content of a heading or a title, as it can stand in a link."""
    if "<" not in html:
        return html.strip()
    return "".join(
        html[start:end]
        for kind, start, end in segments(html)
        if kind is not Kind.TAG or INLINE_TAG.match(html, start)
    ).strip()


def letter(number: int) -> str:
    """Return the letter of a `number` from 1: A … Z, AA, AB …"""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
