"""The Markdown extension for fenced blocks of the language ``demo``.

The block is taken out before Markdown's own fenced code sees it, and comes back as a figure whose
caption Markdown reads like any text: formulas, citations and emphasis work in it.
"""

import re
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX

from ...core.boundary import GuardedExtension
from ...core.lazy import lazy_pattern
from . import canonical, fences, grammar
from .known import known_keys

#: What stands in the text from preprocessor to block processor; Markdown strips STX from sources.
MARK = lazy_pattern(f"{STX}research-demo:(\\d+){ETX}")
#: Indented further, it is for Markdown to find the container that it is in.
MARK_LINE = lazy_pattern(rf"^[ ]{{0,3}}{MARK.pattern}[ ]*$", re.MULTILINE)

Figures = list[tuple[dict[str, str], str]]


class DemoExtension(GuardedExtension):
    """Reads ```` ```demo ```` blocks into the canonical form."""

    part = "demos"

    def processors(self, md: Markdown) -> None:
        """Register the processors, each in the one place of the order where it can work.

        ============== ======== ============================================================
        preprocessor   28       after line ends are normalized (30), before the front matter
                                is taken off (27), so that lines are counted as in the file,
                                and before fenced code (25)
        block          175      before any other block
        postprocessor  25       after raw HTML is put back (30)
        ============== ======== ============================================================
        """
        self.figures: Figures = []
        md.registerExtension(self)
        guarded, figures = self.guarded, self.figures
        md.preprocessors.register(guarded(FencePreprocessor(md, figures)), "research_demo", 28)
        md.parser.blockprocessors.register(guarded(FigureProcessor(md.parser, figures)), "research_demo", 175)
        raw = guarded(RawFigurePostprocessor(md, figures), lambda text: MARK.sub("", text))
        md.postprocessors.register(raw, "research_demo", 25)

    def reset(self) -> None:
        """Forget the figures of the text before."""
        self.figures.clear()


class FencePreprocessor(Preprocessor):
    """Replaces each demo block by a placeholder that carries its source."""

    def __init__(self, md: Markdown, figures: Figures) -> None:
        super().__init__(md)
        self.figures = figures

    def run(self, lines: list[str]) -> list[str]:
        """Replace the blocks; a demo shown as code stays code."""
        if not fences.SIGN.search("\n".join(lines)):
            return lines
        openers = [name for name in fences.OPENERS if name in self.md.parser.blockprocessors]
        found: list[str] = []
        at = 0
        for block in fences.scan(lines, openers, self.md.tab_length):
            if isinstance(block, fences.Block):
                found += [*lines[at : block.first], *self._replacement(block)]
                at = block.last + 1
        return [*found, *lines[at:]]

    def _replacement(self, block: fences.Block) -> list[str]:
        """Return the lines that stand for `block`."""
        keys = grammar.read(block.lines, known_keys(), block.first + 2)
        self.figures.append((canonical.attributes(keys, block.first + 1), keys.values.get("caption", "")))
        mark = f"{block.prefix}{STX}research-demo:{len(self.figures) - 1}{ETX}"
        return [*block.before, mark, *block.behind]


class FigureProcessor(BlockProcessor):
    """Makes a figure of each mark; inline patterns then run over its caption."""

    def __init__(self, parser: Any, figures: Figures) -> None:
        super().__init__(parser)
        self.figures = figures

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        """Tell whether a line of `block` is a mark and nothing else."""
        return bool(self.figures) and MARK_LINE.search(block) is not None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        """Append what is before the first mark and the figure to `parent`; leave what is behind it."""
        before, number, behind = MARK_LINE.split(blocks.pop(0), maxsplit=1)
        if before.strip():
            self.parser.parseBlocks(parent, [before.rstrip("\n")])
        attributes, caption = self.figures[int(number)]
        figure = ElementTree.SubElement(parent, "figure", attributes)
        ElementTree.SubElement(figure, "figcaption").text = caption
        if behind.strip():
            blocks.insert(0, behind.lstrip("\n"))


class RawFigurePostprocessor(Postprocessor):
    """Makes a figure of a mark inside raw HTML, where Markdown runs no block processor."""

    def __init__(self, md: Markdown, figures: Figures) -> None:
        super().__init__(md)
        self.figures = figures

    def run(self, text: str) -> str:
        """Replace the marks that are left; their captions are taken as HTML."""
        return MARK.sub(lambda mark: canonical.figure(*self.figures[int(mark[1])]), text)


def makeExtension(**settings: Any) -> DemoExtension:  # noqa: N802
    """Return the extension, as Markdown asks a module for it."""
    return DemoExtension(**settings)
