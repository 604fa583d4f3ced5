"""The extension of Python-Markdown that replaces citations by placeholders, out of reach of other syntax.

Pelican loads it by its dotted name; it has no options.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.util import ETX, INLINE_PLACEHOLDER, STX, AtomicString

from ...core.boundary import GuardedExtension
from ...core.lazy import lazy_pattern
from ...core.text import placeholders as core
from ...core.text.markdown import Paragraphs, spans_cells
from ...core.text.segments import Edit, apply_edits
from .front_matter import ReferencesInFrontMatter
from .grammar import parse
from .outside import is_in_address, is_in_tag, is_in_verbatim
from .placeholders import PART, has_raw, placeholder, raw

#: Before the processor of backslashes (180), to which a bracket is a bracket.
ESCAPE_PRIORITY = 181
#: Behind links and images (150), which win over citations, and before all else in brackets (130).
CITATION_PRIORITY = 145
#: Behind all of Markdown's own postprocessors, when raw HTML is back in its place.
RAW_PRIORITY = -10

#: Before the front matter is read (27), when line ends are even (30).
FRONT_MATTER_PRIORITY = 28

#: Behind formulas (14), which may hold brackets.
STORE_PRIORITY = 13

CITATION = r"\[[^\[\]]{0,1000}?@[^\[\]]{0,1000}\]"
# What needs no look at what Markdown makes of it: nothing escaped, nothing stored.
IN_TEXT = lazy_pattern(rf"\[(?<!\\\[)[^\[\]\\{STX}]{{0,1000}}?@[^\[\]\\{STX}]{{0,1000}}\]")
DEFINITION = lazy_pattern(r"^ {0,3}\[[^\[\]]*@[^\[\]]*\]:", re.MULTILINE)
ESCAPED_BRACKET = r"\\\[(?=[^\[\]]*@)"
# What Markdown puts in the place of what it has dealt with: here, of a character behind a backslash.
STASHED = lazy_pattern(INLINE_PLACEHOLDER % r"(\d+)")
ESCAPED = lazy_pattern(rf"{STX}(\d+){ETX}")


class CitationsInText(Paragraphs):
    """The citations of a paragraph of text → stored placeholders."""

    signs = ("@",)

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with placeholders; unchanged if a definition may make links of such brackets."""
        text = "\n".join(lines)
        return lines if "]:" in text and DEFINITION.search(text) else super().run(lines)

    def store(self, paragraph: str) -> str:
        """Return `paragraph` with placeholders."""

        def stored(match: re.Match[str]) -> str:
            is_elsewhere = ("\n" in paragraph and spans_cells(match[0])) or is_in_address(
                paragraph, match.start()
            )
            is_citation = not is_elsewhere and parse(match[0])
            return self.md.htmlStash.store(placeholder(match[0])) if is_citation else match[0]

        return IN_TEXT.sub(stored, paragraph)


class CitationProcessor(InlineProcessor):
    """``[@key]`` → its placeholder."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, match: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the placeholder for `match`, or nothing where Markdown has put something else inside."""
        if any(is_in(data, match.start()) for is_in in (is_in_tag, is_in_verbatim, is_in_address)):
            return None, None, None
        source = STASHED.sub(self._character, match[0])
        if STX in source or source[1:-1].lower() in self.md.references or parse(source) is None:
            return None, None, None
        return _element(source, source), match.start(), match.end()

    def _character(self, stash: re.Match[str]) -> str:
        """Return the character that was escaped, or the `stash` where it stands for more."""
        inline: Any = self.md.treeprocessors["inline"]
        stashed = inline.stashed_nodes.get(stash[1])
        escaped = ESCAPED.fullmatch(stashed) if isinstance(stashed, str) else None
        return chr(int(escaped[1])) if escaped else stash[0]


class EscapedBracketProcessor(InlineProcessor):
    r"""The bracket of ``\[@key]`` → a placeholder which says that no citation begins here."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, match: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        """Return the bracket in a placeholder without a source."""
        return _element("", "["), match.start(), match.end()


class RawHtmlPostprocessor(Postprocessor):
    """Replaces citations in raw HTML, which Markdown does not parse."""

    def run(self, text: str) -> str:
        """Return `text` with placeholders for the citations that have none."""
        if not has_raw(text):
            return text
        return apply_edits(
            text,
            [
                Edit(found.start, found.end, placeholder(found.source, found.is_literal))
                for found in raw(text)
                if found.is_literal or parse(found.source)
            ],
        )


class CitationExtension(GuardedExtension):
    """What `makeExtension` makes."""

    part = "citations"

    def processors(self, md: Markdown) -> None:
        """Register the processors."""
        guarded = self.guarded
        references = guarded(ReferencesInFrontMatter(md))
        md.preprocessors.register(references, "references_in_front_matter", FRONT_MATTER_PRIORITY)
        md.preprocessors.register(guarded(CitationsInText(md)), "citations_in_text", STORE_PRIORITY)
        md.inlinePatterns.register(guarded(CitationProcessor(CITATION, md)), "citation", CITATION_PRIORITY)
        escaped = EscapedBracketProcessor(ESCAPED_BRACKET, md)
        md.inlinePatterns.register(guarded(escaped), "escaped_citation", ESCAPE_PRIORITY)
        md.postprocessors.register(guarded(RawHtmlPostprocessor(md)), "citation_in_raw_html", RAW_PRIORITY)


def makeExtension(**options: Any) -> CitationExtension:  # noqa: N802
    """Return the extension, as Python-Markdown asks for it."""
    return CitationExtension(**options)


def _element(source: str, text: str) -> Element:
    element = Element(core.ELEMENT, core.attributes(PART, source=source))
    element.text = AtomicString(text)
    return element
