"""Inline elements of pandoc's tree → Markdown in our forms."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.lazy import lazy_pattern
from ..report import Report, comment
from ..tree import KINDS, attributes, walk
from . import latex

#: Characters that Markdown would read as its own.
SPECIAL = lazy_pattern(r"([\\`*_\[\]$])|(<)(?=[a-zA-Z/!?])|(&)(?=#?\w+;)")
BEGINS_BLOCK = lazy_pattern(r"^(#{1,6}|[-+]|:|>|\d+[.)]|!!!|={2,}|~{3,})(?=\s|$)")
TAGS = {"Strikeout": "del", "Superscript": "sup", "Subscript": "sub", "Underline": "u"}
MARKS = {"Emph": "*", "Strong": "**"}
SMALL_CAPS = '<span style="font-variant: small-caps">{}</span>'
#: Attributes of images that a post keeps.
IMAGE_ATTRIBUTES = ("width", "height", "loading")
#: Classes of spans that stand beside the text.
ASIDES = frozenset(("aside", "column-margin", "margin", "marginnote", "sidenote"))
VIDEO = lazy_pattern(r"\{\{< video (?P<address>\S+\.(?:mp4|webm|ogv))[^{}]*>\}\}")
#: Code in text that Quarto and R Markdown execute.
INLINE_CELL = lazy_pattern(r"\{(?:python|r|julia)\} |r \S+\(")
SHORTCODE = lazy_pattern(r"\{\{[<{%].*?[>}%]\}\}", re.DOTALL)


@dataclass
class Inlines:
    """Writes inline elements; footnotes are collected, to stand at the end of the post."""

    report: Report
    #: New ids by the old ones.
    ids: dict[str, str]
    #: Keeps an image, and returns its address in the post.
    image: Callable[[str], str]
    #: Ids and keys that equations and works have.
    keys: frozenset[str] = frozenset()
    #: Returns lines of a file that the article names.
    file: Callable[[str, str], str] = lambda name, lines: ""
    #: Returns the blocks of LaTeX in Markdown, none where that is not understood either.
    understood: Callable[[str], list[Any]] = lambda typed: []
    #: All ids of the article.
    taken: frozenset[str] = frozenset()
    notes: list[Any] = field(default_factory=list)

    def text(self, inlines: Sequence[Any]) -> str:
        """Return `inlines` as Markdown on one line."""
        return "".join(self._one(node) for node in _joined(inlines))

    def id(self, id: str) -> str:
        """Return the id that an element has in the post."""
        return self.ids.get(id, id)

    def reference(self, ids: Sequence[str], is_bare: bool = False) -> str:
        """Return a reference to what has the `ids`."""
        known = [self.id(id) for id in ids]
        if len(known) > 1:
            return rf"\cref{{{','.join(known)}}}"
        return rf"\ref{{{known[0]}}}" if is_bare else f"[](#{known[0]})"

    def attributes(self, pairs: dict[str, str], id: str = "", classes: Sequence[str] = ()) -> str:
        """Return the list of attributes of an image; empty where it has none."""
        found = [f"#{self.id(id)}"] if id else []
        found += [f".{name}" for name in classes]
        for name in IMAGE_ATTRIBUTES:
            if name in pairs:
                value = pairs[name]
                is_plain = value.removesuffix("px").isdigit()
                found.append(f"{name}={value.removesuffix('px')}" if is_plain else f'style="{name}: {value}"')
        return f"{{{' '.join(found)}}}" if found else ""

    def _one(self, node: Any) -> str:
        kind, content = node["t"], node.get("c")
        if kind in MARKS:
            return self._marked(MARKS[kind], content)
        if kind in TAGS:
            return f"<{TAGS[kind]}>{self.text(content)}</{TAGS[kind]}>"
        method = getattr(self, f"_{kind.lower()}", None)
        if method is None:
            self.report.add(f"not understood: pandoc's element {kind}; its text is kept")
            return self.text([one for one in walk(content) if one["t"] in ("Str", "Space")])
        return str(method(content))

    def _marked(self, mark: str, content: Any) -> str:
        inside = self.text(content)
        if not inside.strip():
            return inside
        before, after = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
        return f"{before}{mark}{inside.strip()}{mark}{after}"

    def _str(self, content: str) -> str:
        if film := VIDEO.fullmatch(content):
            return f'<video src="{film["address"]}" controls></video>'
        for found in SHORTCODE.findall(content):
            self.report.raw(found, "it stands in the post as it is")
        return SPECIAL.sub(
            lambda sign: f"\\{sign[1]}" if sign[1] else "&lt;" if sign[2] else "&amp;", content
        )

    def _space(self, content: None) -> str:
        return " "

    _softbreak = _space

    def _linebreak(self, content: None) -> str:
        return "<br>"

    def _smallcaps(self, content: Any) -> str:
        return SMALL_CAPS.format(self.text(content))

    def _quoted(self, content: Any) -> str:
        opening, closing = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return f"{opening}{self.text(content[1])}{closing}"

    def _code(self, content: Any) -> str:
        code = content[1]
        if INLINE_CELL.match(code):
            self.report.add("code in text is not executed; it stands in the post as it is", code)
        longest = max((len(run) for run in re.findall("`+", code)), default=0)
        fence = "`" * (longest + 1)
        space = " " if "`" in (code[:1], code[-1:]) else ""
        return f"{fence}{space}{code}{space}{fence}"

    def _math(self, content: Any) -> str:
        tex = content[1].strip()
        if content[0]["t"] == "DisplayMath":
            return f"$${tex}$$"
        return f"${tex}$"

    def _note(self, content: Any) -> str:
        self.notes.append(content)
        return f"[^{len(self.notes)}]"

    def _link(self, content: Any) -> str:
        id, _, pairs = attributes(content[0])
        text, (address, title) = self.text(content[1]), content[2]
        if address.startswith("#"):
            address = f"#{self.id(address[1:])}"
        if pairs.get("reference-type") and text.strip("[]") in (address[1:], ""):
            return self.reference([address[1:]])
        if address in (text, f"mailto:{text}"):
            return f"<{text}>"
        shown = f' "{title}"' if title else ""
        return f"[{text}]({address.replace(' ', '%20')}{shown}){self.attributes({}, id)}"

    def _image(self, content: Any) -> str:
        id, classes, pairs = attributes(content[0])
        alt, (address, title) = self.text(content[1]), content[2]
        alt = pairs.get("fig-alt") or pairs.get("alt") or ("" if alt == "image" else alt)
        alt = re.sub(r"[\[\]]", "", alt)
        shown = f' "{title}"' if title and title != "fig:" else ""
        return f"![{alt}]({self.image(address)}{shown}){self.attributes(pairs, id, classes)}"

    def _span(self, content: Any) -> str:
        id, classes, pairs = attributes(content[0])
        if ASIDES & set(classes):
            return self._note([{"t": "Para", "c": content[1]}])
        inside = self.text(content[1])
        if "mark" in classes:
            return f"<mark>{inside}</mark>"
        if not id and not classes and not pairs:
            return inside
        named = f' id="{self.id(id)}"' if id else ""
        named += f' class="{" ".join(classes)}"' if classes else ""
        named += "".join(
            f' {name}="{value}"' for name, value in pairs.items() if name in ("style", "title", "lang")
        )
        return f"<span{named}>{inside}</span>"

    def _rawinline(self, content: Any) -> str:
        form, typed = content
        if form == "html":
            return str(typed)
        if form in ("latex", "tex"):
            return latex.inline(typed, self)
        self.report.raw(typed)
        return comment(typed)

    def _cite(self, content: Any) -> str:
        cites = content[0]
        if all(self._is_reference(one["citationId"]) for one in cites):
            return self._references(cites)
        if any(self._is_reference(one["citationId"]) for one in cites):
            return "; ".join(self._cite([[one]]) for one in cites)
        modes = {one["citationMode"]["t"] for one in cites}
        pieces = [self._citation(one, is_narrative=modes == {"AuthorInText"}) for one in cites]
        return f"[{'; '.join(pieces)}]"

    def _is_reference(self, id: str) -> bool:
        return id in self.ids or (bool(KINDS.kind_of(id)) and id not in self.keys)

    def _references(self, cites: Any) -> str:
        is_bare = cites[0]["citationMode"]["t"] == "SuppressAuthor"
        prefix = self.text(cites[0]["citationPrefix"])
        suffix = self.text(cites[-1]["citationSuffix"])
        found = self.reference([one["citationId"] for one in cites], is_bare)
        return f"{prefix} {found}{suffix}".strip()

    def _citation(self, cite: Any, is_narrative: bool) -> str:
        mode = cite["citationMode"]["t"]
        sign = "@@" if is_narrative else "-@" if mode == "SuppressAuthor" else "@"
        prefix, suffix = (
            self.text(cite["citationPrefix"]),
            self.text(cite["citationSuffix"]).replace(r"\[", "["),
        )
        if suffix and not suffix.startswith((",", " ")):
            suffix = f", {suffix}"
        return f"{prefix} {sign}{cite['citationId']}{suffix}".strip()


def escaped(sign: re.Match[str]) -> str:
    """Return a sign that would begin a block as one that does not; Markdown escapes some by name alone."""
    found = sign[0]
    if found[0].isdigit():
        return f"{found[:-1]}\\{found[-1]}"
    return f"&#{ord(found[0])};{found[1:]}" if found[0] in ":=~" else f"\\{found}"


def _joined(inlines: Sequence[Any]) -> list[Any]:
    """Return `inlines`, with a shortcode of Quarto that pandoc has taken apart as one text."""
    found: list[Any] = []
    for node in inlines:
        last = found[-1] if found else None
        if last and last["t"] == "Str" and last["c"].startswith("{{<") and not last["c"].endswith(">}}"):
            word = node.get("c") if node["t"] == "Str" else " "
            found[-1] = {"t": "Str", "c": f"{last['c']}{word if isinstance(word, str) else ' '}"}
        else:
            found.append(node)
    return found
