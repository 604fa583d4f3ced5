"""Links of a post that set figures → links that lead to them everywhere, with what is wrong in them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.diagnostics import Diagnostic, Severity, line_of, nearest
from ..core.post import Post
from ..core.storage.files import is_file
from ..core.text.segments import Edit, apply_edits
from .errors import DemoError
from .syntax import states
from .syntax.states import Link, Values

if TYPE_CHECKING:
    from .figures import Figure
    from .kinds import DemoKind

#: The figures of a post by id, each with its kind; None for one that could not be made.
Figures = Mapping[str, "tuple[DemoKind, Figure] | None"]


def linked(html: str, post: Post, figures: Callable[[Path], Figures]) -> tuple[str, list[Diagnostic]]:
    """Return `html`, a text of `post`, with links that set `figures`, those of a file, and what is wrong."""
    edits, found = [], []
    for link in states.links(html):
        known = figures(_source(post, link.file))
        if link.id in known:
            edits.append(Edit(link.start, link.end, link.html))
        elif "=" not in link.state:  # a question mark in the id of a heading, as notebooks have it
            continue
        try:
            _check(link, known)
        except DemoError as error:
            line = line_of(post.source, link.written)
            message = f"demo: the link to {link.written}: {error}"
            found.append(Diagnostic(post.source, line, message, Severity.WARNING))
    return apply_edits(html, edits), found


def sources(html: str, post: Post) -> Iterator[Path]:
    """Yield the source that each link that sets a figure means, in `html`, a text of `post`."""
    return (_source(post, link.file) for link in states.links(html))


def _source(post: Post, file: str) -> Path:
    """Return the source that a link with ``{filename}`` means: beside the post, or from a content folder."""
    path = file[len("{filename}") :]
    if not path.startswith("/"):
        return (post.source.parent / path).resolve() if path else post.source.resolve()
    above = (folder / path[1:] for folder in post.source.resolve().parents)
    return next((place for place in above if is_file(place)), post.source.parent / path[1:])


def _check(link: Link, figures: Figures) -> None:
    """Raise `DemoError` for a link that sets nothing."""
    if link.id not in figures:
        raise DemoError(f"there is no figure “{link.id}”{nearest(link.id, figures)}")
    if not (found := figures[link.id]):
        return  # that is reported
    kind, figure = found
    if not figure.live:
        raise DemoError("the figure stays a static image, to which the link leads")
    described = json.loads(figure.live.description.path.read_text(encoding="utf-8"))
    known = kind.states(described) | dict(_conditions(described))
    if not known:
        raise DemoError(f"nothing can be set in figures of the kind {kind.name}, to which the link leads")
    states.check(link.state, known)


def _conditions(described: Mapping[str, Any]) -> Iterator[tuple[str, Values]]:
    """Yield what may be said of the further inputs of the decoder."""
    for sheet in described["sheets"][:1]:
        for stated in sheet.get("conditions", ()):
            if labels := stated.get("labels"):
                yield stated["name"], Values(words=tuple(labels))
            else:
                least, most = stated["range"]
                yield stated["name"], Values(least, most, count=stated["size"])
