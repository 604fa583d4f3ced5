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

from ..build import KEY
from .readings import KnownReading, NewReading, area, is_current

OWN = ("markdown.extensions.", f"{__package__.rsplit('.', 2)[0]}.")

#: What a text must have for a pattern of Markdown to match, by the name that Markdown gives the pattern.
INLINE_SIGNS = {"backtick": "`", "reference": "[", "link": "[", "short_reference": "["}
BLOCK_SIGNS = {"quote": ">", "hashheader": "#", "deflist": ": ", "setextheader": "\n"}


class Reader(MarkdownReader):  # type: ignore[misc]
    """Reads posts as `MarkdownReader` does, and files that have not changed from the cache."""

    _made_of: Any = None

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return the HTML and the front matter of the file at `source_path`."""
        self._source_path = source_path
        self._prepare(self.settings["MARKDOWN"])
        with pelican_open(source_path) as text:
            key = self._area.key(text) if self._area else ""
            known: Any = self._area.get(key) if self._area else None
            is_known = known and is_current(known)
            reading = KnownReading(known) if is_known else NewReading(self._parser())
            self._md = reading
            content = reading.convert(text)
        metadata = self._parse_metadata(reading.Meta)
        if self._area and isinstance(reading, NewReading) and not reading.has_failed:
            self._area.put(key, reading.stored)
        return content, metadata

    def _prepare(self, options: dict[str, Any]) -> None:
        """Begin anew if the `options` of Markdown have changed: a plugin may do that between posts."""
        if options == self._made_of:
            return
        self._made_of = deepcopy(options)
        build = self.settings.get(KEY)
        self._area = area(options, self.settings["FORMATTED_FIELDS"], build.cache) if build else None
        self._shared: Markdown | None = None

    def _parser(self) -> Markdown:
        """Return a parser that knows of no text: the shared one where there can be one."""
        options = self.settings["MARKDOWN"]
        if not all(isinstance(name, str) and name.startswith(OWN) for name in options["extensions"]):
            return Markdown(**options)
        if self._shared is None:
            self._shared = parser(options)
            self._front_matter = self._shared.preprocessors["meta"]
        self._shared.reset()
        # Pelican takes it away when it has read the front matter.
        self._shared.preprocessors.register(self._front_matter, "meta", 27)
        return self._shared


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
