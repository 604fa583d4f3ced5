"""The kind posterior: each term of the bound is that of PyTorch, in images and in compiled programs."""

import math
from pathlib import Path

import bundles
import msgspec
import numpy as np
import pytest
import tiny_model
import torch
from research.core.storage.cache import Cache
from research.demos import words
from research.demos.bundles.bundle import Bundle
from research.demos.compile.compiled import compiled
from research.demos.compile.runtime import run_program
from research.demos.drawing.inference import encode, log_variances
from research.demos.drawing.intervals import Intervals
from research.demos.drawing.normals import normals
from research.demos.drawing.panels import Scatter, Sheet, Terms
from research.demos.errors import DemoError
from research.demos.kinds import posterior
from research.demos.live.exact import exact_decoder_request, exact_encoder_request
from rich.console import Console
from safetensors.torch import load_file
from torch.distributions import Normal as NormalDistribution
from torch.nn import functional

from model.build import Job, build
from model.bundles.store import BundleStore
from model.densities import log_bernoulli, log_normal
from model.families import build as build_model
from model.families.vae import VariationalAutoencoder
from model.recipes.library import Library
from model.recipes.specs import VAE, Convolutional, Couplings, Dense, Normal

PLANE = VAE(latents=2, encoder=Dense((16,)), decoder=Convolutional(channels=(4, 4)))
NORMAL = VAE(latents=4, encoder=Dense((16,)), decoder=Convolutional(channels=(4, 4)), likelihood=Normal(0.2))
LEARNT = VAE(latents=4, encoder=Dense((16,)), decoder=Convolutional(channels=(4, 4)), prior=Couplings(2, 8))
#: Examples that are compared, all of the test set.
EXAMPLES = 100


BOTH = msgspec.structs.replace(NORMAL, prior=LEARNT.prior)


@pytest.fixture(
    scope="module",
    params=[PLANE, LEARNT, NORMAL, BOTH],
    ids=["plane", "learnt-prior", "normal-pixels", "both"],
)
def trained(
    request: pytest.FixtureRequest, bars: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[VariationalAutoencoder, Bundle]:
    """Return a model of bars, and its bundle as the bound is computed of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BARS", str(bars))
        library = Library(tiny_model.site(bars, model=request.param, epochs=2, learning_rate=5e-2))
        store = BundleStore(tmp_path_factory.mktemp("models"))
        fixed = {"threads": 1, "precision": "float32"}
        # A draft: bounds are measured on few images.
        build(Job(library.recipe("tiny"), library, store, Console(quiet=True), draft=True, fixed=fixed))
    model = build_model(request.param, tiny_model.SHAPE, 0.5)
    model.load_state_dict(load_file(store.bundle("tiny") / "weights.safetensors"))
    assert isinstance(model, VariationalAutoencoder)
    return model, bundles.read_exact(store.bundle("tiny"))


@torch.no_grad()
def by_torch(model: VariationalAutoencoder, images: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return log p(x | z) and the divergence of each image, (N, 2), for its row of ε."""
    x = torch.from_numpy(images).float() / 255
    mean, log_variance = model.encoder(x)
    z = mean + torch.exp(0.5 * log_variance) * torch.from_numpy(noise)
    logits = model.network(z).double()
    if model.log_scale is None:
        reached = log_bernoulli(x.double(), logits).flatten(1).sum(dim=1)
    else:
        reached = (
            NormalDistribution(logits.sigmoid(), model.log_scale.exp()).log_prob(x).flatten(1).sum(dim=1)
        )
    spread = log_normal(z, mean, log_variance) - model._log_prior(z)
    if model.joint is None:
        spread = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
    return torch.stack([reached, spread.double().sum(dim=1)], dim=1).numpy()


def test_static_terms_are_those_of_torch(trained: tuple[VariationalAutoencoder, Bundle]) -> None:
    model, bundle = trained
    given = posterior.inferred(posterior.Options(label=0, examples=EXAMPLES), bundle)
    assert len(given.images) == EXAMPLES
    for at in range(0, EXAMPLES, 9):
        part = slice(at, at + 1)
        one = posterior.Inferred(given.images[part], given.mean[part], given.log_variance[part], given.noise)
        reached, spread, bound = posterior.terms(one, bundle)
        images = np.repeat(given.images[part], len(given.noise), axis=0)
        expected = by_torch(model, images, given.noise)
        assert np.abs(np.stack([reached, spread], axis=1) - expected).max() < 1e-3
        assert np.abs(bound - (expected[:, 0] - expected[:, 1])).max() < 1e-3


def test_programs_keep_each_term_within_a_hundredth(
    trained: tuple[VariationalAutoencoder, Bundle], tmp_path: Path
) -> None:
    model, bundle = trained
    assert bundle.encoder
    cache = Cache(tmp_path)
    decoder = compiled(bundle.decoder, lambda: exact_decoder_request(bundle), "d", cache, bundle.sandbox)
    encoder = compiled(
        bundle.encoder,
        lambda: exact_encoder_request(bundle, bundle.encoder),  # type: ignore[arg-type]
        "e",
        cache,
        bundle.sandbox,
    )
    with np.load(bundle.folder / "test_items.npz") as arrays:
        images = arrays["images"][:EXAMPLES]
    noise = normals(0, EXAMPLES, bundle.latents)
    given = (images / 255).astype(np.float32)
    mean, log_variance = run_program(encoder.program.read_bytes(), given, [(bundle.latents,)] * 2)
    z = (mean + np.exp(log_variance / 2) * noise).astype(np.float32)
    shapes = [output.image or (output.size,) for output in bundle.decoder.outputs]
    made, *log_prior = run_program(decoder.program.read_bytes(), z, shapes)
    if model.scale is None:
        pixels = given * made - np.logaddexp(0, made.astype(np.float64))
    else:
        pixels = -(((given - made) / model.scale) ** 2) / 2 - math.log(model.scale * math.sqrt(2 * math.pi))
    reached = pixels.reshape(EXAMPLES, -1).sum(axis=1)
    spread = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
    if log_prior:
        density = -(math.log(2 * math.pi) + log_variance + noise**2).sum(axis=1) / 2
        spread = density - log_prior[0].sum(axis=1)
    found = np.stack([reached, spread], axis=1)
    expected = by_torch(model, images, noise)
    assert np.abs(found - expected).max() < 0.01
    assert np.abs(found[:, 0] - found[:, 1] - (expected[:, 0] - expected[:, 1])).max() < 0.01
    assert decoder.measured.nats is not None
    assert decoder.measured.nats < 0.004


def test_the_figure_shows_the_posterior_and_both_terms(
    trained: tuple[VariationalAutoencoder, Bundle],
) -> None:
    model, bundle = trained
    options = posterior.Options(label=1, seed=3, points=20)
    sheet, shown, terms = posterior.render(options, bundle)
    assert isinstance(sheet, Sheet)
    assert isinstance(terms, Terms)
    assert sheet.images.shape == (1, 3, 1, 8, 8)
    given = posterior.inferred(options, bundle)
    mean, deviation, epsilon = given.mean[0], given.deviation[0], normals(3, 64, bundle.latents)[0]
    with torch.no_grad():
        z = torch.from_numpy(np.stack([mean, mean + deviation * epsilon]))
        made = (model.network(z).sigmoid() * 255).round().numpy()
    assert np.abs(sheet.images[0, 1:].astype(float) - made).max() <= 1
    html = terms.html(words.of("de"), "fig", "")
    assert f"{terms.likelihood:.2f}".replace("-", "−").replace(".", ",") in html
    assert ("D<sub>KL</sub>" in html) == (model.joint is None)
    if bundle.latents == 2:
        assert isinstance(shown, Scatter)
        assert shown.ellipse
        assert (shown.ellipse.x, shown.ellipse.across) == pytest.approx((mean[0], deviation[0]))
        assert len(shown.groups) == 2
        assert shown.html(words.of("en"), "fig", "alt").count("<ellipse") == 2
    else:
        assert isinstance(shown, Intervals)
        assert sorted(int(row.name) for row in shown.rows) == [1, 2, 3, 4]
        assert shown.html(words.of("en"), "fig", "alt").count("<circle") == 4


def test_dimensions_stand_in_the_order_of_their_divergence(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "five", latents=5, recipe={})
    five = bundles.read_exact(folder)
    images = bundles.items((1, 8, 8))["images"]
    mean, log_variance = encode(five, images), log_variances(five, images)
    expected = np.argsort(-(mean**2 + np.exp(log_variance) - 1 - log_variance).mean(axis=0))
    assert posterior.order(five) == expected.tolist()


def test_normal_pixels_have_the_density_that_the_manifest_states(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "normal")
    plain = bundles.read(folder)
    graphs = dict(plain.manifest["graphs"])
    graphs["decoder"]["likelihood"] = {"kind": "normal", "scale": 0.3}
    bundles.write_manifest(folder, {**plain.manifest, "graphs": graphs})
    found = bundles.read_exact(folder)
    given = posterior.inferred(posterior.Options(), found)
    reached, _, _ = posterior.terms(given, found)
    z = given.mean[:1] + given.deviation[:1] * given.noise
    means = torch.from_numpy(bundles.drawn(z, (1, 8, 8))).double()
    x = torch.from_numpy(given.images[:1] / 255).expand_as(means)
    expected = (
        -functional.gaussian_nll_loss(means, x, torch.full_like(x, 0.09), full=True, reduction="none")
        .flatten(1)
        .sum(dim=1)
    )
    assert np.abs(reached - expected.numpy()).max() < 1e-3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "does not name its likelihood"),
        ({"recipe": {"model": {"prior": {"kind": "couplings"}}}}, "train the model again to have them"),
    ],
)
def test_a_bound_that_cannot_be_computed_is_told(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    folder = bundles.write_bundle(tmp_path, "small", **changes)
    with pytest.raises(DemoError, match=message):
        bundles.read_exact(folder)
