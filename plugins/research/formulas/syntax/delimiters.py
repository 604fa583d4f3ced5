r"""What opens and closes formulas in Markdown, as regular expressions.

A ``$`` follows Pandoc's rule (Pandoc User's Guide, extension ``tex_math_dollars``): an opening one has
no space behind it, a closing one none before it and no digit behind it. Environments of LaTeX are
formulas under all delimiters.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from ...core.text.guarded import Closed
from ..settings import Settings

Pairs = tuple[tuple[str, str], ...]

INLINE, DISPLAY = Settings.inline_math, Settings.display_math

# Each branch starts with its literal, the lookbehind after it: so the engine skips to candidates.
ENVIRONMENT = r"\\(?<!\\\\)begin\{(?P<name>[a-zA-Z]+\*?)\}.+?\\end\{(?P=name)\}"
DOLLAR = r"\$(?<![\\$]\$)(?![\s$])(?P<{}>(?:[^$\\]++|\\.)++)(?<!\s)\$(?!\d)"


@dataclass(frozen=True)
class Delimiters:
    """Pairs that stand around formulas of a line of text, and around displayed ones."""

    inline: Pairs
    display: Pairs

    #: A formula, of either kind.
    any: Closed
    #: A formula of a line of text.
    in_text: Closed
    #: The beginning of a paragraph, or of its part, that is a displayed formula; and all of it.
    opening: re.Pattern[str]
    block: re.Pattern[str]
    #: What an author kept from being a delimiter, and what is none on this blog but would be to others.
    escaped: str

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, inline: Pairs = INLINE, display: Pairs = DISPLAY) -> "Delimiters":
        """Return the patterns for these pairs."""
        texts = "|".join(_branch(pair, f"inline{n}") for n, pair in enumerate(inline))
        displays = "|".join(_branch(pair, f"display{n}") for n, pair in enumerate(display))
        blocks = f"{displays}|{ENVIRONMENT}" if displays else ENVIRONMENT
        openings = "|".join(re.escape(opening) for opening, _ in display)
        every = f"{blocks}|{texts}" if texts else blocks
        return cls(
            inline,
            display,
            any=Closed(re.compile(every, re.DOTALL), (*inline, *display)),
            in_text=Closed(re.compile(texts or r"(?!)", re.DOTALL), inline),
            opening=re.compile(rf"\n* {{0,3}}(?:{openings}|\\begin)" if openings else r"\n* {0,3}\\begin"),
            block=re.compile(rf"\s*(?:{blocks})", re.DOTALL),
            escaped=r"\\\$|\\\\(?=[(\[])" + ("" if ("$$", "$$") in display else r"|\$\$"),
        )

    @property
    def signs(self) -> tuple[str, ...]:
        """How formulas of a line of text begin."""
        return tuple(opening for opening, _ in self.inline)

    @property
    def displayed(self) -> tuple[str, ...]:
        """How displayed formulas begin."""
        return (*(opening for opening, _ in self.display), r"\begin")


def is_inline(match: re.Match[str]) -> bool:
    """Say whether a match of `Delimiters.any` is a formula of a line of text."""
    return str(match.lastgroup).startswith("inline")


def in_latex(match: re.Match[str]) -> str:
    """Return the matched formula with the delimiters of LaTeX."""
    if match.lastgroup == "name":
        return match[0].lstrip()
    tex = match[str(match.lastgroup)]
    return rf"\({tex}\)" if is_inline(match) else rf"\[{tex}\]"


def _branch(pair: tuple[str, str], name: str) -> str:
    opening, closing = pair
    if pair == ("$", "$"):
        return DOLLAR.format(name)
    first, rest = re.escape(opening[0]), re.escape(opening[1:])
    citation = r"(?!-?@)" if opening.endswith("[") else ""
    escaped = r"(?<!\\)" if closing[0] != "\\" else ""
    return rf"{first}(?<!\\{first}){rest}{citation}(?P<{name}>.+?){escaped}{re.escape(closing)}"
