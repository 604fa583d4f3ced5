"""The figure as readers get it.

``<figure class="research-demo" data-demo=KIND data-model=NAME …>``, with the keys that its author
gave: all that a script needs to take over what stands in ``.research-demo-stage``. Without a
script nothing is missing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path

from ...core.post import PublishedFile
from ..syntax.canonical import Block
from ..words import Words
from .bars import Bars
from .intervals import Intervals
from .networks import Networks
from .plot import Plot
from .scatter import Scatter
from .terms import Terms

#: Images are shown at a whole multiple of their size, the largest that is no wider than this together.
MAX_WIDTH = 672


@dataclass(frozen=True)
class StaticImage:
    """An image in a file."""

    path: Path
    #: In pixels of the file.
    width: int
    height: int
    #: What stands before each row of the image, under one heading; empty: nothing.
    labels: tuple[str, ...]
    heading: str
    #: The name of the sentence that says what it shows; empty: the author's text does.
    alt: str
    #: White ink on black, which a page may turn round; otherwise colours that stay.
    ink: bool

    @property
    def published(self) -> PublishedFile:
        """The file, where readers get it."""
        return PublishedFile(self.path, f"demos/{self.path.name}")


Part = StaticImage | Plot | Scatter | Bars | Intervals | Terms | Networks


@dataclass(frozen=True)
class Live:
    """What a figure needs to become interactive in the page."""

    kind: str
    description: PublishedFile
    #: The compiled networks that the kind needs, a model each: ``decoder``, ``encoder``.
    programs: Mapping[str, tuple[PublishedFile, ...]]
    #: What runs the networks in the page where they are not compiled.
    runtime: tuple[PublishedFile, ...]
    #: How many controls the decoder's further inputs have.
    controls: int = 0
    #: A sentence that stands below the figure.
    note: str = ""
    #: Of the files that the active figure needs, as they are sent, and of those that may be asked for later.
    kilobytes: int = 0
    kilobytes_later: int = 0
    #: Of the files that an activation waits for, as the page counts them.
    bytes: int = 0

    @property
    def files(self) -> tuple[PublishedFile, ...]:
        """All of them."""
        return (self.description, *chain(*self.programs.values()), *self.runtime)


def figure(
    block: Block,
    id: str,
    alt: str,
    parts: Sequence[Part],
    is_lazy: bool,
    words: Words,
    live: Live | None = None,
    is_draft: bool = False,
    note: str = "",
) -> str:
    """Return the figure that has the `id`, with its `parts` and a `note` behind its caption.

    Numbering gives it its number. All but the first figure of a page are loaded lazily.
    """
    images = [part for part in parts if isinstance(part, StaticImage)]
    shown = inner(parts, id, alt, words, is_lazy)
    group = f' role="group" aria-label="{escape(alt)}"' if len(images) > 1 else ""
    named = block.keys.get("model") or block.keys["models"]
    data = {"demo": block.keys["kind"], "model": " ".join(named.replace(",", " ").split())}
    others = block.keys.keys() - {"kind", "model", "models", "id", "alt"}
    data |= {key: block.keys[key] for key in sorted(others)}
    attributes = {f"data-{key}": value for key, value in data.items()}
    if live:
        stage = _interactive(shown, live, words, group)
    else:
        stage = f'<div class="research-demo-stage"{group}>{shown}</div>'
    if is_draft:
        stage = f'<p class="research-demo-draft">{words["draft"]}</p>\n{stage}'
    return _framed(block, id, attributes, stage, note)


def inner(parts: Sequence[Part], id: str, alt: str, words: Words, is_lazy: bool = False) -> str:
    """Return what a figure shows; `alt` is what that is, and `id` the figure's."""
    images = [part for part in parts if isinstance(part, StaticImage)]
    max_width = MAX_WIDTH // max(1, len(images))
    return "".join(
        _image(part, _alt(part, alt, images, words), is_lazy, max_width, words)
        if isinstance(part, StaticImage)
        else part.svg(words)
        if isinstance(part, Plot)
        else part.html(words, f"{id}-{number}" if number else id, alt)
        for number, part in enumerate(parts)
    )


def missing(block: Block, id: str, words: Words) -> str:
    """Return the figure that has the `id`, with a note in the place of what it should show."""
    note = f'<p class="research-demo-missing">{words["missing"]}</p>'
    return _framed(block, id, {}, f'<div class="research-demo-stage">{note}</div>')


def _framed(block: Block, id: str, data: Mapping[str, str], inner: str, note: str = "") -> str:
    classes = f"research-demo {block.attributes.get('class', '')}".rstrip()
    attributes = {"class": classes, "id": id, **data}
    attributes |= {name: value for name, value in block.attributes.items() if name != "class"}
    names = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<figure{names}>\n{inner}\n<figcaption>{block.caption}{note}</figcaption>\n</figure>"


def _interactive(stage: str, live: Live, words: Words, group: str) -> str:
    """Return `stage` as the element that ``live/script`` defines; unknown to a browser it stays as it is.

    Pelican resolves one link of a tag, so further files are named without their folder.
    """
    names = {
        network: " ".join(file.address.rpartition("/")[2] for file in files)
        for network, files in live.programs.items()
    }
    for file in live.runtime[:1]:
        names["runtime"] = f"{Path(file.address).parent.name}/"
    said = json.dumps(words.of_figure(live.kind), separators=(",", ":"), ensure_ascii=False)
    programs = "".join(f' data-{network}="{name}"' for network, name in names.items())
    controls = f' data-controls="{live.controls}"' if live.controls else ""
    if live.kilobytes_later:
        controls += f' data-kilobytes-later="{live.kilobytes_later}"'
    note = f'<p class="research-demo-note">{escape(live.note)}</p>' if live.note else ""
    return (
        f'<research-demo class="research-demo-stage" data-kind="{live.kind}" '
        f'data-kilobytes="{live.kilobytes}" data-bytes="{live.bytes}"{controls}{programs}{group} '
        f'data-words="{escape(said)}" data-src="{{static}}/{live.description.address}">{stage}'
        # The sliders run from left to right as the images do, wherever text runs to.
        f'<div class="research-demo-panel" lang="{words.language}" dir="ltr"><p>{words["static"]}</p></div>'
        f"{note}</research-demo>"
    )


def _alt(image: StaticImage, alt: str, images: Sequence[StaticImage], words: Words) -> str:
    """Return what `image` shows. The author's description of several images is of all together."""
    if image.alt:
        return words[image.alt]
    return alt if len(images) == 1 else words["group_member"].format(model=image.heading)


def _image(image: StaticImage, alt: str, lazy: bool, max_width: int, words: Words) -> str:
    scale = max(1, max_width // image.width)
    loading = ' loading="lazy"' if lazy else ""
    ink = ' class="research-demo-ink"' if image.ink else ""
    tag = (
        f'<img src="{{static}}/{image.published.address}" alt="{escape(alt)}" '
        f'width="{image.width * scale}" height="{image.height * scale}" decoding="async"{loading}{ink}>'
    )
    rows = "".join(f"<li>{escape(text)}</li>" for text in image.labels)
    labels = f"<ol>{rows}</ol>" if rows else ""
    if image.heading:
        labels = f'<p class="research-demo-heading">{escape(_translated(image.heading, words))}</p>{labels}'
    return f'<div class="research-demo-sheet">{labels}{tag}</div>'


def _translated(heading: str, words: Words) -> str:
    """Return the heading of row labels in the language of the page; the name of a model as it is."""
    translated = ("Epoch", "Dimension", "Label", "class_means", "of_points")
    return words[heading.lower()] if heading in translated else heading
