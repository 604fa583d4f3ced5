r"""What opens and closes formulas, as regular expressions.

A ``$`` follows Pandoc's rule (Pandoc User's Guide, extension ``tex_math_dollars``): an opening one has
no space behind it, a closing one none before it and no digit behind it. Where only a space is against a
formula, or a letter stands right behind it, what it holds must read as TeX (`core.text.tex`). Environments of
LaTeX are formulas under all delimiters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from ...core.lazy import lazy_pattern
from ...core.text.guarded import Closed
from ...core.text.segments import IN_PARENTHESES, TEXT_COMMANDS
from ...core.text.tex import has_prose, is_arithmetic, is_between_amounts, reads_as_prose, reads_as_tex
from ..settings import Settings
from .protected import Protected

Pairs = tuple[tuple[str, str], ...]

INLINE, DISPLAY = Settings.inline_math, Settings.display_math
DOLLARS, DOUBLE_DOLLARS = ("$", "$"), ("$$", "$$")
PARENTHESES, BRACKETS = (r"\(", r"\)"), (r"\[", r"\]")

# Each branch starts with its literal, the lookbehind after it: so the engine skips to candidates.
ENVIRONMENT = r"\\(?<!\\\\)begin\{(?P<name>[a-zA-Z]+\*?)\}.+?\\end\{(?P=name)\}"
#: The argument of a command for text, in which dollars are paired: ``\text{ if $b$}``.
TEXT_PIECE = r"[^{}$\\]|\\.|\$[^$]{1,300}+\$"
TEXT_ARGUMENT = rf"\s*\{{(?:{TEXT_PIECE}|\{{(?:{TEXT_PIECE}){{0,300}}+\}}){{0,600}}+\}}"
TEXT = rf"\\(?:{TEXT_COMMANDS}|intertext|tag\*?){TEXT_ARGUMENT}"
INSIDE = rf"(?:[^$\\]++|{TEXT}|\\.)++"
#: A digit may follow what ends with a dollar sign, as a price would: ``$\$$40``.
NO_DIGIT = r"(?:(?!\d)|(?<=\\\$\$))"
DOLLAR = (
    rf"\$(?<![\\$]\$)(?:(?![\s$])(?P<NAME>{INSIDE})(?<!\s)\${NO_DIGIT}"
    rf"|(?<!\w\$)(?P<NAMEspaced>{INSIDE})\$(?![\w$]))"
)
DOUBLE_DOLLAR = r"\$(?<![\\$]\$)\$(?!\$)(?P<NAME>.+?)(?<![\\$])\$\$(?!\$)"
#: No price: nothing but the number is between the dollars.
NUMBER = lazy_pattern(r"\$(?<!\w\$)-?\d+(?:[.,]\d+)*\$(?!\w)")
#: Between two prices: “5$-10$”, “5$/10$”.
RANGE = lazy_pattern(r"[-–/,;]\s*\d[\d.,]*\Z")
#: Backslashes that are escaped, in front of a sign, and a dollar that is.
ESCAPED = r"(?<!\\)(?:\\\\)*\\\$|(?<!\\)(?:\\\\)+(?=\\?[(\[])"
BLANK_LINE = lazy_pattern(r"\n[ \t]*\n")


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
    #: Delimiters that an author escaped, and those that are none on this blog but would be on others.
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
            any=Closed(re.compile(every, re.DOTALL), (*inline, *display), _accepts),
            in_text=Closed(re.compile(texts or r"(?!)", re.DOTALL), inline, _accepts),
            opening=re.compile(rf"\n* {{0,3}}(?:{openings}|\\begin)" if openings else r"\n* {0,3}\\begin"),
            block=re.compile(rf"\s*(?:{blocks})", re.DOTALL),
            escaped=ESCAPED + ("" if DOUBLE_DOLLARS in display else r"|\$\$"),
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


def tex_of(match: re.Match[str]) -> str:
    """Return the matched formula without its delimiters, but for those of an environment."""
    if match.lastgroup == "name":
        return match[0].lstrip()
    tex = match[str(match.lastgroup)]
    return tex.strip() if _is_spaced(match) else tex


def in_latex(match: re.Match[str]) -> str:
    """Return the matched formula with the delimiters of LaTeX."""
    tex = tex_of(match)
    if match.lastgroup == "name":
        return tex
    return rf"\({tex}\)" if is_inline(match) else rf"\[{tex}\]"


def is_dollar_formula(match: re.Match[str]) -> bool:
    """Say whether a match between single dollars is a formula; `DOLLAR` alone finds more."""
    tex = match[str(match.lastgroup)]
    if BLANK_LINE.search(tex):
        return False
    following = match.string[match.end() : match.end() + 1]
    if _is_spaced(match):
        return reads_as_tex(tex) and not has_prose(tex)
    before = match.string[match.start() - 1 : match.start()]
    is_behind_price = before.isdigit()
    if before.isalpha() and tex[0].isdigit() and not reads_as_tex(tex):  # “US$6; 5$”
        return False
    if is_between_amounts(tex) or (is_behind_price and RANGE.match(tex)):
        return False
    is_clear = not following or not (following.isalpha() or following in "_{([")
    return is_clear or reads_as_tex(tex) or is_arithmetic(tex)


def _is_spaced(match: re.Match[str]) -> bool:
    return str(match.lastgroup).endswith("spaced")


def _accepts(text: str) -> Callable[[re.Match[str]], bool]:
    """Return what says of a match in a `text` of Markdown whether it is a formula."""
    protected = Protected.of(text)

    def accept(match: re.Match[str]) -> bool:
        if protected.covers(match.start()) or protected.covers(match.end() - 1):
            return False
        if match[0].startswith("$$"):
            return not reads_as_prose(match[str(match.lastgroup)])
        return not match[0].startswith("$") or is_dollar_formula(match)

    return accept


def _reads_as_tex(text: str) -> Callable[[re.Match[str]], bool]:
    protected = Protected.of(text)
    return lambda match: (
        not protected.covers(match.start())
        and is_dollar_formula(match)
        and (reads_as_tex(unescape(tex_of(match))) or NUMBER.match(match.string, match.start()) is not None)
    )


def _branch(pair: tuple[str, str], name: str) -> str:
    opening, closing = pair
    if pair == DOLLARS:
        return DOLLAR.replace("NAME", name)
    if pair == DOUBLE_DOLLARS:
        return DOUBLE_DOLLAR.replace("NAME", name)
    first, rest = re.escape(opening[0]), re.escape(opening[1:])
    citation = r"(?!-?@)" if opening.endswith("[") else ""
    escaped = r"(?<!\\)" if closing[0] != "\\" else ""
    inside = IN_PARENTHESES if pair == PARENTHESES else ".+?"
    return rf"{first}(?<!\\{first}){rest}{citation}(?P<{name}>{inside}){escaped}{re.escape(closing)}"


#: Formulas between single dollars in HTML, where nothing is an escape and prices are as likely as formulas.
IN_DOLLARS = Closed(lazy_pattern(_branch(DOLLARS, "inline"), re.DOTALL), (DOLLARS,), _reads_as_tex)
