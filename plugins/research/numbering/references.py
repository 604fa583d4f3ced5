"""Empty links to what is numbered, and the words that they get."""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from ..core.diagnostics import Diagnostic, line_of, nearest
from ..core.labels import Label
from ..core.post import Text
from ..core.segments import Edit, Kind, apply_edits, segments

EMPTY_LINK = re.compile(r"""<a\s(?:[^<>]*\s)?href\s*=\s*["']\#(?P<id>[^"']+)["'][^>]*>""")


def resolve(text: Text, source: Path, labels: Mapping[str, Label]) -> tuple[str, list[Diagnostic]]:
    """Return the HTML of `text`, of the post at `source`, with words in its empty links to `labels`.

    An empty link to anything else is left alone: other tools make those. It is an error if it looks as if
    a figure was meant.
    """
    html = text.html
    if text.is_title or not EMPTY_LINK.search(html):
        return html, []
    edits: list[Edit] = []
    diagnostics: list[Diagnostic] = []
    for opening, closing in pairwise(segments(html)):
        link = EMPTY_LINK.fullmatch(html, opening.start, opening.end)
        if not link or opening.kind is not Kind.TAG or not html.startswith("</a", closing.start):
            continue
        name = link["id"]
        if label := labels.get(name):
            # An excerpt stands on other pages than the figure.
            whole = (opening.start, html.index(">", closing.start) + 1)
            edits.append(Edit(*(whole if text.is_excerpt else (opening.end, opening.end)), label.text))
        elif f'id="{name}"' not in html and (name.startswith("fig-") or nearest(name, labels)):
            message = f"no figure has the id “{name}”{nearest(name, labels)}"
            diagnostics.append(Diagnostic(source, line_of(source, f"#{name}"), message))
    return apply_edits(html, edits), diagnostics
