"""What stands in a post and does nothing: ids in its text, and code that could not be included."""

from collections.abc import Iterator
from html import unescape

from ...core.diagnostics import Diagnostic, Severity, Source
from ...core.labels import EQUATION
from ...core.lazy import lazy_pattern
from ...core.post import Post
from ...core.text.placeholders import SOURCE, pattern
from ...core.text.segments import Kind, segments
from ..kinds import Kinds
from ..syntax.markdown import INCLUDE

STRAY = lazy_pattern(r"\{:?[ ]?[^{}\n]*#(?P<id>[^\s{}]+)[^{}\n]*\}")


def diagnostics(post: Post, kinds: Kinds) -> Iterator[Diagnostic]:
    """Yield a warning for each ``{#id}`` that readers of `post` would see."""
    html = post.body.html
    if "#" not in html or not STRAY.search(html):
        return
    source = Source(post.source)
    for kind, start, end in segments(html):
        for found in STRAY.finditer(html, start, end) if kind is Kind.PROSE else ():
            if of_kind := kinds.kind_of(found["id"]):
                remedy = _remedy(found[0], found["id"], of_kind)
                message = f"{found[0]} is shown to readers and gives no id: {remedy}"
                line, column = source.place_of(found[0])
                yield Diagnostic(post.source, line, message, Severity.WARNING, column)


def _remedy(braces: str, id: str, kind: str) -> str:
    """Return what an author can write instead of `braces` that have an `id` of a `kind`."""
    if kind == EQUATION:
        return f"write \\label{{{id}}} in an environment such as equation"
    return (
        f"write “: Caption {braces}” below an image, a table or code, or the braces on a line of their own "
        "at the end of a paragraph"
    )


def includes(post: Post) -> Iterator[Diagnostic]:
    """Yield an error for each file that `post` includes and that is not there as it says."""
    for found in pattern(INCLUDE, SOURCE).finditer(post.body.html):
        typed, _, fault = unescape(found["value"]).partition("\n")
        line, column = Source(post.source).place_of(typed)
        yield Diagnostic(post.source, line, fault, column=column)
