"""Which HTML a style may insert into a page, whatever the entries and the style contain."""

import re
from html import escape, unescape

from ...core.lazy import lazy_pattern

#: A tag, or a “<” that begins none: that would join what follows it into one.
TAG = lazy_pattern(r"<(?:(/?)(\w+)([^<>]*)>)?")
PLAIN = frozenset(("i", "b", "sup", "sub"))
#: What identifies elements of citeproc-js and `latex` → our classes. Other elements are dropped.
SPANS = {
    "font-variant:small-caps": "smallcaps",
    "font-style:normal": "upright",
    "font-variant:normal": "upright",
    "font-weight:normal": "upright",
    "text-decoration:underline": "underline",
    'class="smallcaps"': "smallcaps",
    'class="nodecor"': "upright",
    "csl-left-margin": "reference-label",
    "csl-right-inline": "reference-text",
}
HREF = lazy_pattern(r'href="(https?://[^"\s<>]+)"')


def clean(html: str, links: bool = True) -> str:
    """Return `html` with its inline tags alone, `links` among them; all others are dropped."""
    closing: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        slash, name, attributes = match.groups()
        if name is None:
            return "&lt;"
        if slash:
            return closing.pop() if closing else ""
        opened, closed = _tags(name.lower(), attributes, links)
        closing.append(closed)
        return opened

    return TAG.sub(replaced, html) + "".join(reversed(closing)) if "<" in html else html


def _tags(name: str, attributes: str, links: bool) -> tuple[str, str]:
    if name in PLAIN:
        return f"<{name}>", f"</{name}>"
    if name in ("span", "div"):
        for sign, ours in SPANS.items():
            if sign in attributes.replace(" ", ""):
                return f'<span class="{ours}">', "</span>"
    if name == "a" and links and (href := HREF.search(attributes)):
        return (
            f'<a class="reference-link" href="{escape(unescape(href[1]))}">',
            "</a>",
        )
    return "", ""
