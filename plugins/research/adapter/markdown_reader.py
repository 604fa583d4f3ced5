"""Pelican's reader of Markdown, with one parser for all posts, guarded against searches that cannot match.

Pelican makes a parser for each post. One parser that is reset between documents does the same where each
extension follows Markdown's contract (“Writing extensions”, `reset`): those of Markdown itself do, and ours.
With any other, posts are read as Pelican reads them.

Some patterns of Markdown begin with what may be anywhere, so the search for them walks through all of a
text. They are not tried on a text without the sign that they must have.
"""

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from markdown import Markdown
from pelican.readers import MarkdownReader
from pelican.utils import pelican_open

OWN = ("markdown.extensions.", f"{__package__.rpartition('.')[0]}.")

#: What a text must have for a pattern of Markdown to match, by the name that Markdown gives the pattern.
INLINE_SIGNS = {"backtick": "`", "reference": "[", "link": "[", "short_reference": "["}
BLOCK_SIGNS = {"quote": ">", "hashheader": "#", "deflist": ": ", "setextheader": "\n"}


class Reader(MarkdownReader):  # type: ignore[misc]
    """Reads posts as `MarkdownReader` does."""

    _made_of: Any = None

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return the HTML and the front matter of the file at `source_path`."""
        options = self.settings["MARKDOWN"]
        if not all(isinstance(name, str) and name.startswith(OWN) for name in options["extensions"]):
            return super().read(source_path)  # type: ignore[no-any-return]
        if options != self._made_of:
            self._md, self._made_of = parser(options), deepcopy(options)
            self._front_matter = self._md.preprocessors["meta"]
        self._source_path = source_path
        self._md.reset()
        # Pelican takes it away when it has read the front matter.
        self._md.preprocessors.register(self._front_matter, "meta", 27)
        with pelican_open(source_path) as text:
            content = self._md.convert(text)
        return content, self._parse_metadata(self._md.Meta)  # type: ignore[attr-defined]


def parser(options: dict[str, Any]) -> Markdown:
    """Return the parser that Markdown makes of its `options`, with its patterns guarded."""
    md = Markdown(**options)
    for name, sign in INLINE_SIGNS.items():
        pattern: Any = md.inlinePatterns[name]
        pattern.compiled_re = GuardedPattern(pattern.compiled_re, sign)
    for name, sign in BLOCK_SIGNS.items():
        if name in md.parser.blockprocessors:
            processor: Any = md.parser.blockprocessors[name]
            processor.RE = GuardedPattern(processor.RE, sign)
    return md


class GuardedPattern:
    """A pattern that is tried only on texts that hold its `sign`."""

    def __init__(self, pattern: re.Pattern[str], sign: str) -> None:
        self._pattern = pattern
        self._sign = sign

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the beginning of `text`."""
        return self._pattern.match(text) if self._sign in text else None

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first match in `text`."""
        return self._pattern.search(text) if self._sign in text else None

    def finditer(self, text: str, start: int = 0) -> Iterable[re.Match[str]]:
        """Find all matches in `text`."""
        return self._pattern.finditer(text, start) if self._sign in text else ()
