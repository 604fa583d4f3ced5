"""Tables of pandoc's tree → Markdown, or HTML for what Markdown's tables cannot hold."""

import re
from typing import TYPE_CHECKING, Any

from ..reading import pandoc
from ..tree import walk

if TYPE_CHECKING:
    from .blocks import Blocks
    from .inlines import Inlines

#: Stands for a bar until the row is written.
BAR = "\ue000"
RULES = {"AlignLeft": ":---", "AlignRight": "---:", "AlignCenter": ":---:", "AlignDefault": "---"}


def pipe_table(content: Any, inlines: "Inlines", blocks: "Blocks") -> list[str]:
    """Return the lines of a table of Markdown; none where its cells hold blocks or span others."""
    _, _, columns, head, bodies, foot = content
    headings = head[1]
    rows = [*(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
    if len(headings) > 1 or not columns or not all(_is_plain(row) for row in (*headings, *rows)):
        return []
    first = _cells(headings[0], inlines) if headings else [""] * len(columns)
    rules = [RULES[alignment["t"]] for alignment, _ in columns]
    found = [_line(first), _line(rules)]
    return [*found, *(_line(_cells(row, inlines)) for row in rows)]


def as_html(content: Any, id: str, version: Any) -> str:
    """Return a table as HTML, with its caption inside."""
    html = pandoc.as_html([{"t": "Table", "c": [[id, *content[0][1:]], *content[1:]]}], version)
    return re.sub(r"\n\s*\n", "\n", html)


def _is_plain(row: Any) -> bool:
    return all(
        cell[2] == 1
        and cell[3] == 1
        and len(cell[4]) <= 1
        and all(block["t"] in ("Plain", "Para") for block in cell[4])
        and not any(node["t"] in ("Note",) and len(node["c"]) > 1 for node in walk(cell[4]))
        for cell in row[1]
    )


def _cells(row: Any, inlines: "Inlines") -> list[str]:
    return [
        inlines.text(_without_bars(cell[4][0]["c"])).replace(BAR, "\\|") if cell[4] else "" for cell in row[1]
    ]


def _without_bars(content: Any) -> Any:
    """Return the content of a cell, whose bars end no cell: in code they are safe, in TeX they have names."""
    for node in walk(content):
        if node["t"] == "Str":
            node["c"] = node["c"].replace("|", BAR)
        elif node["t"] == "Math":
            node["c"][1] = node["c"][1].replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    return content


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
