"""Code of articles from elsewhere: listings, and cells that were executed there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.lazy import lazy_pattern
from ...numbering.kinds import FIGURE
from ..reading import quarto
from ..report import Report
from ..tree import KINDS, walk

OPTION = lazy_pattern(r"^(?:#|//|%%)\| ?(?P<name>[\w.-]+):\s*(?P<value>.*)$")
LINES = lazy_pattern(r"(?P<name>code-line-numbers|hl_lines|hl-lines|highlight|emphasize-lines)")
CAPTIONS = ("lst-cap", "caption", "title", "filename")
#: Options that caption what a cell shows.
OUTPUT_CAPTIONS = ("fig-cap", "tbl-cap")
#: Classes of code with line numbers.
NUMBERED = ("numberLines", "number-lines", "numberSource")


@dataclass(frozen=True)
class Cell:
    """Code, and what the options of a cell say of its output."""

    code: str
    id: str
    classes: Sequence[str]
    pairs: dict[str, str]
    #: Of its output: its id and its caption.
    label: str = ""
    caption: str = ""

    @property
    def language(self) -> str:
        """The language that its author names; empty for none."""
        return next((name for name in self.classes if name not in (quarto.EXECUTED, *NUMBERED)), "")

    @property
    def is_executed(self) -> bool:
        """Whether the other tool executes it."""
        return quarto.EXECUTED in self.classes


def cell(code: str, id: str, classes: Sequence[str], pairs: dict[str, str]) -> Cell:
    """Return code with what its first lines say, if it is a cell."""
    if quarto.EXECUTED not in classes:
        return Cell(code, id, classes, pairs)
    options, code = _options(code)
    options = {**pairs, **options}
    caption = next((options[name] for name in OUTPUT_CAPTIONS if name in options), "")
    caption_of_code = {name: value for name, value in options.items() if name == "lst-cap"}
    label = options.get("label", "")
    if label and caption and not KINDS.kind_of(label):  # of R Markdown
        label = f"{FIGURE}:{label}"
    return Cell(code, id or options.get("lst-label", ""), classes, caption_of_code, label, caption)


def lines(cell: Cell, report: Report) -> Iterator[str]:
    """Yield fenced code, with its id and its caption where it has them; report that it is not executed."""
    if cell.is_executed:
        named = f" “{cell.label}”" if cell.label else ""
        message = (
            f"code is not executed: save what the cell{named} shows as an image, and put it below the code"
        )
        label = f"label: {cell.label}"
        typed = label if label in report.text else cell.label.rpartition(":")[2]
        report.add(message, typed if cell.label else cell.code)
    yield from _fenced(
        cell.code, cell.language, cell.id, _caption(cell.pairs), _more(cell.classes, cell.pairs)
    )


def best_output(blocks: Sequence[Any]) -> list[Any]:
    """Return of the forms that a notebook has of one output the one that shows most: image, HTML, text."""
    for is_best in (
        lambda block: any(node["t"] == "Image" for node in walk(block)),
        lambda block: block["t"] == "RawBlock" and block["c"][0] == "html",
        lambda block: block["t"] != "RawBlock",
    ):
        if best := [block for block in blocks if is_best(block)]:
            return best
    return list(blocks)


def _fenced(code: str, language: str, id: str, caption: str, more: Sequence[str]) -> Iterator[str]:
    longest = max((len(run) for run in re.findall(r"^`{3,}", code, re.MULTILINE)), default=2)
    fence = "`" * max(3, longest + 1)
    named = [f".{language}"] if language else []
    named += [f"#{id}"] if id else []
    named += [f'caption="{caption}"'] if caption and id else []
    named += more
    if caption and not id:
        yield from (f"*{caption}*", "")
    plain = language if re.fullmatch(r"[\w+#-]*", language) else ""
    yield f"{fence}{{{' '.join(named)}}}" if id or more else f"{fence}{plain}"
    yield from code.splitlines()
    yield fence


def _caption(pairs: dict[str, str]) -> str:
    return next((pairs[name].replace('"', "”") for name in CAPTIONS if pairs.get(name)), "")


def _more(classes: Sequence[str], pairs: dict[str, str]) -> list[str]:
    """Return what else a fence says: highlighted lines, line numbers, files."""
    found = []
    for name, value in pairs.items():
        if LINES.fullmatch(name) and re.search(r"\d", value):
            found.append(f'hl_lines="{_lines(value)}"')
    if set(NUMBERED) & set(classes) or pairs.get("code-line-numbers") == "true":
        found.append("linenums=True")
    return found


def _lines(value: str) -> str:
    """Return ranges of lines as the numbers of these lines."""
    numbers: list[str] = []
    for first, last in re.findall(r"(\d+)(?:\s*-\s*(\d+))?", value):
        numbers += map(str, range(int(first), int(last or first) + 1))
    return " ".join(numbers)


def _options(code: str) -> tuple[dict[str, str], str]:
    """Return the options at the beginning of a cell, and its code."""
    options: dict[str, str] = {}
    lines = code.splitlines()
    while lines and (found := OPTION.match(lines[0])):
        options[found["name"]] = found["value"].strip().strip("\"'")
        del lines[0]
    return options, "\n".join(lines)
