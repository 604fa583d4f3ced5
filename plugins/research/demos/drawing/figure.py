"""The figure as readers get it.

``<figure class="research-demo" data-demo=KIND data-model=NAME …>``, with the keys that its author
gave: all that a script needs to take over what stands in ``.research-demo-stage``. Without a
script nothing is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path

from ...core.labels import Label
from ...core.post import PublishedFile
from ..syntax.canonical import Block

#: Pictures are shown at a whole multiple of their size, the largest that is no wider than this together.
WIDEST = 672
STILL = "A still picture. In a browser that runs JavaScript, on the page itself, it answers to touch."
MISSING = '<p class="research-demo-missing">This figure could not be made. The log of the build says why.</p>'


@dataclass(frozen=True)
class Picture:
    """A picture in a file."""

    path: Path
    #: In pixels of the file.
    width: int
    height: int
    #: What stands before each row of the picture, under one heading; empty: nothing.
    labels: tuple[str, ...]
    heading: str
    #: White ink on black, which a page may turn round; otherwise colours that stay.
    ink: bool

    @property
    def published(self) -> PublishedFile:
        """The file, where readers get it."""
        return PublishedFile(self.path, f"demos/{self.path.name}")


@dataclass(frozen=True)
class Drawing:
    """Inline SVG."""

    svg: str


Part = Picture | Drawing


@dataclass(frozen=True)
class Live:
    """What a figure needs to wake in the page."""

    kind: str
    description: PublishedFile
    #: The compiled networks that the kind needs, a model each: ``decoder``, ``encoder``.
    programs: Mapping[str, tuple[PublishedFile, ...]]
    #: What runs the networks in the page where they are not compiled.
    runtime: tuple[PublishedFile, ...]
    #: Of all files, over the line.
    kilobytes: int = 0

    @property
    def files(self) -> tuple[PublishedFile, ...]:
        """All of them."""
        return (self.description, *chain(*self.programs.values()), *self.runtime)


def figure(block: Block, alt: str, parts: Sequence[Part], label: Label, live: Live | None = None) -> str:
    """Return the figure called `label`, with its `parts`. All but the first of a page are loaded lazily."""
    pictures = [part for part in parts if isinstance(part, Picture)]
    widest = WIDEST // max(1, len(pictures))
    shown = (
        part.svg
        if isinstance(part, Drawing)
        else _picture(part, _alt(part, alt, pictures), label.number > 1, widest)
        for part in parts
    )
    data = {"demo": block.keys["kind"], "model": block.keys["model"]}
    data |= {key: block.keys[key] for key in sorted(block.keys.keys() - {"kind", "model", "id", "alt"})}
    attributes = {f"data-{key}": value for key, value in data.items()}
    return _framed(block, attributes, "".join(shown), label, live)


def missing(block: Block, label: Label) -> str:
    """Return the figure called `label`, with a note in the place of what it should show."""
    return _framed(block, {}, MISSING, label)


def _framed(block: Block, data: Mapping[str, str], stage: str, label: Label, live: Live | None = None) -> str:
    classes = f"research-demo {block.attributes.get('class', '')}".rstrip()
    attributes = {"class": classes, "id": label.id, **data}
    attributes |= {name: value for name, value in block.attributes.items() if name != "class"}
    names = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    caption = f'<span class="research-demo-number">{label.text}.</span> {block.caption}'.rstrip()
    inner = _waking(stage, live) if live else f'<div class="research-demo-stage">{stage}</div>'
    return f"<figure{names}>\n{inner}\n<figcaption>{caption}</figcaption>\n</figure>"


def _waking(stage: str, live: Live) -> str:
    """Return `stage` as the element that ``live/script`` defines; unknown to a browser it stays as it is.

    Pelican resolves one link of a tag, so the names of further files are told apart from their folder.
    """
    names = {
        network: " ".join(file.address.rpartition("/")[2] for file in files)
        for network, files in live.programs.items()
    }
    for file in live.runtime[:1]:
        names["runtime"] = f"{Path(file.address).parent.name}/"
    programs = "".join(f' data-{network}="{name}"' for network, name in names.items())
    return (
        f'<research-demo class="research-demo-stage" data-kind="{live.kind}" '
        f'data-kilobytes="{live.kilobytes}"{programs} '
        f'data-src="{{static}}/{live.description.address}">{stage}'
        f'<div class="research-demo-panel"><p>{STILL}</p></div></research-demo>'
    )


def _alt(picture: Picture, alt: str, pictures: Sequence[Picture]) -> str:
    """Return what `picture` shows: of several, each is told by its heading."""
    return alt if len(pictures) == 1 else f"{picture.heading}: {alt}"


def _picture(picture: Picture, alt: str, lazy: bool, widest: int) -> str:
    scale = max(1, widest // picture.width)
    loading = ' loading="lazy"' if lazy else ""
    ink = ' class="research-demo-ink"' if picture.ink else ""
    image = (
        f'<img src="{{static}}/{picture.published.address}" alt="{escape(alt)}" '
        f'width="{picture.width * scale}" height="{picture.height * scale}" decoding="async"{loading}{ink}>'
    )
    rows = "".join(f"<li>{escape(text)}</li>" for text in picture.labels)
    labels = f"<ol>{rows}</ol>" if rows else ""
    if picture.heading:
        labels = f'<p class="research-demo-heading">{escape(picture.heading)}</p>{labels}'
    return f'<div class="research-demo-sheet">{labels}{image}</div>'
