"""A page of all references of the blog, each with the posts that cite it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from ...core.post import TITLE, Post
from ..sources.entry import Entry
from ..styles.typeset import Request, Style, Typeset
from ..syntax.grammar import Citation, Cite
from .coins import coins
from .notes import slug
from .resolve import ParsedText, cited_keys

#: The line of front matter that asks for the list: ``Bibliography: all``.
FIELD, ALL = "bibliography", "all"


def is_asked_for(post: Post) -> bool:
    """Return whether `post` is to end with all references."""
    return str(post.metadata.get(FIELD, "")).strip().lower() == ALL


def citing(posts: Iterable[tuple[Post, Sequence[ParsedText]]]) -> dict[str, list[Post]]:
    """Return, for each key, the published posts whose bodies cite it."""
    found: dict[str, list[Post]] = {}
    for post, texts in posts:
        if post.metadata.get("status", "published") != "published":
            continue
        for key in cited_keys(texts[:1]):
            found.setdefault(key, []).append(post)
    return found


def request(posts: Mapping[str, Sequence[Post]], entries: Mapping[str, Entry]) -> Request:
    """Return the request for the list: each entry that `posts` cite, once."""
    keys = [key for key in posts if key in entries]
    return Request([Citation((Cite(key),), f"[@{key}]") for key in keys], entries)


def section(
    page: Path,
    posts: Mapping[str, Sequence[Post]],
    entries: Mapping[str, Entry],
    typeset: Typeset,
    style: Style,
) -> str:
    """Return the list of entries that a style has `typeset`, and the `posts` that cite them, for `page`."""
    items = "".join(
        f'<li id="reference-{slug(reference.key)}">{reference.html} '
        f"{_links(page, posts[reference.key])}{coins(entries[reference.key])}</li>\n"
        for reference in typeset.references
    )
    tag = "ol" if style.is_numeric else "ul"
    label = escape(style.terms.heading)
    return f'\n<section class="references" aria-label="{label}">\n<{tag}>\n{items}</{tag}>\n</section>\n'


def _links(page: Path, posts: Iterable[Post]) -> str:
    """Return links to `posts`; Pelican makes addresses of their files."""
    links = []
    for post in posts:
        file = escape(os.path.relpath(post.source, page.parent).replace(os.sep, "/"))
        links.append(f'<a href="{{filename}}{file}">{_title(post)}</a>')
    return f'<span class="citation-posts">{", ".join(links)}</span>'


def _title(post: Post) -> str:
    marked_up = post.text(TITLE)
    # Its formulas may use macros of its own, which no other post knows.
    if marked_up and not post.metadata.get("macros"):
        return marked_up.html
    return str(post.metadata.get("title", post.source.stem))
