"""The head of a finished page, whose tags a theme may leave out (HTML Standard, section 13.1.2.4)."""

import re

from ..lazy import lazy_pattern

#: Where the head ends, as far as a theme says so.
ENDS = (re.compile("</head", re.IGNORECASE), re.compile(r"<body\b", re.IGNORECASE))
BEGINNING = lazy_pattern(
    r"\s*(?:<!doctype[^>]*>\s*)?(?:<html\b[^>]*>\s*)?(?:<head\b[^>]*>\s*)?",
    re.IGNORECASE,
)


def with_head(html: str, tags: str) -> str:
    """Return the page `html` with `tags` at the end of its head, or at its beginning if no end is marked."""
    ends = (found.start() for end in ENDS if (found := end.search(html)))
    beginning = BEGINNING.match(html)
    at = next(ends, beginning.end() if beginning else 0)
    return html[:at] + tags + html[at:]
