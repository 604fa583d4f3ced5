"""TeX → text that can be read where MathJax has not made any: in the name of a window, without Node.js."""

import unicodedata

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
COMMAND = lazy_pattern(r"\\([a-zA-Z]+)|\\([^a-zA-Z])")
SPACES = {",", ":", ";", " ", "quad", "qquad"}
GROUP_OF_ONE = lazy_pattern(r"\{(\w)\}")


def readable(tex: str) -> str:
    """Return `tex` in one line of text: symbols for their commands, and no other commands."""
    text = DOUBLE_STRUCK.sub(lambda found: BLACKBOARD.get(found[1], found[1]), tex)
    text = FRACTION.sub(r"\1/\2", text)
    text = COMMAND.sub(lambda found: _symbol(found[1] or found[2]), text)
    text = GROUP_OF_ONE.sub(r"\1", text).replace("{", "").replace("}", "").replace("~", " ")
    return " ".join(text.split())


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
