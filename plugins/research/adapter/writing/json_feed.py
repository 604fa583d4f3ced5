"""The feed of all posts once more, as JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...core.storage import files

VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Any, context: Any, address: str) -> None:
    """Write the finished items of `feed` to `address` in the output, if it is that of all posts."""
    known = str(context.get("FEED_ALL_ATOM_URL") or context.get("FEED_ALL_ATOM") or "")
    if not known or not urlsplit(feed.feed["feed_url"]).path.endswith(known):
        return
    domain = str(context.get("FEED_DOMAIN") or context["SITEURL"])
    data = {
        "version": VERSION,
        "title": feed.feed["title"],
        "home_page_url": feed.feed["link"],
        "feed_url": f"{domain}/{address}",
        "description": feed.feed["description"] or "",
        "language": context["DEFAULT_LANG"],
        "items": [_item(item) for item in feed.items],
    }
    content = json.dumps(
        {name: value for name, value in data.items() if value or name == "items"}, ensure_ascii=False
    )
    files.publish(Path(context["OUTPUT_PATH"]) / address, content.encode())


def _item(item: dict[str, Any]) -> dict[str, Any]:
    updated = item.get("updateddate")
    data = {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "content_html": item.get("content") or item.get("description") or "",
        "summary": item.get("description") if item.get("content") else None,
        "date_published": item["pubdate"].isoformat(),
        "date_modified": updated.isoformat() if updated else None,
        "authors": [{"name": str(item["author_name"])}] if item.get("author_name") else None,
        "tags": list(map(str, item.get("categories") or ())),
    }
    return {name: value for name, value in data.items() if value or name == "content_html"}
