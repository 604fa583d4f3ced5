"""Ids that stand in the text of a post: what its author meant them for has none."""

import re
from collections.abc import Iterator

from ...core.diagnostics import Diagnostic, Severity, Source
from ...core.post import Post
from ...core.text.segments import Kind, segments
from ..kinds import Kinds

STRAY = re.compile(r"\{:?[ ]?[^{}\n]*#(?P<id>[^\s{}]+)[^{}\n]*\}")


def diagnostics(post: Post, kinds: Kinds) -> Iterator[Diagnostic]:
    """Yield a warning for each ``{#id}`` that readers of `post` would see."""
    html = post.body.html
    if "#" not in html or not STRAY.search(html):
        return
    source = Source(post.source)
    for kind, start, end in segments(html):
        for found in STRAY.finditer(html, start, end) if kind is Kind.PROSE else ():
            if kinds.kind_of(found["id"]):
                message = (
                    f"{found[0]} is shown to readers and gives no id: write “: Caption {found[0]}” below an "
                    "image, a table or code, or the braces on a line of their own at the end of a paragraph"
                )
                line, column = source.place_of(found[0])
                yield Diagnostic(post.source, line, message, Severity.WARNING, column)
