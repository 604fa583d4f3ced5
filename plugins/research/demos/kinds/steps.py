"""A graph applied again and again to its own output: a denoiser that begins with noise, an automaton.

The frames, row by row, are the first state, the last, and states between them at even distances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.examples import read
from ..drawing.dots import dots
from ..drawing.inference import Bytes, Floats, applied
from ..drawing.normals import normals
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

ROLE = "step"
#: Steps where the manifest states no range of their numbers.
USUAL = 50
#: Pixels of a frame of points.
SIDE = 112
#: What lies between the seeds of the noise of two steps, here and in the script.
APART = 7919


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    rows: Annotated[int, Meta(ge=1, le=10)] = 2
    columns: Annotated[int, Meta(ge=2, le=10)] = 4
    #: Steps; 0: as many as the manifest states.
    steps: Annotated[int, Meta(ge=0, le=1000)] = 0
    #: Points that are moved, of a model of points.
    points: Annotated[int, Meta(ge=1, le=2000)] = 400
    #: The first state: standard normal numbers, or the first test example.
    begin: Literal["noise", "example"] = "noise"
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1


def count(options: Options, bundle: Bundle) -> int:
    """Return the number of steps."""
    numbers = [tensor for tensor in bundle.decoder.signature.inputs if tensor.kind == "step"]
    most = int(numbers[0].range[1]) + 1 if numbers else None
    if most and options.steps > most:
        raise DemoError(f"“{bundle.name}” states {most} steps, and {options.steps} are asked for")
    return options.steps or most or USUAL


def first(options: Options, bundle: Bundle) -> Floats:
    """Return the first states (N, S): of points, many; one image."""
    state = bundle.decoder.input
    if options.begin == "example":
        least, most = bundle.decoder.outputs[0].range
        images = read(bundle).images[:1].reshape(1, -1)
        return (images.astype(np.float32) / 255 * (most - least) + least).astype(np.float32)
    many = options.points if bundle.decoder.outputs[0].is_points else 1
    return normals(options.seed, many, state.size)


def trajectory(options: Options, bundle: Bundle) -> list[Floats]:
    """Return all states (N, S), from the first to that after the last step."""
    found = [first(options, bundle)]
    for step in range(count(options, bundle)):
        found.append(applied(bundle, _inputs(bundle, found[-1], step, options.seed)))
    return found


def _inputs(bundle: Bundle, state: Floats, step: int, seed: int) -> Floats:
    """Return the numbers of all inputs for a step, (N, …)."""
    parts = [state]
    for tensor in bundle.decoder.signature.inputs[1:]:
        if tensor.kind == "step":
            parts.append(np.full((len(state), tensor.size), step, np.float32))
        else:
            parts.append(normals((seed + APART * (step + 1)) % 2**32, len(state), tensor.size))
    return np.concatenate(parts, axis=1)


def frames(options: Options, bundle: Bundle) -> list[int]:
    """Return after how many steps the frames are, row by row."""
    steps = np.linspace(0, count(options, bundle), options.rows * options.columns)
    return [int(step) for step in steps.round()]


def _drawn(bundle: Bundle, state: Floats) -> Bytes:
    """Return a state as an image (C, H, W)."""
    output = bundle.decoder.outputs[0]
    least, most = output.range
    if output.is_points:
        return dots(state, max(map(abs, output.range)), SIDE)
    pixels: Bytes = np.rint(np.clip((state[0] - least) / (most - least), 0, 1) * 255).astype(np.uint8)
    return pixels.reshape(bundle.image)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Draw one sheet of frames."""
    found = trajectory(options, bundle)
    images = np.stack([_drawn(bundle, found[step]) for step in frames(options, bundle)])
    return [Sheet(images.reshape(options.rows, options.columns, *images.shape[1:]))]


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return the inputs of the graph, and what the states are made from."""
    state, *others = bundle.decoder.signature.inputs
    given = {"state": packed(first(options, bundle))} if options.begin == "example" else {}
    is_points = bundle.decoder.outputs[0].is_points
    return {
        "size": state.size,
        "inputs": [{"kind": tensor.kind, "size": tensor.size} for tensor in others],
        "count": options.points if is_points else 1,
        "steps": count(options, bundle),
        "frames": frames(options, bundle),
        "seed": options.seed,
        "is_points": is_points,
        **given,
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set."""
    seed = {} if "state" in described else {"seed": Values(0, 2**31, is_whole=True)}
    return seed | {"step": Values(0, described["steps"], is_whole=True)}
