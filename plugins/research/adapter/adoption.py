"""What the plugin changes in the posts of a blog: each is read without it and with it, and both are compared.

Nothing is typeset, trained or written. Constructs that need such work appear as they are marked in posts.
"""

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pelican import Pelican, signals
from pelican.settings import read_settings

from ..core.diagnostics import Source
from ..core.lazy import lazy_pattern
from ..core.post import Post
from ..core.text import placeholders
from .build import Build
from .reading import contents, sources

PACKAGE = __package__.rpartition(".")[0]
OWN_NAMES = ("research", "pelican.plugins.research", PACKAGE)
#: An element that stands for a construct is one piece, and so is what looks like a citation, a tag, or a word
#: with the space before it.
PIECE = lazy_pattern(
    r'\s*<(?P<name>span|div) class="math">[^<]*</(?P=name)>'
    rf"|\s*<{placeholders.ELEMENT} .*?</{placeholders.ELEMENT}>"
    r"|\s*\[[^\[\]<>]*@[^\[\]<>]*\]|\s*<[^<>]*>|\s*[^\s<]+|\s+|<",
    re.DOTALL,
)
TAG = lazy_pattern(r"<[^<>]*>")
#: What a change is of, by what stands in the new or in the old text.
KINDS = (
    ("formula", lazy_pattern(r'class="math|\\(?:eq)?ref\{')),
    ("MathJax script", lazy_pattern(r"mathjax", re.IGNORECASE)),
    ("citation", lazy_pattern(r'data-part="citation|class="(?:citation|references)|role="doc-')),
    ("demo or number", lazy_pattern(r"data-demo|data-part=\"(?:demo|number)")),
    ("reference", lazy_pattern(r'data-part="|href="#')),
    ("escape", lazy_pattern(r"\\\$")),
    ("table", lazy_pattern("research-align-")),
)
#: Characters of a text that are shown.
MAX_SHOWN = 80


@dataclass(frozen=True)
class Change:
    """A place in the sources of a blog that comes out differently with the plugin."""

    kind: str
    path: Path
    line: int | None
    before: str
    after: str

    def __str__(self) -> str:
        """Return the place, and what it is without the plugin and with it."""
        place = ":".join(str(part) for part in (self.path, self.line) if part)
        return f"{place}: {_shown(self.before)} → {_shown(self.after)}"


def changes(file: str) -> list[Change]:
    """Return what the plugin would change in the blog that has the settings `file`, by kind and file."""
    with TemporaryDirectory() as cache:
        before = {post.source: post for post in _posts(file, cache, with_plugin=False)}
        found = [
            change
            for post in _posts(file, cache, with_plugin=True)
            if post.source in before
            for change in _compared(before[post.source], post)
        ]
    return sorted(found, key=lambda one: (one.kind, str(one.path), one.line or 0))


def _posts(file: str, cache: str, with_plugin: bool) -> list[Post]:
    """Return the posts of the blog, with the constructs of all parts marked if the plugin is there.

    What the plugin caches goes into the folder `cache`.
    """
    settings = read_settings(file)
    settings["RESEARCH"] = {**(settings.get("RESEARCH") or {}), "cache": cache}
    others = [name for name in sources.plugins_of(settings) if name not in OWN_NAMES]
    settings["PLUGINS"] = [*others, importlib.import_module(PACKAGE)] if with_plugin else others
    settings["LOAD_CONTENT_CACHE"] = settings["CACHE_CONTENT"] = False
    pelican: Any = Pelican(settings)
    signals.get_generators.send(pelican)
    generators, _ = sources.read(pelican)
    found = list(contents.content_objects(generators))
    if not with_plugin:
        return [contents.post(content) for content in found]
    build = Build.of(pelican.settings)
    posts = build.pipeline.run(build.posts(found), quick=True)
    for part in build.pipeline.parts:
        posts = [part.preview(post) for post in posts]
    return posts


def _compared(before: Post, after: Post) -> Iterator[Change]:
    """Yield what differs between two readings of a post, in what its author wrote of it."""
    file = Source(before.source)
    for old in before.texts:
        new = after.text(old.name)
        if new and before.is_of_author(old):
            for first, second in _differences(old.html, new.html):
                line, _ = file.place_of(unescape(TAG.sub("", first)).strip(), 0, old.field)
                yield Change(_kind(first, second), before.source, line, first, second)


def _differences(before: str, after: str) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    old, new = ([piece[0] for piece in PIECE.finditer(html)] for html in (before, after))
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if end - start == last - first:
            yield from zip(_stripped(old[start:end]), _stripped(new[first:last]), strict=True)
        elif any(texts := _stripped(("".join(old[start:end]), "".join(new[first:last])))):
            yield texts[0], texts[1]


def _stripped(pieces: Iterable[str]) -> list[str]:
    return [piece.strip() for piece in pieces]


def _kind(before: str, after: str) -> str:
    for text in (after, before):
        for kind, sign in KINDS:
            if sign.search(text):
                return kind
    return "other"


def _shown(html: str) -> str:
    text = " ".join(unescape(TAG.sub("", html)).split()) or "".join(html.split("\n")[:1]) or "nothing"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
