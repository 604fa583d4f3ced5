"""Markdown of Quarto and R Markdown → Pandoc's: cells, and references as bookdown writes them."""

import re

from ...core.lazy import lazy_pattern

#: A cell: the language without a dot, which Pandoc's Markdown would not read as one.
CELL = lazy_pattern(
    r"^(?P<fence>\s*(?:`{3,}|~{3,})) ?\{(?P<language>[a-zA-Z]\w*)(?P<options>[ ,][^\n]*)?\}[ \t]*$",
    re.MULTILINE,
)
#: Its options on the first line, as R Markdown has them.
OPTION = lazy_pattern(r"""(?P<name>[\w.-]+)\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s,]+)|(?P<label>[\w-]+)""")
#: As cells are called between here and `cells`.
EXECUTED = "executed"
REFERENCE = lazy_pattern(r"\\@ref\((?P<id>[\w:.-]+)\)")
EQUATION = lazy_pattern(r"\(\\#(?P<id>eq:[\w.-]+)\)")
TABLE_CAPTION = lazy_pattern(
    r"^(?P<begin>(?:Table)?: )\(\\#(?P<id>tab:[\w.-]+)\)\s*(?P<caption>.*)$", re.MULTILINE
)
TARGET = lazy_pattern(r"^\(\\#(?P<id>[\w:.-]+)\)\s*", re.MULTILINE)


def as_pandoc(text: str) -> str:
    """Return `text` with cells as code of the class `EXECUTED`, and with references as LaTeX has them."""
    text = CELL.sub(_cell, text)
    text = EQUATION.sub(r"\\label{\g<id>}", text)
    text = TABLE_CAPTION.sub(r"\g<begin>\g<caption> {#\g<id>}", text)
    text = TARGET.sub(r"[]{#\g<id>}", text)
    return REFERENCE.sub(r"\\ref{\g<id>}", text)


def _cell(found: re.Match[str]) -> str:
    pairs = []
    for option in OPTION.finditer(found["options"] or ""):
        if option["label"]:
            pairs.append(f'label="{option["label"]}"')
        else:
            value = option["value"].strip("\"'").replace('"', "”")
            pairs.append(f'{option["name"].replace(".", "-")}="{value}"')
    return f"{found['fence']} {{.{found['language']} .{EXECUTED} {' '.join(pairs)}}}"
