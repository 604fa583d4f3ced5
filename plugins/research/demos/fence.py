"""The Markdown extension for fenced blocks of the language ``demo``.

The block is taken out before Markdown's own fenced code sees it, and comes back as a figure whose
caption Markdown reads like any text: formulas, citations and emphasis work in it.
"""

import re
from typing import Any
from xml.etree import ElementTree

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.fenced_code import FencedBlockPreprocessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX

from . import canonical

LANGUAGE = "demo"
#: What stands in the text from preprocessor to block processor; Markdown strips STX from sources.
MARK = re.compile(f"{STX}research-demo:(\\d+){ETX}")

Figures = list[tuple[dict[str, str], str]]


class DemoExtension(Extension):
    """Reads ```` ```demo ```` blocks into the canonical form."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
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
        md.preprocessors.register(FencePreprocessor(md, self.figures), "research_demo", 28)
        md.parser.blockprocessors.register(FigureProcessor(md.parser, self.figures), "research_demo", 175)
        md.postprocessors.register(RawFigurePostprocessor(md, self.figures), "research_demo", 25)

    def reset(self) -> None:
        """Forget the figures of the text before."""
        self.figures.clear()


class FencePreprocessor(Preprocessor):
    """Puts a mark in the place of each demo block, and keeps what the block says."""

    def __init__(self, md: Markdown, figures: Figures) -> None:
        super().__init__(md)
        self.figures = figures

    def run(self, lines: list[str]) -> list[str]:
        """Find blocks as Markdown's fenced code does, so that a demo shown as code stays code."""
        text = "\n".join(lines)
        if LANGUAGE not in text:
            return lines
        return FencedBlockPreprocessor.FENCED_BLOCK_RE.sub(self._take, text).split("\n")

    def _take(self, block: "re.Match[str]") -> str:
        if block["lang"] != LANGUAGE:
            return block[0]
        keys, error = canonical.read_lines(block["code"])
        caption = keys.pop("caption", "")
        line = block.string.count("\n", 0, block.start()) + 1
        self.figures.append((canonical.attributes(keys, line, error), caption))
        return f"\n\n{STX}research-demo:{len(self.figures) - 1}{ETX}\n\n"


class FigureProcessor(BlockProcessor):
    """Makes a figure of each mark; inline patterns then run over its caption."""

    def __init__(self, parser: Any, figures: Figures) -> None:
        super().__init__(parser)
        self.figures = figures

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        """Tell whether `block` is a mark and nothing else."""
        return MARK.fullmatch(block.strip()) is not None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        """Append the figure to `parent`."""
        number = MARK.sub(r"\1", blocks.pop(0).strip())
        attributes, caption = self.figures[int(number)]
        figure = ElementTree.SubElement(parent, "figure", attributes)
        ElementTree.SubElement(figure, "figcaption").text = caption


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
