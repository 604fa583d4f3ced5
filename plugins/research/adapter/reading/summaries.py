"""The summary of a post: its first words, cut where no formula, figure or code is torn."""

import re
from collections.abc import Mapping
from typing import Any

from pelican.utils import truncate_html_paragraphs, truncate_html_words

from ...core.lazy import lazy_pattern
from ...core.text.guarded import substitute
from ...core.text.placeholders import ID, pattern, placeholder
from ...core.text.segments import Kind, segments

PART = "cut"
#: What stands for a formula while a text is cut: one word.
WORD = "x"

DEMO = lazy_pattern(r"<figure\b[^<>]*\bdata-demo\b.*?</figure>", re.DOTALL)

#: A table of contents, of Markdown or docutils, and docutils' links back to it: they lead to what only the
#: page of the post has.
CONTENTS = lazy_pattern(r'<div class="(?:toc|contents)\b[^<>]*>.*?</div>\n?', re.DOTALL)
BACK = lazy_pattern(r'<a class="toc-backref"[^<>]*>(.*?)</a>', re.DOTALL)

HIDDEN = pattern(PART, ID)
#: Characters of HTML that a word takes, tags around it included, in all but odd texts.
LONG_WORD = 20


def cut(html: str, settings: Mapping[str, Any]) -> str:
    """Return the beginning of `html`, as long as Pelican's SUMMARY_* settings allow.

    Each formula counts as one word. Figures of demos and tables of contents are left out.
    """
    if 'class="' in html:
        html = substitute(BACK, r"\1", substitute(CONTENTS, "", html, "</div>"), "</a>")
    paragraphs, words = settings.get("SUMMARY_MAX_PARAGRAPHS"), settings["SUMMARY_MAX_LENGTH"]
    if paragraphs is None and words is None:
        return html
    html = substitute(DEMO, "", html, "</figure>") if "data-demo" in html else html
    is_short = words and paragraphs is None
    for reach in (LONG_WORD * words, len(html)) if is_short else (len(html),):
        text, formulas = _hidden(html, reach)
        beginning = text if paragraphs is None else truncate_html_paragraphs(text, paragraphs)
        if words is not None:
            beginning = truncate_html_words(beginning, words, settings["SUMMARY_END_SUFFIX"])
        if beginning != text:
            break
    # A cut right behind a formula leaves its sign inside.
    return HIDDEN.sub(lambda found: formulas[int(found["value"])] + found["inside"][len(WORD) :], beginning)


def _hidden(html: str, reach: int) -> tuple[str, list[str]]:
    """Return `html` to a little behind `reach`, with a number for each formula, and the formulas."""
    parts: list[str] = []
    formulas: list[str] = []
    for kind, start, end in segments(html):
        if kind is Kind.FORMULA:
            parts.append(placeholder(PART, WORD, id=str(len(formulas))))
            formulas.append(html[start:end])
        else:
            parts.append(html[start:end])
        if end >= reach:
            break
    return "".join(parts), formulas
