"""Style sheets and scripts of the parts: linked from the written pages that need them, and from no other.

Links go into the ``<head>`` of finished pages, not into posts: what is put into a post ends up in
feeds and summaries too.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Protocol

from ..text.head import with_head
from .cache import Cache
from .javascript import joined, shortened, shortener
from .minify import minified

#: Characters of scripts below which their names stay long.
SMALL = 8000


class Linked(Protocol):
    """What a page links when its HTML holds `marker`, or one of several."""

    #: Scripts stand behind style sheets.
    is_script: ClassVar[bool]

    @property
    def marker(self) -> str | tuple[str, ...]:
        """The HTML that tells that a page needs it."""

    def tag(self, base: str) -> str:
        """Return the link to it from a page whose links begin with `base`; nothing if that needs none."""

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the address and the content of each file that is to be published."""


class OneFile(ABC):
    """A style sheet that is one file."""

    is_script: ClassVar[bool] = False

    @property
    @abstractmethod
    def content(self) -> bytes:
        """What is published."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it is published: a name that changes with its content, to be cached for ever."""

    def tag(self, base: str) -> str:
        """Return the link to the file from a page whose links begin with `base`."""
        return f'<link rel="stylesheet" href="{base}{self.address}">'

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the file."""
        yield self.address, self.content


@dataclass(frozen=True)
class StyleSheetFile(OneFile):
    """A style sheet of this package that a page needs when `marker` stands in its HTML."""

    path: Path
    marker: str | tuple[str, ...]

    @cached_property
    def content(self) -> bytes:
        """What is published of the file."""
        return minified(self.path.read_bytes(), self.path.suffix)

    @cached_property
    def address(self) -> str:
        """Where it is published: a name that changes with its content, to be cached for ever."""
        return f"research/{self.path.stem}.{digest(self.content)}{self.path.suffix}"


@dataclass(frozen=True)
class StyleSheets(OneFile):
    """Several style sheets of a page as one file: a phone waits for each before it paints anything."""

    sheets: tuple[StyleSheetFile, ...]
    marker: tuple[str, ...] = ()

    @cached_property
    def content(self) -> bytes:
        """What is published: one behind the other."""
        return b"\n".join(sheet.content for sheet in self.sheets)

    @cached_property
    def address(self) -> str:
        """Where it is published, under the names of all."""
        names = "-".join(sheet.path.stem for sheet in self.sheets)
        return f"research/{names}.{digest(self.content)}.css"


@dataclass(frozen=True)
class Script:
    """A module that a page with `marker` loads, and `others` that this one asks for when it needs them.

    Each is joined with all that it imports, and written with short names where that can be done. They keep
    their names, in a folder whose name changes with any of them.
    """

    path: Path
    others: tuple[str, ...]
    marker: str | tuple[str, ...]
    #: Of the folder; that in which the modules lie if it is empty.
    name: str = ""
    #: Where what was shortened is stored.
    cache: Cache | None = None
    is_script: ClassVar[bool] = True

    @cached_property
    def texts(self) -> dict[str, str]:
        """What is published, by name, before names are shortened."""
        return {name: joined(self.path.parent / name) for name in (self.path.name, *self.others)}

    @cached_property
    def address(self) -> str:
        """The folder that they are published in."""
        made = repr((self.texts, shortener() is None))
        return f"research/{self.name or self.path.parent.name}.{digest(made.encode())}"

    def tag(self, base: str) -> str:
        """Return the script of a page whose links begin with `base`."""
        return f'<script type="module" src="{base}{self.address}/{self.path.name}"></script>'

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the modules."""
        for name, text in self.shortened.items():
            yield f"{self.address}/{name}", text.encode()

    @cached_property
    def shortened(self) -> dict[str, str]:
        """What is published, by name. What is small already is not worth a run of Node.js."""
        if sum(map(len, self.texts.values())) <= SMALL:
            return self.texts
        if not self.cache:
            return shortened(self.texts)
        area = self.cache.area("scripts")
        key = area.key([self.address, sorted(self.texts.items())])
        found: dict[str, str] | None = area.get(key)
        if found is None:
            area.put(key, found := shortened(self.texts))
        return found


def digest(content: bytes) -> str:
    """Return what stands for `content` in an address."""
    return hashlib.sha256(content).hexdigest()[:10]


def linked(html: str, base: str, assets: Iterable[Linked]) -> tuple[str, list[Linked]]:
    """Return the page `html` with links to those of the `assets` that it needs, and these assets.

    Their style sheets are one file.
    """
    needed = _in_one([asset for asset in assets if _is_needed(asset.marker, html)])
    if not needed:
        return html, []
    tags = (asset.tag(base) for asset in needed)
    return with_head(html, "".join(f"{tag}\n" for tag in tags if tag)), needed


def _in_one(assets: list[Linked]) -> list[Linked]:
    """Return `assets` with their style sheets in one, at the place of the first."""
    sheets = tuple(asset for asset in assets if isinstance(asset, StyleSheetFile))
    if len(sheets) < 2:
        return assets
    first = assets.index(sheets[0])
    others = [asset for asset in assets if asset not in sheets]
    return [*others[:first], StyleSheets(sheets), *others[first:]]


def _is_needed(marker: str | tuple[str, ...], html: str) -> bool:
    return marker in html if isinstance(marker, str) else any(one in html for one in marker)
