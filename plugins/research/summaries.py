"""The summary of a post: its first words, cut where no formula, figure or code is torn."""

import re
from collections.abc import Mapping
from typing import Any

from pelican.utils import truncate_html_paragraphs, truncate_html_words

from .markup import Edit, Kind, splice, stretches

# Private-use characters (Unicode, section 23.5): no author writes them, no cut falls inside one.
OPEN, CLOSE = "\ue000", "\ue001"

DEMO = re.compile(r"<figure\b[^>]*\bdata-demo\b.*?</figure>", re.DOTALL)


def cut(html: str, settings: Mapping[str, Any]) -> str:
    """Return the beginning of `html`, as long as Pelican's SUMMARY_* settings allow.

    Each formula counts as one word. Figures of demos are left out.
    """
    paragraphs, words = settings.get("SUMMARY_MAX_PARAGRAPHS"), settings["SUMMARY_MAX_LENGTH"]
    if paragraphs is None and words is None:
        return html
    html = DEMO.sub("", html)
    whole: list[str] = []
    edits: list[Edit] = []
    for kind, start, end in stretches(html):
        if kind is Kind.FORMULA:
            edits.append(Edit(start, end, f"{OPEN}{len(whole)}{CLOSE}"))
            whole.append(html[start:end])
    text = splice(html, edits)
    if paragraphs is not None:
        text = truncate_html_paragraphs(text, paragraphs)
    if words is not None:
        text = truncate_html_words(text, words, settings["SUMMARY_END_SUFFIX"])
    for number, formula in enumerate(whole):
        text = text.replace(f"{OPEN}{number}{CLOSE}", formula)
    return text
