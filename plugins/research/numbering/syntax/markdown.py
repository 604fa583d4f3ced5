"""Markdown: captions below images, tables and code, and boxes such as ``!!! theorem "Bound" {#thm-bound}``.

A caption is a paragraph of the form ``: Text {#fig-plane}``, as Pandoc has it for tables.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX

from ...core.boundary import GuardedExtension
from ...core.lazy import lazy_pattern
from ...core.text.markdown import Box, note_file
from ...core.text.placeholders import placeholder
from ..kinds import BOXES
from . import fences, includes

#: The part that placeholders of faulty includes name.
INCLUDE = "include"
CAPTION = lazy_pattern(
    r"(?:\A|\n):[ \t]+(?P<text>(?:[^\n]|\n(?!\n|:))*?)[ \t]*\{(?P<attributes>[^{}\n]*#[^{}\n]*)\}\s*\Z"
)
#: Braces directly below a table, which Python-Markdown would take for a row.
TABLE_ID = re.compile(r"(?<=\|)[ \t]*\n(?P<text>)\{(?P<attributes>[^{}\n]*#[^{}\n]*)\}\s*\Z")
TABLE_RULE = re.compile(r"^[^\n]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t:|-]*)?\n?", re.MULTILINE)
IMAGE = r"!\[[^\[\]]*\]\([^()\n]*\)(?:\{[^{}\n]*\})?"
IMAGES = lazy_pattern(rf"\s*(?:(?:{IMAGE}|\[{IMAGE}\]\([^()\n]*\)(?:\{{[^{{}}\n]*\}})?)\s*)+")
#: An image that stands alone, whose title is its caption.
TITLED_IMAGE = lazy_pattern(
    r"""\s*(?P<image>!\[[^\[\]]*\]\((?:<[^<>\n]*>|[^()\s]+))[ \t]+"""
    r"""(?P<quote>["'])(?P<title>(?:(?!(?P=quote)[ \t]*\))[^\n])+)(?P=quote)[ \t]*\)"""
    r"""\{(?P<before>[^{}#\n]*)#(?P<id>[^\s{}]+)(?P<after>[^{}\n]*)\}\s*"""
)
#: Of which Markdown makes something.
SIGNS = frozenset("$\\[*_`<")
#: Code and raw HTML, which are put back last.
STORED = lazy_pattern(rf"\s*{STX}[^{STX}{ETX}]*{ETX}\s*")


def makeExtension(**options: Any) -> "NumberingExtension":  # noqa: N802 (Markdown's name for it)
    """Return the extension: Markdown calls this when it finds the name of this module."""
    return NumberingExtension(**options)


class NumberingExtension(GuardedExtension):
    """Registers the processors."""

    part = "numbering"

    def __init__(self, root: str = "", **options: Any) -> None:
        super().__init__(**options)
        #: What the paths of included files are relative to.
        self.root = Path(root)

    def processors(self, md: Markdown) -> None:
        """Register them: fences before fenced code (25), boxes before admonitions (105), captions before
        tables (75).
        """
        md.preprocessors.register(self.guarded(Includes(md, self.root)), "research_includes", 26.5)
        md.preprocessors.register(self.guarded(FenceIds(md)), "research_fence_ids", 26)
        blocks = md.parser.blockprocessors
        blocks.register(self.guarded(BoxProcessor(md.parser)), "research_box", 106)
        blocks.register(self.guarded(CaptionProcessor(md.parser)), "research_caption", 76)
        blocks.register(self.guarded(TitledImageProcessor(md.parser)), "research_titled_image", 76)


class Includes(Preprocessor):
    """Puts the code of files into fences that name them; what is wrong stands in placeholders below."""

    def __init__(self, md: Markdown, root: Path) -> None:
        super().__init__(md)
        self.root = root

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with the code of files."""
        if not any("include" in line and "{" in line for line in lines):
            return lines
        found, faults = includes.with_files(lines, self.root, lambda path: note_file(self.md, path))
        reports = (placeholder(INCLUDE, "", source=f"{typed}\n{fault}") for typed, fault in faults)
        return [*found, *(line for report in reports for line in ("", self.md.htmlStash.store(report)))]


class FenceIds(Preprocessor):
    """Puts the id and the caption of fenced code below it, since tools that highlight lose them."""

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with captions below fences that have ids."""
        return fences.with_captions(lines) if any("#" in line and "{" in line for line in lines) else lines


class CaptionProcessor(BlockProcessor):
    """Makes a figure of an image or code and its caption; a table has its caption inside."""

    def test(self, parent: Element, block: str) -> bool:
        """Tell whether `block` is the caption of what stands before it, or of images at its beginning."""
        found = _caption(block) if "{" in block else None
        if not found:
            return False
        before = block[: found.start()]
        return _may_have_caption(before) if before else self._captioned(parent) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Put the element and its caption together."""
        block = blocks.pop(0)
        found = _caption(block)
        assert found
        if found.start():
            self.parser.parseBlocks(parent, [block[: found.start()]])
        captioned = self.lastChild(parent)
        assert captioned is not None
        text, attributes = (found["text"] or "").strip(), found["attributes"]
        if captioned.tag == "table":
            if text:
                caption = Element("caption")
                caption.text = text
                captioned.insert(0, caption)
            _give(captioned, attributes)
            return
        parent.remove(captioned)
        figure = SubElement(parent, "figure")
        figure.append(captioned)
        SubElement(figure, "figcaption").text = text
        _give(figure, attributes)

    def _captioned(self, parent: Element) -> Element | None:
        """Return what stands last in `parent`, if it can have a caption."""
        last = self.lastChild(parent)
        if last is None or (last.tag == "table" and last.find("caption") is None):
            return last
        text = last.text or ""
        is_code = last.tag == "pre" or (last.tag == "div" and "highlight" in last.get("class", ""))
        if is_code or (last.tag == "p" and (STORED.fullmatch(text) or IMAGES.fullmatch(text))):
            return last
        return None


class TitledImageProcessor(BlockProcessor):
    """Makes a figure of an image that stands alone and has an id, with its title as a caption in Markdown.

    As an attribute, where other titles stay until they are numbered, it would have neither formulas nor
    citations.
    """

    def test(self, parent: Element, block: str) -> bool:
        """Tell whether `block` is such an image."""
        return _titled(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Write the figure."""
        found = _titled(blocks.pop(0))
        assert found
        others = (found["before"] + found["after"]).strip()
        figure = SubElement(parent, "figure")
        image = f"{found['image']})" + (f"{{{others}}}" if others.strip(": ") else "")
        self.parser.parseBlocks(figure, [image])
        SubElement(figure, "figcaption").text = found["title"]
        _give(figure, f"#{found['id']}")


class BoxProcessor(Box):
    """A theorem or its kin: an admonition whose first line may have attributes, as ``{#thm-bound}``."""

    RE = re.compile(
        rf'(?:^|\n)!!! ?((?:{"|".join(BOXES)})(?: +[\w\-]+)*)(?: +"(.*?)")?'
        r" *(?:\{([^{}\n]*)\})? *(?:\n|$)"
    )

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Append the box, or go on with the last one."""
        found = self.RE.search(blocks[0])
        super().run(parent, blocks)
        box = self.lastChild(parent)
        if found and found[3] and box is not None:
            _give(box, found[3])


def _caption(block: str) -> re.Match[str] | None:
    """Return the caption that `block` ends with, or the braces alone that stand below a table."""
    return CAPTION.search(block) or TABLE_ID.search(block)


def _titled(block: str) -> re.Match[str] | None:
    """Return the image that `block` is, if it has an id and a title with markup."""
    found = TITLED_IMAGE.fullmatch(block) if "![" in block and "#" in block else None
    return found if found and SIGNS & set(found["title"]) else None


def _may_have_caption(block: str) -> bool:
    """Return whether `block` is what a caption may stand directly below."""
    is_stored_or_image = IMAGES.fullmatch(block) or STORED.fullmatch(block)
    return bool(is_stored_or_image or TABLE_RULE.search(block))


def _give(element: Element, attributes: str) -> None:
    """Give `element` what stands in a list of `attributes`, such as ``#fig-plane .wide``."""
    pairs: Iterable[tuple[str, str]] = get_attrs_and_remainder(f"{attributes}}}")[0]
    for name, value in pairs:
        if name == ".":
            element.set("class", f"{element.get('class', '')} {value}".strip())
        else:
            element.set(name, value)
