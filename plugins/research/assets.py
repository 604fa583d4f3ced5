"""Style sheets of the parts: linked from the written pages that need them, and from no other.

Links go into the ``<head>`` of finished pages, not into posts: what is put into a post ends up in
feeds and summaries too.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Asset:
    """A file of this package that a page needs when `marker` stands in its HTML."""

    path: Path
    marker: str

    @cached_property
    def address(self) -> str:
        """Where it is published: a name that changes with its content, to be cached for ever."""
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()[:10]
        return f"research/{self.path.stem}.{digest}{self.path.suffix}"


ASSETS = (
    Asset(HERE / "citations" / "citations.css", marker='class="citation'),
    Asset(HERE / "mathjax" / "mathjax.css", marker="<mjx-container"),
    Asset(HERE / "demos" / "static" / "demos.css", marker='class="research-demo'),
)


def link_assets(html: str, output: Path, siteurl: str, assets: Iterable[Asset] = ASSETS) -> str:
    """Link from the page `html` each asset that it needs, and publish it under `output`."""
    needed = [asset for asset in assets if asset.marker in html]
    head = html.find("</head>")
    if not needed or head < 0:
        return html
    base = f"{siteurl}/" if siteurl else ""
    links = ""
    for asset in needed:
        links += f'<link rel="stylesheet" href="{base}{asset.address}">\n'
        target = output / asset.address
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(asset.path.read_bytes())
    return html[:head] + links + html[head:]
