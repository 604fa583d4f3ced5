"""A blog with every kind of entry in its cache and of published file, and ways to damage a file."""

import random
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import bundles

CSL = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>Ours</title><id>ours</id><updated>2026-01-01T00:00:00+00:00</updated></info>
  <citation><layout prefix="<" delimiter="; "><text variable="title"/></layout></citation>
  <bibliography><layout><text variable="title"/></layout></bibliography>
</style>
""".replace('"<"', '"("')
POST = r"""Title: A post
Date: 2026-01-01

As [@@vae] shows, $x^2 + \\alpha$, it reaches {{ small.elbo }} in {{ small.seconds.train }} s.

$$\\sum_i x_i$$

```demo
kind: samples
model: small
alt: Samples
caption: Samples.
rows: 2
columns: 2
```

```demo
kind: training
model: small
alt: Training
caption: Training.
```
""".replace("\\\\", "\\")
SVG = "Title: Another\nDate: 2026-01-02\nMath: svg\nCitation_Style: author-date\n\nFor [@vae], $y$.\n"
BIB = "@misc{vae, author={Kingma, D. P.}, title={Auto-encoding}, year=2013}\n"

CONTENT = {"a.md": POST, "b.md": SVG, "/references.bib": BIB, "/ours.csl": CSL}
SETTINGS = """
RESEARCH = {"references": "references.bib", "citation_style": "ours.csl", "formulas": "chtml"}
"""
#: Folders of the cache: a kind of entry each.
KINDS = set(
    "blocks cards citations demos descriptions fonts formulas graphs model-cards posts programs readings "
    "scripts sizes".split()
)
#: Folders of output/ that the plugin writes.
PUBLISHED = ("research", "demos")
#: What a clock decides: seconds of training, and the files of a bundle that hold them.
TIMED = re.compile(rb"<dt>Training</dt><dd>[^<]*|<tr><td>(history\.csv|metrics\.json)</td>.*")


def write_models(root: Path) -> None:
    """Write the model of the blog in the folder `root`."""
    bundles.write_bundle(root / "build" / "models", "small")


def flip(path: Path, draw: random.Random) -> None:
    """Flip a bit."""
    content = bytearray(path.read_bytes())
    if content:
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def truncate(path: Path, draw: random.Random) -> None:
    """Cut the end off."""
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content))] if content else b"")


def zero(path: Path, draw: random.Random) -> None:
    """Write zeros over all of it, as a loss of power may leave it."""
    path.write_bytes(bytes(path.stat().st_size))


def empty(path: Path, draw: random.Random) -> None:
    """Leave nothing in it."""
    path.write_bytes(b"")


def delete(path: Path, draw: random.Random) -> None:
    """Delete it."""
    path.unlink()


def block(path: Path, draw: random.Random) -> None:
    """Put a folder in its place, with a file in it."""
    path.unlink()
    path.mkdir()
    (path / "file").write_bytes(b"x")


DAMAGES: Mapping[str, Callable[[Path, random.Random], None]] = {
    damage.__name__: damage for damage in (flip, truncate, zero, empty, delete, block)
}


def files(folder: Path) -> dict[str, bytes]:
    """Return what `folder` holds, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def copy(source: Path, target: Path) -> None:
    """Make `target` what `source` is, with its times."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def timeless(folder: Path) -> dict[str, bytes]:
    """Return the files below `folder`, by path, without what a clock decides."""
    return {path: TIMED.sub(b"", content) for path, content in files(folder).items()}
