"""The stages of a model's way, each against what mathematics or another library says."""

import math
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import msgspec
import onnx
import pytest
import tiny_model
import torch
from msgspec.structs import replace
from torch import Tensor, distributions, nn

from model import densities, objectives
from model.bundles import export, verify
from model.data.examples import Examples, binarize
from model.data.specs import GeneratedData
from model.errors import ModelError
from model.evaluation import evaluate
from model.families import build
from model.families.vae import VariationalAutoencoder
from model.models import Model
from model.networks import Decoder, parameters
from model.priors import CouplingPrior
from model.recipes.library import Library
from model.recipes.specs import VAE, ConditionalVAE, Convolutional, Couplings, Dense, Supervised
from model.training import train
from model.training.precision import mixed

ABOUT = {"name": "tiny", "key": "none"}


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def model(**changes: object) -> Model:
    torch.manual_seed(0)
    return build(replace(tiny_model.TINY.model, **changes), tiny_model.SHAPE, mean_intensity=0.3)


def images(count: int) -> Tensor:
    return (torch.rand((count, *tiny_model.SHAPE), generator=random(1)) < 0.3).float()


def test_pictures_are_read_as_they_were_written(known_bars: Path) -> None:
    items = tiny_model.load().train
    content = (known_bars / "train-images").read_bytes()
    assert len(items) == 600
    assert items.shape == (1, 8, 8)
    assert items.images[1].flatten().tolist() == list(content[16 + 64 : 16 + 128])
    assert items.labels.tolist() == list((known_bars / "train-labels").read_bytes()[8:])


@pytest.mark.usefixtures("known_bars")
def test_held_out_examples_are_random_and_not_trained_on() -> None:
    everything, chosen_on = tiny_model.load(), tiny_model.load(held_out=50)
    assert len(everything.train) == 600
    assert everything.validation is everything.test
    assert len(chosen_on.train) == 550
    trained_on = {image.numpy().tobytes() for image in chosen_on.train.images}
    assert not trained_on & {image.numpy().tobytes() for image in chosen_on.validation.images}
    assert torch.equal(chosen_on.validation.images, tiny_model.load(held_out=50).validation.images)
    assert 0 < chosen_on.validation.labels.float().mean() < 1  # a random part, not the end of sorted arrays


def test_products_are_in_bfloat16_if_that_was_chosen() -> None:
    matrix = torch.ones(2, 2)
    for enabled, expected in ((True, torch.bfloat16), (False, torch.float32)):
        with mixed("cpu", enabled):
            assert (matrix @ matrix).dtype == expected


@pytest.mark.parametrize("level", [0, 1, 127, 128, 254, 255])
def test_binarized_pixels_are_ink_as_often_as_they_are_dark(level: int) -> None:
    count = 400_001  # no multiple of the four pixels that one random number serves
    x = binarize(torch.full((count,), level, dtype=torch.uint8), random())
    expected = level / 255
    assert set(x.unique().tolist()) <= {0.0, 1.0}
    assert abs(x.mean().item() - expected) <= 4 * math.sqrt(expected * (1 - expected) / count) + 2e-5


def test_binarized_pixels_are_independent_of_their_neighbours() -> None:
    x = binarize(torch.full((100_000, 4), 128, dtype=torch.uint8), random())
    assert torch.corrcoef(x.T).fill_diagonal_(0).abs().max() < 0.02
    assert not torch.equal(x, binarize(torch.full((100_000, 4), 128, dtype=torch.uint8), random(1)))


def test_kl_divergence_is_that_of_the_two_normal_distributions() -> None:
    mean, log_variance = torch.randn((2, 5, 7), generator=random())
    posterior = distributions.Normal(mean, torch.exp(0.5 * log_variance))
    expected = distributions.kl_divergence(posterior, distributions.Normal(0, 1))
    torch.testing.assert_close(densities.kl_divergence(mean, log_variance), expected)


def test_log_likelihood_is_that_of_bernoulli_pixels() -> None:
    x, logits = images(5), torch.randn((5, *tiny_model.SHAPE), generator=random())
    expected = distributions.Bernoulli(logits=logits).log_prob(x).sum(dim=(1, 2, 3))
    torch.testing.assert_close(densities.log_likelihood(x, logits), expected)


def bound(vae: Model, x: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    return objectives.importance_weighted_bound(vae.log_weights(x, samples, generator))


@torch.no_grad()
def log_evidence(vae: Model, x: Tensor) -> Tensor:
    """Return log p(x) of a model with one latent, by quadrature; (B,)."""
    z = torch.linspace(-8, 8, 4001).view(-1, 1)
    log_prior = distributions.Normal(0, 1).log_prob(z).squeeze(1)
    each = [densities.log_likelihood(one.expand(len(z), *one.shape), vae.decoder(z)) for one in x]
    return torch.logsumexp(torch.stack(each) + log_prior, dim=1) + math.log(16 / 4000)


@torch.no_grad()
def test_bounds_lie_under_the_evidence_in_their_order_and_meet_it() -> None:
    vae, x = model(latents=1), images(6)
    vae.encoder.posterior.bias[1:] = 5  # a proposal as wide as the posterior, so that few samples do
    evidence = log_evidence(vae, x)
    lower = torch.stack([objectives.elbo(vae, x, 1, random(seed)).bound for seed in range(1000)]).mean(0)
    five = torch.stack([bound(vae, x, 5, random(seed)) for seed in range(1000)]).mean(0)
    assert all((low < high - 0.02).all() for low, high in pairwise([lower, five, evidence]))
    many = bound(vae, x, 20_000, random())
    torch.testing.assert_close(many, evidence, atol=0.05, rtol=0)


@torch.no_grad()
def test_weight_of_the_objective_is_that_of_the_kl_divergence() -> None:
    vae, x = model(), images(4)
    without, once = (objectives.elbo(vae, x, weight, random()) for weight in (0.0, 1.0))
    divergence = densities.kl_divergence(*vae.encoder(x)).sum(dim=1)
    torch.testing.assert_close(without.objective - once.objective, divergence)
    torch.testing.assert_close(without.bound, once.objective)


def test_bound_of_a_part_and_of_all_pictures_agree_within_their_errors() -> None:
    given = (images(600) * 255).to(torch.uint8)
    part, whole = (evaluate.evaluate(model(), given, chosen=chosen) for chosen in (150, 600))
    assert part["elbo"] == whole["elbo"]
    terms = whole["reconstruction"].value - whole["divergence"].value
    assert terms == pytest.approx(whole["elbo"].value, abs=1e-4)
    assert whole["bits_per_dimension"].value == pytest.approx(-whole["iw_bound_500"].value / 64 / math.log(2))
    difference = abs(part["iw_bound_500"].value - whole["iw_bound_500"].value)
    assert 0 < difference < 4 * part["iw_bound_500"].standard_error
    assert whole["iw_bound_500"].standard_error <= part["iw_bound_500"].standard_error
    assert "150 random ones" in part["iw_bound_500"].meaning
    assert "random" not in whole["iw_bound_500"].meaning


@pytest.mark.usefixtures("known_bars")
def test_another_seed_draws_other_numbers_and_the_same_seed_the_same() -> None:
    states = [train.begin(replace(tiny_model.TINY, seed=seed), tiny_model.load()) for seed in (0, 0, 1)]
    weights = [state.model.encoder.posterior.weight for state in states]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    latents = [train.latents(replace(tiny_model.TINY, seed=seed), model()) for seed in (0, 0, 1)]
    assert torch.equal(latents[0], latents[1])
    assert not torch.equal(latents[0], latents[2])


@pytest.mark.usefixtures("known_bars")
def test_weights_of_many_inputs_move_less() -> None:
    spec = VAE(latents=3, encoder=Dense((256, 16)), decoder=Dense((1024,)))
    recipe = replace(tiny_model.TINY, model=spec, batch_size=600, epochs=2, weight_decay=0)
    state = train.begin(recipe, tiny_model.load())
    before = {name: value.clone() for name, value in state.model.named_parameters()}
    train.run_epoch(recipe, state, tiny_model.load().train.images, 1, train.NO_WATCHER)
    moved = {name: (value - before[name]).abs().max() for name, value in state.model.named_parameters()}
    rate = moved["encoder.hidden.1.bias"]
    weights = [name for name in moved if "weight" in name]
    found = {before[name][0].numel(): (moved[name] / rate).item() for name in weights}
    assert found == pytest.approx({3: 2, 16: 2, 64: 2, 256: 1, 1024: 0.5}, rel=0.01)


@pytest.mark.usefixtures("known_bars")
def test_a_gradient_without_measure_is_cut() -> None:
    recipe = replace(tiny_model.TINY, batch_size=600, epochs=2)
    state = train.begin(recipe, tiny_model.load())
    with torch.no_grad():
        state.model.encoder.posterior.bias[:3] = 1e5
    train.run_epoch(recipe, state, tiny_model.load().train.images, 2, train.NO_WATCHER)
    cached_digest = [moments["exp_avg"] for moments in state.optimizer.state.values()]
    norm = nn.utils.get_total_norm(cached_digest).item()
    assert norm == pytest.approx(
        0.1 * tiny_model.TINY.max_grad_norm, rel=1e-3
    )  # a tenth of it is what Adam takes at once


@pytest.mark.usefixtures("known_bars")
def test_a_step_whose_gradient_is_not_finite_is_left_out() -> None:
    recipe = replace(tiny_model.TINY, batch_size=600, epochs=4)
    state = train.begin(recipe, tiny_model.load())
    before = {name: value.clone() for name, value in state.model.state_dict().items()}
    handle = next(state.model.parameters()).register_hook(lambda gradient: gradient * math.inf)
    train.run_epoch(recipe, state, tiny_model.load().train.images, 2, train.NO_WATCHER)
    assert all(torch.equal(value, before[name]) for name, value in state.model.state_dict().items())
    handle.remove()
    train.run_epoch(recipe, state, tiny_model.load().train.images, 2, train.NO_WATCHER)
    assert any(not torch.equal(value, before[name]) for name, value in state.model.state_dict().items())


def test_units_of_few_latents_bend_at_different_places() -> None:
    hidden = Decoder(Dense((64,)), (1, 8, 8), latents=2, mean_intensity=0.5).hidden
    assert hidden(torch.zeros(1, 2)).unique().numel() > 60


@torch.no_grad()
def test_no_posterior_is_wider_than_the_prior() -> None:
    vae = model()
    vae.encoder.posterior.bias[3:] = torch.tensor([-9.0, 0.0, 60.0])
    _, log_variance = vae.encoder(images(5))
    expected = torch.tensor([-9.0, -math.log(2), 0]).expand(5, 3)
    torch.testing.assert_close(log_variance, expected, atol=0.3, rtol=0)
    assert log_variance.max() <= 0


def test_untrained_decoder_paints_the_mean_grey() -> None:
    image = export.mean_decoder(model())(torch.zeros(1, 3))
    assert abs(image.mean().item() - 0.3) < 0.1


@pytest.mark.parametrize("spec", [Dense((8,)), Convolutional((6,), (4, 4), (0, 1))])
def test_decoders_give_a_logit_a_pixel(spec: Dense | Convolutional) -> None:
    assert Decoder(spec, (3, 12, 8), latents=5, mean_intensity=0.5)(torch.zeros(2, 5)).shape == (2, 3, 12, 8)


READY = Library(Path("nowhere"))


@pytest.mark.parametrize(
    ("name", "most"),
    [("mnist-vae", 60_000), ("mnist-plane", 70_000), ("mnist-helmholtz", 200_000), ("mnist-small", 60_000)],
)
def test_networks_of_a_page_are_small(name: str, most: int) -> None:
    model = build(READY.recipe(name).model, (1, 28, 28), 0.1)
    assert parameters(model.decoder) <= most
    if name == "mnist-vae":  # which readers may draw for
        assert model.exported_encoder is not None
        assert parameters(model.exported_encoder) <= most


@pytest.mark.parametrize(
    "name", [name for name in READY.names if not isinstance(READY.recipe(name).model, Supervised)]
)
def test_a_step_of_each_recipe_can_be_taken(name: str) -> None:
    recipe = READY.recipe(name)
    is_of_points = isinstance(READY.dataset(recipe.data), GeneratedData)
    # Below images of 28 × 28 a conditional model reads their labels.
    height = 29 if isinstance(recipe.model, ConditionalVAE) else 28
    shape = (2,) if is_of_points else (1, height, 28)
    model, maximized = build(recipe.model, shape, 0.1), objectives.objective(recipe.objective)
    x = (torch.rand((2, *shape), generator=random()) < 0.3).float()
    estimate = maximized(model, x, 1, random())
    torch.autograd.backward(-estimate.objective.mean())
    assert all(value.grad is not None and value.grad.isfinite().all() for value in model.parameters())


def test_recipes_have_the_latents_that_the_posts_speak_of() -> None:
    vae, plane = (READY.recipe(name).model for name in ("mnist-vae", "mnist-plane"))
    assert isinstance(vae, VAE)
    assert isinstance(plane, VAE)
    assert 16 <= vae.latents <= 40
    assert plane.latents == 2


def test_export_is_the_same_byte_for_byte_and_verified_for_any_batch() -> None:
    graphs = export.graphs(model(), ABOUT)
    assert graphs == export.graphs(model(), ABOUT)
    differences = verify.verify(model(), graphs)
    assert max(differences.values()) <= 1e-5
    decode = verify.session(graphs["decoder"])
    for batch in (1, 3):
        [image] = verify.run(decode, torch.zeros(batch, 3))
        assert image.shape == (batch, *tiny_model.SHAPE)
        assert 0 <= image.min() <= image.max() <= 1


@pytest.mark.parametrize("name", ["decoder", "encoder"])
@pytest.mark.parametrize("damage", [1e-3, math.nan])
def test_graph_that_computes_something_else_is_not_released(name: str, damage: float) -> None:
    graphs = export.graphs(model(), ABOUT)
    graph = onnx.load_from_string(graphs[name])
    weights = max(graph.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    values = onnx.numpy_helper.to_array(weights).copy()
    values.flat[0] += damage * 10
    weights.raw_data = values.tobytes()
    with pytest.raises(ModelError, match=f"the exported {name} differs from PyTorch by"):
        verify.verify(model(), {**graphs, name: graph.SerializeToString()})


class Step(nn.Module):
    """A recognition network whose means are 0 for images up to some brightness, and `height` beyond."""

    def __init__(self, brightness: float, height: float) -> None:
        super().__init__()
        self.brightness, self.height = brightness, height

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean = self.height * (x.flatten(1).sum(dim=1, keepdim=True) > self.brightness).float().expand(-1, 3)
        return mean, torch.zeros_like(mean)


@pytest.mark.parametrize(
    ("steep", "height", "message"),
    [(3, 5e-5, ""), (4, 5e-5, "by 5.0e-05, more than 1e-05"), (1, 5e-3, "by 5.0e-03, more than 1e-03")],
)
def test_few_inputs_may_differ_by_what_rounding_makes_of_them(
    steep: int, height: float, message: str
) -> None:
    vae, generator = model(), random()
    z = torch.cat([torch.randn((count, 3), generator=generator) for count in verify.BATCHES])
    with torch.no_grad():
        brightness = (
            export.mean_decoder(vae)(z).sum(dim=(1, 2, 3)).sort().values[-1 - steep :][:2].mean().item()
        )
    vae.encoder = Step(brightness, 0)
    graphs = export.graphs(vae, ABOUT)
    vae.encoder = Step(brightness, height)
    with pytest.raises(ModelError, match=message) if message else nullcontext():
        assert verify.verify(vae, graphs)["encoder"] == 0


def test_a_network_that_magnifies_roundings_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    vae = model()
    with torch.no_grad():
        for value in vae.encoder.parameters():
            value.mul_(100)
    vae.tolerance = 1e-6
    graphs = export.graphs(vae, ABOUT)
    verify.verify(vae, graphs)
    monkeypatch.setattr(verify, "ALLOWED_ROUNDINGS", 0)
    with pytest.raises(ModelError, match="the exported encoder differs from PyTorch by"):
        verify.verify(vae, graphs)


def test_graph_that_is_cut_off_is_not_released() -> None:
    graphs = export.graphs(model(), ABOUT)
    with pytest.raises(ModelError, match="cannot load"):
        verify.verify(model(), {**graphs, "decoder": graphs["decoder"][:-100]})


def test_coupling_prior_inverts_and_integrates_to_one() -> None:
    torch.manual_seed(0)
    prior = CouplingPrior(Couplings(layers=3, hidden=8), 2)
    with torch.no_grad():
        for value in prior.parameters():
            value.add_(0.4 * torch.randn(value.shape))
        noise = torch.randn((500, 2), generator=random())
        z = prior(noise)
        found, log_determinant = prior.inverse(z)
        torch.testing.assert_close(found, noise, atol=1e-4, rtol=1e-4)
        jacobians = torch.func.vmap(torch.func.jacrev(prior))(noise)
        torch.testing.assert_close(
            -torch.linalg.slogdet(jacobians).logabsdet, log_determinant.sum(dim=1), atol=1e-3, rtol=1e-3
        )
        side = torch.linspace(-30, 30, 1201)
        grid = torch.cartesian_prod(side, side)
        mass = prior.log_density(grid).sum(dim=1).exp().sum() * (side[1] - side[0]) ** 2
    assert mass.item() == pytest.approx(1, abs=0.01)


def test_mean_code_of_a_learnt_prior_decodes_to_the_reconstruction() -> None:
    spec = msgspec.structs.replace(tiny_model.TINY.model, prior=Couplings(layers=2, hidden=8))
    torch.manual_seed(0)
    vae = build(spec, tiny_model.SHAPE, mean_intensity=0.3)
    assert isinstance(vae, VariationalAutoencoder)
    with torch.no_grad():
        for value in vae.decoder.prior.parameters():  # type: ignore[union-attr,operator]
            value.add_(0.3 * torch.randn(value.shape))
        x = images(5)
        code, _ = vae.exported_encoder(x)
        mean, _ = vae.encoder(x)
        torch.testing.assert_close(vae.decoder(code), vae.network(mean), atol=1e-4, rtol=1e-4)


def test_items_are_cut_together() -> None:
    items = Examples(
        torch.arange(12, dtype=torch.uint8).view(3, 1, 2, 2), torch.tensor([0, 1, 2], dtype=torch.uint8)
    )
    assert items[1:].labels.tolist() == [1, 2]
    assert len(items[1:]) == 2
