"""Links that leave it to us to find words: ``[](#fig-plane)`` becomes “Figure 3”."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from ..documents import Document
from ..faults import Fault, line_of, nearest
from ..markup import Edit, Kind, splice, stretches

EMPTY_LINK = re.compile(r"""<a\s(?:[^<>]*\s)?href\s*=\s*["']\#(?P<id>[^"']+)["'][^>]*>""")


def resolve(document: Document, labels: Mapping[str, str]) -> tuple[Document, list[Fault]]:
    """Fill the empty links of `document`; `labels` are the words for each id of a figure.

    An empty link to anything but a figure is left alone: other tools make those. It is a fault
    if it looks as if a figure was meant.
    """
    html = document.html
    edits: list[Edit] = []
    faults: list[Fault] = []
    if not EMPTY_LINK.search(html):
        return document, []
    for opening, closing in pairwise(stretches(html)):
        link = EMPTY_LINK.fullmatch(html, opening.start, opening.end)
        if not link or opening.kind is not Kind.TAG or not html.startswith("</a", closing.start):
            continue
        name = link["id"]
        if name in labels:
            # A summary stands on another page than the figure.
            whole = (opening.start, html.index(">", closing.start) + 1)
            edits.append(
                Edit(*whole, labels[name])
                if document.is_summary
                else Edit(opening.end, opening.end, labels[name])
            )
        elif f'id="{name}"' not in html and (name.startswith("fig-") or nearest(name, labels)):
            line = line_of(document.source, f"#{name}")
            faults.append(
                Fault(document.source, line, f"no figure has the id “{name}”{nearest(name, labels)}")
            )
    return replace(document, html=splice(html, edits)), faults
