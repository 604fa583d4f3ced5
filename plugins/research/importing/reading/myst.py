"""MyST's Markdown → Pandoc's, which has blocks and attributes in place of directives, roles and targets."""

import re
from collections.abc import Callable, Iterator, Sequence

import yaml

from ...core.lazy import lazy_pattern
from ...numbering.kinds import BOXES
from ..report import Report

OPENING = lazy_pattern(
    r"^(?P<indent>\s*)(?P<fence>`{3,}|:{3,}|~{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>.*)$"
)
FENCE = lazy_pattern(r"^\s*(?P<fence>`{3,}|~{3,})(?!.*`)")
OPTION = lazy_pattern(r"^\s*:(?P<name>[\w-]+):[ \t]*(?P<value>.*)$")
TARGET = lazy_pattern(r"^\((?P<id>[\w:.-]+)\)=\s*$")
HEADING = lazy_pattern(r"^#{1,6} ")
#: A role, or code, which begins with no name.
ROLE = lazy_pattern(r"(?:\{(?P<name>[\w:]+)\})?(?P<ticks>`+)(?P<text>[^`]+)(?P=ticks)(?!`)")
EXPLICIT = lazy_pattern(r"(?P<text>.*?)\s*<(?P<id>[^<>]+)>", re.DOTALL)
SUBSTITUTION = lazy_pattern(r"\{\{[^{}]+\}\}")
CITATIONS = {
    "cite": "",
    "cite:p": "",
    "cite:t": "t",
    "cite:ps": "",
    "cite:ts": "t",
    "citep": "",
    "citet": "t",
}
REFERENCES = frozenset("ref numref eq prf:ref eq:ref figref".split())
ADMONITIONS = frozenset(
    "note warning tip important caution danger attention hint error seealso admonition dropdown".split()
)
MARGINS = frozenset("margin sidebar aside".split())
#: The attribute of code that stands in a file.
FILE = "of-file"
CODES = frozenset("code-block code sourcecode code-cell literalinclude".split())
#: What a post has in other ways: a list of references, contents.
DROPPED = frozenset("bibliography tableofcontents".split())


def as_pandoc(text: str, report: Report) -> str:
    """Return `text` as Pandoc's Markdown; what has no form there is reported."""
    return "\n".join(_Translator(report).lines(text.splitlines())) + "\n"


class _Translator:
    def __init__(self, report: Report) -> None:
        self.report = report
        #: The id that stands before what comes next.
        self.target = ""

    def lines(self, lines: Sequence[str]) -> Iterator[str]:
        at = 0
        while at < len(lines):
            line = lines[at]
            opening = OPENING.match(line)
            if opening:
                end = _end(lines, at, opening["fence"])
                yield from ("", *self._directive(opening, list(lines[at + 1 : end])), "")
                at = end
            elif fence := FENCE.match(line):
                end = _end(lines, at, fence["fence"])
                yield from lines[at : end + 1]
                at = end
            elif target := TARGET.match(line):
                self.target = target["id"]
            elif line.startswith("%") or line.strip() == "+++":
                pass  # comments, and the borders of cells
            elif line.strip() == "$$" and self.target:
                end = next((n for n in range(at + 1, len(lines)) if lines[n].strip().startswith("$$")), at)
                yield from (*lines[at:end], f"$$ {{#{self._taken()}}}")
                at = end
            else:
                yield self._line(line)
            at += 1

    def _taken(self) -> str:
        target, self.target = self.target, ""
        return target

    def _line(self, line: str) -> str:
        if labelled := re.fullmatch(r"\s*\$\$\s*\((?P<id>[\w:.-]+)\)\s*", line):
            return f"$$ {{#{labelled['id']}}}"
        if self.target and line.strip():
            target = self._taken()
            line = f"{line.rstrip()} {{#{target}}}" if HEADING.match(line) else f"[]{{#{target}}}{line}"
        for found in SUBSTITUTION.findall(line):
            self.report.raw(found, "it stands in the post as it is")
        return ROLE.sub(
            lambda role: self._role(role["name"], role["text"], role[0]) if role["name"] else role[0], line
        )

    def _role(self, name: str, text: str, typed: str) -> str:
        explicit = EXPLICIT.fullmatch(text)
        words, id = (explicit["text"], explicit["id"]) if explicit else ("", text)
        if name in CITATIONS:
            keys = [key.strip() for key in text.split(",")]
            if CITATIONS[name] and len(keys) == 1:
                return f"@{keys[0]}"
            return f"[{'; '.join(f'@{key}' for key in keys)}]"
        if name in REFERENCES:
            words = words.replace("{number}", "%s").replace("{name}", "\\{name\\}")
            return f"[{words}](#{id.strip()})"
        simple: dict[str, Callable[[], str]] = {
            "math": lambda: f"${text}$",
            "sub": lambda: f"~{text}~",
            "sup": lambda: f"^{text}^",
            "subscript": lambda: f"~{text}~",
            "superscript": lambda: f"^{text}^",
            "code": lambda: f"`{text}`",
            "kbd": lambda: f"<kbd>{text}</kbd>",
            "del": lambda: f"~~{text}~~",
            "underline": lambda: f"[{text}]{{.underline}}",
            "smallcaps": lambda: f"[{text}]{{.smallcaps}}",
            "doc": lambda: f"[{words or text}]({id})",
            "download": lambda: f"[{words or text}]({id})",
        }
        if name in simple:
            return simple[name]()
        if name in ("abbr", "abbreviation") and (found := re.fullmatch(r"(.*?)\s*\((.*)\)", text)):
            return f'<abbr title="{found[2]}">{found[1]}</abbr>'
        self.report.raw(typed, "its text is kept")
        return words or text

    def _directive(self, opening: re.Match[str], body: list[str]) -> Iterator[str]:
        name, argument = opening["name"], opening["argument"].strip()
        options, body = _options(body)
        id = options.pop("name", "") or options.pop("label", "") or self._taken()
        if name in ("figure", "image"):
            yield self._figure(id, argument, options, body)
        elif name == "math":
            lines = [line for line in (argument, *body) if line.strip()]
            yield from ("$$", *lines, f"$$ {{#{id}}}" if id else "$$")
        elif name in CODES:
            yield from self._code(name, id, argument, options, body)
        elif name in ("table", "list-table", "csv-table"):
            yield from self._table(name, id, argument, body)
        elif name.removeprefix("prf:") in BOXES:
            yield from self._block(name.removeprefix("prf:"), id, argument, body)
        elif name in ADMONITIONS:
            kind = "note" if name in ("admonition", "dropdown") else name
            kind = next((one for one in options.get("class", "").split() if one in ADMONITIONS), kind)
            yield from self._block(
                f"callout-{kind}",
                id,
                argument if name in ("admonition", "dropdown") else "",
                body if name in ("admonition", "dropdown") else [argument, *body],
            )
        elif name in MARGINS:
            heading = [f"**{argument}**", ""] if argument else []
            yield from self._block("column-margin", id, "", [*heading, *body])
        elif name in ("epigraph", "pull-quote", "blockquote"):
            yield from (f"> {line}" for line in self.lines([argument, *body]))
        elif name == "contents":
            yield "[TOC]"
        elif name not in DROPPED:
            self.report.raw(opening[0].strip(), "what it holds is kept")
            is_title = any(sign.isalpha() for sign in argument)
            yield from self.lines([argument, "", *body] if is_title else body)

    def _block(self, name: str, id: str, title: str, body: Sequence[str]) -> Iterator[str]:
        named = f"#{id} " if id else ""
        shown = f' title="{title.replace(chr(34), "”")}"' if title else ""
        inside = list(self.lines(body))
        colons = max((len(run) for line in inside for run in re.findall(r"^:{3,}", line)), default=2)
        fence = ":" * max(3, colons + 1)
        yield from (f"{fence} {{{named}.{name}{shown}}}", *inside, fence)

    def _figure(self, id: str, address: str, options: dict[str, str], body: list[str]) -> str:
        caption = " ".join(line.strip() for line in self.lines(body) if line.strip())
        named = [f"#{id}"] if id else []
        named += [
            f"{name}={value.removesuffix('px')}"
            for name in ("width", "height")
            if (value := options.get(name))
        ]
        if alt := options.get("alt"):
            named.append(f'fig-alt="{alt.replace(chr(34), "”")}"')
        return f"![{caption or options.get('alt', '')}]({address}){{{' '.join(named)}}}"

    def _code(
        self, name: str, id: str, argument: str, options: dict[str, str], body: list[str]
    ) -> Iterator[str]:
        named = [f"#{id}"] if id else []
        if caption := options.get("caption"):
            named.append(f'caption="{caption.replace(chr(34), "”")}"')
        if lines := options.get("emphasize-lines"):
            named.append(f'emphasize-lines="{lines}"')
        if name == "literalinclude":
            named.append(f'{FILE}="{argument}"')
            if lines := options.get("lines"):
                named.append(f'lines="{lines}"')
            argument = options.get("language", "")
        if name == "code-cell":
            yield from (f"```{{{argument or 'python'}}}", *body, "```")
            return
        classes = [f".{argument}"] if argument else []
        classes += [".numberLines"] if {"linenos", "lineno-start", "number-lines"} & options.keys() else []
        yield from (f"````{{{' '.join((*classes, *named))}}}", *body, "````")

    def _table(self, name: str, id: str, caption: str, body: list[str]) -> Iterator[str]:
        if name == "list-table":
            body = _pipe(_rows_of_list(body))
        elif name == "csv-table":
            body = _pipe(
                [[cell.strip().strip('"') for cell in line.split(",")] for line in body if line.strip()]
            )
        named = f" {{#{id}}}" if id else ""
        yield from (*self.lines(body), "", f": {caption}{named}")


def _end(lines: Sequence[str], at: int, fence: str) -> int:
    """Return the line that closes the block which line `at` opens with a `fence`."""
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    depth = 0
    for number in range(at + 1, len(lines)):
        if fence[0] == ":" and (inner := OPENING.match(lines[number])) and inner["fence"] == fence:
            depth += 1
        elif closing.match(lines[number]):
            if not depth:
                return number
            depth -= 1
    return len(lines)


def _options(body: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the options of a directive, and what follows them."""
    if body and body[0].strip() == "---":
        end = next((number for number in range(1, len(body)) if body[number].strip() == "---"), len(body))
        found = yaml.safe_load("\n".join(body[1:end])) or {}
        return {str(name): str(value) for name, value in found.items()}, body[end + 1 :]
    options: dict[str, str] = {}
    while body and (option := OPTION.match(body[0])):
        options[option["name"]] = option["value"].strip()
        body = body[1:]
    while body and not body[0].strip():
        body = body[1:]
    return options, body


def _rows_of_list(body: Sequence[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for line in body:
        if row := re.match(r"^\s*\* +- +(.*)$", line):
            rows.append([row[1]])
        elif (cell := re.match(r"^\s+- ?(.*)$", line)) and rows:
            rows[-1].append(cell[1])
        elif line.strip() and rows:
            rows[-1][-1] += f" {line.strip()}"
    return rows


def _pipe(rows: Sequence[Sequence[str]]) -> list[str]:
    width = max(map(len, rows), default=0)
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
    return [*lines[:1], "|" + " --- |" * width, *lines[1:]]
