"""Where in a post citations stand.

A reader that sees a citation in the author's own text puts a mark in its place at once: an element
that keeps what was typed in an attribute, out of reach of whatever else works on the text, such as
Markdown's emphasis, smart quotes or TYPOGRIFY. The text itself stays in the element, for those who
look before the mark is resolved. What no reader could mark, as in raw HTML, is found here too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from ..markup import Kind, Stretch, stretches

ELEMENT = "research-citation"
ATTRIBUTE = "source"
# Brackets with an at sign and no brackets in between; longer ones are no citation.
BRACKETS = r"\[[^\[\]]{0,1000}?(?:@|&#64;)[^\[\]]{0,1000}\]"
RAW = re.compile(rf"(?P<escape>\\?)(?P<source>{BRACKETS})")
SOURCE = re.compile(rf'{ATTRIBUTE}="([^"]*)"')
# docutils takes “-@key” for the address of a letter.
MAILTO = re.compile(r'<a [^>]*href="mailto:-(?:@|&#64;)[^"]*">(-(?:@|&#64;)[^<]*)</a>')


@dataclass(frozen=True, slots=True)
class Mark:
    """``html[start:end]`` is, or stands for, what the author typed."""

    start: int
    end: int
    #: What the author typed.
    source: str
    #: Not a citation after all: escaped, or in the text of a link. The source is to stand there.
    is_literal: bool = False


def mark(source: str, is_literal: bool = False) -> str:
    """Return the HTML of the mark for `source`."""
    kept = "" if is_literal else escape(source)
    return f'<{ELEMENT} {ATTRIBUTE}="{kept}">{escape(source)}</{ELEMENT}>'


def readable(html: str) -> str:
    """Take back what readers other than Markdown's make of citations."""
    return MAILTO.sub(r"\1", html) if "mailto:-" in html else html


def find(html: str) -> list[Mark]:
    """Return the marks in `html`, and what in its prose looks like a citation, in their order."""
    if "@" not in html and "&#64;" not in html and ELEMENT not in html:
        return []
    found: list[Mark] = []
    walk = iter(stretches(html))
    for stretch in walk:
        if stretch.kind is Kind.PROSE:
            found += _raw(html, stretch)
        elif stretch.kind is Kind.TAG and html.startswith(f"<{ELEMENT}", stretch.start):
            found.append(_marked(html, stretch, walk))
    return found


def _raw(html: str, stretch: Stretch) -> Iterator[Mark]:
    for match in RAW.finditer(html, stretch.start, stretch.end):
        source = unescape(match["source"])
        yield Mark(match.start(), match.end(), source, is_literal=bool(match["escape"]))


def _marked(html: str, opening: Stretch, walk: Iterator[Stretch]) -> Mark:
    """Return the mark that `opening` begins, and move the `walk` behind its end."""
    kept = SOURCE.search(html, opening.start, opening.end)
    source = unescape(kept[1]) if kept else ""
    start = end = opening.end
    in_link = False
    for stretch in walk:
        end = stretch.end
        if html.startswith(f"</{ELEMENT}", stretch.start):
            start = stretch.start
            break
        in_link = in_link or stretch.kind is Kind.LINK
    text = unescape(html[opening.end : start])
    return Mark(opening.start, end, source or text, is_literal=in_link or not source)
