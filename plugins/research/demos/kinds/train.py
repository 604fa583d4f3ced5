"""The reader trains the model: the author's own step of training, run in the page from the first step on.

The static image is what the build's own run of the same steps reached, and the plot its bound. Points are
shown beside the model's density and their codes; images as the latent plane, or as reconstructions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from ...core.lazy import lazy
from ..bundles.bundle import Bundle
from ..bundles.step import TrainingStep, read_step
from ..drawing.inference import Bytes, Floats
from ..drawing.normals import normals
from ..drawing.packing import packed
from ..drawing.panels import Panel, Sheet
from ..drawing.plot import Line, Plot
from ..drawing.views import POINTS, SAMPLES, SIDE, bucketed, codes_image, density_image, dots_image
from ..errors import DemoError
from ..syntax.options import Options as KindOptions
from ..syntax.states import Values
from .manifold import quantiles

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

NEEDS_DECODER = False
NEEDS_STEP = True


@dataclass(frozen=True)
class Options(KindOptions):
    """What an author may set."""

    #: Steps of the static image; where the page's run pauses.
    steps: Annotated[int, Meta(ge=2, le=20_000)] = 1500
    seed: Annotated[int, Meta(ge=0, le=99)] = 1
    #: 0: that of the bundle.
    learning_rate: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    beta: Annotated[float, Meta(ge=0.0, le=64.0)] = 1.0
    #: Steps over which β rises from 0.
    warm_up: Annotated[int, Meta(ge=0, le=20_000)] = 0
    #: A divisor of the batch that the step takes; 0: all of it.
    batch_size: Annotated[int, Meta(ge=0, le=65_536)] = 0
    #: Of images: the latent plane, or examples and below them their reconstructions.
    show: Literal["plane", "reconstructions"] = "plane"
    #: Images in each row, and rows.
    columns: Annotated[int, Meta(ge=2, le=20)] = 12
    rows: Annotated[int, Meta(ge=2, le=20)] = 12


@dataclass(frozen=True)
class Run:
    """What the build's run reached."""

    parameters: Floats  # (P,)
    terms: Floats  # (T, 2)


def _chosen(options: Options, step: TrainingStep) -> dict[str, Any]:
    """Return the settings of the run; raise `DemoError` for a batch that is no divisor."""
    size = options.batch_size or step.batch_size
    if step.batch_size % size:
        raise DemoError(f"batch_size: the step takes {step.batch_size} examples; write a divisor of that")
    return {
        "seed": options.seed,
        "steps": options.steps,
        "batch_size": size,
        "learning_rate": options.learning_rate or step.learning_rate,
        "beta": options.beta,
        "warm_up": options.warm_up,
    }


def initial(step: TrainingStep, seed: int) -> Floats:
    """Return initial parameters (P,), drawn as the page draws them."""
    counts = step.segments[:, 0].astype(int)
    means, deviations = (np.repeat(step.segments[:, at].astype(np.float32), counts) for at in (1, 2))
    found: Floats = (means + deviations * normals(seed, step.parameters)).astype(np.float32)
    return found


def _run(options: Options, bundle: Bundle, step: TrainingStep) -> Run:
    arrays = [initial(step, options.seed), step.values]
    parameters, terms = bundle.sandbox.train(
        step.graphs["step"], step.file("step"), arrays, _chosen(options, step)
    )
    if not np.isfinite(parameters).all():
        raise DemoError("the run of the build ends in numbers that are not finite; lower learning_rate")
    return Run(parameters, terms)


def _applied(bundle: Bundle, step: TrainingStep, name: str, run: Run, inputs: Floats) -> list[Any]:
    if name not in step.graphs:
        raise DemoError(f"the bundle of “{bundle.name}” has no {name} of its step of training")
    return bundle.sandbox.apply(step.graphs[name], step.file(name), run.parameters, inputs)


def render(options: Options, bundle: Bundle) -> list[Panel]:
    """Run the steps, and draw what they reached and the terms of the bound."""
    step = read_step(bundle)
    run = _run(options, bundle, step)
    if step.examples.ndim == 2:
        sheet = Sheet(_points(bundle, step, run), heading="of_points", ink=True)
    elif options.show == "plane":
        sheet = Sheet(_plane(options, bundle, step, run))
    else:
        sheet = Sheet(_reconstructions(options, bundle, step, run), group=2)
    steps, means = bucketed(run.terms)
    likelihood, divergence = means[:, 0], means[:, 1]
    lines = [
        Line("likelihood", _line(steps, likelihood)),
        Line("elbo", _line(steps, likelihood - divergence)),
    ]
    if step.examples.ndim == 2:  # of images it is far above the others, whose distance it is
        lines.append(Line("divergence", _line(steps, divergence)))
    return [sheet, Plot(tuple(lines), x="step", y="nats", is_live=True)]


def _line(steps: Floats, values: Floats) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), round(float(y), 3)) for x, y in zip(steps, values, strict=True))


def _points(bundle: Bundle, step: TrainingStep, run: Run) -> Bytes:
    """Return three images (1, 3, 1, H, W): the data, the density of the model, and the codes of the data."""
    values, (low, high) = step.values[:POINTS], step.range
    latents = normals(0, SAMPLES, bundle.latents)
    means, *others = _applied(bundle, step, "decoder", run, latents)
    [codes, *_] = _applied(bundle, step, "encoder", run, values)
    drawn = density_image(means, float(others[0][0]), low, high) if others else dots_image(means, low, high)
    return np.stack([dots_image(values, low, high), drawn, codes_image(codes)])[None, :, None]


def plane(options: Options, latents: int) -> Floats:
    """Return the latents (rows · columns, Z) of the plane of the first two dimensions."""
    z1, z2 = np.meshgrid(quantiles(options.columns), quantiles(options.rows)[::-1])
    found = np.zeros((z1.size, latents), np.float32)
    found[:, 0] = z1.ravel()
    if latents > 1:
        found[:, 1] = z2.ravel()
    return found


def _bytes(images: Floats) -> Bytes:
    found: Bytes = np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
    return found


def _plane(options: Options, bundle: Bundle, step: TrainingStep, run: Run) -> Bytes:
    [images, *_] = _applied(bundle, step, "decoder", run, plane(options, bundle.latents))
    return _bytes(images).reshape(options.rows, options.columns, *images.shape[1:])


def _reconstructions(options: Options, bundle: Bundle, step: TrainingStep, run: Run) -> Bytes:
    """Return rows of examples, and below each row their reconstructions, (rows, columns, C, H, W)."""
    rows = options.rows // 2
    values = step.values[: rows * options.columns]
    [codes, *_] = _applied(bundle, step, "encoder", run, values)
    [images, *_] = _applied(bundle, step, "decoder", run, codes)
    both = np.stack(
        [_bytes(each).reshape(rows, options.columns, *each.shape[1:]) for each in (values, images)], 1
    )
    return both.reshape(2 * rows, options.columns, *images.shape[1:])


def describe(options: Options, bundle: Bundle) -> dict[str, Any]:
    """Return what the page needs to take the same steps, and to draw the same."""
    step = read_step(bundle)
    of_points = step.examples.ndim == 2
    shown: dict[str, Any] = {"show": "points"} if of_points else {"show": options.show}
    if shown["show"] == "plane":
        shown["plane"] = packed(plane(options, bundle.latents))
    low, high = step.range
    return {
        **_chosen(options, step),
        **shown,
        "capacity": step.batch_size,
        "segments": [[int(count), mean, deviation] for count, mean, deviation in step.segments.tolist()],
        "range": [low, high],
        "count": len(step.examples),
        "size": int(np.prod(step.examples.shape[1:])),
        "side": SIDE,
        "points": min(POINTS, len(step.examples)),
        "samples": SAMPLES,
    }


def states(described: Mapping[str, Any]) -> dict[str, Values]:
    """Return what a link may set; sliders go to the nearest place, the batch to a divisor not above it."""
    return {
        "learning_rate": Values(1e-4, 10**-0.5),
        "beta": Values(0, 64),
        "warm_up": Values(0, described["steps"], is_whole=True),
        "batch_size": Values(1, described["capacity"], is_whole=True),
        "seed": Values(0, 99, is_whole=True),
    }
