"""Exports a step of training as one graph, which readers run in the page, with what it is checked by.

The step is a function of all parameters as one vector, of the moments of Adam (Kingma and Ba, 2015), of a
batch, of noise, of the learning rate and of β, to the new parameters and moments and both terms of the ELBO.
So nothing about it is written twice: it is the family's own bound, differentiated by PyTorch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy
import torch
from torch import Tensor, nn

from ..data.examples import Data
from ..errors import ModelError
from ..families import build
from ..models import Model, Noise
from ..recipes.specs import VAE, Recipe, Step
from ..training.train import mean_intensity
from . import export, verify

#: Decay rates of the moments, and what keeps a division from 0: the exporter takes 10⁻⁸ for nothing.
FIRST, SECOND, EPSILON = 0.9, 0.99, 1e-7
#: Steps that PyTorch and the exported graph take for comparison, and the largest difference of a parameter,
#: in parts of the largest.
STEPS, TOLERANCE = 100, 1e-4
#: Points of latent space, and examples, that graphs decode and encode at a time.
BATCH = 64
#: Models from whose initial parameters their distribution is estimated.
MODELS = 6
#: Gray levels of images in the page: as many as eyes tell apart in small images, and a third of the bytes.
LEVELS = 16

STATE = ("parameters", "first_moment", "second_moment")
INPUTS = (*STATE, "step", "x", "noise", "learning_rate", "beta")
OUTPUTS = (*(f"next_{name}" for name in STATE), "likelihood", "divergence")


@dataclass(frozen=True)
class Flat:
    """A model as a function of its parameters, which are one vector."""

    model: Model

    @property
    def shapes(self) -> dict[str, torch.Size]:
        """The shapes of the parameters that are trained, by name."""
        return {name: value.shape for name, value in self.model.named_parameters() if value.requires_grad}

    def split(self, parameters: Tensor) -> dict[str, Tensor]:
        """Return the parameters (P,) by name."""
        shapes = self.shapes
        parts = torch.split(parameters, [shape.numel() for shape in shapes.values()])
        return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    def call(self, parameters: Tensor, function: Callable[[Model], Any]) -> Any:
        """Return what `function` makes of the model with the `parameters` (P,)."""
        return torch.func.functional_call(
            _Called(self.model, function),
            {f"model.{name}": value for name, value in self.split(parameters).items()},
            (),
        )


class _Called(nn.Module):
    """A function of a model as a module."""

    def __init__(self, model: Model, function: Callable[[Model], Any]) -> None:
        super().__init__()
        self.model, self.function = model, function

    def forward(self) -> Any:
        return self.function(self.model)


def _as_generator(noise: Tensor) -> torch.Generator:
    """Return `noise` in the place of a generator, where `models.normal` alone draws from it."""
    return cast(torch.Generator, Noise(noise))


def adam_step(flat: Flat) -> Callable[..., tuple[Tensor, ...]]:
    """Return the step: (INPUTS) → (OUTPUTS)."""

    def loss(
        parameters: Tensor, x: Tensor, noise: Tensor, beta: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        terms = flat.call(parameters, lambda model: model.terms(x, _as_generator(noise)))
        likelihood, divergence = terms.likelihood.mean(), terms.divergence.sum(dim=1).mean()
        return beta * divergence - likelihood, (likelihood, divergence)

    def step(
        parameters: Tensor,
        first: Tensor,
        second: Tensor,
        count: Tensor,
        x: Tensor,
        noise: Tensor,
        rate: Tensor,
        beta: Tensor,
    ) -> tuple[Tensor, ...]:
        gradient, (_, terms) = torch.func.grad_and_value(loss, has_aux=True)(parameters, x, noise, beta)
        first = FIRST * first + (1 - FIRST) * gradient
        second = SECOND * second + (1 - SECOND) * gradient * gradient
        scale = torch.sqrt(second / (1 - SECOND**count)) + EPSILON
        return parameters - rate * (first / (1 - FIRST**count)) / scale, first, second, *terms

    return step


def write(folder: Path, recipe: Recipe, data: Data, about: Mapping[str, str]) -> dict[str, Any]:
    """Write the graphs and arrays of the step of `recipe` into `folder`; return what the manifest says of it.

    Raises `ModelError` for a family whose step cannot be exported, or computes something else than PyTorch.
    """
    assert recipe.step
    stated = recipe.step
    models = _untrained(recipe, data)
    flat, examples = Flat(models[0]), _examples(data, stated)
    batch, noise = stated.batch_size, _noise_size(models[0], examples.values[: stated.batch_size])
    segments = _segments(models)
    check = _check(flat, segments, examples.values, stated, noise)
    graphs = _graphs(flat, examples.values[:batch], noise, about)
    difference = _verify(graphs["step"], examples.values, check, stated)
    for name, graph in graphs.items():
        (folder / _file(name)).write_bytes(graph)
    numpy.savez_compressed(
        folder / "step.npz",
        examples=examples.bytes,  # (N, …)
        segments=numpy.array(segments, dtype=numpy.float64),  # (S, 3)
        **{f"check_{name}": array for name, array in check.items()},
    )
    return {
        "graphs": {name: _file(name) for name in graphs},
        "arrays": "step.npz",
        "range": list(examples.range),
        "batch_size": batch,
        "learning_rate": stated.learning_rate,
        "beta": 1.0,
        "verified": {"tolerance": TOLERANCE, "steps": STEPS, "largest_difference": difference},
    }


def _file(name: str) -> str:
    return "step.onnx" if name == "step" else f"step_{name}.onnx"


def _untrained(recipe: Recipe, data: Data) -> list[Model]:
    """Return models as training begins with them, of several seeds."""
    assert recipe.step
    spec, intensity = recipe.model, mean_intensity(data.train.images)
    networks = {name: getattr(recipe.step, name) for name in ("encoder", "decoder")}
    smaller = {name: network for name, network in networks.items() if network}
    if smaller and not isinstance(spec, VAE):
        raise ModelError(f"{recipe.name}: step: “encoder” and “decoder” are for models of the family “vae”")
    if smaller:
        spec = msgspec.structs.replace(spec, **smaller)
    models = []
    for seed in range(MODELS):
        torch.manual_seed(seed)
        models.append(build(spec, data.train.shape, intensity).eval())
    if models[0].classes:
        raise ModelError(f"{recipe.name}: step: models that are given labels have no step in the page")
    return models


@dataclass(frozen=True)
class _Examples:
    """Training examples in one byte per number."""

    bytes: Any  # (N, …)
    #: What 0 and 255 stand for.
    range: tuple[float, float]

    @property
    def values(self) -> Tensor:
        """The examples as the step takes them, (N, …)."""
        low, high = self.range
        return torch.from_numpy(self.bytes).float() * ((high - low) / 255) + low


def _examples(data: Data, stated: Step) -> _Examples:
    """Return the first training examples: images in a few gray levels, points in 256 steps a coordinate."""
    first = data.train.images[: max(stated.examples, stated.batch_size)].numpy()
    if first.dtype == numpy.uint8:
        step = 255 / (LEVELS - 1)
        return _Examples((numpy.rint(first / step) * step).astype(numpy.uint8), (0.0, 1.0))
    reach = float(numpy.abs(first).max())
    return _Examples(numpy.rint((first / reach + 1) / 2 * 255).astype(numpy.uint8), (-reach, reach))


def _noise_size(model: Model, x: Tensor) -> int:
    """Return how many normal numbers the bound takes for each example."""
    counted = Noise(None)
    try:
        model.terms(x, cast(torch.Generator, counted))
    except TypeError as error:
        raise ModelError(
            f"a step in the page draws normal numbers only, by model.models.normal: {error}"
        ) from error
    return counted.used


def _segments(models: Sequence[Model]) -> list[tuple[int, float, float]]:
    """Return how initial parameters are distributed: numbers, mean and deviation of each run of them.

    Constants are those that several models have in common.
    """
    found: list[tuple[int, float, float]] = []
    for name, shape in Flat(models[0]).shapes.items():
        drawn = torch.stack([model.get_parameter(name).detach().flatten() for model in models])  # (M, …)
        if bool((drawn == drawn[0]).all()):
            found += [(len(list(run)), value, 0.0) for value, run in groupby(drawn[0].tolist())]
        else:
            found.append((shape.numel(), drawn.mean().item(), drawn.std().item()))
    return found


def _check(
    flat: Flat, segments: Sequence[tuple[int, float, float]], examples: Tensor, stated: Step, noise: int
) -> dict[str, Any]:
    """Return what steps are taken from and on, and the parameters that PyTorch reaches."""
    generator = torch.Generator().manual_seed(0)
    initial = torch.cat(
        [mean + deviation * torch.randn(count, generator=generator) for count, mean, deviation in segments]
    )
    batch = (STEPS, stated.batch_size)
    chosen = torch.randint(len(examples), batch, generator=generator)
    drawn = torch.randn((*batch, noise), generator=generator)
    step, state = adam_step(flat), (initial, torch.zeros_like(initial), torch.zeros_like(initial))
    rates = torch.tensor([stated.learning_rate, 1.0])
    for count in range(STEPS):
        *reached, _, _ = step(
            *state, torch.tensor(count + 1.0), examples[chosen[count]], drawn[count], rates[0], rates[1]
        )
        state = (reached[0].detach(), reached[1].detach(), reached[2].detach())
    if not bool(torch.isfinite(state[0]).all()):
        raise ModelError(
            f"after {STEPS} steps parameters are not finite; lower learning_rate in the recipe's table “step”"
        )
    return {
        "initial": initial.numpy(),
        "chosen": chosen.to(torch.int32).numpy(),
        "noise": drawn.numpy(),
        "parameters": state[0].numpy(),
    }


def _graphs(flat: Flat, x: Tensor, noise: int, about: Mapping[str, str]) -> dict[str, bytes]:
    """Return the graphs: the step, and decoder and encoder as functions of the parameters."""
    model = flat.model
    size = sum(shape.numel() for shape in flat.shapes.values())
    parameters = torch.zeros(size)
    # Each a tensor of its own: the exporter takes the same one for the same input.
    vectors, numbers = [torch.zeros(size) for _ in STATE], [torch.tensor(1.0) for _ in range(3)]
    given = (*vectors, numbers[0], x, torch.zeros(len(x), noise), *numbers[1:])
    found = {"step": _graph(adam_step(flat), given, INPUTS, OUTPUTS, about)}
    z, results = torch.zeros(BATCH, model.latents), ["x"]
    log_scale = getattr(model, "log_scale", None) if model.is_of_points else None
    if log_scale is not None:
        results.append("scale")

    def decode(parameters: Tensor, z: Tensor) -> tuple[Tensor, ...]:
        def means(model: Model) -> tuple[Tensor, ...]:
            decoded = export.mean_decoder(model)(z)
            return (
                (decoded,) if log_scale is None else (decoded, cast(Tensor, model.log_scale).exp().reshape(1))
            )

        found: tuple[Tensor, ...] = flat.call(parameters, means)
        return found

    def encode(parameters: Tensor, x: Tensor) -> tuple[Tensor, ...]:
        return tuple(flat.call(parameters, lambda model: _encoder(model)(x)))

    found["decoder"] = _graph(decode, (parameters, z), ("parameters", "z"), results, about)
    if model.exported_encoder is not None:
        inputs = torch.zeros(BATCH, *x.shape[1:])
        found["encoder"] = _graph(
            encode, (parameters, inputs), ("parameters", "x"), ("mean", "log_variance"), about
        )
    return found


def _encoder(model: Model) -> nn.Module:
    encoder = model.exported_encoder
    assert encoder is not None
    return encoder


class _Traced(nn.Module):
    """Operators that were recorded, as a module that the exporter takes."""

    def __init__(self, recorded: nn.Module) -> None:
        super().__init__()
        self.recorded = recorded

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.recorded(*given))


def _graph(
    function: Callable[..., tuple[Tensor, ...]],
    given: Sequence[Tensor],
    inputs: Sequence[str],
    outputs: Sequence[str],
    about: Mapping[str, str],
) -> bytes:
    """Return `function` as ONNX, for sizes as those of `given`.

    The exporter does not differentiate: the operators of the gradient are recorded first.
    """
    from torch.fx.experimental.proxy_tensor import make_fx

    try:
        recorded = make_fx(function, tracing_mode="fake", _allow_non_fake_inputs=True)(*given)
        return export.exported(_Traced(recorded), dict(zip(inputs, given, strict=True)), outputs, about)
    # PyTorch raises classes of many kinds, and its exporter wraps them in its own.
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"the step of training cannot be exported: {reason}") from error


def _verify(graph: bytes, examples: Tensor, check: Mapping[str, Any], stated: Step) -> float:
    """Return how far ONNX Runtime is from PyTorch after the same steps; raise `ModelError` if too far."""
    session = verify.session(graph)
    names = {each.name for each in session.get_inputs()}
    size = len(check["initial"])
    state = [check["initial"], *(numpy.zeros(size, numpy.float32) for _ in STATE[1:])]
    for count, (chosen, noise) in enumerate(zip(check["chosen"], check["noise"], strict=True)):
        numbers = (
            count + 1,
            examples[torch.from_numpy(chosen).long()].numpy(),
            noise,
            stated.learning_rate,
            1,
        )
        values = [*state, *(numpy.asarray(number, numpy.float32) for number in numbers)]
        feed = {name: value for name, value in zip(INPUTS, values, strict=True) if name in names}
        state = session.run(list(OUTPUTS[:3]), feed)
    largest = float(numpy.abs(check["parameters"]).max())
    difference = float(numpy.abs(state[0] - check["parameters"]).max()) / largest
    if not difference <= TOLERANCE:
        raise ModelError(
            f"after {STEPS} steps the exported step has parameters that differ from those of PyTorch by "
            f"{difference:.2g} of the largest, and {TOLERANCE:.2g} is allowed"
        )
    return difference
