"""What a model with labels makes of the same latents under each label: a row a label, a latent a column.

Nothing but the label differs from row to row, so a column shows what the latent holds besides it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.conditions import labels_of, with_class
from ..drawing.inference import Floats, decode
from ..drawing.normals import normals
from ..drawing.panels import Panel, Sheet
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: The rows show all labels: there is nothing to choose.
HAS_CONDITION_CONTROLS = False


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    columns: Annotated[int, Meta(ge=1, le=40)] = 12
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1
    #: The standard deviation of the normal distribution that latents are drawn from.
    temperature: Annotated[float, Meta(ge=0.0, le=4.0)] = 1.0


def _label(bundle: Bundle) -> int:
    """Return which of the decoder's further inputs, from 0, is a label; raise `DemoError` if none is."""
    for at, tensor in enumerate(bundle.decoder.conditions):
        if tensor.control == "class":
            return at
    raise DemoError(f"kind conditional needs a decoder with a label, and that of “{bundle.name}” takes none")


def latents(options: Options, bundle: Bundle) -> Floats:
    """Return the latents (columns, Z), the same for each row."""
    return normals(options.seed, options.columns, bundle.latents) * np.float32(options.temperature)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet."""
    at = _label(bundle)
    labels = tuple(labels_of(bundle.decoder.conditions[at]))
    given = latents(options, bundle)
    under = [replace(bundle, condition=with_class(bundle, at, label)) for label in range(len(labels))]
    return [Sheet(np.stack([decode(each, given) for each in under]), labels=labels, heading="Label")]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return what the page needs beside the decoder to draw the same, and more."""
    at = _label(bundle)
    names = list(labels_of(bundle.decoder.conditions[at]))
    return {
        "seed": options.seed,
        "temperature": options.temperature,
        "names": names,
        "rows": [with_class(bundle, at, label) for label in range(len(names))],
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    return {"seed": Values(0, 2**31, is_whole=True), "temperature": Values(0, 2)}
