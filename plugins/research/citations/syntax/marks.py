"""Where in a post citations stand.

A reader that sees a citation in the author's own text puts a mark in its place at once: an element
that keeps what was typed in an attribute, out of reach of whatever else works on the text, such as
Markdown's emphasis, smart quotes or TYPOGRIFY. The text itself stays in the element, for those who
look before the mark is resolved. What no reader could mark, as in raw HTML, is found here too.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple

from ...core.text import placeholders
from ...core.text.guarded import substitute, until
from ...core.text.segments import Kind, segments

PART = "citation"
# Brackets with an at sign and no brackets in between; longer ones are no citation.
RAW = re.compile(r"\[[^\[\]]{0,1000}?(?:@|&#64;)[^\[\]]{0,1000}\]")
MARKED = placeholders.pattern(PART, placeholders.SOURCE)
SIGN = placeholders.sign(PART)
#: In the tag of a link to another place of the post.
WITHIN = ' href="#'
# docutils takes “-@key” for the address of a letter.
MAILTO = re.compile(r'<a [^<>]*href="mailto:-(?:@|&#64;)[^"]*">(-(?:@|&#64;)[^<]*)</a>')


class Mark(NamedTuple):
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


def mark(source: str, is_literal: bool = False) -> str:
    """Return the HTML of the mark for `source`."""
    return placeholders.placeholder(PART, escape(source), source="" if is_literal else source)


def readable(html: str) -> str:
    """Take back what readers other than Markdown's make of citations."""
    return MAILTO.sub(r"\1", html) if "mailto:-" in html else html


def find(html: str) -> list[Mark]:
    """Return the marks in `html`, and what in its prose looks like a citation, in their order."""
    found = list(_marked(html)) if SIGN in html else []
    if has_raw(html):
        found += raw(html)
        found.sort(key=lambda mark: mark.start)
    return found


def has_raw(html: str) -> bool:
    """Return whether brackets with an at sign stand in `html` that no mark is for."""
    rest = substitute(MARKED, "", html, placeholders.CLOSING) if SIGN in html else html
    return ("@" in rest or "&#64;" in rest) and RAW.search(rest) is not None


def raw(html: str) -> list[Mark]:
    """Return what looks like a citation in the prose of `html`, other than marks."""
    found: list[Mark] = []
    in_mark = leads_within = False
    for kind, start, end in segments(html):
        if kind is Kind.TAG and html.startswith((SIGN, placeholders.CLOSING), start):
            in_mark = html[start + 1] != "/"
        elif kind is Kind.TAG and html.startswith("<a ", start):
            leads_within = WITHIN in html[start:end]
        elif (kind is Kind.PROSE or (kind is Kind.LINK and leads_within)) and not in_mark:
            for match in RAW.finditer(html, start, end):
                escaped = html[start : match.start()].endswith("\\")
                begin, source, is_echo = match.start() - escaped, unescape(match[0]), kind is Kind.LINK
                found.append(Mark(begin, match.end(), source, escaped, is_echo and not escaped))
    return found


def _marked(html: str) -> Iterator[Mark]:
    link = closed = -1
    at = 0
    for match in MARKED.finditer(until(placeholders.CLOSING, html)):
        start = match.start()
        link = max(link, html.rfind("<a ", at, start))
        closed = max(closed, html.rfind("</a>", at, start))
        at = start
        in_link = link > closed
        source = unescape(match["value"])
        is_echo = in_link and bool(source) and WITHIN in html[link : html.find(">", link)]
        is_literal = not source or (in_link and not is_echo)
        yield Mark(*match.span(), source or unescape(match["inside"]), is_literal, is_echo)
