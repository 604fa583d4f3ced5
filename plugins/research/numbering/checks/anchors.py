"""Links to places that are not there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from ...core.diagnostics import Diagnostic, Severity, line_of
from ...core.lazy import lazy_pattern
from ...core.post import Post
from ...core.storage.files import is_file
from ..html.elements import ids

LINK = lazy_pattern(
    r"""\bhref\s*=\s*["']?(?:[{|]filename[}|](?P<file>[^"'\s>#]+))?#(?P<fragment>[^"'\s>]+)"""
)
#: Begins what an empty link gets that `references` has reported.
UNKNOWN = '<mark class="reference-unknown">'
TAG_END = lazy_pattern(r"[^<>]*>")
#: An id that a block of ours will have, in Markdown and in reStructuredText.
BLOCK_ID = lazy_pattern(r"^\s*:?id:\s*(\S+)", re.MULTILINE)


def dead(posts: Sequence[Post]) -> Iterator[Diagnostic]:
    """Yield a warning for each link of `posts` to a place of a post that is not there."""
    known = {post.source.resolve(): _ids(post) for post in posts}
    for post in posts:
        yield from _dead_anchors(post, known)


def _ids(post: Post) -> set[str]:
    """Return the ids in a post, those of its blocks included, which are not made yet."""
    text = post.source.read_text(encoding="utf-8", errors="replace")
    return ids(post.body.html) | set(BLOCK_ID.findall(text))


def _dead_anchors(post: Post, known: Mapping[Path, set[str]]) -> Iterator[Diagnostic]:
    """Yield warnings for links to places that are not there: in this post, and in others of the site."""
    for link in LINK.finditer(post.body.html):
        file, fragment = unescape(link["file"] or ""), unquote(unescape(link["fragment"]))
        other = _linked(post, file) if file else post.source.resolve()
        end = TAG_END.match(post.body.html, link.end())
        is_reported = end is not None and post.body.html.startswith(UNKNOWN, end.end())
        if other in known and fragment not in known[other] and not is_reported:
            line = line_of(post.source, f"{file}#{link['fragment']}")
            where = f"in {file}" if file else "in this post"
            message = f"the link to #{fragment} leads nowhere {where}"
            yield Diagnostic(post.source, line, message, Severity.WARNING)


def _linked(post: Post, file: str) -> Path:
    """Return the source that a link with ``{filename}`` means: beside the post, or from a content folder."""
    if not file.startswith("/"):
        return (post.source.parent / file).resolve()
    above = (folder / file[1:] for folder in post.source.resolve().parents)
    return next((path for path in above if is_file(path)), post.source.parent / file[1:])
