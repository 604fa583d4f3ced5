"""The one form in which a demo stands in a post's HTML, whichever markup its author writes in.

``<figure data-demo="manifold" data-model="mnist-plane" id="fig-plane" data-alt="…">
<figcaption>…</figcaption></figure>``: the kind in ``data-demo``, the id as HTML has it, the
caption in ``<figcaption>``, and every other key in an attribute ``data-KEY``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from ...core.diagnostics import line_of
from ...core.text.segments import Kind, segments
from .grammar import Keys

#: Attributes in which the markups hand on what is no key of an author's: the kind, the line of the block,
#: those of its keys (``kind:4 model:5``), and what could not be read (``6 the message``).
KIND, LINE, LINES, ERROR = "data-demo", "data-demo-line", "data-demo-lines", "data-demo-error"


@dataclass(frozen=True)
class Block:
    """A demo as its author wrote it: `html[start:end]` of a post."""

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
    #: Where its keys stand, as far as that is known.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: What a markup could not read, for the author, and where that stands.
    error: str = ""
    error_line: int | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """The names of models, which spaces or commas separate."""
        stated = self.keys.get("models") or self.keys.get("model", "")
        return tuple(stated.replace(",", " ").split())

    def line_of(self, key: str | None) -> int | None:
        """Return the line of `key`; that of the block where it has none."""
        return self.lines.get(key or "", self.line)


def attributes(keys: Keys, line: int) -> dict[str, str]:
    """Return the attributes of the figure that stands on `line` of its source and has the `keys`."""
    values = dict(keys.values)
    kind = values.pop("kind", "")
    values.pop("caption", None)
    found = {"id": values.pop("id")} if "id" in values else {}
    found |= {f"data-{key}": value for key, value in values.items()}
    found |= {KIND: kind, LINE: str(line)}
    if keys.lines:
        found[LINES] = " ".join(f"{key}:{place}" for key, place in keys.lines.items())
    return found | ({ERROR: f"{keys.error_line} {keys.error}"} if keys.error else {})


def figure(attributes: Mapping[str, str], caption: str) -> str:
    """Return the canonical form, with `caption` as inline HTML."""
    names = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<figure{names}><figcaption>{caption}</figcaption></figure>"


def blocks(html: str, source: Path) -> list[Block]:
    """Return the demos in the `html` of the post at `source`, in their order."""
    if KIND not in html:
        return []
    found: list[Block] = []
    seen: dict[str, int] = {}
    opening, depth, caption = -1, 0, [0, 0]
    for segment in segments(html):
        tag = html[segment.start : segment.end] if segment.kind is Kind.TAG else ""
        if opening < 0 and tag.startswith("<figure") and KIND in tag:
            opening, depth, caption = segment.start, 1, [segment.end, segment.end]
            tag_end = segment.end
        elif opening >= 0 and tag.startswith("<figcaption"):
            caption = [segment.end, segment.end]
        elif opening >= 0 and tag.startswith("</figcaption"):
            caption[1] = segment.start
        elif opening >= 0 and tag.startswith(("<figure", "</figure")):
            depth += -1 if tag.startswith("</") else 1
            if not depth:
                text = html[opening:tag_end]
                seen[text] = seen.get(text, -1) + 1
                inner = html[caption[0] : caption[1]].strip()
                found.append(_block(source, opening, segment.end, text, inner, seen[text]))
                opening = -1
    return found


def _block(source: Path, start: int, end: int, tag: str, caption: str, occurrence: int) -> Block:
    parser = _Attributes()
    parser.feed(tag)
    given = parser.found
    keys = {name.removeprefix("data-"): value for name, value in given.items() if name.startswith("data-")}
    line = _number(keys.pop("demo-line", ""))
    stated = (place.partition(":") for place in keys.pop("demo-lines", "").split())
    lines = {key: number for key, _, place in stated if (number := _number(place))}
    error_line, _, error = keys.pop("demo-error", "").partition(" ")
    keys["kind"] = keys.pop("demo")
    caption = caption or escape(keys.pop("caption", ""), quote=False)
    others = {name: value for name, value in given.items() if not name.startswith("data-")}
    if "id" in others:
        keys["id"] = others.pop("id")
    if not line and (line := line_of(source, tag, occurrence)):
        lines = _lines_in(tag, line, keys)
    line = line or line_of(source, f'{KIND}="{keys["kind"]}"')
    return Block(start, end, keys, caption, others, line, lines, error, _number(error_line))


def _lines_in(tag: str, line: int, keys: Iterable[str]) -> dict[str, int]:
    """Return the line of each key of the figure `tag`, which an author wrote as HTML on `line`."""
    names = {key: {"kind": KIND, "id": "id"}.get(key, f"data-{key}") for key in keys}
    found = {key: re.search(rf"\s{re.escape(name)}\s*(?=[=\s>])", tag, re.I) for key, name in names.items()}
    return {key: line + tag.count("\n", 0, name.end()) for key, name in found.items() if name}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class _Attributes(HTMLParser):
    """Reads the attributes of the first tag that it is fed."""

    found: dict[str, str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = {name: value or "" for name, value in attrs}
