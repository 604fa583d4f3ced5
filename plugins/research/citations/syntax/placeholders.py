"""Placeholders for citations, and where in a post they stand.

A reader replaces a citation in the author's own text by a placeholder at once: an element that holds
the source in an attribute, where Markdown's emphasis, smart quotes and TYPOGRIFY do not change it.
The text itself stays inside, for whoever reads it before the placeholder is resolved. Citations that
no reader could replace, as in raw HTML, are found here too.
"""

from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple

from ...core.lazy import lazy_pattern
from ...core.text import placeholders as core
from ...core.text.guarded import substitute, until
from ...core.text.segments import Kind, segments
from .outside import is_in_address

PART = "citation"
# Brackets with an at sign and no brackets in between; longer ones are no citation.
RAW = lazy_pattern(r"\[[^\[\]]{0,1000}?(?:@|&#64;)[^\[\]]{0,1000}\]")
MARKED = core.pattern(PART, core.SOURCE)
SIGN = core.sign(PART)
#: In the tag of a link to another place of the post.
WITHIN = ' href="#'
# docutils takes “-@key” for the address of a letter.
MAILTO = lazy_pattern(r'<a [^<>]*href="mailto:-(?:@|&#64;)[^"]*">(-(?:@|&#64;)[^<]*)</a>')


class Placeholder(NamedTuple):
    """``html[start:end]`` is, or stands for, what the author typed."""

    start: int
    end: int
    #: What the author typed.
    source: str
    #: Not a citation after all: escaped, or in the text of a link. The source is to stand there.
    is_literal: bool = False
    #: In the text of a link to another place of the post, as in a table of contents: what stands for the
    #: citation there is to stand here, without a link.
    is_echo: bool = False


def placeholder(source: str, is_literal: bool = False) -> str:
    """Return the placeholder for `source`."""
    return core.placeholder(PART, escape(source), source="" if is_literal else source)


def readable(html: str) -> str:
    """Take back what readers other than Markdown's make of citations."""
    return MAILTO.sub(r"\1", html) if "mailto:-" in html else html


def find(html: str) -> list[Placeholder]:
    """Return the placeholders in `html`, and what in its prose looks like a citation, in their order."""
    found = list(_marked(html)) if SIGN in html else []
    if has_raw(html):
        found += raw(html)
        found.sort(key=lambda one: one.start)
    return found


def has_raw(html: str) -> bool:
    """Return whether brackets with an at sign stand in `html` outside of placeholders."""
    rest = substitute(MARKED, "", html, core.CLOSING) if SIGN in html else html
    return ("@" in rest or "&#64;" in rest) and RAW.search(rest) is not None


def raw(html: str) -> list[Placeholder]:
    """Return what looks like a citation in the prose of `html`; placeholders excepted."""
    found: list[Placeholder] = []
    in_placeholder = leads_within = False
    for kind, start, end in segments(html):
        if kind is Kind.TAG and html.startswith((SIGN, core.CLOSING), start):
            in_placeholder = html[start + 1] != "/"
        elif kind is Kind.TAG and html.startswith("<a ", start):
            leads_within = WITHIN in html[start:end]
        elif (kind is Kind.PROSE or (kind is Kind.LINK and leads_within)) and not in_placeholder:
            for match in RAW.finditer(html, start, end):
                if is_in_address(html, match.start()):
                    continue
                escaped = html[start : match.start()].endswith("\\")
                begin, source, is_echo = match.start() - escaped, unescape(match[0]), kind is Kind.LINK
                found.append(Placeholder(begin, match.end(), source, escaped, is_echo and not escaped))
    return found


def _marked(html: str) -> Iterator[Placeholder]:
    link = closed = -1
    at = 0
    for match in MARKED.finditer(until(core.CLOSING, html)):
        start = match.start()
        link = max(link, html.rfind("<a ", at, start))
        closed = max(closed, html.rfind("</a>", at, start))
        at = start
        in_link = link > closed
        source = unescape(match["value"])
        is_echo = in_link and bool(source) and WITHIN in html[link : html.find(">", link)]
        is_literal = not source or (in_link and not is_echo)
        yield Placeholder(*match.span(), source or unescape(match["inside"]), is_literal, is_echo)
