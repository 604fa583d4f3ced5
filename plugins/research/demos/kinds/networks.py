"""The networks of a model, drawn from its graphs: layers with their shapes and parameters."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..bundles.bundle import Bundle, Graph
from ..drawing.networks import Layer, Network, Networks
from ..drawing.panels import Panel
from ..errors import DemoError
from ..syntax.options import Options as KindOptions

ROLE = None
#: The smallest network has an input and a layer.
LEAST = 2


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""


def networks(bundle: Bundle) -> Networks:
    """Return the networks of `bundle`, whose graphs are in their normal form."""
    found = [("encoder", bundle.encoder), (bundle.role, bundle.decoder)]
    return Networks(tuple(_network(bundle, name, graph) for name, graph in found if graph))


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw the networks."""
    return [networks(bundle)]


def _network(bundle: Bundle, name: str, graph: Graph) -> Network:
    """Return the network `name`; raise `DemoError` where the worker answers with something else."""
    answer = bundle.sandbox.layers(graph.path, graph.read())
    try:
        layers = msgspec.convert(answer, tuple[Layer, ...])
    except msgspec.ValidationError as error:
        raise DemoError(f"{graph.path} could not be described: {error}") from error
    if len(layers) < LEAST or any(source >= len(layers) for layer in layers for source in layer.sources):
        raise DemoError(f"{graph.path} has no layers that could be drawn")
    return Network(name, graph.input.name, layers)
