"""Finished posts: what the parts made of a post, cached, so that a build works on what is new.

A post is known by all that decides what becomes of it: its texts and its front matter, the settings, our code
and what is installed, and what each part names beside these. It is stored where nothing was found wrong, so
that every build reports what is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from .labels import Label
from .part import Environment, Part
from .post import Post, Publication, PublishedFile
from .storage.cache import Area
from .storage.decisive import file_digest

#: What of a publication its metadata do not say.
OF_PUBLICATION = tuple(field.name for field in fields(Publication) if field.compare)


@dataclass(frozen=True)
class Finished:
    """A post as it is published."""

    post: Post
    labels: tuple[Label, ...]
    #: Files that it draws on.
    sources: tuple[Path, ...]
    #: Files that it needs.
    files: tuple[PublishedFile, ...]
    #: What `Part.take_note` is to know of it, by the names of parts.
    notes: Mapping[str, Any]


class FinishedPosts:
    """The finished posts in the cache of `environment`, as `parts` made them."""

    def __init__(self, environment: Environment, parts: Sequence[Part]) -> None:
        self._environment, self._parts = environment, parts

    @cached_property
    def _area(self) -> Area:
        made_by = [f"{type(part).__module__} {part.settings!r}" for part in self._parts]
        return self._environment.cache.area("posts", *self._environment.computed_by, *made_by)

    def key(self, post: Post, decisive: Iterable[str]) -> str:
        """Return the key of `post`, of which parts name what is `decisive` beside it.

        Returns nothing where it cannot be had: its front matter holds what cannot be compared.
        """
        described = [
            str(post.source),
            post.language,
            [[text.name, text.html] for text in post.texts],
            post.metadata,
            post.publication and {name: getattr(post.publication, name) for name in OF_PUBLICATION},
            *decisive,
        ]
        try:
            return self._area.key(json.dumps(described, sort_keys=True, default=_text))
        except TypeError:
            return ""

    def get(self, key: str, post: Post) -> Finished | None:
        """Return what became of `post`, whose key is `key`; None where that is not known."""
        stored = self._area.get(key)
        if stored is None or any(file_digest(Path(path)) != digest for path, _, digest in stored["files"]):
            return None
        labels = tuple(Label(**label) for label in stored["labels"])
        sources = tuple(map(Path, stored["sources"]))
        files = tuple(PublishedFile(Path(path), address) for path, address, _ in stored["files"])
        for file in files:
            self._environment.cache.mark_as_used(file.path)
        return Finished(post.with_html(stored["html"]), labels, sources, files, stored["notes"])

    def put(self, key: str, finished: Finished) -> None:
        """Store what became of the post with the key `key`."""
        stored = {
            "html": [text.html for text in finished.post.texts],
            "labels": [asdict(label) for label in finished.labels],
            "sources": [str(path) for path in finished.sources],
            "files": [[str(file.path), file.address, file_digest(file.path)] for file in finished.files],
            "notes": finished.notes,
        }
        self._area.put(key, stored)


def _text(value: Any) -> str:
    """Return an object in front matter as text; raise `TypeError` for one that does not say what it is."""
    text = str(value)
    if text == object.__repr__(value):
        raise TypeError(f"{text} does not say what it is")
    return f"{type(value).__name__} {text}"
