"""A text of a registry, with a few inline tags → LaTeX for a field of BibTeX."""

import re
from html import unescape

from ...core.lazy import lazy_pattern
from ..sources.fields.latex import CONTROLS

TAG = lazy_pattern(r"<(/?)([\w:]+)[^<>]*>")
#: Tags that are written as commands; other tags are dropped, and their content stays.
COMMANDS = {
    **{"i": "emph", "em": "emph", "b": "textbf", "sub": "textsubscript", "sup": "textsuperscript"},
    "scp": "textsc",
}
SPECIAL = {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
SPECIAL |= {char: f"\\{char}" for char in "%&$#_"}
SPECIAL |= {"\\": "", "{": "", "}": ""}  # BibTeX counts braces behind a backslash too
WORD = lazy_pattern(r"([^\W_][\w’'-]*)")


def to_latex(text: str, keeps_all: bool | None = None) -> str:
    """Return the LaTeX of `text`.

    In a title, names are put in braces, to keep their capitals: words with capitals inside, and where
    it `keeps_all`, as one in sentence case must, all words with capitals but the first. None says that
    `text` is no title.
    """
    parts: list[str] = []
    at, begins = 0, True
    for tag in [*TAG.finditer(text), None]:
        words = unescape(text[at : tag.start() if tag else len(text)])
        parts.append(_escaped(words) if keeps_all is None else _title(words, keeps_all, begins))
        begins = begins and not words.strip()
        if tag:
            at = tag.end()
            command = COMMANDS.get(tag[2].lower())
            parts.append(("}" if tag[1] else f"\\{command}{{") if command else "")
    return _balanced(" ".join("".join(parts).split()))


def _title(text: str, keeps_all: bool, begins: bool) -> str:
    pieces = WORD.split(text)
    for number in range(1, len(pieces), 2):
        word, before = pieces[number], pieces[number - 1].strip(" “‘\"'(\n")
        begins = (begins and number == 1 and not before) or before.endswith((":", ".", "?", "!", "—"))
        capitals = [place for place, char in enumerate(word) if char.isupper()]
        inside = [place for place in capitals if place and word[place - 1] != "-"]
        is_name = bool(inside) or (keeps_all and bool(capitals) and not begins)
        pieces[number] = f"{{{_escaped(word)}}}" if is_name else _escaped(word)
    pieces[::2] = map(_escaped, pieces[::2])
    return "".join(pieces)


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(char, char) for char in CONTROLS.sub("", text))


def _balanced(latex: str) -> str:
    """Return `latex` with as many braces closed as are opened: tags of a registry may not match."""
    depth, tokens = 0, []
    for token in re.findall(r"\\.|[^\\]", latex):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            depth = 0
            continue
        tokens.append(token)
    return "".join(tokens) + "}" * depth
