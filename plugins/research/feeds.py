"""Links inside a post, such as those to its reference list, made to work in a feed."""

import re
from typing import Any

FRAGMENT = re.compile(r"(?P<before><a\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\bhref=[\"'])(?=#)")


def anchor_fragments(item: dict[str, Any]) -> None:
    """Put the address of the post before each ``#fragment`` that the feed's `item` links to."""
    link = item["link"]
    for field in ("description", "content"):
        if item.get(field):
            item[field] = FRAGMENT.sub(lambda match: match["before"] + link, item[field])
