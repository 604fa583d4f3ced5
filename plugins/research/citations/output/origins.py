"""Origins of formulas in references, so that errors name the bibliography and not the post."""

from typing import TYPE_CHECKING

from ...core.post import Origin
from ..sources.entry import Entry

if TYPE_CHECKING:
    from ..sources.library import Library


def origin(html: str, library: "Library", entry: Entry) -> Origin | None:
    """Return the origin of the `html` that a style made of `entry`; None where it may hold no formula."""
    if "\\" not in html and "$" not in html:
        return None
    path, line = library.place(entry.key)
    return Origin(html, path, line)
