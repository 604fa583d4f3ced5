"""Columns of Markdown's tables aligned by classes: a strict Content Security Policy forbids styles."""

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from ..core.boundary import GuardedExtension
from ..core.lazy import lazy_pattern

ALIGNED = lazy_pattern(r'class="research-align-(left|center|right)"')
STYLE = lazy_pattern(r"text-align: (left|center|right);")


def with_styles(html: str) -> str:
    """Return `html` with the columns of its tables aligned by styles: a feed has no style sheet."""
    return ALIGNED.sub(r'style="text-align: \1;"', html) if "research-align-" in html else html


def makeExtension(**options: Any) -> "TableExtension":  # noqa: N802  (the name that Markdown looks for)
    """Return the extension."""
    return TableExtension(**options)


class TableExtension(GuardedExtension):
    """Registers `AlignByClass`."""

    part = "site"

    def processors(self, md: Markdown) -> None:
        """Register it behind all that writes tables and attributes."""
        md.treeprocessors.register(self.guarded(AlignByClass(md), lambda root: None), "research_tables", 0)


class AlignByClass(Treeprocessor):
    """Turns ``style="text-align: right;"`` of cells into ``class="research-align-right"``."""

    def run(self, root: Element) -> None:
        """Change the cells below `root`."""
        for name in ("th", "td"):
            for cell in root.iter(name):
                if found := STYLE.fullmatch(cell.get("style", "")):
                    del cell.attrib["style"]
                    classes = [*cell.get("class", "").split(), f"research-align-{found[1]}"]
                    cell.set("class", " ".join(classes))
