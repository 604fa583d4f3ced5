"""Citations: ``[@@key]`` in posts → author and year, and a reference list.

The files are the pipeline: `marks` finds what `markdown` and the authors left, `grammar` reads it,
`library` knows the works (`bibfile` by `bibtex`, `items` and `latex`; `cslfile`), a style sets them
(`author_date` and `reference`, or `csl`), `resolve` puts them into one post, `batch` into all.
"""

from collections.abc import Mapping
from typing import Any

from ..validation import checked
from . import identity, terms
from .batch import cite, own_files
from .settings import Bibliographies

__all__ = ["cite", "identity", "own_files", "settings_of_pelican_cite", "teach_readers", "terms"]


def settings_of_pelican_cite(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Pelican's `settings` say to a plugin that blogs may come from, in our words.

    Raises `SettingsError` for what is no file.
    """
    name = "PUBLICATIONS_SRC"
    file = settings.get(name)  # None where pelican-cite itself is loaded and has no file
    return {} if file in (None, "") else {"references": checked(name, file, Bibliographies)}


def teach_readers(settings: dict[str, Any]) -> None:
    """Let Pelican's Markdown reader, whose `settings` these are, mark citations.

    The extension is named, not made: Pelican's cache pickles its settings.
    """
    markdown, own = settings["MARKDOWN"], f"{__name__}.markdown"
    others = (extension for extension in markdown.get("extensions", ()) if extension != own)
    settings["MARKDOWN"] = {**markdown, "extensions": [*others, own]}
