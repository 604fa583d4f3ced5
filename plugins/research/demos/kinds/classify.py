"""What a classifier makes of test examples, and of what readers draw: the probability of each class.

The first test examples of each label, in the order of the test set; without labels, the first of all.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.conditions import labels_of
from ..bundles.examples import read
from ..drawing.bars import Bars
from ..drawing.inference import Bytes, classify
from ..drawing.packing import packed_bytes
from ..drawing.panels import Panel, Sheet
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

ROLE = "classifier"
#: Classes that are shown: with more, the likeliest.
MOST = 12


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Test examples to choose from.
    examples: Annotated[int, Meta(ge=1, le=40)] = 10
    #: The one that the static image shows, from 1.
    example: Annotated[int, Meta(ge=1, le=40)] = 4


def chosen(options: Options, bundle: Bundle) -> Bytes:
    """Return the examples (N, C, H, W): the first of each label, then the second of each, and so on."""
    examples = read(bundle)
    ranks = np.zeros(len(examples.labels), int)
    for label in np.unique(examples.labels):
        ranks[examples.labels == label] = np.arange((examples.labels == label).sum())
    order = np.lexsort((examples.labels, ranks)) if len(np.unique(examples.labels)) > 1 else slice(None)
    found: Bytes = examples.images[order][: options.examples]
    return found


def _first(options: Options, images: Bytes) -> int:
    return min(options.example, len(images)) - 1


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one example, and the bars."""
    images = chosen(options, bundle)
    first = images[_first(options, images)]
    shares = classify(bundle, first[None])[0]  # (K,)
    labels = labels_of(bundle.decoder.outputs[0])
    order = np.arange(len(shares)) if len(shares) <= MOST else np.argsort(-shares, kind="stable")[:MOST]
    bars = Bars(tuple(labels[at] for at in order), tuple(float(shares[at]) for at in order))
    return [Sheet(first[None, None]), bars]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the examples, the names of the classes, and how the output is read."""
    images = chosen(options, bundle)
    output = bundle.decoder.outputs[0]
    return {
        "examples": packed_bytes(images),
        "first": _first(options, images),
        "labels": list(labels_of(output)),
        "is_logits": output.kind == "logits",
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    examples = len(b64decode(described["examples"])) // prod(described["sheets"][0]["shape"])
    return {"example": Values(1, examples, is_whole=True)}
