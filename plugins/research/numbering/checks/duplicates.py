"""Ids that a post has twice: a link finds the first of them alone."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ...core.diagnostics import Diagnostic, Severity, Source
from ...core.lazy import lazy_pattern
from ...core.post import Post
from ...core.text.segments import TAG, Kind, segments

#: In tags and perhaps elsewhere; it begins with its literal, which is quick to find.
ID = lazy_pattern(r"""id=(?<=\sid=)(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
#: With its name and its value.
ATTRIBUTE = lazy_pattern(r"""[\s"'/]([^\s=>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
#: Where authors give ids, in all markups: a list of attributes, an attribute or a key, a target of docutils.
GIVEN = lazy_pattern(
    r"""(?P<list>\{[^{}\n]*\})|\b(?:id|name)\s*[=:][ \t]*["']?(?P<id>[^\s"'<>{}]+)"""
    r"""|^\.\.[ ]_(?P<target>[^:\n]+):""",
    re.MULTILINE,
)
IN_LIST = lazy_pattern(r"#([^\s}]+)")


def diagnostics(post: Post) -> Iterator[Diagnostic]:
    """Yield a warning for each id that more than one element of the body of `post` has."""
    if not _twice(post.body.html):
        return
    ids = _given_twice(post.body.html)
    lines = _lines(post) if ids else {}
    for id in ids:
        first, line = (*lines.get(id, ()), None, None)[:2]
        where = f", first on line {first}" if line else ""
        message = f"the id “{id}” is taken{where}: links find the first one alone; choose another id"
        yield Diagnostic(post.source, line, message, Severity.WARNING)


def _twice(html: str) -> list[str]:
    """Return what may be ids that more than one element of `html` has."""
    if html.count(" id=") + html.count("\nid=") < 2:
        return []
    return _repeated("".join(found) for found in ID.findall(html))


def _given_twice(html: str) -> list[str]:
    """Return the ids that more than one element of `html` has."""
    pieces = (html[start:end] for kind, start, end in segments(html) if kind not in (Kind.PROSE, Kind.LINK))
    tags = (found["attributes"] or "" for piece in pieces if (found := TAG.match(piece)))
    given = (ATTRIBUTE.findall(attributes) for attributes in tags)
    return _repeated("".join(value) for found in given for name, *value in found if name.lower() == "id")


def _repeated(ids: Iterable[str]) -> list[str]:
    return [id for id, count in Counter(ids).items() if id and count > 1]


def _lines(post: Post) -> dict[str, list[int]]:
    """Return the lines on which the author of `post` gives each id, in their order."""
    found: dict[str, list[int]] = {}
    source = Source(post.source)
    for given in GIVEN.finditer(source.text):
        ids = IN_LIST.findall(given["list"]) if given["list"] else [given["id"] or given["target"]]
        for id in ids:
            found.setdefault(id, []).append(source.place(given.start())[0])
    return found
