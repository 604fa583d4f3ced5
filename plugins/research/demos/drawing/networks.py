"""The networks of a model as inline SVG: a box a layer, the input at the top, the output at the bottom.

Each network is a drawing of its own, narrow enough for a phone; they stand side by side where there is room.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ..words import Words

#: The width of a drawing, and of the margin in which connections pass by layers.
WIDTH, MARGIN = 300, 26
#: The height of a box with one or two lines of text, and from box to box.
LOW, HIGH, GAP = 26, 44, 18
BOLD = ' font-weight="600"'


@dataclass(frozen=True)
class Layer:
    """A layer, as ``normalize.layers`` finds it; the first of a network is its input."""

    kind: str
    #: Without the batch.
    shape: tuple[int, ...]
    kernel: tuple[int, ...] = ()
    stride: int = 1
    parameters: int = 0
    #: Numbers of the layers that it takes from.
    sources: tuple[int, ...] = ()
    #: Names of activations that follow.
    then: tuple[str, ...] = ()
    #: Outputs of the network that it gives.
    outputs: tuple[str, ...] = ()
    #: Of each of them, without the batch.
    output_shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Network:
    """A network of a model."""

    #: ``encoder``, ``decoder``, ``classifier`` or ``step``.
    name: str
    #: What goes in.
    input: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Box:
    """A box of the drawing."""

    lines: tuple[str, ...]
    #: How round its corners are: those of inputs and outputs are.
    radius: int
    sources: tuple[int, ...]

    @property
    def height(self) -> int:
        """In units of the drawing."""
        return HIGH if len(self.lines) > 1 else LOW


@dataclass(frozen=True)
class Networks:
    """The networks of a model."""

    networks: tuple[Network, ...]

    def html(self, words: Words, id: str, alt: str) -> str:
        """Return the drawings; `alt` is what they show together."""
        drawn = "".join(_svg(network, words) for network in self.networks)
        return f'<div class="research-demo-networks" role="group" aria-label="{escape(alt)}">{drawn}</div>'


def _svg(network: Network, words: Words) -> str:
    boxes = list(_boxes(network, words))
    tops: list[int] = []
    y = LOW
    for box in boxes:
        tops.append(y)
        y += box.height + GAP
    name = words.of("networks", network.name)
    drawn = "".join(
        (*_connections(boxes, tops), *(_box(box, top) for box, top in zip(boxes, tops, strict=True)))
    )
    title = f"{name}: {' → '.join(', '.join(box.lines) for box in boxes)}"
    return (
        f'<svg class="research-demo-plot" role="img" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}">'
        f"<title>{escape(title)}</title>{_text(name, 16, BOLD)}{drawn}</svg>"
    )


def _boxes(network: Network, words: Words) -> Iterator[Box]:
    """Yield the input, the layers, and the output."""
    first, *layers = network.layers
    yield Box((_named(network.input, first.shape),), LOW // 2, ())
    for layer in layers:
        yield Box(_lines(layer, words), 3, layer.sources)
    for number, layer in enumerate(network.layers):
        if layer.outputs:
            names = ", ".join(
                words.of("networks", name) if name in OUTPUTS else name for name in layer.outputs
            )
            yield Box((_named(names, layer.output_shape),), LOW // 2, (number,))


#: Outputs that have names of their own.
OUTPUTS = frozenset(("mean", "log_variance"))


def _lines(layer: Layer, words: Words) -> tuple[str, ...]:
    """Return what stands in the box of a layer: what it is, and what leaves it."""
    kind = words.of("networks", layer.kind) if layer.kind in words.table["networks"] else layer.kind
    if layer.kernel:
        kind += f" {_size(layer.kernel)}"
    if layer.stride > 1:
        kind += f", {words.of('networks', 'stride')} {layer.stride}"
    first = ", ".join((kind, *layer.then))
    parts = [_size(layer.shape)] if layer.shape else []
    if layer.parameters:
        parts.append(words.of("networks", "parameters").format(n=f"{layer.parameters:,}"))
    return (first, ", ".join(parts)) if parts else (first,)


def _named(name: str, shape: Sequence[int]) -> str:
    return f"{name} ({_size(shape)})" if shape else name


def _size(sizes: Sequence[int]) -> str:
    return " × ".join(map(str, sizes))


def _connections(boxes: Sequence[Box], tops: Sequence[int]) -> Iterator[str]:
    """Yield an arrow from each box to those that take from it; beside the boxes where it passes by some."""
    middle, side = WIDTH // 2, WIDTH - MARGIN
    for number, box in enumerate(boxes):
        for source in box.sources:
            begin, end = tops[source] + boxes[source].height, tops[number]
            if source == number - 1:
                yield _arrow(f"M{middle} {begin}V{end}", middle, end)
                continue
            out, into = begin - boxes[source].height // 2, end + box.height // 2
            reach = side + 6 + 8 * (number % 2)
            yield _stroke(f"M{side} {out}H{reach}V{into}H{side + 5}")
            yield f'<path d="M{side} {into}l7-4v8z" fill="currentColor"/>'


def _arrow(path: str, x: int, y: int) -> str:
    return _stroke(path) + f'<path d="M{x} {y}l-4-7h8z" fill="currentColor"/>'


def _stroke(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="currentColor"/>'


def _box(box: Box, top: int) -> str:
    frame = (
        f'<rect x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" height="{box.height}" rx="{box.radius}" '
        'fill="none" stroke="currentColor"/>'
    )
    return frame + "".join(_text(line, top + 18 + 17 * number) for number, line in enumerate(box.lines))


def _text(text: str, y: int, attributes: str = "") -> str:
    # What would be wider than its box is set narrower.
    room = WIDTH - 2 * MARGIN - 12
    fit = f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if len(text) * 7 > room else ""
    return (
        f'<text x="{WIDTH // 2}" y="{y}" text-anchor="middle" fill="currentColor"{attributes}{fit}>'
        f"{escape(text)}</text>"
    )
