"""Placeholders: what stands in a post for a construct until a later stage replaces it.

A placeholder is an element that other tools leave alone: Markdown's emphasis, smart quotes, TYPOGRIFY. One
that a reader puts into a post carries what the author typed in its attributes, since Pelican may store what
a reader returned and use it in another build. Ids, which are of one build, exist only behind the readers.
What stands inside is what a reader of the page sees where nothing replaces the placeholder.
"""

import re
from collections.abc import Mapping
from functools import cache
from html import escape

from ..lazy import lazy_pattern

ELEMENT = "research-placeholder"
PART, SOURCE, ID = "data-part", "data-source", "data-id"
OPENING, CLOSING = f"<{ELEMENT} ", f"</{ELEMENT}>"

INSIDE = rf"[^<]*+(?:<(?!/?{ELEMENT}\b)[^<]*+)*+"
ANY = lazy_pattern(rf"<{ELEMENT} [^>]*>({INSIDE})</{ELEMENT}>")
#: As HTML can write the characters of a tag that is to be text.
LESS, MORE = "(?:&lt;|&#0*60;|&#[xX]0*3[cC];)", "(?:&gt;|&#0*62;|&#[xX]0*3[eE];)"
ESCAPED = lazy_pattern(rf"{LESS}{ELEMENT} .*?{MORE}(.*?){LESS}/{ELEMENT}{MORE}", re.DOTALL)
ESCAPED_SIGN = f";{ELEMENT} "


def attributes(part: str, *, source: str | None = None, id: str | None = None) -> dict[str, str]:
    """Return the attributes of a placeholder of `part`, for a `source` or for an `id`."""
    named = {PART: part, SOURCE: source, ID: id}
    return {name: value for name, value in named.items() if value is not None}


def placeholder(part: str, inside: str, *, source: str | None = None, id: str | None = None) -> str:
    """Return the HTML of a placeholder, with `inside` as HTML."""
    return opening(attributes(part, source=source, id=id)) + inside + CLOSING


def opening(attributes: Mapping[str, str]) -> str:
    """Return the opening tag of a placeholder that has these `attributes`."""
    names = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{ELEMENT}{names}>"


def sign(part: str) -> str:
    """Return what stands in a text that holds a placeholder of `part`."""
    return f'<{ELEMENT} {PART}="{part}"'


@cache
def pattern(part: str, attribute: str) -> re.Pattern[str]:
    """Return the pattern of placeholders of `part`: groups ``value``, of the `attribute`, and ``inside``."""
    return lazy_pattern(rf'{sign(part)} {attribute}="(?P<value>[^"]*)">(?P<inside>{INSIDE})</{ELEMENT}>')


def without(html: str) -> str:
    """Return `html` with what is inside of placeholders in their place."""
    while OPENING in html:
        html, count = ANY.subn(r"\1", html)
        if not count:
            break
    return html


def without_escaped(html: str) -> str:
    """Return the page `html` without tags of placeholders that a theme made text of, as in an attribute."""
    return ESCAPED.sub(r"\1", html) if ESCAPED_SIGN in html else html
