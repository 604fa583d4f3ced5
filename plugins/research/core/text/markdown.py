"""Paragraphs of Markdown that are text and nothing else: there, a part takes out early what is its own.

Markdown tries some twenty patterns on every paragraph, and tries on behind each match. What has been
stored before, a formula or a citation, costs less than Markdown would spend on its backslashes and
brackets. In any other paragraph it could stand in code, in a tag, in the address of a link or across
two cells of a table: there the parts leave it to their inline patterns. And what one part has left, such
as a formula, may hold what looks like another's, such as a citation: then so does that one.
"""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

#: Code; tags and addresses; links, images and their definitions; attributes; references to characters.
OTHER = ("`", "<", "](", "][", "]:", "{:", "&")

#: Behind all other processors.
LAST = -1_000

#: The attribute of a parser that holds the files which its processors have read.
FILES = "research_files"


class Paragraphs(Preprocessor):
    """Calls `store` for each paragraph that is text and has one of the `signs`.

    To be registered behind fenced code (25) and raw HTML (20).
    """

    signs: tuple[str, ...]
    #: What begins what is this part's, early or late.
    all_signs: tuple[str, ...] = ()

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.other = (*OTHER, " " * md.tab_length)  # indented, it may be code

    def store(self, paragraph: str) -> str:
        """Return `paragraph` with placeholders of the stash of `md`."""
        raise NotImplementedError

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with placeholders."""
        other = (*self.other, *self._left())
        paragraphs = "\n".join(lines).split("\n\n")
        for number, paragraph in enumerate(paragraphs):
            if _has(paragraph, self.signs) and not _has(paragraph, other):
                paragraphs[number] = self.store(paragraph)
        return "\n\n".join(paragraphs).split("\n")

    def _left(self) -> Iterator[str]:
        """Yield the signs of the parts that have been before."""
        for part in takewhile(lambda part: part is not self, self.md.preprocessors):
            if isinstance(part, Paragraphs):
                yield from part.all_signs


class Carrier(Postprocessor):
    """Puts what has been carried behind a text, once all of it is made.

    Before that, the extension “toc” lets the postprocessors run on headings and on the contents.
    """

    def __init__(self, md: Markdown, name: str) -> None:
        super().__init__(md)
        self._found: list[str] = []
        self._is_whole = False
        md.treeprocessors.register(WholeTree(md, self), name, LAST)

    def carry(self, html: str) -> None:
        """Let the text that is being made carry `html`."""
        self._found.append(html)

    def begin(self) -> None:
        """Know that the tree of the text is made."""
        self._is_whole = True

    def run(self, text: str) -> str:
        """Return `text` with what it carries."""
        if not self._is_whole:
            return text
        carried = "".join(self._found)
        self._found, self._is_whole = [], False
        return text + carried


class WholeTree(Treeprocessor):
    """Tells a `carrier` that the tree of a text is made."""

    def __init__(self, md: Markdown, carrier: Carrier) -> None:
        super().__init__(md)
        self.carrier = carrier

    def run(self, root: Element) -> None:
        """Leave the tree under `root` as it is."""
        self.carrier.begin()


class Box(AdmonitionProcessor):
    """A kind of admonition, which costs next to nothing where a text has none."""

    def test(self, parent: Element, block: str) -> bool:
        """Tell whether `block` begins a box, or goes on with one."""
        return ("!!!" in block or block.startswith(" ")) and super().test(parent, block)


def watch_files(md: Markdown) -> None:
    """Let `md` know of no file that a processor has read."""
    setattr(md, FILES, [])


def note_file(md: Markdown, path: Path) -> None:
    """Let `md` know that what it makes of its text depends on the file at `path`, too."""
    files_of(md).append(path)


def files_of(md: Markdown) -> list[Path]:
    """Return the files that processors of `md` have read since `watch_files`."""
    found: list[Path] = getattr(md, FILES, [])
    return found


def spans_cells(found: str) -> bool:
    """Say whether `found` may stand in several lines, items or cells of a paragraph of several lines."""
    return "\n" in found or "|" in found


def _has(paragraph: str, signs: Iterable[str]) -> bool:
    return any(sign in paragraph for sign in signs)
