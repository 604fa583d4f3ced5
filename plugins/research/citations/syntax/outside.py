"""Places in the source of a paragraph in which brackets are no citation: tags, attributes and addresses."""

import re

from ...core.lazy import lazy_pattern
from ...core.text.segments import VERBATIM_ELEMENTS

#: A tag with its attributes, an address in angle brackets, a comment.
TAG = lazy_pattern(
    r"<(?:/?[A-Za-z][\w:.-]*(?:\s+[^\s<>\"'=/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*+\s*/?>"
    r"|!--(?:(?!-->).)*+-->|[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*>)",
    re.DOTALL,
)
#: The attributes that attr_list reads behind an element.
ATTRIBUTES = lazy_pattern(r"\{:[^{}]*\}")
ADDRESS = lazy_pattern(r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\[\]]*[/=?&#]\Z")
#: Elements that Markdown keeps as they are typed, and whose text is no prose.
VERBATIM = lazy_pattern(rf"<(?P<close>/?)(?:{'|'.join(sorted(VERBATIM_ELEMENTS))})\b[^<>]*>", re.IGNORECASE)
#: How far back the beginning of a tag is sought, and how many signs may begin it.
MAX_DISTANCE, MAX_SIGNS = 2_000, 8


def is_in_tag(text: str, at: int) -> bool:
    """Return whether the offset `at` of `text` stands in a tag, an address in angle brackets or a comment."""
    return _is_inside(TAG, "<", text, at) or _is_inside(ATTRIBUTES, "{:", text, at)


def is_in_verbatim(text: str, at: int) -> bool:
    """Return whether the offset `at` of `text` stands in an element of code, such as ``<kbd>``."""
    tags = [*VERBATIM.finditer(text, max(0, at - MAX_DISTANCE), at)]
    return bool(tags) and not tags[-1]["close"]


def is_in_address(text: str, at: int) -> bool:
    """Return whether the brackets that begin at `at` belong to a web address, such as ``http://a.b/?q=[@c]``."""
    before = text[max(0, at - MAX_DISTANCE // 10) : at]
    return before[-1:] in ("/", "=", "?", "&", "#") and "://" in before and ADDRESS.search(before) is not None


def _is_inside(pattern: re.Pattern[str], sign: str, text: str, at: int) -> bool:
    start = at
    for _ in range(MAX_SIGNS):
        start = text.rfind(sign, max(0, at - MAX_DISTANCE), start)
        if start < 0:
            return False
        found = pattern.match(text, start, at + MAX_DISTANCE)
        if found and found.end() > at:
            return True
    return False
