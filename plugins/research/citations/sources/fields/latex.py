"""LaTeX in the fields of a .bib file → HTML of a few inline tags.

The result is escaped: whatever markup the file holds arrives as text. Its only tags are i, b, sup,
sub, and spans for small capitals and for words that keep their case: those that CSL-JSON knows.
pylatexenc parses the text, and knows accents and symbols; `commands` adds those of bibliographies.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexSpecialsNode,
    LatexWalker,
)

from ....core.lazy import lazy_pattern
from . import commands

SPANS = ("smallcaps", "nocase")
PLAIN = lazy_pattern(r"(?:[^\\{}$~`'&<>\-]|-(?!-))*+")
MATH = lazy_pattern(
    r"(?<!\\)\$((?:[^$\\]|\\.)+)\$|\\\(((?:(?!\\[()]).)+)\\\)|\\ensuremath\s*\{([^{}]*)\}"
    r"|(\\ce\s*\{(?:[^{}]|\{[^{}]*\})*\})",  # chemistry, which MathJax sets
    re.DOTALL,
)
#: What the parser would take for comments, formulas and environments, which fields of BibTeX do not have.
NOT_FOR_PARSER = lazy_pattern(
    r"\\(?P<bracket>[()\[\]])|\\(?:begin|end)\s*\{[^{}]*\}|\\.|(?P<sign>[%$#])", re.DOTALL
)
BRACE = lazy_pattern(r"\\.|[{}]", re.DOTALL)
# C0 and C1 controls, marks that turn the direction of the text around them, halves of surrogate pairs.
CONTROLS = lazy_pattern(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ud800-\udfff]")
#: Stands for the formula of that number while the rest is parsed.
FORMULA, FORMULAS = 0xE000, lazy_pattern(r"[\ue000-\uf8ff]")
#: A formula of symbols alone, which Unicode can write.
SYMBOLS = lazy_pattern(r"(?:[^\\^_{}&$]|\\([a-zA-Z]+)\s*)+")
#: A word of which braces protect a part, such as “{R}iemannian”: the whole word keeps its case.
PROTECTED = r'<span class="nocase">((?:[^<]|<(?!/?span))*)</span>'
PROTECTED_WORD = lazy_pattern(rf"[\w’]*(?:{PROTECTED}[\w’]*)+")
QUOTES = (("“", "”"), ("‘", "’"))

#: Longer than any title; the time of style processors grows with its square.
MAX_TEXT_LENGTH = 5_000
#: Braces that are nested deeper are left out: all that they do is group.
MAX_DEPTH = 30


def to_html(text: str, is_title: bool = False) -> str:
    r"""Return the HTML of LaTeX `text`. Formulas that Unicode cannot write stay, in ``\(…\)``.

    In a title, braces keep the case of the words they are part of, and so does a formula.

    Raises `ValueError` if it is longer than `MAX_TEXT_LENGTH`, or cannot be parsed.
    """
    return _convert(text, is_title)[0]


def unknown_commands(text: str) -> tuple[str, ...]:
    """Return the commands in LaTeX `text` of which `to_html` knows nothing and keeps the arguments."""
    return _convert(text, False)[1]


@lru_cache(maxsize=4096)
def _convert(text: str, is_title: bool) -> tuple[str, tuple[str, ...]]:
    if len(text) > MAX_TEXT_LENGTH:
        raise ValueError(f"a text of {len(text):,} characters is longer than {MAX_TEXT_LENGTH:,}")
    text = CONTROLS.sub("", text)
    if PLAIN.fullmatch(text):
        return text, ()
    formulas: list[str] = []

    def stored(math: re.Match[str]) -> str:
        formulas.append(_formula(math[1] or math[2] or math[3] or math[4] or ""))
        return chr(FORMULA + len(formulas) - 1)

    writer = _Writer(is_title)
    html = writer.html(_parsed(MATH.sub(stored, text)))
    if is_title:
        html = PROTECTED_WORD.sub(_protected, html)

    def formula(stand_in: re.Match[str]) -> str:
        found = formulas[ord(stand_in[0]) - FORMULA]
        return f'<span class="nocase">{found}</span>' if is_title else found

    return FORMULAS.sub(formula, html), tuple(writer.unknown)


def _formula(tex: str) -> str:
    symbols = SYMBOLS.fullmatch(tex)
    names = re.findall(r"\\([a-zA-Z]+)", tex)
    if symbols and all(commands.symbol(name) for name in names):
        plain = re.sub(r"\\([a-zA-Z]+)", lambda name: commands.symbol(name[1]) or "", tex)
        return escape(plain, quote=False)
    return escape(rf"\({tex}\)", quote=False)


def _parsed(text: str) -> Sequence[Any]:
    """Return the nodes of `text`. Raises `ValueError` where the parser fails."""

    def for_parser(found: re.Match[str]) -> str:
        if found["sign"]:
            return f"\\{found[0]}"
        if found["bracket"]:
            return found["bracket"]
        return "" if found[0].startswith((r"\begin", r"\end")) else found[0]

    text = NOT_FOR_PARSER.sub(for_parser, _flattened(text))
    try:
        nodes, *_ = LatexWalker(text, latex_context=commands.CONTEXT, tolerant_parsing=True).get_latex_nodes()
    except Exception as error:  # a stranger's text, in a library of others
        raise ValueError(f"the LaTeX “{text[:60]}” cannot be parsed: {error}") from error
    return list(nodes)


def _flattened(text: str) -> str:
    """Return `text` with balanced braces, of which none is nested deeper than `MAX_DEPTH`."""
    depth = 0
    parts: list[str] = []
    at = 0
    for brace in BRACE.finditer(text):
        parts.append(text[at : brace.start()])
        at = brace.end()
        if brace[0] == "{":
            depth += 1
        is_left_out = depth > MAX_DEPTH or (brace[0] == "}" and not depth)
        if brace[0] == "}" and depth:
            depth -= 1
        parts.append("" if is_left_out and len(brace[0]) == 1 else brace[0])
    return "".join((*parts, text[at:])) + "}" * min(depth, MAX_DEPTH)


class _Writer:
    """Writes the HTML of nodes, and notes unknown commands."""

    def __init__(self, is_title: bool) -> None:
        self.unknown: dict[str, None] = {}
        self._is_title = is_title
        self._quotes = 0

    def html(self, nodes: Sequence[Any], is_inside: bool = False) -> str:
        """Return the HTML of `nodes`, which may stand inside of a group."""
        parts: list[str] = []
        closing = ""
        is_argument = False  # of a command that the parser does not know
        for node in nodes:
            if isinstance(node, LatexMacroNode) and node.macroname in commands.DECLARATIONS and is_inside:
                tag = commands.TAGS[node.macroname]
                parts.append(_opening(tag))
                closing = _closing(tag) + closing
            else:
                parts.append(self._node(node, is_inside or is_argument))
            is_argument = isinstance(node, LatexMacroNode) and f"\\{node.macroname}" in self.unknown
        return "".join(parts) + closing

    def _node(self, node: Any, is_inside: bool) -> str:
        if isinstance(node, LatexCharsNode):
            return escape(node.chars.replace("`", "‘").replace("'", "’"), quote=False)
        if isinstance(node, LatexGroupNode):
            html = self.html(node.nodelist, True)
            protects = self._is_title and not is_inside and html and not _is_special(node)
            return f"{_opening('nocase')}{html}{_closing('nocase')}" if protects else html
        if isinstance(node, LatexSpecialsNode):
            return commands.SPECIALS.get(node.specials_chars, escape(node.specials_chars, quote=False))
        return self._macro(node) if isinstance(node, LatexMacroNode) else ""

    def _macro(self, node: LatexMacroNode) -> str:
        name = node.macroname
        arguments = [argument for argument in (node.nodeargd and node.nodeargd.argnlist) or () if argument]
        if name in commands.TEXTS:
            return escape(commands.TEXTS[name], quote=False) + (
                node.macro_post_space if name in commands.JOURNALS else ""
            )
        if name in commands.QUOTES:
            return self._quoted(arguments)
        if name in commands.TAGS:
            inside = self._arguments(arguments[-1:])
            return f"{_opening(commands.TAGS[name])}{inside}{_closing(commands.TAGS[name])}" if inside else ""
        if name in commands.ACCENTS:
            return escape(LatexNodes2Text(latex_context=commands.TEXT).macro_node_to_text(node), quote=False)
        if name in commands.AROUND:
            return commands.AROUND[name].format(self._arguments(arguments[-1:]))
        if name in commands.FIRST:
            return self._arguments(arguments[:1])
        if name in commands.DROPPED:
            return ""
        if (symbol := commands.symbol(name)) is not None:
            return escape(symbol, quote=False)
        if name not in commands.DECLARATIONS:
            self.unknown[f"\\{name}"] = None
        return str(node.macro_post_space) + self._arguments(arguments)

    def _quoted(self, arguments: Sequence[Any]) -> str:
        opening, closing = QUOTES[self._quotes % 2]
        self._quotes += 1
        inside = self._arguments(arguments[-1:])
        self._quotes -= 1
        return f"{opening}{inside}{closing}"

    def _arguments(self, arguments: Sequence[Any]) -> str:
        return "".join(
            self.html(argument.nodelist, True)
            if isinstance(argument, LatexGroupNode)
            else self._node(argument, True)
            for argument in arguments
        )


def _is_special(group: LatexGroupNode) -> bool:
    r"""Return whether `group` is a special character of BibTeX such as ``{\"o}``, whose case may change."""
    nodes = group.nodelist
    return len(nodes) == 1 and isinstance(nodes[0], LatexMacroNode) and nodes[0].macroname in commands.ACCENTS


def _protected(word: re.Match[str]) -> str:
    inside = re.sub(PROTECTED, r"\1", word[0])
    return f"{_opening('nocase')}{inside}{_closing('nocase')}"


def _opening(tag: str) -> str:
    return f'<span class="{tag}">' if tag in SPANS else f"<{tag}>"


def _closing(tag: str) -> str:
    return "</span>" if tag in SPANS else f"</{tag}>"
