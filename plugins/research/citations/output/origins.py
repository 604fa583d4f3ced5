"""Where the formulas of a reference come from, so that errors name the bibliography, not the post."""

from ...core.post import Origin
from ..sources.library import Library, Work


def origin(html: str, library: Library, work: Work) -> Origin | None:
    """Return the origin of the `html` that a style made of `work`; None where it may hold no formula."""
    if "\\" not in html and "$" not in html:
        return None
    path, line = library.place(work.key)
    return Origin(html, path, line)
