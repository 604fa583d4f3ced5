"""TeX → text that can be read where MathJax has not made any: in the name of a window, without Node.js."""

import re
import unicodedata
from collections.abc import Iterator
from functools import partial

from ...core.lazy import lazy_pattern

#: Names and symbols in turn.
PAIRS = (
    "infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ sqrt √ times × cdot · pm ± le ≤ leq ≤ ge ≥ geq "
    "≥ ne ≠ neq ≠ approx ≈ sim ∼ to → rightarrow → leftarrow ← Rightarrow ⇒ mapsto ↦ in ∈ notin ∉ "
    "subset ⊂ cup ∪ cap ∩ mid | ell ℓ hbar ℏ forall ∀ exists ∃ ldots … cdots ⋯ dots … equiv ≡ "
    "propto ∝ circ ∘ star ⋆"
).split()
SYMBOLS = dict(zip(PAIRS[::2], PAIRS[1::2], strict=True))
BLACKBOARD = {"R": "ℝ", "C": "ℂ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "P": "ℙ", "H": "ℍ", "E": "𝔼"}
DOUBLE_STRUCK = lazy_pattern(r"\\mathbb\s*\{?([A-Z])\}?")
FRACTION = lazy_pattern(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
FRACTION_OF_DIGITS = lazy_pattern(r"\\[dt]?frac\s*(\d)\s*(\d)")
COMMAND = lazy_pattern(r"\\([a-zA-Z]+)|\\([^a-zA-Z])")
SPACES = {",", ":", ";", " ", "quad", "qquad"}
#: An argument, of at most three levels of braces; in its place, without them.
ARGUMENT = r"\s*(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+)\}|([^\s{}\\]))"
DEFINITION = lazy_pattern(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|def)\*?\s*\{?\\(?P<name>[a-zA-Z]+)\}?"
    rf"\s*(?:\[(?P<count>\d)\])?(?:\#\d)*{ARGUMENT}"
)
#: How often macros are expanded, one in another, and to how many characters.
MAX_DEPTH, MAX_LENGTH = 5, 2_000
GROUP_OF_ONE = lazy_pattern(r"\{(\w)\}")


def readable(tex: str, definitions: str = "") -> str:
    """Return `tex` in one line of text: symbols for their commands, and no other commands.

    Macros of `definitions` are expanded before, as far as they take no optional arguments.
    """
    tex = _expanded(tex, list(_macros(definitions)))
    text = DOUBLE_STRUCK.sub(lambda found: BLACKBOARD.get(found[1], found[1]), tex)
    text = FRACTION_OF_DIGITS.sub(r"\1/\2", FRACTION.sub(r"\1/\2", text))
    text = COMMAND.sub(lambda found: _symbol(found[1] or found[2]), text)
    text = GROUP_OF_ONE.sub(r"\1", text).replace("{", "").replace("}", "").replace("~", " ")
    return " ".join(text.split())


def _macros(definitions: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """Yield the pattern of each macro with its arguments, and its body."""
    for found in DEFINITION.finditer(definitions):
        body = found[3] if found[3] is not None else found[4]
        count = int(found["count"] or max([0, *map(int, re.findall(r"#(\d)", body))]))
        yield re.compile(rf"\\{found['name']}(?![a-zA-Z])" + ARGUMENT * count), body


def _expanded(tex: str, macros: list[tuple[re.Pattern[str], str]]) -> str:
    for _ in range(MAX_DEPTH):
        before = tex
        for pattern, body in macros:
            tex = pattern.sub(partial(_filled, body), tex)
        if tex == before or len(tex) > MAX_LENGTH:
            break
    return tex


def _filled(body: str, found: re.Match[str]) -> str:
    """Return the `body` of a macro with the arguments that were `found`."""
    arguments = [one or other or "" for one, other in zip(*[iter(found.groups())] * 2, strict=True)]
    given = re.sub(r"#(\d)", lambda number: "".join(arguments[int(number[1]) - 1 :][:1]), body)
    return f"{{{given}}}"


def _symbol(name: str) -> str:
    if name in SPACES:
        return " "
    if name in SYMBOLS:
        return SYMBOLS[name]
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {name.removeprefix('var').upper()}")
    except KeyError:
        is_name = name in ("log", "exp", "sin", "cos", "tan", "lim", "max", "min", "det", "dim", "ln", "Pr")
        return f"{name} " if is_name else name if not name.isalpha() else ""
