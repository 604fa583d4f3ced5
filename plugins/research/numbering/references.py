"""Empty links to places of the post, and the words that they get."""

import re
from collections.abc import Mapping
from html import escape, unescape
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from ..core.diagnostics import Diagnostic, Severity, Source, nearest
from ..core.labels import Label
from ..core.post import Post, Text
from ..core.text.placeholders import ELEMENT
from ..core.text.segments import Edit, Kind, Segment, apply_edits, segments
from .anchors import UNKNOWN

EMPTY_LINK = re.compile(r"""<a\s(?:[^<>]*\s)?href\s*=\s*["'](?P<target>[^"']+)["'][^>]*>""")
#: As Markdown makes it of ``[](#id)``; with other attributes it may be some tool's permalink.
BARE_LINK = re.compile(r"""<a href="[^"]*"(?: title="[^"]*")?>""")
HEADING = re.compile(r"<(?P<name>h[1-6])\b(?P<attributes>[^>]*)>(?P<inside>.*?)</(?P=name)>", re.DOTALL)
#: What of a heading can stand in a link.
KEPT_TAG = re.compile(rf"</?(?:{ELEMENT}|i|em|b|strong|sub|sup)\b")


class Link(NamedTuple):
    """An empty link: from the beginning of its opening tag to the end of its closing one."""

    start: int
    #: Where its opening tag ends.
    inside: int
    end: int
    #: Its address as it stands in the HTML.
    target: str
    is_bare: bool

    @property
    def id(self) -> str:
        """What it leads to in the post; empty where it leads elsewhere."""
        return unquote(unescape(self.target[1:])) if self.target.startswith("#") else ""


def resolve(text: Text, post: Post, labels: Mapping[str, Label]) -> tuple[str, list[Diagnostic]]:
    """Return the HTML of `text`, which is one of `post`, with words in its empty links.

    A link to something numbered gets its `labels`, with one to a heading, which has no number, its text. Any
    other gets its id, marked. The last two are reported.
    """
    html = text.html
    if text.is_title or "></a" not in html or not EMPTY_LINK.search(html):
        return html, []
    edits: list[Edit] = []
    diagnostics: list[Diagnostic] = []
    file = Source(post.source)
    for link in _empty_links(html):
        label = labels.get(link.id)
        if label is None and not link.is_bare:
            continue
        # An excerpt stands on other pages than what it refers to.
        whole = (link.start, link.end) if text.is_excerpt else (link.inside, link.inside)
        if label:
            edits.append(Edit(*whole, label.text))
            continue
        heading = _heading(post.body.html, link.id) if link.id else ""
        edits.append(Edit(*whole, heading or _mark(link.target)))
        if post.is_of_author(text):
            message, severity = _fault(link, post.body.html, bool(heading), labels)
            line, column = file.place_of(f"[]({unescape(link.target)}", 0, text.field)
            line = line or file.line_of(unescape(link.target))
            diagnostics.append(Diagnostic(post.source, line, message, severity, column))
    return apply_edits(html, edits), diagnostics


def _empty_links(html: str) -> list[Link]:
    """Return the links of `html` that hold nothing."""
    found = []
    for opening, closing in pairwise(segments(html)):
        link = _link(html, opening)
        if link and html.startswith("</a", closing.start):
            is_bare = BARE_LINK.fullmatch(html, opening.start, opening.end) is not None
            end = html.index(">", closing.start) + 1
            found.append(Link(opening.start, opening.end, end, link["target"], is_bare))
    return found


def _link(html: str, opening: Segment) -> re.Match[str] | None:
    if opening.kind is not Kind.TAG:
        return None
    link = EMPTY_LINK.fullmatch(html, opening.start, opening.end)
    return link if link and link["target"] != "#" else None


def _mark(target: str) -> str:
    shown = target.rpartition("#")[2] or target
    return f"{UNKNOWN}{escape(unquote(unescape(shown)), quote=False)}</mark>"


def _heading(html: str, id: str) -> str:
    """Return the text of the heading with the `id`, as it can stand in a link; empty where there is none."""
    own = re.compile(rf"""\bid\s*=\s*["']?{re.escape(id)}["'\s>]""")
    for heading in HEADING.finditer(html):
        if own.search(heading["attributes"] + ">"):
            inside = heading["inside"]
            return "".join(
                inside[start:end]
                for kind, start, end in segments(inside)
                if kind is not Kind.TAG or KEPT_TAG.match(inside, start)
            ).strip()
    return ""


def _fault(link: Link, html: str, is_heading: bool, labels: Mapping[str, Label]) -> tuple[str, Severity]:
    """Return what is wrong with an empty link, and how grave that is."""
    id = link.id
    if not id:
        return f"the link to {link.target} has no text: write [text]({link.target})", Severity.WARNING
    if is_heading:
        message = (
            f"[](#{id}) leads to a heading, which has no number, and shows its text: write [text](#{id})"
        )
        return message, Severity.WARNING
    if re.search(rf"""\bid\s*=\s*["']?{re.escape(id)}["'\s>]""", html):
        return f"[](#{id}) leads to what has no number: write [text](#{id})", Severity.WARNING
    if f"\\label{{{id}}}" in html:
        return f"[](#{id}) is meant for figures: write \\eqref{{{id}}} for an equation", Severity.WARNING
    if id.startswith("fig-") or nearest(id, labels):
        return f"no figure has the id “{id}”{nearest(id, labels)}", Severity.ERROR
    return f"[](#{id}) leads nowhere: nothing in this post has the id “{id}”", Severity.WARNING
