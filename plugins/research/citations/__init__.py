"""Citations: ``[@@key]`` in posts → author and year, and a reference list.

The files are the pipeline: `marks` finds what `markdown` and the authors left, `grammar` reads it,
`library` knows the works (`bibfile` by `bibtex`, `items` and `latex`; `cslfile`), a style sets them
(`author_date` and `reference`, or `csl`), `resolve` puts them into one post, `batch` into all.
"""

from collections.abc import Mapping
from typing import Any

from . import identity, terms
from .batch import cite, own_files

__all__ = ["cite", "identity", "own_files", "settings_of_pelican_cite", "teach_readers", "terms"]


def settings_of_pelican_cite(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Pelican's `settings` say to a plugin that blogs may come from, in our words."""
    file = settings.get("PUBLICATIONS_SRC")  # None where pelican-cite itself is loaded and has no file
    return {"references": file} if file else {}


def teach_readers(settings: dict[str, Any]) -> None:
    """Let Pelican's Markdown reader, whose `settings` these are, mark citations.

    The extension is named, not made: Pelican's cache pickles its settings.
    """
    markdown, own = settings["MARKDOWN"], f"{__name__}.markdown"
    others = (extension for extension in markdown.get("extensions", ()) if extension != own)
    settings["MARKDOWN"] = {**markdown, "extensions": [*others, own]}
