"""The one form in which a demo stands in a post's HTML, whichever markup its author writes in.

``<figure data-demo="manifold" data-model="mnist-plane" id="fig-plane" data-alt="…">
<figcaption>…</figcaption></figure>``: the kind in ``data-demo``, the id as HTML has it, the
caption in ``<figcaption>``, and every other key in an attribute ``data-KEY``.
"""

import re
from collections.abc import Mapping
from configparser import ConfigParser, DuplicateOptionError, ParsingError
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from ..documents import Document
from ..faults import line_of
from ..markup import Kind, stretches

#: A name that can follow ``data-`` in any markup.
KEY = re.compile(r"[a-z][a-z0-9_-]*")
#: Attributes in which the markups hand on what is no key of an author's.
KIND, LINE, ERROR = "data-demo", "data-demo-line", "data-demo-error"


@dataclass(frozen=True)
class Block:
    """A demo as its author wrote it: `html[start:end]` of a document."""

    start: int
    end: int
    #: The keys ``kind``, ``id`` and all that stand in ``data-KEY``.
    keys: Mapping[str, str]
    #: Inline HTML.
    caption: str
    #: Any other attribute that the author gave to the figure.
    attributes: Mapping[str, str]
    #: Where it stands in the source.
    line: int | None
    #: What a markup could not read, for the author.
    error: str = ""


def attributes(keys: Mapping[str, str], line: int, error: str = "") -> dict[str, str]:
    """Return the attributes of the figure with `keys` that stands on `line` of its source."""
    found = {"id": keys["id"]} if "id" in keys else {}
    found |= {f"data-{key}": value for key, value in keys.items() if key not in ("id", "kind")}
    found |= {KIND: keys.get("kind", ""), LINE: str(line)}
    return found | ({ERROR: error} if error else {})


def figure(attributes: Mapping[str, str], caption: str) -> str:
    """Return the canonical form, with `caption` as inline HTML."""
    names = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<figure{names}><figcaption>{caption}</figcaption></figure>"


def read_lines(text: str) -> tuple[dict[str, str], str]:
    """Read ``key: value`` lines; an indented line goes on with the value above it.

    Returns the keys and, if a line is none, what is wrong, for the author.
    """
    parser = ConfigParser(delimiters=(":",), comment_prefixes=(), interpolation=None)
    try:
        parser.read_string(f"[demo]\n{text}")
    except DuplicateOptionError as error:
        return {}, f"the key “{error.option}” stands twice"
    except ParsingError as error:
        number, _ = error.errors[0]
        return {}, f"“{text.splitlines()[number - 2].strip()}” is not of the form “key: value”"
    keys = {key: " ".join(value.split()) for key, value in parser["demo"].items()}
    for key in keys:
        if not KEY.fullmatch(key) or f"data-{key}" in (KIND, LINE, ERROR):
            return {}, f"“{key}” is not a key of a demo"
    return keys, ""


def blocks(document: Document) -> list[Block]:
    """Return the demos of `document` in their order."""
    html = document.html
    if KIND not in html:
        return []
    found: list[Block] = []
    seen: dict[str, int] = {}
    opening, depth, caption = -1, 0, [0, 0]
    for stretch in stretches(html):
        tag = html[stretch.start : stretch.end] if stretch.kind is Kind.TAG else ""
        if opening < 0 and tag.startswith("<figure") and KIND in tag:
            opening, depth, caption = stretch.start, 1, [stretch.end, stretch.end]
            tag_end = stretch.end
        elif opening >= 0 and tag.startswith("<figcaption"):
            caption = [stretch.end, stretch.end]
        elif opening >= 0 and tag.startswith("</figcaption"):
            caption[1] = stretch.start
        elif opening >= 0 and tag.startswith(("<figure", "</figure")):
            depth += -1 if tag.startswith("</") else 1
            if not depth:
                text = html[opening:tag_end]
                seen[text] = seen.get(text, -1) + 1
                inner = html[caption[0] : caption[1]].strip()
                found.append(_block(document, opening, stretch.end, text, inner, seen[text]))
                opening = -1
    return found


def _block(document: Document, start: int, end: int, tag: str, caption: str, occurrence: int) -> Block:
    parser = _Attributes()
    parser.feed(tag)
    given = parser.found
    keys = {name.removeprefix("data-"): value for name, value in given.items() if name.startswith("data-")}
    line = keys.pop("demo-line", None)
    error = keys.pop("demo-error", "")
    keys["kind"] = keys.pop("demo")
    others = {name: value for name, value in given.items() if not name.startswith("data-")}
    if "id" in others:
        keys["id"] = others.pop("id")
    kind = f'{KIND}="{keys["kind"]}"'
    place = int(line) if line else line_of(document.source, tag, occurrence) or line_of(document.source, kind)
    return Block(start, end, keys, caption, others, place, error)


class _Attributes(HTMLParser):
    """Reads the attributes of the first tag that it is fed."""

    found: dict[str, str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = {name: value or "" for name, value in attrs}
