"""Readings: what Markdown makes of a file, cached, so that only files that have changed are parsed again.

A reading is cached where it is known what decides it: the text, the options, if they are data, and files that
our processors include. All extensions must be named, and others must read no file. A reading that reports an
exception is not cached.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markdown import Markdown

from ...core.boundary import has_reports
from ...core.storage.cache import Area, Cache
from ...core.storage.decisive import digest, file_digest, installed
from ...core.text import markdown

PACKAGE = __package__.rsplit(".", 2)[0]
ROOT = Path(__file__).parents[2]
#: What the names of such extensions begin with, and those of them that read other files.
DECIDED = ("markdown.extensions.", "pymdownx.", f"{PACKAGE}.")
READ_FILES = frozenset(("pymdownx.b64", "pymdownx.snippets"))


class NewReading:
    """A reading that `md` makes. Pelican's reader takes it for the parser.

    It asks for the body first, and then for those fields of the front matter that hold markup.
    """

    def __init__(self, md: Markdown) -> None:
        self._md = md
        self.preprocessors = md.preprocessors
        self._html: list[str] = []
        markdown.watch_files(md)

    def reset(self) -> None:
        """Let the parser forget the last text."""
        self._md.reset()

    def convert(self, text: str) -> str:
        """Return the HTML of `text`."""
        html = self._md.convert(text)
        if not self._html:
            self.Meta: dict[str, list[str]] = getattr(self._md, "Meta", {})
        self._html.append(html)
        return html

    @property
    def has_failed(self) -> bool:
        """Whether it reports an exception."""
        return any(map(has_reports, self._html))

    @property
    def stored(self) -> dict[str, Any]:
        """What a `KnownReading` is made of."""
        files = {str(path): file_digest(path) for path in markdown.files_of(self._md)}
        return {"html": self._html, "meta": self.Meta, "files": files}


class KnownReading:
    """A reading from the cache, which gives the same answers in the same order."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self._html: Iterator[str] = iter(stored["html"])
        self.Meta: dict[str, list[str]] = stored["meta"]
        self.preprocessors = self

    def reset(self) -> None:
        """Do nothing: there is no parser."""

    def deregister(self, name: str) -> None:
        """Do nothing: the front matter has been read."""

    def convert(self, text: str) -> str:
        """Return the HTML of the next text."""
        return next(self._html)


def is_current(stored: Mapping[str, Any]) -> bool:
    """Say whether the files that a reading was made from are what they were."""
    return all(stated == file_digest(Path(path)) for path, stated in stored["files"].items())


def area(options: Mapping[str, Any], fields: list[str], cache: Cache) -> Area | None:
    """Return the part of `cache` for readings by `options` of Markdown, in which `fields` hold markup.

    Returns None where readings by these options cannot be cached.
    """
    names = options["extensions"]
    if not all(isinstance(name, str) and name.startswith(DECIDED) for name in names) or READ_FILES & {*names}:
        return None
    try:
        decisive = json.dumps([options, fields], sort_keys=True)
    except TypeError:  # an option is code
        return None
    return cache.area("readings", decisive, sys.version, *installed(), digest(sources(names)))


def sources(names: list[str]) -> Iterator[Path]:
    """Yield the modules that our extensions among `names` are made of: theirs, those above, and the core."""
    folders = {ROOT}
    for name in names:
        if name.startswith(f"{PACKAGE}."):
            path = ROOT.joinpath(*name.removeprefix(PACKAGE).split(".")[1:])
            folders |= {folder for folder in path.parents if ROOT in folder.parents}
    for folder in sorted(folders):
        yield from sorted(folder.glob("*.py"))
    yield from sorted((ROOT / "core").rglob("*.py"))
