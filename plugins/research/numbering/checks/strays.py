"""What stands in a post and does nothing: ids in its text, TeX in titles, code that cannot be included."""

from collections.abc import Iterator, Sequence
from html import unescape

from ...core.diagnostics import Diagnostic, Severity, Source
from ...core.labels import EQUATION
from ...core.lazy import lazy_pattern
from ...core.post import Post
from ...core.text.placeholders import SOURCE, pattern
from ...core.text.segments import Kind, segments
from ..html.elements import images
from ..html.find import Form, Found
from ..kinds import Kinds
from ..syntax.markdown import INCLUDE

STRAY = lazy_pattern(r"\{:?[ ]?[^{}\n]*#(?P<id>[^\s{}]+)[^{}\n]*\}")
#: What a caption would show as it is typed.
MARKUP = lazy_pattern(r"\$[^$\n]+\$|\\\(|\[-?@")


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


def titles(post: Post, found: Sequence[Found]) -> Iterator[Diagnostic]:
    """Yield a warning for each title of an image that is a caption, and has what no attribute can have."""
    for one in found:
        if one.form not in (Form.IMAGES, Form.PANEL):
            continue
        image = (images(post.body.html, one.element) or [one.element])[0]
        title = image.attributes.get("title", "")
        if typed := MARKUP.search(title):
            message = (
                f"the title of an image is its caption here, and shows {typed[0]} as it is typed: write "
                f"“: Caption {{#{one.ids[0]}}}” below the image, or a figcaption"
            )
            line, column = Source(post.source).place_of(title)
            yield Diagnostic(post.source, line, message, Severity.WARNING, column)


def includes(post: Post) -> Iterator[Diagnostic]:
    """Yield an error for each file that `post` includes and that is not there as it says."""
    for found in pattern(INCLUDE, SOURCE).finditer(post.body.html):
        typed, _, fault = unescape(found["value"]).partition("\n")
        line, column = Source(post.source).place_of(typed)
        yield Diagnostic(post.source, line, fault, column=column)
