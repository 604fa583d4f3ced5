r"""``\(`` and ``\[`` in Markdown: escapes of a parenthesis and a bracket, unless the blog says otherwise.

TeX between them stays what Markdown makes of it. A note of it stands at the end of the text that a reader
returned, so that it survives Pelican's cache, and becomes a warning when all posts have been read.
"""

import re
from dataclasses import dataclass
from html import unescape

from ...core.diagnostics import Source
from ...core.lazy import lazy_pattern
from ...core.text import placeholders
from ...core.text.markdown import Carrier
from ...core.text.segments import Edit
from ...core.text.tex import reads_as_tex
from .delimiters import BRACKETS, PARENTHESES, Pairs

PART = "formula-escape"
NOTE = placeholders.pattern(PART, placeholders.SOURCE)
SIGN = placeholders.sign(PART)
#: No line break, and nothing that Markdown has stored.
PLAIN_END = lazy_pattern(r"\n?[^\n\x02\x03]*\Z")
#: Markdown leaves none in a text.
SEPARATOR = "\t"
SETTINGS = {PARENTHESES: "inline_math", BRACKETS: "display_math"}
DOLLARS = {PARENTHESES: "$", BRACKETS: "$$"}


def pairs_of(inline: Pairs, display: Pairs) -> Pairs:
    """Return those of the two pairs that are escapes."""
    return tuple(pair for pair, given in ((PARENTHESES, inline), (BRACKETS, display)) if pair not in given)


def pattern(pairs: Pairs) -> str:
    """Return the pattern of what stands between one of the `pairs`."""
    opening, closing = ("".join(re.escape(pair[side][1]) for pair in pairs) for side in (0, 1))
    return rf"\\(?<!\\\\)[{opening}](?P<tex>[^\\]*(?:\\[^{closing}][^\\]*)*)\\[{closing}]"


def is_suspect(tex: str) -> bool:
    r"""Say whether `tex` reads as TeX, and not as the number of an item: ``\\(a\\)``, ``\\[1\\]``."""
    return reads_as_tex(tex) and not tex.strip().isalnum()


class Notes(Carrier):
    """Appends a note of each escaped formula to a text."""

    def add(self, match: re.Match[str]) -> None:
        """Note what was matched, with the end of what stands before it on its line, by which it is found."""
        start = match.start()
        before = PLAIN_END.search(
            "\n" + match.string[:start] if start < 30 else match.string[start - 30 : start]
        )
        source = f"{before[0] if before else ''}{SEPARATOR}{match[0]}"
        self.carry(placeholders.placeholder(PART, "", source=source))


@dataclass(frozen=True)
class Escaped:
    """A formula as it was typed, and some of what stands before it on its line."""

    before: str
    formula: str

    def place(self, file: Source, field: str) -> tuple[int | None, int | None]:
        """Return line and column in `file`; `field` is that of the front matter, if it stands in one."""
        for before in (self.before, self.before.lstrip("\n")):
            found = file.offset_of(before + self.formula, 0, field)
            if found is not None:
                return file.place(found + len(before))
        return None, None

    @property
    def message(self) -> str:
        """What its author is to write."""
        formula = self.formula
        pair = PARENTHESES if formula.startswith(PARENTHESES[0]) else BRACKETS
        sign, tex = DOLLARS[pair], " ".join(formula[2:-2].split())
        return (
            f"“{' '.join(formula.split())}” is text, since “{pair[0]}” is an escape in Markdown: write "
            f"{sign}{tex}{sign}, or name {pair[0]} and {pair[1]} in RESEARCH[{SETTINGS[pair]!r}]"
        )


def notes(html: str) -> tuple[list[Escaped], list[Edit]]:
    """Return the formulas that are noted in `html`, and the edits that take the notes out."""
    if SIGN not in html:
        return [], []
    found = list(NOTE.finditer(html))
    sources = (unescape(note["value"]).partition(SEPARATOR) for note in found)
    return [Escaped(before, formula) for before, _, formula in sources], [
        Edit(*note.span(), "") for note in found
    ]
