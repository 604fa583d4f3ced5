"""Blocks of pandoc's tree → lines of Markdown in our forms."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...core.lazy import lazy_pattern
from ...numbering.kinds import BOXES, FIGURE
from .. import tree
from ..reading import myst
from ..report import comment
from ..tree import KINDS, LABEL, attributes, box_of, text, walk
from . import cells, latex, tables
from .inlines import ASIDES, BEGINS_BLOCK, Inlines, escaped

#: The id that Quarto puts behind a displayed formula.
EQUATION_ID = lazy_pattern(r"\{#(?P<id>[^\s{}]+)\}")
ENVIRONMENT = lazy_pattern(r"\s*\\begin\{(?:equation|align|gather|multline|eqnarray|alignat|flalign)\*?\}")
ADMONITIONS = frozenset(
    "note warning tip important caution danger attention hint error seealso admonition abstract info".split()
)
RAW_OPENING = lazy_pattern(r"\A\s*<(?P<name>div|section|aside|details|article)\b(?![^<>]*\smarkdown=)")
#: As Python-Markdown has it; to pandoc it is text.
ABBREVIATION = lazy_pattern(r"^\\\*\\\[([^\[\]\n]+)\\\]:", re.MULTILINE)
#: Blocks that only hold others.
TRANSPARENT = frozenset(
    "cell cell-output cell-output-display output markdown code execute_result display_data stream stdout "
    "section content-visible figure center".split()
)


class Blocks:
    """Writes blocks."""

    def __init__(self, inlines: Inlines, version: Any, has_numbers: bool) -> None:
        self.inlines = inlines
        self.report = inlines.report
        #: Of pandoc's format.
        self.version = version
        #: Whether what has a caption and no id is numbered, as LaTeX does it.
        self.has_numbers = has_numbers
        #: Classes of blocks that are theorems, and those that have no number.
        self.environments = tree.declared(self.report.text) if has_numbers else {}
        self.unnumbered = tree.unnumbered(self.report.text) if has_numbers else frozenset()
        self.is_appendix = False
        #: How many levels headings go down: the title of a post is the only one of the first.
        self.shift = 0
        self._made = 0

    def document(self, blocks: Sequence[Any]) -> str:
        """Return all `blocks`, and the footnotes in them."""
        levels = [node["c"][0] for node in walk(blocks) if node["t"] == "Header"]
        self.shift = max(0, 2 - min(levels, default=2))
        lines = self.lines(blocks)
        for number, note in _numbered(self.inlines.notes):  # a note may have notes
            inside = self.lines(note)
            lines += ["", f"[^{number}]: {inside[0] if inside else ''}", *_indented(inside[1:])]
        return ABBREVIATION.sub(r"*[\1]:", "\n".join(lines).strip()) + "\n"

    def lines(self, blocks: Sequence[Any]) -> list[str]:
        """Return the lines of `blocks`, an empty one between each two."""
        found: list[str] = []
        for block in blocks:
            lines = list(self._block(block))
            if lines:
                found += [*([""] if found else []), *lines]
        return found

    def _block(self, block: Any) -> Iterator[str]:
        kind, content = block["t"], block.get("c")
        method = getattr(self, f"_{kind.lower()}", None)
        if method is None:
            self.report.add(f"not understood: pandoc's element {kind}; its text is kept")
            yield self.inlines.text([one for one in walk(content) if one["t"] in ("Str", "Space")])
            return
        yield from method(content)

    def _para(self, content: Any) -> Iterator[str]:
        """Yield a paragraph; formulas that are displayed stand between paragraphs of their own."""
        if any(latex.APPENDIX.fullmatch(node["c"][1]) for node in content if node["t"] == "RawInline"):
            self.is_appendix = True
        run: list[Any] = []
        at = 0
        while at < len(content):
            node = content[at]
            if node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath":
                yield from self._paragraph(run)
                run = []
                id, at = _equation_id(content, at)
                yield from self._formula(node["c"][1], id)
                if _words(content[at + 1 :]):
                    yield ""
            else:
                run.append(node)
            at += 1
        yield from self._paragraph(run, is_last=True)

    _plain = _para

    def _paragraph(self, inlines: list[Any], is_last: bool = False) -> Iterator[str]:
        written = self.inlines.text(inlines).strip()
        if written:
            yield BEGINS_BLOCK.sub(escaped, written)
            if not is_last:
                yield ""

    def _formula(self, tex: str, id: str) -> Iterator[str]:
        tex = tex.strip("\n")
        if id and not LABEL.search(tex):
            if ENVIRONMENT.match(tex):
                tex = re.sub(r"(\\begin\{[a-z]+)\*?\}", rf"\1}}\\label{{{id}}}", tex, count=1)
            else:
                tex = f"\\begin{{equation}}\n{tex.strip()}\n\\label{{{id}}}\n\\end{{equation}}"
        yield from ("$$", *(line for line in tex.splitlines() if line.strip()), "$$")

    def _header(self, content: Any) -> Iterator[str]:
        level, found, inlines = content
        id, classes, _ = attributes(found)
        for node in inlines:
            if node["t"] == "RawInline" and (label := LABEL.search(node["c"][1])):
                id = id or label[1]
        level += self.shift
        if self.is_appendix and level == 1 + self.shift:
            classes.append("appendix")
        named = [f"#{self.inlines.id(id)}"] if id else []
        named += [f".{name}" for name in classes]
        given = f" {{{' '.join(named)}}}" if named else ""
        yield f"{'#' * min(level, 6)} {self.inlines.text(inlines).strip()}{given}"

    def _codeblock(self, content: Any) -> Iterator[str]:
        id, classes, pairs = attributes(content[0])
        file = pairs.pop(myst.FILE, "")
        code = self.inlines.file(file, pairs.pop("lines", "")) if file else content[1]
        cell = cells.cell(code, self.inlines.id(id), classes, pairs)
        yield from cells.lines(cell, self.report)
        if KINDS.kind_of(cell.label) == FIGURE:
            image = self.inlines.image(f"{cell.label}.png")
            caption = f": {cell.caption} {{#{cell.label}}}".replace(":  {", ": {")
            yield from ("", f"![{cell.caption}]({image})", "", caption)

    def _blockquote(self, content: Any) -> Iterator[str]:
        yield from (f"> {line}".rstrip() for line in self.lines(content))

    def _bulletlist(self, content: Any) -> Iterator[str]:
        yield from self._list(content, ["- "] * len(content))

    def _orderedlist(self, content: Any) -> Iterator[str]:
        (start, style, _), items = content
        if style["t"] not in ("Decimal", "DefaultStyle", "Example"):
            words = text(items[0]) if items else ""
            self.report.add(f"a list numbered by {style['t']} has digits now", words[:40])
        yield from self._list(items, [f"{start + number}. " for number in range(len(items))])

    def _list(self, items: Sequence[Any], signs: Sequence[str]) -> Iterator[str]:
        is_tight = all(len(item) < 2 or item[0]["t"] == "Plain" for item in items)
        for number, (item, sign) in enumerate(zip(items, signs, strict=True)):
            lines = self.lines(item) or [""]
            if number and not is_tight:
                yield ""
            yield f"{sign}{lines[0]}"
            yield from _indented(lines[1:])

    def _definitionlist(self, content: Any) -> Iterator[str]:
        for number, (term, definitions) in enumerate(content):
            if number:
                yield ""
            yield self.inlines.text(term)
            for definition in definitions:
                lines = self.lines(definition) or [""]
                yield f":   {lines[0]}"
                yield from _indented(lines[1:])

    def _horizontalrule(self, content: Any) -> Iterator[str]:
        yield "* * *"

    def _lineblock(self, content: Any) -> Iterator[str]:
        yield "<br>\n".join(self.inlines.text(line) for line in content)

    def _rawblock(self, content: Any) -> Iterator[str]:
        form, typed = content
        if form == "html":
            opening = RAW_OPENING.match(typed)
            yield typed if not opening else f'{typed[: opening.end()]} markdown="1"{typed[opening.end() :]}'
        elif form not in ("latex", "tex"):
            self.report.raw(typed)
            yield comment(typed)
        elif ENVIRONMENT.match(typed):
            yield from self._formula(typed, "")
        elif found := latex.algorithm(typed):
            caption, id, steps = found
            yield from self._box_lines("algorithm", caption, id, steps)
        elif latex.APPENDIX.search(typed):
            self.is_appendix = True
        elif rest := latex.LAYOUT.sub("", typed).strip():
            if latex.REFERENCE.fullmatch(rest):
                yield latex.inline(rest, self.inlines)
            elif blocks := self.inlines.understood(typed):
                yield from self.lines(blocks)
            else:
                self.report.raw(rest)
                yield comment(rest)

    def _figure(self, content: Any) -> Iterator[str]:
        id, classes, _ = attributes(content[0])
        caption, inside = content[1], content[2]
        words = self._caption(caption)
        shown = [node for node in walk(inside) if node["t"] == "Figure"]
        images = [node for node in walk(inside) if node["t"] == "Image"]
        if not images:
            yield from self.lines(inside)
        elif shown:
            yield " ".join(self._panel(figure) for figure in shown)
        else:
            yield " ".join(self._without_caption(image, caption) for image in images)
        if words or id:
            yield ""
            yield self._caption_line(words, id, classes, "fig")

    def _without_caption(self, image: Any, caption: Any) -> str:
        """Return an image of a figure; its alternative text is its own, if it has one."""
        found, alt, target = image["c"]
        is_caption = text(alt) == text(caption)
        pairs = attributes(found)[2]
        described = text(alt) if not is_caption else text(caption)
        alt = [{"t": "Str", "c": pairs.get("fig-alt", described)}]
        return self.inlines.text([{"t": "Image", "c": [found, alt, [target[0], ""]]}])

    def _panel(self, figure: Any) -> str:
        """Return a figure in a figure: an image with an id, its caption as its title."""
        id, caption, inside = figure["c"][0][0], figure["c"][1], figure["c"][2]
        image = next((node for node in walk(inside) if node["t"] == "Image"), None)
        if image is None:
            self.report.add("a part of a figure is no image; its text is kept", text(inside)[:40])
            return self.inlines.text([node for node in walk(inside) if node["t"] in ("Str", "Space")])
        found, alt, target = image["c"]
        title = text(caption).replace('"', "”")
        _, classes, pairs = found
        named = [id or f"fig-{self._new()}", classes, pairs]
        return self.inlines.text(
            [{"t": "Image", "c": [named, alt or [{"t": "Str", "c": title}], [target[0], title]]}]
        )

    def _caption(self, caption: Any) -> str:
        blocks = caption[1] if isinstance(caption, list) else caption["c"][1]
        return " ".join(line for line in self.lines(blocks) if line)

    def _caption_line(self, words: str, id: str, classes: Sequence[str], kind: str) -> str:
        named = [
            f"#{self.inlines.id(id) if id else f'{kind}-{self._new()}'}",
            *(f".{name}" for name in classes),
        ]
        if not id and not self.has_numbers:
            named.append(".unnumbered")
        return f": {words} {{{' '.join(named)}}}".replace(":  {", ": {")

    def _new(self) -> int:
        """Return a number for an id that the article has none of."""
        self._made += 1
        while any(id.endswith(f"-{self._made}") for id in self.inlines.taken):
            self._made += 1
        return self._made

    def _table(self, content: Any) -> Iterator[str]:
        id, classes, _ = attributes(content[0])
        words = self._caption(content[1])
        lines = tables.pipe_table(content, self.inlines, self)
        if lines:
            yield from lines
            if words or id:
                yield ""
                yield self._caption_line(words, id, [name for name in classes if name.isalpha()], "tbl")
        else:
            yield tables.as_html(content, self.inlines.id(id), self.version)

    def _div(self, content: Any) -> Iterator[str]:
        id, classes, pairs = attributes(content[0])
        blocks = content[1]
        if "output" in classes:
            yield from self.lines(cells.best_output(blocks))
        elif box := box_of(id, classes, self.environments):
            yield from self._box(box, id, classes, pairs, blocks)
        elif kind := _admonition(classes):
            yield from self._admonition(kind, pairs, blocks)
        elif ASIDES & set(classes):
            yield from ("!!! margin", *_indented(self.lines(blocks)))
        elif "refs" in classes or id == "refs":
            return
        elif id and len(blocks) == 1 and blocks[0]["t"] in ("Table", "Figure"):
            inner = blocks[0]["c"]
            yield from self._block({"t": blocks[0]["t"], "c": [[id, *inner[0][1:]], *inner[1:]]})
        elif id and _is_group(blocks):
            yield from self._group(id, classes, blocks)
        else:
            yield from self._other(id, classes, pairs, blocks)

    def _box(
        self, box: str, id: str, classes: list[str], pairs: dict[str, str], blocks: list[Any]
    ) -> Iterator[str]:
        title, own, is_numbered, blocks = latex.theorem(blocks)
        if not title and blocks and blocks[0]["t"] == "Header":
            title, blocks = self.inlines.text(blocks[0]["c"][2]), blocks[1:]
        title = title or pairs.get("name", "") or pairs.get("title", "")
        if is_numbered and not (id or own or self.unnumbered & set(classes)):
            own = f"{BOXES[box]}-{self._new()}"
        yield from self._box_lines(box, title, id or own, self.lines(blocks))

    def _box_lines(self, box: str, title: str, id: str, lines: Sequence[str]) -> Iterator[str]:
        shown = f' "{title.replace(chr(34), "”")}"' if title else ""
        named = f" {{#{self.inlines.id(id)}}}" if id else ""
        yield from (f"!!! {box}{shown}{named}", *_indented(lines or ["&#8203;"]))

    def _admonition(self, kind: str, pairs: dict[str, str], blocks: list[Any]) -> Iterator[str]:
        title = pairs.get("title", "")
        if not title and blocks and blocks[0]["t"] == "Header":
            title, blocks = text(blocks[0]["c"][2]), blocks[1:]
        elif blocks and blocks[0]["t"] == "Div" and "title" in blocks[0]["c"][0][1]:  # of alerts
            blocks = blocks[1:]
        shown = f' "{title.replace(chr(34), "”")}"' if title else ""
        yield from (f"!!! {kind}{shown}", *_indented(self.lines(blocks)))

    def _group(self, id: str, classes: list[str], blocks: list[Any]) -> Iterator[str]:
        """Yield images side by side, or a table, with the last paragraph as their caption."""
        last = blocks[-1]
        is_caption = last["t"] in ("Para", "Plain") and not any(node["t"] == "Image" for node in walk(last))
        figures = [node for node in walk(blocks) if node["t"] == "Figure"]
        if any(node["t"] == "Table" for node in walk(blocks)):
            yield from self.lines(blocks[:-1] if is_caption else blocks)
        elif figures:
            yield " ".join(self._panel(figure) for figure in figures)
        else:
            images = [node for node in walk(blocks) if node["t"] == "Image"]
            yield " ".join(self.inlines.text([image]) for image in images)
        words = self.inlines.text(last["c"]) if is_caption else ""
        own = [name for name in classes if name == "unnumbered"]
        yield from ("", self._caption_line(words, id, own, "fig"))

    def _other(self, id: str, classes: list[str], pairs: dict[str, str], blocks: list[Any]) -> Iterator[str]:
        names = [name for name in classes if name not in TRANSPARENT]
        if names or (pairs and not set(classes) & TRANSPARENT):
            shown = " ".join(
                (*(f".{name}" for name in names), *(f"{name}={value}" for name, value in pairs.items()))
            )
            typed = next(iter((*names, *pairs)), "")
            self.report.add(f"not understood: a block {{{shown}}}; what it holds is kept", typed)
        is_div = bool(names) or (bool(id) and not set(classes) & TRANSPARENT)
        if is_div:
            given = f' id="{self.inlines.id(id)}"' if id else ""
            given += f' class="{" ".join(names)}"' if names else ""
            yield from (f'<div{given} markdown="1">', "")
        yield from self.lines(blocks)
        if is_div:
            yield from ("", "</div>")


def _numbered(notes: list[Any]) -> Iterator[tuple[int, Any]]:
    """Yield notes with their numbers, those too that are added meanwhile."""
    number = 0
    while number < len(notes):
        yield number + 1, notes[number]
        number += 1


def _indented(lines: Sequence[str]) -> Iterator[str]:
    for line in "\n".join(lines).splitlines():
        yield f"    {line}".rstrip()


def _equation_id(content: Sequence[Any], at: int) -> tuple[str, int]:
    """Return the id that stands behind the formula at `at`, and where the content goes on."""
    behind = at + 1
    while behind < len(content) and content[behind]["t"] in ("Space", "SoftBreak"):
        behind += 1
    is_text = behind < len(content) and content[behind]["t"] == "Str"
    found = EQUATION_ID.fullmatch(content[behind]["c"]) if is_text else None
    return (found["id"], behind) if found else ("", at)


def _is_group(blocks: Sequence[Any]) -> bool:
    """Return whether `blocks` are images or tables, with a paragraph behind them that is their caption."""
    return len(blocks) > 1 and all(_is_shown(block) for block in blocks[:-1])


def _is_shown(block: Any) -> bool:
    if block["t"] in ("Para", "Plain"):
        return all(node["t"] in ("Image", "Space", "SoftBreak") for node in block["c"])
    return block["t"] in ("Figure", "Table")


def _words(inlines: Sequence[Any]) -> bool:
    return any(node["t"] not in ("Space", "SoftBreak") for node in inlines)


def _admonition(classes: Sequence[str]) -> str:
    for name in classes:
        kind = name.removeprefix("callout-")
        if kind in ADMONITIONS:
            return kind
    return ""
