"""The HTML of a post → its elements that have numbers or names, in their order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from html import unescape

from ...core.lazy import lazy_pattern
from ..kinds import APPENDIX, BOXES, FIGURE, LISTING, PROOF, SECTION, TABLE, Kinds
from .elements import ATTRIBUTES, Element, images, is_figure, parse

HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
CODE_CLASSES = frozenset(("highlight", "codehilite"))
#: Sections that the build makes, whose headings are not the author's.
FOREIGN = frozenset("references bibliography footnotes footnote toc contents cite-this-post".split())
#: What pymdown-extensions writes in front of a caption that it numbers.
PREFIX = lazy_pattern(r'<span class="caption-prefix">[^<]*</span>\s*')
#: The number that docutils gives to a heading.
SECTION_NUMBER = lazy_pattern(r'<span class="sectnum">([^<]*)</span>')
LINE_ID = lazy_pattern(rf"<(?:p|li|ol|ul|blockquote|pre)\b(?P<attributes>{ATTRIBUTES})>", re.IGNORECASE)
ID = lazy_pattern(r"""(?<![\w-])id\s*=\s*["']?([^\s"'<>]+)""")
CODE_ID = lazy_pattern(rf"\s*<code\b(?P<attributes>{ATTRIBUTES})>", re.IGNORECASE)
ANCHOR = lazy_pattern(r"""<(?:span|a)\s[^<>]*?\bid=["']([^"']+)["'][^<>]*>\s*</(?:span|a)>""")
#: What an image that is a block of its own stands behind, and in front of.
BLOCK_BEFORE = lazy_pattern(
    r"(?:\A|</(?:p|div|table|[uod]l|pre|blockquote|h[1-6]|section|figure)>|<(?:div|section|li|td)\b[^<>]*>|<hr[^<>]*>)"
    r"(?:\s|<span[^<>]*></span>)*\Z",
    re.IGNORECASE,
)
BLOCK_AFTER = lazy_pattern(
    r"\s*(?:\Z|</?(?:p|div|table|[uod]l|pre|blockquote|h[1-6]|section|figure|hr|li|td|span)\b)"
)
#: What of a figure can have the id that its author meant for the figure.
HOLDERS = frozenset(("img", "images", "table", "pre"))
#: Characters before an image that tell whether it is a block.
NEAR = 300


class Form(Enum):
    """What the number of an element is written into."""

    FIGURE = auto()  # the caption of a figure
    IMAGES = auto()  # a caption that is not there yet, below images
    PANEL = auto()  # the caption of an image of several
    TABLE = auto()
    LISTING = auto()
    BOX = auto()  # the title of a theorem
    HEADING = auto()
    OTHER = auto()  # nothing: it is only referred to


@dataclass(frozen=True, eq=False)
class Found:
    """An element that has a number, or a name to refer to it by."""

    form: Form
    kind: str
    element: Element
    ids: tuple[str, ...] = ()
    is_numbered: bool = True
    #: The figure that it is a panel of.
    group: "Found | None" = None
    #: That its author's tools have given to a heading.
    number: str = ""


def find(html: str, kinds: Kinds) -> list[Found]:
    """Return what is numbered or named in `html`, in the order of the post."""
    return sorted(_Finder(html, kinds).run(), key=lambda found: found.element.start)


class _Finder:
    def __init__(self, html: str, kinds: Kinds) -> None:
        self.html = html
        self.kinds = kinds
        self.elements = parse(html)
        #: The figures found, by their elements.
        self.figures: dict[Element, Found] = {}

    def run(self) -> Iterator[Found]:
        behind = 0
        for element in self.elements:
            if element.start < behind:
                continue
            for found in self._found(element):
                yield found
                if found.form in (Form.IMAGES, Form.LISTING):
                    behind = element.end

    def _found(self, element: Element) -> Iterable[Found]:
        name, classes = element.name, element.classes
        if name in HEADINGS:
            return self._heading(element)
        if kind := self._box_kind(element):
            return self._box(element, kind)
        if is_figure(element):
            return self._figure(element)
        if name in ("img", "images"):
            return () if self._figure_around(element) else self._images(element)
        if name == "table":
            return self._table(element)
        if name == "pre" or classes & CODE_CLASSES:
            return self._listing(element)
        return self._other(element)

    def _heading(self, element: Element) -> Iterator[Found]:
        around = element.parent
        while around:
            if around.classes & FOREIGN or around.attributes.get("role", "").startswith("doc-"):
                return
            around = around.parent
        number = SECTION_NUMBER.search(self.html, element.inside, element.close)
        classes = element.classes | (element.parent.classes if element.parent else frozenset())
        yield Found(
            Form.HEADING,
            APPENDIX if "appendix" in classes else SECTION,
            element,
            tuple(dict.fromkeys(self._heading_ids(element))),
            "unnumbered" not in classes,
            number=unescape(number[1]).strip() if number else "",
        )

    def _heading_ids(self, element: Element) -> Iterator[str]:
        """Yield the ids of a heading, and those that docutils gives to the section that it begins."""
        if element.id:
            yield element.id
        section = element.parent
        if section and (section.name == "section" or "section" in section.classes):
            between = self.html[section.inside : element.start]
            if not ANCHOR.sub("", between).strip():
                yield from ([section.id] if section.id else [])
                yield from (unescape(anchor[1]) for anchor in ANCHOR.finditer(between))

    def _box_kind(self, element: Element) -> str:
        """Return the kind of theorem that `element` is; empty where it is none."""
        if element.name not in ("div", "section"):
            return ""
        for name in element.classes & BOXES.keys():
            return BOXES[name]
        kind = self.kinds.kind_of(element.id) if "admonition" in element.classes else ""
        return kind if kind in BOXES.values() else ""

    def _box(self, element: Element, kind: str) -> Iterator[Found]:
        ids = [element.id] if element.id else self._line_ids(element, kind)
        is_numbered = bool(ids) and kind != PROOF and "unnumbered" not in element.classes
        yield Found(Form.BOX, kind, element, tuple(ids[:1]), is_numbered)

    def _line_ids(self, element: Element, kind: str) -> list[str]:
        """Return the ids that paragraphs of a box have, and that are meant for the box."""
        tags = LINE_ID.finditer(self.html, element.inside, element.close)
        found = (ID.search(tag["attributes"]) for tag in tags)
        ids = [unescape(id[1]) for id in found if id]
        return [id for id in ids if self.kinds.kind_of(id) == kind]

    def _figure(self, element: Element) -> Iterator[Found]:
        shown = list(self._images_of(element))
        panels = [image for image in shown if self.kinds.kind_of(image.id) == FIGURE]
        inner = [one for one in element.descendants if is_figure(one)]
        own = [element.id] if element.id else []
        if len(shown) == 1 and not inner:
            panels = []
        if not panels:
            inside = (*element.without_inner_figures(), *shown)
            own += [one.id for one in inside if one.name in HOLDERS and self.kinds.kind_of(one.id)]
        is_group = bool(panels or any(self.kinds.kind_of(id) == FIGURE for id in self._ids_of(inner)))
        if not self._is_numbered_figure(element, own, is_group):
            return
        group = self._figure_around(element)
        figure = Found(
            Form.FIGURE,
            (own and self.kinds.kind_of(own[0])) or self._content_kind(element, shown),
            element,
            tuple(dict.fromkeys(own)),
            "unnumbered" not in element.classes,
            group if group and group.kind == FIGURE else None,
        )
        self.figures[element] = figure
        yield figure
        if figure.kind == FIGURE and not figure.group:
            for image in panels:
                yield Found(Form.PANEL, FIGURE, image, (image.id,), figure.is_numbered, figure)

    def _is_numbered_figure(self, element: Element, ids: list[str], is_group: bool) -> bool:
        if is_group or any(self.kinds.kind_of(id) for id in ids):
            return True
        caption = element.child("figcaption")
        if caption and PREFIX.search(self.html, caption.inside, caption.close):
            return True
        return bool(ids) and bool(
            caption or "figure" in element.classes or "research-demo" in element.classes
        )

    def _content_kind(self, element: Element, shown: list[Element]) -> str:
        names = {one.name for one in element.descendants}
        if shown or not names & {"table", "pre"} or "research-demo" in element.classes:
            return FIGURE
        return LISTING if "pre" in names else TABLE

    def _ids_of(self, figures: Iterable[Element]) -> Iterator[str]:
        """Yield the ids of `figures`, which docutils gives to their images."""
        for figure in figures:
            yield figure.id
            yield from (image.id for image in self._images_of(figure))

    def _images_of(self, element: Element) -> Iterator[Element]:
        """Yield the images of a figure that are in no figure inside of it."""
        for one in element.without_inner_figures():
            if one.name == "img":
                yield one
            else:
                yield from images(self.html, one)

    def _figure_around(self, element: Element) -> Found | None:
        """Return the figure that `element` stands in; where that has no number, it is none."""
        around = element.parent
        while around and around not in self.figures:
            around = around.parent
        return self.figures[around] if around else None

    def _images(self, element: Element) -> Iterator[Found]:
        is_paragraph = element.name == "images"
        shown = images(self.html, element) if is_paragraph else [element]
        panels = [image for image in shown if self.kinds.kind_of(image.id) == FIGURE]
        own = [element.id] if is_paragraph and self.kinds.kind_of(element.id) == FIGURE else []
        if not own and len(shown) == 1:
            own, panels = [image.id for image in panels], []
        if not own and not panels:
            return
        is_block = is_paragraph or self._is_block(element)
        is_numbered = not any("unnumbered" in image.classes for image in shown)
        figure = Found(Form.IMAGES if is_block else Form.OTHER, FIGURE, element, tuple(own), is_numbered)
        yield figure
        for image in panels:
            yield Found(Form.PANEL, FIGURE, image, (image.id,), is_numbered, figure)

    def _is_block(self, image: Element) -> bool:
        before = self.html[max(0, image.start - NEAR) : image.start]
        return bool(BLOCK_BEFORE.search(before) and BLOCK_AFTER.match(self.html, image.end))

    def _table(self, element: Element) -> Iterator[Found]:
        around = self._figure_around(element)
        if (around and around.kind == TABLE) or not element.id:
            return
        if self.kinds.kind_of(element.id) == TABLE or element.child("caption"):
            yield Found(Form.TABLE, TABLE, element, (element.id,), "unnumbered" not in element.classes)

    def _listing(self, element: Element) -> Iterator[Found]:
        code = CODE_ID.match(self.html, element.inside) if element.name == "pre" else None
        inner = ID.search(code["attributes"]) if code else None
        id = element.id or (unescape(inner[1]) if inner else "")
        around = self._figure_around(element)
        if self.kinds.kind_of(id) == LISTING and not (around and id in around.ids):
            yield Found(Form.LISTING, LISTING, element, (id,), "unnumbered" not in element.classes)

    def _other(self, element: Element) -> Iterator[Found]:
        kind = self.kinds.kind_of(element.id)
        is_section = element.name == "section" or "section" in element.classes
        if kind and kind != SECTION and not is_section:
            yield Found(Form.OTHER, kind, element, (element.id,))
