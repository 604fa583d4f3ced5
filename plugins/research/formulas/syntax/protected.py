r"""Where no formula begins or ends in Markdown: tags, verbatim elements, addresses, alt texts.

Markdown looks for formulas before it looks for links and HTML, since it would take ``\,`` and ``_`` in them
for its own. So what these are is recognized here, as Markdown and CommonMark (0.31, section 6) have it.
"""

import re
from bisect import bisect_right
from functools import lru_cache

from ...core.lazy import lazy_pattern
from ...core.text.segments import VERBATIM_ELEMENTS

#: What a text has that has any of these.
SIGNS = ("<", "](", "][", "://", "![", "mailto:", "{:", "{#", "{.", "){", "]{", "*{", "`{", ">{")
VERBATIM = "|".join(sorted(VERBATIM_ELEMENTS))
PROTECTED = lazy_pattern(
    # An element whose text is verbatim, a comment, an address, a tag with its attributes.
    rf"<(?P<name>{VERBATIM})\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>(?:[^<]|<(?!/(?P=name)\b))*</(?P=name)\s*>"
    r"|<!--.*?-->"
    r"|<[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>]*>|<[^\s<>@]+@[^\s<>@]+>"
    r"|</?[a-zA-Z][\w:-]*(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?/?>"
    # The destination and the title of a link, and all of an image.
    r"|!\[[^\]\n]{0,1000}+\](?=[(\[])"
    r"|(?<=\])\((?:[^()\s<>]|<[^<>\n]*>|\((?:[^()\s])*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    # A reference to a definition, attributes, an address in the text.
    r"|(?<=\])\[[^\]\n]*\]"
    r"|\{(?::|(?<=[\])*`>]\{)(?:[#.]|[\w-]+=)|(?<=\s\{)[#.](?=[^{}\n]*\}[ \t]*(?:\n|\Z)))[^{}\n]*\}"
    r"|\b(?:[a-zA-Z][a-zA-Z0-9+.-]*://|mailto:)[^\s<>\"`]*",
    re.DOTALL | re.IGNORECASE,
)
OPENING = lazy_pattern(rf"<(?:(!--)|({VERBATIM})\b)", re.IGNORECASE)
CLOSING = lazy_pattern(rf"-->|</({VERBATIM})\b", re.IGNORECASE)


class Protected:
    """The protected parts of one text."""

    def __init__(self, text: str) -> None:
        """Find them in `text`."""
        has_any = any(sign in text for sign in SIGNS)
        found = PROTECTED.finditer(_without_unclosed(text)) if has_any else ()
        self._spans = [match.span() for match in found]
        self._starts = [start for start, _ in self._spans]

    @classmethod
    @lru_cache(maxsize=4)  # several patterns look at the same text
    def of(cls, text: str) -> "Protected":
        """Return those of `text`."""
        return cls(text)

    def covers(self, at: int) -> bool:
        """Say whether the character at `at` is protected."""
        if not self._spans:
            return False
        index = bisect_right(self._starts, at) - 1
        return index >= 0 and at < self._spans[index][1]


def _without_unclosed(text: str) -> str:
    """Return `text` with other characters, as many, where a comment or a verbatim element is never closed.

    Each of them would be sought to the end of the text. Such an element is a tag like others.
    """
    if not OPENING.search(text):
        return text
    last = {(match[1] or "").lower(): match.start() for match in CLOSING.finditer(text)}

    def closed(match: re.Match[str]) -> str:
        if last.get((match[2] or "").lower(), -1) > match.start():
            return match[0]
        return "\0" * len(match[0]) if match[1] else f"<{'x' * len(match[2])}"

    return OPENING.sub(closed, text)
