"""Citations: ``[@@key]`` in posts → author and year, and a reference list.

The files are the pipeline: `marks` finds what `markdown` and the authors left, `grammar` reads it,
`library` knows the works (`bibtex` → `items`, their texts by `latex`), a style sets them
(`author_date`, `reference`), `resolve` puts them into one post, `batch` into all.
"""

from typing import Any

from .batch import cite

__all__ = ["cite", "teach_readers"]


def teach_readers(settings: dict[str, Any]) -> None:
    """Let Pelican's Markdown reader, whose `settings` these are, mark citations.

    The extension is named, not made: Pelican's cache pickles its settings.
    """
    markdown = settings["MARKDOWN"]
    markdown["extensions"] = [*markdown.get("extensions", ()), f"{__name__}.markdown"]
