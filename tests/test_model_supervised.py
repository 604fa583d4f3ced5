"""Models without latents: a classifier and a denoiser, trained, exported and measured."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import tiny_model
import torch
from msgspec.structs import replace
from rich.console import Console
from torch import Tensor, nn

from model.build import Job, build
from model.bundles import verify
from model.bundles.store import BundleStore, summary
from model.data import examples
from model.data.examples import Data
from model.errors import ModelError
from model.families import build as build_family
from model.recipes.library import Library
from model.recipes.specs import Classifier, Denoiser, Recipe
from model.supervised.build import task
from model.supervised.denoiser import DenoiserTask, Step, energy_distance
from model.supervised.fit import fit, mean_loss

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "plugins" / "research" / "demos" / "bundles" / "manifest.schema.json"
LIBRARY = Library(Path("nowhere"))
SORTER = replace(tiny_model.TINY, model=Classifier((4, 8), 16), epochs=12, learning_rate=1e-2)
MOVER = replace(LIBRARY.recipe("moons-diffusion"), model=Denoiser(20, (32, 32)), epochs=4)


def points() -> Data:
    return examples.load(MOVER, LIBRARY)


def sorted_bars() -> tuple[Data, float, list[float]]:
    data = tiny_model.load()
    made = task(SORTER, data)
    losses = [row.train_loss for row in fit(SORTER, made, data)]
    return data, made.metrics(data)["accuracy"].value, losses


@pytest.mark.usefixtures("known_bars")
def test_a_classifier_learns_and_states_its_error() -> None:
    data, accuracy, losses = sorted_bars()
    assert accuracy > 0.9
    assert losses[-1] < losses[0] / 2
    assert sorted_bars()[1:] == (accuracy, losses)  # the same each time
    made = task(SORTER, data)
    metric = made.metrics(data)["accuracy"]
    assert metric.standard_error == pytest.approx(
        np.sqrt(metric.value * (1 - metric.value) / (len(data.test) - 1)), rel=1e-4
    )


class Known(nn.Module):
    """The noise in points whose data are N(m, s²), Ho et al. (2020), section 2: E[noise | x_t]."""

    def __init__(self, mean: Tensor, deviation: float, product: Tensor) -> None:
        super().__init__()
        self.mean, self.deviation, self.product = mean, deviation, product

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        product = self.product[t]
        variance = product * self.deviation**2 + 1 - product
        return (1 - product).sqrt() * (x - product.sqrt() * self.mean) / variance


def test_steps_with_the_true_noise_lead_to_the_data() -> None:
    made = DenoiserTask(Denoiser(200, (4,)), points())
    mean, deviation = torch.tensor([1.0, -0.5]), 0.3
    made.network = Known(mean, deviation, made.schedule.product)  # type: ignore[assignment]
    assert made.schedule.product[-1] < 1e-3  # all is noise before the first step
    sampled = made.sample(4000, torch.Generator().manual_seed(0))
    assert sampled.mean(dim=0).tolist() == pytest.approx(mean.tolist(), abs=0.02)
    assert sampled.std(dim=0).tolist() == pytest.approx([deviation] * 2, rel=0.05)


def test_the_last_step_adds_no_noise() -> None:
    made = DenoiserTask(Denoiser(10, (4,)), points())
    step = made.exported()
    assert isinstance(step, Step)
    x, last = torch.randn(3, 2), torch.full((3, 1), 9.0)
    assert torch.equal(step(x, last, torch.zeros(3, 2)), step(x, last, torch.randn(3, 2)))
    assert not torch.equal(step(x, last - 1, torch.zeros(3, 2)), step(x, last - 1, torch.randn(3, 2)))


def test_the_energy_distance_is_that_of_normal_distributions() -> None:
    generator = torch.Generator().manual_seed(0)
    one, same, other = torch.randn((3, 2000, 2), generator=generator)
    assert energy_distance(one, same) == pytest.approx(0, abs=0.01)
    # Far apart it is twice the distance, less the mean distances within, √π each.
    assert energy_distance(one, other + 100) == pytest.approx(2 * 100 * 2**0.5 - 2 * np.pi**0.5, abs=0.2)


def test_a_bundle_of_a_denoiser_is_whole_and_its_graph_does_what_torch_does(tmp_path: Path) -> None:
    store, data = BundleStore(tmp_path), points()
    build(Job(MOVER, LIBRARY, store, Console(quiet=True)))
    folder = tmp_path / "moons-diffusion"
    manifest = store.manifest("moons-diffusion")
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text(encoding="utf-8")))
    step = manifest["graphs"]["step"]
    assert [tensor.get("kind") for tensor in step["inputs"]] == ["points", "step", "noise"]
    assert step["inputs"][1]["range"] == [0, 19]
    assert "energy_distance" in json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert "; step " in summary("moons-diffusion", store)
    made = task(MOVER, data)
    before = mean_loss(made, data.test)
    fit(MOVER, made, data)
    assert mean_loss(made, data.test) < before
    x, n, noise = made.tried(data, 50, torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = made.exported()(x, n, noise)
    session = verify.session((folder / "step.onnx").read_bytes())
    [found] = verify.run(session, x, n, noise)
    assert torch.allclose(found, expected, atol=1e-4)  # the same training, in the bundle


@pytest.mark.parametrize("recipe", [MOVER, SORTER], ids=["denoiser", "classifier"])
def test_what_has_no_latents_has_no_bound(recipe: Recipe) -> None:
    with pytest.raises(ModelError, match="has no latents and no bound"):
        build_family(recipe.model, (1, 8, 8), 0.5)


@pytest.mark.usefixtures("known_bars")
def test_data_that_do_not_fit_are_told() -> None:
    with pytest.raises(ModelError, match="a denoiser is for points"):
        task(MOVER, tiny_model.load())
    with pytest.raises(ModelError, match="a classifier needs images with labels"):
        task(SORTER, points())
