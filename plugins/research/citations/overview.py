"""A page of all works that the blog cites, with the posts that cite each of them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from ..documents import Document
from .apparatus import slug
from .coins import coins
from .grammar import Citation, Cite
from .library import Work
from .resolve import Cited
from .typeset import Request, Style, Typeset

#: The line of front matter that asks for the list: ``Bibliography: all``.
FIELD, ALL = "bibliography", "all"


def is_asked_for(document: Document) -> bool:
    """Return whether `document` is a page that is to end with all works."""
    return not document.is_summary and str(document.metadata.get(FIELD, "")).strip().lower() == ALL


def citing(posts: Iterable[Cited]) -> dict[str, list[Document]]:
    """Return, for each key, the published posts that cite it."""
    found: dict[str, list[Document]] = {}
    for post in posts:
        document = post.document
        if document.is_summary or document.metadata.get("status", "published") != "published":
            continue
        for key in dict.fromkeys(cite.key for place in post.places for cite in place.cites()):
            found.setdefault(key, []).append(document)
    return found


def request(posts: Mapping[str, Sequence[Document]], works: Mapping[str, Work]) -> Request:
    """Return what a style is to set for the list: each work that `posts` cite, once."""
    keys = [key for key in posts if key in works]
    return Request([Citation((Cite(key),), f"[@{key}]") for key in keys], works)


def add(
    page: Document,
    posts: Mapping[str, Sequence[Document]],
    works: Mapping[str, Work],
    typeset: Typeset,
    style: Style,
) -> Document:
    """Return `page` with the list of works that a style has `typeset`, and the `posts` that cite them."""
    items = "".join(
        f'<li id="work-{slug(reference.key)}">{reference.html} '
        f"{_links(page.source, posts[reference.key])}{coins(works[reference.key])}</li>\n"
        for reference in typeset.references
    )
    tag = "ol" if style.is_numeric else "ul"
    label = escape(style.terms.heading)
    section = f'\n<section class="references" aria-label="{label}">\n<{tag}>\n{items}</{tag}>\n</section>\n'
    return replace(page, html=page.html + section)


def _links(page: Path, posts: Iterable[Document]) -> str:
    """Return links to `posts`; Pelican makes addresses of their files."""
    links = []
    for post in posts:
        file = escape(os.path.relpath(post.source, page.parent).replace(os.sep, "/"))
        title = post.metadata.get("title", post.source.stem)
        links.append(f'<a href="{{filename}}{file}">{title}</a>')
    return f'<span class="citation-posts">{", ".join(links)}</span>'
