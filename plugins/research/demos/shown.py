"""Which models a post shows, and with which posts it shares figures: what a finished post depends on."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..core.lazy import lazy_pattern
from ..core.part import Environment
from ..core.post import Post
from . import numbers, words
from .syntax import canonical

#: What a text has that links to a figure to set it.
SETTING = lazy_pattern(r"#[^\s\"'<>?]+\?")


@dataclass(frozen=True)
class Shown:
    """The models of a post."""

    #: The names of those that blocks show which are right, or of which a number stands in prose.
    models: tuple[str, ...]
    #: Whether all blocks are right.
    is_right: bool


def of(post: Post, environment: Environment) -> Shown:
    """Return the models of `post`; blocks that an earlier build has checked are not checked again."""
    blocks = canonical.blocks(post.body.html, post.source)
    stated = numbers_of(post)
    if not blocks:
        return Shown(stated, True)
    area = environment.cache.area("blocks", *environment.computed_by)
    key = area.key([[dict(block.keys), block.error] for block in blocks])
    found = area.get(key)
    if found is None:
        from . import posts

        demos = list(posts.demos(blocks, words.of(post.language)))
        found = [posts.models(demos), all(demo.request for demo in demos)]
        area.put(key, found)
    models, is_right = found
    return Shown(tuple(dict.fromkeys([*models, *stated])), is_right)


def numbers_of(post: Post) -> tuple[str, ...]:
    """Return the names of the models of which a number stands in the prose of `post`."""
    return tuple(dict.fromkeys(name for text in post.texts for name in numbers.models(text.html)))


def sets_figures(post: Post) -> bool:
    """Return whether `post` may have links that set figures."""
    return any(SETTING.search(text.html) for text in post.texts)


def linked(posts: Iterable[Post]) -> set[Path]:
    """Return the files of those of `posts` that set figures of another one, and of these others."""
    found: set[Path] = set()
    for post in filter(sets_figures, posts):
        from . import linking

        source = post.source.resolve()
        sources = {place for text in post.texts for place in linking.sources(text.html, post)} | {source}
        found |= sources if len(sources) > 1 else set()
    return found
