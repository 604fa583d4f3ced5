"""Posts in feeds, outside of the site: what belongs to their pages is left out, and links lead to these."""

from typing import Any

from ...core.lazy import lazy_pattern
from ...core.pipeline import Pipeline

FRAGMENT = lazy_pattern(r"(?P<before><a\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\bhref=[\"'])(?=#)")


def finish(item: dict[str, Any], pipeline: Pipeline) -> None:
    """Finish the texts of the feed's `item`; put its address before each ``#fragment`` that they link to."""
    for field in ("description", "content"):
        if item.get(field):
            html = pipeline.finish_excerpt(item[field])
            item[field] = FRAGMENT.sub(lambda match: match["before"] + item["link"], html)
