"""The summary of a post: its first words, cut where no formula, figure or code is torn."""

import re
from collections.abc import Mapping
from typing import Any

from pelican.utils import truncate_html_paragraphs, truncate_html_words

from .guarded import substitute
from .markup import Kind, stretches

# Private-use characters (Unicode, section 23.5): no author writes them, no cut falls inside one.
OPEN, CLOSE = "\ue000", "\ue001"

DEMO = re.compile(r"<figure\b[^<>]*\bdata-demo\b.*?</figure>", re.DOTALL)

#: A table of contents, of Markdown or docutils, and docutils' links back to it: they lead to what only the
#: page of the post has.
CONTENTS = re.compile(r'<div class="(?:toc|contents)\b[^<>]*>.*?</div>\n?', re.DOTALL)
BACK = re.compile(r'<a class="toc-backref"[^<>]*>(.*?)</a>', re.DOTALL)

HIDDEN = re.compile(f"{OPEN}([0-9]+){CLOSE}")

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
    return HIDDEN.sub(lambda hidden: formulas[int(hidden[1])], beginning)


def _hidden(html: str, reach: int) -> tuple[str, list[str]]:
    """Return `html` to a little behind `reach`, with a number for each formula, and the formulas."""
    parts: list[str] = []
    formulas: list[str] = []
    for kind, start, end in stretches(html):
        if kind is Kind.FORMULA:
            parts.append(f"{OPEN}{len(formulas)}{CLOSE}")
            formulas.append(html[start:end])
        else:
            parts.append(html[start:end])
        if end >= reach:
            break
    return "".join(parts), formulas
