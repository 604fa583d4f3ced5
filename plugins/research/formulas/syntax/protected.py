r"""Where no formula begins or ends in Markdown: tags, verbatim elements, addresses, alt texts.

Markdown looks for formulas before it looks for links and HTML, since it would take ``\,`` and ``_`` in them
for its own. So what these are is recognized here, as Markdown and CommonMark (0.31, section 6) have it.
"""

import re
from bisect import bisect_right
from functools import lru_cache

from ...core.text.segments import VERBATIM_ELEMENTS

#: What a text has that has any of these.
SIGNS = ("<", "](", "][", "://", "{:", "![", "mailto:")
VERBATIM = "|".join(sorted(VERBATIM_ELEMENTS))
PROTECTED = re.compile(
    # An element whose text is verbatim, a comment, an address, a tag with its attributes.
    rf"<(?P<name>{VERBATIM})\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>(?:[^<]|<(?!/(?P=name)\b))*</(?P=name)\s*>"
    r"|<!--.*?-->"
    r"|<[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>]*>"
    r"|</?[a-zA-Z][\w:-]*(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?/?>"
    # The destination and the title of a link, and all of an image.
    r"|!\[[^\]\n]*\](?=[(\[])"
    r"|(?<=\])\((?:[^()\s<>]|<[^<>\n]*>|\((?:[^()\s])*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    # A reference to a definition, attributes, an address in the text.
    r"|(?<=\])\[[^\]\n]*\]"
    r"|\{:[^{}\n]*\}"
    r"|\b(?:[a-zA-Z][a-zA-Z0-9+.-]*://|mailto:)[^\s<>\"`]*",
    re.DOTALL | re.IGNORECASE,
)


class Protected:
    """The protected parts of one text."""

    def __init__(self, text: str) -> None:
        """Find them in `text`."""
        has_any = any(sign in text for sign in SIGNS)
        self._spans = [match.span() for match in PROTECTED.finditer(text)] if has_any else []
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
