r"""Formulas in titles: no reader parses a title, so they are looked for here.

A title is HTML to Pelican, and themes strip its tags where a page or a feed can have no markup. So a typeset
formula stands in it as an element whose text can be read: ``The \(\beta\)-VAE`` becomes “The β-VAE”.
"""

import re
from html import escape, unescape
from pathlib import Path

from ...core.lazy import lazy_pattern
from ..settings import Settings
from .delimiters import PARENTHESES, Delimiters, in_latex

MARKDOWN = frozenset((".md", ".markdown", ".mkd", ".mdown"))
SPAN = lazy_pattern(r"</?span\b[^>]*>")
#: What Typogrify makes of characters, and what TeX had.
TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "--", "—": "---", "\xa0": " "})


def may_have_formulas(title: str, settings: Settings) -> bool:
    """Say whether it is worth looking."""
    signs = (r"\(", *(opening for opening, _ in settings.inline_math))
    return any(sign in title for sign in signs)


def mark_up(title: str, source: Path, settings: Settings) -> str:
    """Return `title` with its formulas between ``\\(…\\)`` in elements of class ``math``.

    In titles of Markdown they stand between the delimiters of the blog or ``\\(…\\)``.
    """
    if source.suffix.lower() not in MARKDOWN or not may_have_formulas(title, settings):
        return title
    inline = tuple(dict.fromkeys((*settings.inline_math, PARENTHESES)))
    found = Delimiters.of(inline, settings.display_math).in_text
    return found.sub(_element, title)


def _element(match: re.Match[str]) -> str:
    tex = unescape(SPAN.sub("", in_latex(match))).translate(TYPOGRAPHIC)
    return f'<span class="math">{escape(tex, quote=False)}</span>'
