"""A post's HTML as a tree of the elements that can be numbered or captioned, over offsets.

All other elements are left out of the tree: what they hold belongs to the element around them.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from ...core.lazy import lazy_pattern

ATTRIBUTES = r"(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+"
ATTRIBUTE = lazy_pattern(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")
IMAGE = rf"(?:<a\b{ATTRIBUTES}>\s*)?<img\b{ATTRIBUTES}>(?:\s*</a>)?"
#: A paragraph that holds images and nothing else.
IMAGES = rf"<(?P<images>p)\b(?P<of_images>{ATTRIBUTES})>\s*(?:{IMAGE}\s*(?:<br\s*/?>\s*)?)++</p>"
NONE: frozenset[str] = frozenset()
#: Elements whose inside is none of ours.
OPAQUE = "script|style|textarea|template|noscript|svg|math|iframe|object|xmp|code"
NAMES = "figure|figcaption|table|caption|h[1-6]|div|section|video|audio|canvas"
TOKEN = lazy_pattern(
    rf"<!--.*?(?:-->|\Z)|<(?:{OPAQUE})(?=[\s>])(?:{ATTRIBUTES})>[^<]*+(?:<(?!/(?:{OPAQUE})\b)[^<]*+)*+"
    rf"|<(?P<pre>pre)\b(?P<of_pre>{ATTRIBUTES})>.*?</pre\s*>"
    rf"|{IMAGES}"
    rf"|<(?P<img>img)\b(?P<of_img>{ATTRIBUTES})>"
    rf"|<(?P<close>/?)(?P<name>{NAMES})(?=[\s/>])(?P<attributes>{ATTRIBUTES})>",
    re.DOTALL | re.IGNORECASE,
)
#: What a link can lead to: an id, or the name of an anchor (HTML, section 7.4.2.3.3).
PLACE = lazy_pattern(
    r"""(?<![\w-])id\s*=\s*["']?([^"'\s>]+)|<a\s(?:[^<>]*\s)?name\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE
)


@dataclass(eq=False)
class Element:
    """An element: its opening tag from `start` to `inside`, its closing tag from `close` to `end`.

    A paragraph of images has the name ``images``.
    """

    name: str
    #: What stands in its opening tag behind its name.
    typed: str
    start: int
    inside: int
    close: int
    end: int
    parent: "Element | None" = None
    #: All elements inside of it, in their order.
    descendants: Sequence["Element"] = ()

    @cached_property
    def attributes(self) -> dict[str, str]:
        """Its attributes, names in lower case."""
        if not self.typed:
            return {}
        return {
            found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
            for found in ATTRIBUTE.finditer(self.typed)
        }

    @property
    def id(self) -> str:
        """Its id; empty where it has none."""
        return self.attributes.get("id", "")

    @cached_property
    def classes(self) -> frozenset[str]:
        """Its classes."""
        return NONE if "class" not in self.attributes else frozenset(self.attributes.get("class", "").split())

    def child(self, name: str) -> "Element | None":
        """Return its first child of that name."""
        return next((one for one in self.descendants if one.name == name and one.parent is self), None)

    def without_inner_figures(self) -> Iterator["Element"]:
        """Yield the elements inside of it, but for figures and what these hold."""
        behind = 0
        for one in self.descendants:
            if one.start < behind:
                continue
            if is_figure(one):
                behind = one.end
            else:
                yield one


def ids(html: str) -> set[str]:
    """Return what links within `html` can lead to."""
    return {unescape(id or name) for id, name in PLACE.findall(html)}


def is_figure(element: Element) -> bool:
    """Return whether `element` is a figure, as HTML or as docutils has it."""
    return element.name == "figure" or (element.name == "div" and "figure" in element.classes)


def parse(html: str) -> list[Element]:
    """Return the elements of `html` in the order in which they begin, but for those that nothing closes."""
    found: list[Element] = []
    open_elements: list[Element] = []
    names: Counter[str] = Counter()
    for token in TOKEN.finditer(html):
        if token["close"]:
            name = token["name"].lower()
            while names[name]:
                element = open_elements.pop()
                names[element.name] -= 1
                if element.name == name:
                    element.close, element.end = token.span()
                    break
        elif token["name"]:
            name, end = token["name"].lower(), token.end()
            found.append(Element(name, token["attributes"], token.start(), end, -1, -1))
            open_elements.append(found[-1])
            names[name] += 1
        elif token["pre"] or token["images"] or token["img"]:
            found.append(_whole(html, token))
    return _nested([element for element in found if element.end >= 0])


def images(html: str, element: Element) -> list[Element]:
    """Return the images in the paragraph of images `element`."""
    inner = TOKEN.finditer(html, element.inside, element.close) if element.name == "images" else ()
    return [_whole(html, token) for token in inner if token["img"]]


def _whole(html: str, token: re.Match[str]) -> Element:
    """Return the element that one token is all of."""
    name = "images" if token["images"] else "pre" if token["pre"] else "img"
    typed = token[f"of_{name}"]
    tag = 1 if name == "images" else 3
    close = token.end() if name == "img" else html.rindex("</", 0, token.end())
    return Element(name, typed, token.start(), token.start() + tag + len(typed) + 2, close, token.end())


def _nested(found: list[Element]) -> list[Element]:
    """Return the elements `found`, each with its parent and its descendants."""
    around: list[tuple[Element, int]] = []

    def leave(until: int, index: int) -> None:
        while around and around[-1][0].end <= until:
            element, first = around.pop()
            element.descendants = found[first:index]

    for index, element in enumerate(found):
        leave(element.start, index)
        element.parent = around[-1][0] if around else None
        around.append((element, index + 1))
    leave(sys.maxsize, len(found))
    return found
