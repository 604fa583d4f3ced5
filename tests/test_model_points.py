"""Models of points: the data and their densities, the likelihood, bounds that are true of continuous data."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from msgspec.structs import replace
from rich.console import Console
from torch import distributions

from model.build import Job, build
from model.bundles.store import BundleStore
from model.data import examples
from model.data.generated import DISTRIBUTIONS, Generated
from model.data.specs import GeneratedData
from model.errors import ModelError
from model.evaluation import evaluate
from model.families import build as build_model
from model.families.vae import VariationalAutoencoder
from model.networks import Decoder
from model.recipes.library import Library
from model.recipes.specs import VAE, Architecture, Convolutional, Dense, Helmholtz, Normal
from model.recipes.versions import versions
from model.training import train
from model.training.checkpoints import Checkpoint

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = Library(Path("nowhere"))
TINY = replace(
    LIBRARY.recipe("two-moons"),
    model=VAE(2, Dense((16,)), Dense((16,)), likelihood=Normal(0.3)),
    epochs=2,
)
#: After the two epochs: the versions of training and of the family, and the ELBO of the test points.
STORED = (1, 1, -2.7628)
GENERATORS = sorted(DISTRIBUTIONS)


@pytest.mark.parametrize("generator", GENERATORS)
def test_points_have_the_density_that_is_stated(generator: str) -> None:
    split = Generated(GeneratedData(generator, noise=0.2, counts=(20_000, 50))).read()  # type: ignore[arg-type]
    assert split.train.images.shape == (20_000, 2)
    side, step = np.arange(-4, 4, 0.1), 0.1
    places = np.stack(np.meshgrid(side + step / 2, side + step / 2, indexing="ij"), axis=-1).reshape(-1, 2)
    density = np.exp(DISTRIBUTIONS[generator].log_density(places, 0.2))
    assert density.sum() * step**2 == pytest.approx(1, abs=2e-3)
    # Shares of squares of 0.4 by 0.4: of the points, and of the density.
    shares = density.reshape(20, 4, 20, 4).sum(axis=(1, 3)) * step**2
    found, _, _ = np.histogram2d(*split.train.images.T, bins=20, range=[[-4, 4], [-4, 4]])
    assert np.abs(found / 20_000 - shares).sum() / 2 < 0.04  # total variation: of chance
    expected = DISTRIBUTIONS[generator].log_density(split.test.images.astype(float), 0.2)
    np.testing.assert_allclose(split.log_density, expected, rtol=1e-5)


def test_points_are_the_same_each_time_and_others_for_another_seed() -> None:
    first, again, other = (
        Generated(GeneratedData("pinwheel", counts=(50, 20), seed=seed)).read() for seed in (1, 1, 2)
    )
    assert (first.train.images == again.train.images).all()
    assert not (first.train.images == other.train.images).any()
    assert not np.isin(first.test.images, first.train.images).any()
    assert set(first.train.labels) == set(range(5))


def known(scale: float) -> VariationalAutoencoder:
    """Return a model whose decoder ignores z, so that p(x) = N(m, scale²); its posterior is the prior."""
    torch.manual_seed(0)
    spec = VAE(3, Dense((4,)), Dense((4,)), likelihood=Normal(scale))
    model = build_model(spec, (2,), 0.5)
    assert isinstance(model, VariationalAutoencoder)
    assert isinstance(model.decoder, Decoder)
    with torch.no_grad():
        model.decoder.pixels.weight.zero_()
        model.decoder.pixels.bias.copy_(torch.tensor([0.3, -1.0]))  # type: ignore[union-attr]
        model.encoder.posterior.weight.zero_()
        model.encoder.posterior.bias.copy_(torch.tensor([0.0] * 3 + [50.0] * 3))
    return model


@pytest.mark.parametrize("scale", [0.05, 1.7])
def test_bounds_are_the_log_density_where_that_is_known(scale: float) -> None:
    model = known(scale)
    assert model.scale == pytest.approx(scale)
    x = torch.tensor([0.3, -1.0]) + scale * torch.randn(200, 2, generator=torch.Generator().manual_seed(1))
    truth = distributions.Normal(torch.tensor([0.3, -1.0]), scale).log_prob(x).sum(dim=1)
    found = evaluate.evaluate(model, x, samples=50, log_density=truth)
    for name in ("elbo", "iw_bound_50", "reconstruction", "log_density"):
        assert found[name].value == pytest.approx(truth.mean().item(), abs=1e-4), name
    assert found["divergence"].value == pytest.approx(0, abs=1e-4)
    bits = found["bits_per_dimension"]
    assert bits.value == pytest.approx(-truth.mean().item() / 2 / np.log(2), abs=1e-4)
    assert (bits.value < 0) is (scale < 0.1)
    assert "may be below 0" in bits.meaning


def test_training_comes_to_what_its_version_stands_for_and_no_bound_exceeds_the_data(tmp_path: Path) -> None:
    data = examples.load(TINY, LIBRARY)
    state = train.train(TINY, data, Checkpoint(tmp_path / "c", ""), train.NO_WATCHER)
    stated = versions(TINY.model, "Generated")
    found = (stated["training"], stated["family"], state.history[-1].validation_elbo)
    assert found == pytest.approx(STORED, abs=2e-3)
    metrics = evaluate.evaluate(state.model, data.test.images, 50, 100, data.log_density)
    assert metrics["elbo"].value < metrics["iw_bound_50"].value < metrics["log_density"].value
    assert state.model.scale != pytest.approx(0.3)  # it is learnt
    fixed = replace(TINY, model=replace(TINY.model, likelihood=Normal(0.3, learnt=False)), epochs=1)
    model = train.train(fixed, data, Checkpoint(tmp_path / "d", ""), train.NO_WATCHER).model
    assert model.scale == pytest.approx(0.3)


def test_a_bundle_says_that_it_is_of_points(tmp_path: Path) -> None:
    fixed = {"threads": 1, "precision": "float32"}
    recipe = replace(TINY, epochs=1)
    build(Job(recipe, LIBRARY, BundleStore(tmp_path), Console(quiet=True), fixed=fixed))
    folder = tmp_path / "two-moons"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    schema = ROOT / "plugins" / "research" / "demos" / "bundles" / "manifest.schema.json"
    jsonschema.validate(manifest, json.loads(schema.read_text(encoding="utf-8")))
    decoder, encoder = manifest["graphs"]["decoder"], manifest["graphs"]["encoder"]
    [x] = decoder["outputs"]
    assert (x["shape"], x["kind"]) == (["batch", 2], "points")
    assert encoder["inputs"][0]["range"] == x["range"]
    assert decoder["likelihood"]["kind"] == "normal"
    assert 0.1 < decoder["likelihood"]["scale"] < 1
    with np.load(folder / "test_items.npz") as arrays:
        assert arrays["points"].shape == (2000, 2)
        assert arrays["points"].dtype == np.float32
        assert np.abs(arrays["points"]).max() < x["range"][1] * 1.1
        assert arrays["means"].shape == (2000, 2)
    with np.load(folder / "epochs.npz") as arrays:
        assert arrays["points"].shape == (2, train.EPOCH_SAMPLES, 2)


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        (VAE(2, Dense(), Dense()), (2,), 'likelihood = { kind = "normal" }'),
        (Helmholtz(), (2,), "models of points are of the family “vae”, not “helmholtz”"),
        (VAE(2, Dense(), Convolutional(), likelihood=Normal()), (2,), "points need dense networks"),
    ],
)
def test_what_does_not_go_together_is_told(model: Architecture, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ModelError) as error:
        build_model(model, shape, 0.5)
    assert message in str(error.value)
