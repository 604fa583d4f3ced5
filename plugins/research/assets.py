"""Style sheets and scripts of the parts: linked from the written pages that need them, and from no other.

Links go into the ``<head>`` of finished pages, not into posts: what is put into a post ends up in
feeds and summaries too.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from .modules import joined

HERE = Path(__file__).parent
COMMENT = re.compile(rb"/\*.*?\*/\n*", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """A file of this package that a page needs when `marker` stands in its HTML."""

    path: Path
    marker: str

    @cached_property
    def content(self) -> bytes:
        """What is published of the file: all but its comments."""
        return COMMENT.sub(b"", self.path.read_bytes())

    @cached_property
    def address(self) -> str:
        """Where it is published: a name that changes with its content, to be cached for ever."""
        digest = hashlib.sha256(self.content).hexdigest()[:10]
        return f"research/{self.path.stem}.{digest}{self.path.suffix}"

    def tag(self, base: str) -> str:
        """Return the link to the file from a page whose links begin with `base`."""
        return f'<link rel="stylesheet" href="{base}{self.address}">'

    def publish(self, output: Path) -> None:
        """Write the file below `output`."""
        _write(output / self.address, self.content)


@dataclass(frozen=True)
class Script:
    """A module that a page with `marker` loads, and `others` that this one asks for when it needs them.

    Each is joined with all that it imports.

    They keep their names, in a folder whose name changes with any of them.
    """

    path: Path
    others: tuple[str, ...]
    marker: str

    @cached_property
    def texts(self) -> dict[str, str]:
        """What is published, by name."""
        return {name: joined(self.path.parent / name) for name in (self.path.name, *self.others)}

    @cached_property
    def address(self) -> str:
        """The folder that they are published in."""
        digest = hashlib.sha256(repr(self.texts).encode()).hexdigest()[:10]
        return f"research/{self.path.parent.name}.{digest}"

    def tag(self, base: str) -> str:
        """Return the script of a page whose links begin with `base`."""
        return f'<script type="module" src="{base}{self.address}/{self.path.name}"></script>'

    def publish(self, output: Path) -> None:
        """Write the modules below `output`."""
        for name, text in self.texts.items():
            _write(output / self.address / name, text.encode())


class Linked(Protocol):
    """What a page links when its HTML holds `marker`."""

    @property
    def marker(self) -> str:
        """The HTML that tells that a page needs it."""

    def tag(self, base: str) -> str:
        """Return the link to it from a page whose links begin with `base`."""

    def publish(self, output: Path) -> None:
        """Write it below `output`."""


ASSETS: tuple[Linked, ...] = (
    Asset(HERE / "citations" / "citations.css", marker='class="citation'),
    Asset(HERE / "mathjax" / "mathjax.css", marker="<mjx-container"),
    Asset(HERE / "mathjax" / "mathml.css", marker='<mjx-container data-key="mathml-'),
    Asset(HERE / "demos" / "static" / "demos.css", marker='class="research-demo'),
    Script(HERE / "citations" / "preview" / "preview.js", (), marker='role="doc-biblioref"'),
    Script(HERE / "citations" / "copying" / "copy.js", (), marker='class="citation-record"'),
    Script(
        HERE / "demos" / "static" / "live" / "element.js",
        ("worker.js", "kinds/draw.js"),
        marker="<research-demo ",
    ),
)


def link_assets(html: str, output: Path, siteurl: str, assets: Iterable[Linked] = ASSETS) -> str:
    """Link from the page `html` each asset that it needs, and publish it under `output`."""
    needed = [asset for asset in assets if asset.marker in html]
    head = html.find("</head>")
    if not needed or head < 0:
        return html
    base = f"{siteurl}/" if siteurl else ""
    for asset in needed:
        asset.publish(output)
    tags = "".join(f"{asset.tag(base)}\n" for asset in needed)
    return html[:head] + tags + html[head:]


def _write(path: Path, content: bytes) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
