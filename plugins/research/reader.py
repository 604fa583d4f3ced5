"""Pelican's reader of Markdown, with one parser for all posts.

Pelican makes a parser for each post, and spends a tenth of a build on that. One parser that is reset
between documents does the same where each extension follows Markdown's contract (“Writing extensions”,
`reset`): those of Markdown itself do, and ours. With any other, Pelican's way is kept.
"""

from copy import deepcopy
from typing import Any

from markdown import Markdown
from pelican.readers import MarkdownReader
from pelican.utils import pelican_open

OWN = ("markdown.extensions.", f"{__package__}.")


class Reader(MarkdownReader):  # type: ignore[misc]
    """Reads posts as `MarkdownReader` does."""

    _made_of: Any = None

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return the HTML and the front matter of the file at `source_path`."""
        options = self.settings["MARKDOWN"]
        if not all(isinstance(name, str) and name.startswith(OWN) for name in options["extensions"]):
            return super().read(source_path)  # type: ignore[no-any-return]
        if options != self._made_of:
            self._md, self._made_of = Markdown(**options), deepcopy(options)
            self._front_matter = self._md.preprocessors["meta"]
        self._source_path = source_path
        self._md.reset()
        # Pelican takes it away when it has read the front matter.
        self._md.preprocessors.register(self._front_matter, "meta", 27)
        with pelican_open(source_path) as text:
            content = self._md.convert(text)
        return content, self._parse_metadata(self._md.Meta)
