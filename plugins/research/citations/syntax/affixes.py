"""Prefixes and suffixes of cites: what an author writes around a key, with Markdown's emphasis."""

from html import escape

from ...core.lazy import lazy_pattern

STRONG = lazy_pattern(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
EMPHASIS = lazy_pattern(r"(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])")


def to_html(text: str) -> str:
    """Return the HTML of `text`: escaped, ``*passim*`` in italics, ``**not**`` in bold."""
    html = escape(text, quote=False)
    if "*" not in html and "_" not in html:
        return html
    return EMPHASIS.sub(r"<i>\2</i>", STRONG.sub(r"<b>\1</b>", html))


def spaced_prefix(prefix: str) -> str:
    """Return the HTML of `prefix` as it stands before a cite."""
    return f"{to_html(prefix)} " if prefix else ""


def spaced_suffix(suffix: str) -> str:
    """Return the HTML of `suffix` as it stands behind a cite; a mark of punctuation takes no space."""
    return to_html(suffix) if suffix[:1] in ",.;:)" else f" {to_html(suffix)}"
