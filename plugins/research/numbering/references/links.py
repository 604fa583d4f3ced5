"""Links that leave it to us to find words: empty ones, and templates such as ``[Fig. %s](#fig-plane)``."""

import re
from collections.abc import Iterator
from html import escape, unescape

from ...core.labels import Label
from ...core.lazy import lazy_pattern
from ...core.text.segments import Edit, is_inside
from ..html.elements import ATTRIBUTES, OPAQUE
from ..kinds import SECTION
from .context import Context, Target

LINK = lazy_pattern(
    rf"(?P<tag><a\b(?P<attributes>{ATTRIBUTES})>)(?P<text>[^<]*+(?:<(?!/?a\b)[^<]*+)*+)</a\s*>", re.IGNORECASE
)
TARGET = lazy_pattern(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
#: As Markdown makes it of ``[](#id)``; with other attributes it may be some tool's permalink.
BARE_LINK = lazy_pattern(
    r"""\s*href=["'][^"']*["'](?:\s+data-demo-state="[^"]*")?(?:\s+title=["'][^"']*["'])?\s*"""
)
#: As docutils makes it of ``id_`` and of ```<#id>`__``, whose text is the id.
DOCUTILS_LINK = lazy_pattern(r'class="reference (?:in|ex)ternal"')
TEMPLATE = lazy_pattern(r"%s|\{(?:number|name)\}")
VERBATIM = lazy_pattern(
    rf"<!--.*?(?:-->|\Z)|<(?:{OPAQUE}|pre)(?=[\s>])[^<>]*>[^<]*+(?:<(?!/(?:{OPAQUE}|pre)\b)[^<]*+)*+",
    re.DOTALL | re.IGNORECASE,
)


def edits(html: str, context: Context) -> Iterator[Edit]:
    """Yield the edits that give words to the links of `html`."""
    found = [link for link in LINK.finditer(html) if _may_lack_words(link)] if "</a" in html else []
    verbatim = [one.span() for one in VERBATIM.finditer(html)] if found else []
    for link in found:
        address = TARGET.search(link["attributes"])
        if address and not is_inside(link.start(), verbatim):
            yield from _edit(link, context.target(unescape(address[1] or address[2] or "")), context)


def _may_lack_words(link: re.Match[str]) -> bool:
    text = link["text"]
    return not text or "%s" in text or "{n" in text or 'class="reference' in link["attributes"]


def _edit(link: re.Match[str], target: Target, context: Context) -> Iterator[Edit]:
    text, label = link["text"], target.label
    if not _is_ours(link, target):
        return
    if label:
        words = (
            _from_template(text, label, context) if TEMPLATE.search(text) else _words(label, target, context)
        )
    else:
        if not text and context.may_be_foreign(link[0], target):
            return
        words = target.shown
        context.report(target, f"[{unescape(text)}]({target.address})")
        if not target.source and not target.base:  # an empty link to another site, as its author typed it
            return
    is_lost = label is None and bool(target.base) and target.source is None  # Pelican has no address for it
    if context.text.is_excerpt or is_lost:  # an excerpt stands on other pages than what it refers to
        yield Edit(link.start(), link.end(), words)
    else:
        tag = _leading_to(link["tag"], target.href) if label and label.anchor else link["tag"]
        yield Edit(link.start(), link.end("text"), tag + words)


def _is_ours(link: re.Match[str], target: Target) -> bool:
    """Return whether the text of the `link` is ours to find."""
    text, label = link["text"], target.label
    if not text:
        return BARE_LINK.fullmatch(link["attributes"]) is not None or bool(label and label.kind != SECTION)
    if TEMPLATE.search(text):
        return label is not None or target.address.startswith("#")
    is_id = unescape(text) in (target.id, f"#{target.id}")
    return label is not None and is_id and DOCUTILS_LINK.search(link["attributes"]) is not None


def _words(label: Label, target: Target, context: Context) -> str:
    words = context.kinds.reference(label)
    post = target.labels.get("")
    if not target.base or not label.id or not post:
        return words
    return f"{words} {context.kinds.table['in']} <cite>{post.name}</cite>"


def _from_template(template: str, label: Label, context: Context) -> str:
    values = {
        "%s": label.number or label.name,
        "{number}": label.number,
        "{name}": label.name or context.kinds.name(label.kind),
    }
    return TEMPLATE.sub(lambda sign: values[sign[0]], template)


def _leading_to(tag: str, href: str) -> str:
    """Return the opening `tag` of a link with the address `href`."""
    return TARGET.sub(lambda address: f'href="{escape(href)}"', tag, count=1)
