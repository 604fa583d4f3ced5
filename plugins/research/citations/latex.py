"""LaTeX, as it stands in the fields of a .bib file → HTML of a few inline tags.

The result is escaped: whatever markup the file holds arrives as text. Its only tags are i, b, sup,
sub and a span for small capitals, which are those that CSL-JSON knows.
"""

import codecs
import re
from html import escape
from typing import Any

import latexcodec  # noqa: F401  (registers the codec “ulatex”)

#: Commands that set what follows, or their argument, in another form.
TAGS = {
    **dict.fromkeys("emph em textit it itshape textsl sl mkbibemph mkbibitalic".split(), "i"),
    **dict.fromkeys("textbf bf bfseries mkbibbold".split(), "b"),
    **dict.fromkeys("textsc sc scshape".split(), "smallcaps"),
    "textsuperscript": "sup",
    "textsubscript": "sub",
}
OPENING = {"smallcaps": '<span class="smallcaps">'}
CLOSING = {"smallcaps": "</span>"}
DECLARATIONS = frozenset("em it itshape sl bf bfseries sc scshape".split())

PLAIN = re.compile(r"[^\\{}$~`'\"&<>\-]*+")
MATH = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$|\\\((.+?)\\\)", re.DOTALL)
TOKEN = re.compile(r"\\([a-zA-Z]+)\*?\s*|\\(.)|([{}])|([^\\{}]+|\\)", re.DOTALL)
# C0 and C1 controls, and the marks that turn the direction of the text around them.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]")


def to_html(text: str) -> str:
    r"""Return the HTML of LaTeX `text`. Formulas that Unicode cannot write stay, in ``\(…\)``."""
    text = CONTROLS.sub("", text)
    if PLAIN.fullmatch(text):
        return text
    parts: list[str] = []
    at = 0
    for math in MATH.finditer(text):
        parts += (_prose(text[at : math.start()]), _formula(math[1] or math[2]))
        at = math.end()
    parts.append(_prose(text[at:]))
    return "".join(parts)


def _formula(tex: str) -> str:
    plain = _decode(f"${tex}$").strip("$ ")
    return escape(rf"\({tex}\)" if re.search(r"[\\^_{}]", plain) else plain, quote=False)


def _prose(text: str) -> str:
    """Walk over commands and groups; a stack of tags to close takes the place of recursion."""
    text = _unicode(text)
    html: list[str] = []
    open_groups: list[list[str]] = [[]]  # the tags that each open group must close
    pending: str | None = None
    for command, symbol, brace, words in TOKEN.findall(text):
        if brace == "{":
            open_groups.append([pending] if pending else [])
            html += [_opening(pending)] if pending else []
            pending = None
        elif brace == "}":
            group = open_groups.pop() if len(open_groups) > 1 else []
            html += [_closing(tag) for tag in reversed(group)]
        elif command in DECLARATIONS and len(open_groups) > 1:
            open_groups[-1].append(TAGS[command])
            html.append(_opening(TAGS[command]))
        elif command:
            pending = TAGS.get(command)
        elif symbol or words:
            html.append(escape(symbol or words, quote=False))
    for group in reversed(open_groups):
        html += [_closing(tag) for tag in reversed(group)]
    return "".join(html)


def _unicode(text: str) -> str:
    """Write accents, dashes and quotes as characters. The codec drops space before the first word."""
    if not any(mark in text for mark in ("\\", "~", "--", "``", "''")):
        return text
    space = text[: len(text) - len(text.lstrip())]
    return space + _decode(text).lstrip(" \t\n\r")


def _decode(text: Any) -> str:
    # The type of codecs.decode knows the codecs of the standard library alone.
    decoded: str = codecs.decode(text, "ulatex")
    return decoded


def _opening(tag: str) -> str:
    return OPENING.get(tag, f"<{tag}>")


def _closing(tag: str) -> str:
    return CLOSING.get(tag, f"</{tag}>")
