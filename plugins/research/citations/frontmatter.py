"""What the front matter of a post says about its citations, in the keys of this plugin and of Pandoc."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.diagnostics import Source as SourceFile
from ..core.lazy import lazy_pattern
from ..core.post import Post
from ..core.storage.files import is_file
from .output.overview import ALL, FIELD
from .sources.inline import InlineFile, Source
from .syntax import front_matter
from .syntax.grammar import KEY

MENTION = lazy_pattern(rf"@(?:\*|{KEY})")
#: What ``nocite`` has for all entries of the bibliographies.
EVERYTHING = "*"


@dataclass(frozen=True)
class FrontMatter:
    """The settings of one post."""

    #: Bibliographies, in ``publications_src`` or ``bibliography``.
    files: tuple[Path, ...] = ()
    #: The items in ``references``.
    inline: tuple[InlineFile, ...] = ()
    #: The style, in ``citation_style`` or ``csl``; empty for that of the site.
    style: str = ""
    #: Keys of entries to list without citing them, in ``nocite``; `EVERYTHING` stands for all.
    uncited: tuple[str, ...] = ()
    #: The heading of the reference list, in ``reference-section-title``; empty for the usual one.
    heading: str = ""

    @classmethod
    def of(cls, post: Post, root: Path) -> "FrontMatter":
        """Read the front matter of `post`; files are sought beside it and below `root`."""
        metadata = post.metadata
        names = [*_names(metadata.get("publications_src")), *_names(metadata.get(FIELD))]
        files = tuple(_file(name, post, root) for name in names if name.lower() != ALL)
        mentions = MENTION.finditer(str(metadata.get("nocite") or ""))
        uncited = (match["braced"] or match["plain"] or EVERYTHING for match in mentions)
        value = metadata.get(front_matter.FIELD)
        line = _line_of_references(post) if value else None
        inline = front_matter.yaml_of(value, (line or 1) - 1)
        return cls(
            tuple(dict.fromkeys(files)),
            (InlineFile(post.source, inline),) if inline else (),
            _text(metadata, "citation_style") or _style(_text(metadata, "csl"), post, root),
            tuple(dict.fromkeys(uncited)),
            _text(metadata, "reference-section-title"),
        )

    @staticmethod
    def lost(post: Post) -> Iterator[Diagnostic]:
        """Yield a warning where ``references`` of `post` holds items that cannot be read from there."""
        if front_matter.is_lost(post.metadata.get(front_matter.FIELD)):
            message = (
                "references: the items of this field cannot be read; write them in one line, "
                "[{id: key, title: …}], or into a file that “bibliography” names"
            )
            yield Diagnostic(post.source, _line_of_references(post), message, Severity.WARNING)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where entries are looked up before the bibliographies of the site."""
        return (*self.inline, *self.files)


def _line_of_references(post: Post) -> int | None:
    line, _ = SourceFile(post.source).place_of_key(front_matter.FIELD)
    return line


def _names(value: Any) -> Iterator[str]:
    """Yield the names in a list, or in a text such as ``a.bib, b.bib`` or ``[a.bib, b.bib]``."""
    parts = str(value or "").strip("[] ").split(",") if isinstance(value, str | None) else value
    for part in parts:
        if name := str(part).strip(" \t\r\n\"'-"):
            yield name


def _file(name: str, post: Post, root: Path) -> Path:
    beside = post.source.parent / name
    return beside if is_file(beside) else root / name


def _style(name: str, post: Post, root: Path) -> str:
    """Return what Pandoc's ``csl`` names: a file, an address of a style, or the name of a style."""
    if not name:
        return ""
    if name.endswith(".csl") and "://" not in name:
        beside = post.source.parent / name
        if is_file(beside) or is_file(root / name):
            return str(beside if is_file(beside) else name)
    return name.rsplit("/", 1)[-1].removesuffix(".csl")


def _text(metadata: Mapping[str, Any], name: str) -> str:
    return str(metadata.get(name) or "").strip().strip("\"'")
