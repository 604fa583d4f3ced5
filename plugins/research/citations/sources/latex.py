"""LaTeX, as it stands in the fields of a .bib file → HTML of a few inline tags.

The result is escaped: whatever markup the file holds arrives as text. Its only tags are i, b, sup,
sub, and spans for small capitals and for words that keep their case: those that CSL-JSON knows.
"""

import codecs
import re
from html import escape
from typing import Any

import latexcodec  # noqa: F401  (registers the codec “ulatex”)

#: Commands that change the font of what follows, or of their argument.
TAGS = {
    **dict.fromkeys("emph em textit it itshape textsl sl mkbibemph mkbibitalic".split(), "i"),
    **dict.fromkeys("textbf bf bfseries mkbibbold".split(), "b"),
    **dict.fromkeys("textsc sc scshape".split(), "smallcaps"),
    "textsuperscript": "sup",
    "textsubscript": "sub",
}
#: Commands that stand for text and are unknown to the codec.
WORDS = {"LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "TeX": "TeX", "BibTeX": "BibTeX", "textasciicircum": "^"}
SPANS = ("smallcaps", "nocase")
DECLARATIONS = frozenset("em it itshape sl bf bfseries sc scshape".split())

PLAIN = re.compile(r"(?:[^\\{}$~`'&<>\-]|-(?!-))*+")
MATH = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$|\\\(((?:(?!\\[()]).)+)\\\)", re.DOTALL)
TOKEN = re.compile(r"\\([a-zA-Z]+)\*?\s*|\\(.)|([{}])|([^\\{}]+|\\)", re.DOTALL)
# C0 and C1 controls, marks that turn the direction of the text around them, halves of surrogate pairs.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ud800-\udfff]")


#: Longer than any title; the time of style processors grows with its square.
MAX_TEXT_LENGTH = 5_000


def to_html(text: str, is_title: bool = False) -> str:
    r"""Return the HTML of LaTeX `text`. Formulas that Unicode cannot write stay, in ``\(…\)``.

    In a title, braces keep the case of what they hold, and so does a formula.

    Raises `ValueError` where it is longer than `MAX_TEXT_LENGTH`.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise ValueError(f"a text of {len(text):,} characters is longer than {MAX_TEXT_LENGTH:,}")
    text = CONTROLS.sub("", text)
    if PLAIN.fullmatch(text):
        return text
    parts: list[str] = []
    at = 0
    for math in MATH.finditer(text):
        formula = _formula(math[1] or math[2])
        parts += (
            _prose(text[at : math.start()], is_title),
            f'<span class="nocase">{formula}</span>' if is_title else formula,
        )
        at = math.end()
    parts.append(_prose(text[at:], is_title))
    return "".join(parts)


def _formula(tex: str) -> str:
    plain = _decode(f"${tex}$").strip("$ ")
    return escape(rf"\({tex}\)" if re.search(r"[\\^_{}]", plain) else plain, quote=False)


def _prose(text: str, is_title: bool) -> str:
    """Walk over commands and groups; a stack of tags to close takes the place of recursion."""
    text = _unicode(text)
    html: list[str] = []
    open_groups: list[list[str]] = [[]]  # the tags that each open group must close
    pending: str | None = None
    for command, symbol, brace, words in TOKEN.findall(text):
        if brace == "{":
            tag = pending or ("nocase" if is_title and len(open_groups) == 1 else None)
            open_groups.append([tag] if tag else [])
            html += [_opening(tag)] if tag else []
            pending = None
        elif brace == "}":
            group = open_groups.pop() if len(open_groups) > 1 else []
            html += [_closing(tag) for tag in reversed(group)]
        elif command in DECLARATIONS and len(open_groups) > 1:
            open_groups[-1].append(TAGS[command])
            html.append(_opening(TAGS[command]))
        elif command in WORDS:
            html.append(WORDS[command])
        elif command:
            pending = TAGS.get(command)
        elif symbol or words:
            html.append(escape(symbol or words, quote=False))
    for group in reversed(open_groups):
        html += [_closing(tag) for tag in reversed(group)]
    return "".join(html).replace(_opening("nocase") + _closing("nocase"), "")  # that of “\LaTeX{}”


def _unicode(text: str) -> str:
    """Write accents, dashes and quotes as characters."""
    if "\\" in text or "~" in text:
        # The codec drops space before the first word.
        space = text[: len(text) - len(text.lstrip())]
        text = space + _decode(text).lstrip(" \t\n\r")
    for tex, char in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’")):
        text = text.replace(tex, char)
    return text


def _decode(text: Any) -> str:
    # The type of codecs.decode knows the codecs of the standard library alone.
    decoded: str = codecs.decode(text, "ulatex")
    return decoded


def _opening(tag: str) -> str:
    return f'<span class="{tag}">' if tag in SPANS else f"<{tag}>"


def _closing(tag: str) -> str:
    return "</span>" if tag in SPANS else f"</{tag}>"
