"""Ids that a post has twice: a link finds the first of them alone."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ...core.diagnostics import Diagnostic, Severity
from ...core.post import Post
from ...core.text.segments import TAG, Kind, segments

#: In tags and perhaps elsewhere; it begins with its literal, which is quick to find.
ID = re.compile(r"""id=(?<=\sid=)(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
#: With its name and its value.
ATTRIBUTE = re.compile(r"""[\s"'/]([^\s=>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")


def diagnostics(post: Post) -> Iterator[Diagnostic]:
    """Yield a warning for each id that more than one element of the body of `post` has."""
    html = post.body.html
    if _twice(html):
        text = post.source.read_text(encoding="utf-8-sig", errors="replace") if post.source.is_file() else ""
        for id in _given_twice(html):
            line, first = _lines(text, id)
            where = f", first on line {first}" if first else ""
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


def _lines(text: str, id: str) -> tuple[int | None, int | None]:
    """Return the lines of the second and the first place at which an author gives the `id`."""
    name = re.escape(id)
    given = re.compile(
        rf"""\{{[^{{}}\n]*\#{name}(?=[\s}}])|\bid\s*[=:]\s*["']?{name}(?![\w-])|^\.\.\s+_{name}:""",
        re.MULTILINE,
    )
    lines = [text.count("\n", 0, found.start()) + 1 for found in given.finditer(text)]
    return (lines[1], lines[0]) if len(lines) > 1 else (None, None)
