"""Markdown: ``!!! margin``, an admonition that stands beside the text and has no title of its own."""

import re
from typing import Any

from markdown import Markdown

from ..core.boundary import GuardedExtension
from ..core.text.markdown import Box


def makeExtension(**options: Any) -> "NotesExtension":  # noqa: N802 (Markdown's name for it)
    """Return the extension: Markdown calls this when it finds the name of this module."""
    return NotesExtension(**options)


class NotesExtension(GuardedExtension):
    """Registers the processor."""

    part = "notes"

    def processors(self, md: Markdown) -> None:
        """Register it before that of admonitions (105)."""
        processor = self.guarded(MarginProcessor(md.parser))
        md.parser.blockprocessors.register(processor, "research_margin", 106.5)


class MarginProcessor(Box):
    """A block in the margin."""

    RE = re.compile(r'(?:^|\n)!!! ?(margin(?: +[\w\-]+)*)(?: +"(.*?)")? *(?:\n|$)')

    def get_class_and_title(self, match: re.Match[str]) -> tuple[str, str | None]:
        """Return the classes and the title that its author gave to it."""
        return match[1].lower(), match[2] or None
