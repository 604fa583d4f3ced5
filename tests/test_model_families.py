"""Every family of models: what it draws, what trains it, and that training comes to the same again."""

import itertools
import math
from itertools import pairwise
from pathlib import Path

import pytest
import tiny_model
import torch
from msgspec.structs import replace
from test_model_build import start, wait_for_epoch
from torch import Tensor

from model import objectives
from model.bundles import keys
from model.bundles.export import graphs
from model.bundles.store import BundleStore
from model.bundles.verify import verify
from model.densities import log_bernoulli, log_likelihood
from model.errors import ModelError
from model.families import build
from model.families.helmholtz import HelmholtzMachine
from model.families.ladder import LadderAutoencoder
from model.families.two_layers import TwoLayerAutoencoder
from model.models import Model
from model.recipes.library import Library
from model.recipes.specs import (
    VAE,
    Architecture,
    Convolutional,
    Couplings,
    Dense,
    Elbo,
    Helmholtz,
    ImportanceWeighted,
    Ladder,
    ObjectiveSpec,
    Patches,
    Recipe,
    ReweightedWakeSleep,
    TwoLayers,
    WakeSleep,
)
from model.training import train
from model.training.checkpoints import Checkpoint

SHAPE = tiny_model.SHAPE

DENSE = VAE(latents=3, encoder=Dense((16,)), decoder=Dense((16,)))
CONVOLUTIONAL = VAE(
    latents=3, encoder=Convolutional((8,), (4, 4), (1, 0)), decoder=Convolutional((), (4, 4), (0, 1))
)
LEARNT_PRIOR = VAE(latents=3, encoder=Dense((16,)), decoder=Dense((16,)), prior=Couplings(layers=2, hidden=8))
TWO_LAYERS = TwoLayers(
    latents=(4, 2), encoder=Patches(8, 1, 4, (6,)), between=Dense((8,)), decoder=Dense((16,))
)
LADDER = Ladder(groups=(2, 1), latents=1, channels=6)
MACHINE = Helmholtz(units=(12, 8, 4))
MODELS = (DENSE, LEARNT_PRIOR, CONVOLUTIONAL, TWO_LAYERS, LADDER, MACHINE)

#: By name: the model and what it maximizes.
AIMS = {
    "elbo": (DENSE, Elbo()),
    "convolutional": (CONVOLUTIONAL, Elbo(beta=0.5, free_nats=0.05)),
    "importance": (DENSE, ImportanceWeighted(3)),
    "importance-last": (DENSE, ImportanceWeighted(3, iwae_fraction=0.5)),
    "learnt-prior": (LEARNT_PRIOR, Elbo()),
    "learnt-prior-importance": (LEARNT_PRIOR, ImportanceWeighted(3)),
    "two-layers": (TWO_LAYERS, ImportanceWeighted(3)),
    "ladder": (LADDER, Elbo()),
    "wake-sleep": (MACHINE, WakeSleep()),
    "reweighted": (MACHINE, ReweightedWakeSleep(3)),
}
FAMILIES = tuple(
    Recipe(name, model, aim, data="bars", epochs=3, batch_size=50, learning_rate=2e-2)
    for name, (model, aim) in AIMS.items()
)


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def made(spec: Architecture, spread: float = 0) -> Model:
    """Return the untrained model of `spec`; `spread` is added to its weights, by chance."""
    torch.manual_seed(0)
    model = build(spec, SHAPE, mean_intensity=0.3)
    with torch.no_grad():
        for value in model.parameters():
            value.add_(spread * torch.randn(value.shape))
    return model


def images(count: int) -> Tensor:
    return (torch.rand((count, *SHAPE), generator=random(1)) < 0.3).float()


@pytest.mark.usefixtures("known_bars")
@pytest.mark.parametrize("recipe", FAMILIES, ids=lambda recipe: recipe.name)
def test_a_family_learns(recipe: Recipe, tmp_path: Path) -> None:
    longer = replace(recipe, epochs=12)
    state = train.train(longer, tiny_model.load(), Checkpoint(tmp_path / "checkpoint", ""), train.NO_WATCHER)
    untrained = train.begin(longer, tiny_model.load()).model
    x = (tiny_model.load().test.images > 127).float()
    with torch.no_grad():
        before, after = (model.terms(x, random()).bound.mean() for model in (untrained, state.model))
    assert after > before + 0.5
    assert (state.epoch_samples[0] != state.epoch_samples[12]).any()


class Epochs(train.NoWatcher):
    """A watcher that keeps what it hears of epochs."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def epoch(self, row: object) -> None:
        """Keep it."""
        self.seen.append(row)


class Stop(train.NoWatcher):
    """A watcher that ends training in the midst of the third epoch, as a process that is killed ends."""

    def step(self, step: int, bound: float) -> None:
        """Stop at step 30 of 36."""
        if step == 30:
            raise KeyboardInterrupt


@pytest.mark.usefixtures("known_bars")
@pytest.mark.parametrize("recipe", FAMILIES, ids=lambda recipe: recipe.name)
def test_a_family_comes_to_the_same_weights_again_and_after_a_stop(recipe: Recipe, tmp_path: Path) -> None:
    data, runs = tiny_model.load(), {}
    with pytest.raises(KeyboardInterrupt):
        train.train(recipe, data, Checkpoint(tmp_path / "stopped", ""), Stop())
    for name in ("once", "again", "stopped"):
        checkpoint = Checkpoint(tmp_path / name, "")
        runs[name] = train.train(recipe, data, checkpoint, train.NO_WATCHER).model.state_dict()
    for name, value in runs["once"].items():
        assert torch.equal(value, runs["again"][name]), name
        assert torch.equal(value, runs["stopped"][name]), name
    other = train.train(replace(recipe, seed=1), data, Checkpoint(tmp_path / "other", ""), train.NO_WATCHER)
    assert any(not torch.equal(value, runs["once"][name]) for name, value in other.model.state_dict().items())


def test_wake_sleep_that_was_killed_goes_on_to_the_same_weights(known_bars: Path, tmp_path: Path) -> None:
    changes = {"model": MACHINE, "objective": WakeSleep(), "epochs": 30, "learning_rate": 2e-2}
    process = start(known_bars, tmp_path, "build", "tiny", recipe=changes)
    wait_for_epoch(tmp_path, process)
    process.kill()
    process.wait()
    library, data = Library(tiny_model.site(known_bars, **changes)), tiny_model.load()
    recipe = library.recipe("tiny")
    key = keys.key(keys.key_inputs(recipe, library))
    epochs, found = Epochs(), []
    for path in (BundleStore(tmp_path).checkpoint("tiny"), tmp_path / "undisturbed"):
        found.append(train.train(recipe, data, Checkpoint(path, key), epochs).model.state_dict())
    assert len(epochs.seen) < 60  # the first went on, and did not begin again
    assert all(torch.equal(value, found[1][name]) for name, value in found[0].items())


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.__struct_config__.tag)
def test_a_family_offers_what_evaluation_and_export_ask(spec: Architecture) -> None:
    model, x = made(spec, spread=0.05), images(5)
    with torch.no_grad():
        draws = model.sample_posterior(x, 3, random())
        assert draws.log_weights.shape == draws.likelihood.shape == (3, 5)
        assert draws.log_prior.shape == draws.log_posterior.shape == (3, 5, model.latents)
        torch.testing.assert_close(model.log_weights(x, 3, random()), draws.log_weights)
        assert model.terms(x, random()).divergence.shape == model.means(x).shape == (5, model.latents)
        assert model.decoder(torch.zeros(4, model.latents)).shape == (4, *SHAPE)
    differences = verify(model, graphs(model, {"name": "tiny", "key": "none"}))
    expected = {"decoder"} | ({"encoder"} if model.encoder else set())
    assert set(differences) == expected | ({"recognition", "joint"} if model.joint else set())


@torch.no_grad()
@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.__struct_config__.tag)
def test_the_two_ways_to_the_bound_agree(spec: Architecture) -> None:
    model = made(spec, spread=0.1)
    x = images(1).expand(20_000, *SHAPE)
    by_terms, by_weights = model.terms(x, random()).bound, model.log_weights(x, 1, random(1))[0]
    error = math.hypot(by_terms.std().item(), by_weights.std().item()) / math.sqrt(len(x))
    assert abs(by_terms.mean() - by_weights.mean()).item() < 4 * error


@torch.no_grad()
def states(units: tuple[int, ...]) -> list[Tensor]:
    """Return every state of a machine's layers; (states, 1, units) each."""
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=sum(units))))
    return list(torch.split(every[:, None], list(units), dim=2))


@torch.no_grad()
def test_weights_of_a_helmholtz_machine_estimate_its_evidence() -> None:
    model = made(Helmholtz((4, 3)), spread=0.3)
    assert isinstance(model, HelmholtzMachine)
    every, x = states((4, 3)), images(6)
    log_prior = model.decoder.log_prior(every).sum(dim=2)  # (128, 1)
    torch.testing.assert_close(log_prior.logsumexp(dim=0), torch.zeros(1), atol=1e-5, rtol=0)
    logits = model.decoder.image(every[0]).expand(-1, len(x), *SHAPE)
    evidence = torch.logsumexp(log_prior + log_likelihood(x, logits), dim=0)
    bounds = [
        objectives.importance_weighted_bound(model.log_weights(x.repeat(500, 1, 1, 1), samples, random()))
        for samples in (1, 5)
    ]
    means = [bound.view(500, -1).mean(dim=0) for bound in bounds]
    assert all((low < high).all() for low, high in pairwise([*means, evidence]))
    many = objectives.importance_weighted_bound(model.log_weights(x, 50_000, random()))
    torch.testing.assert_close(many, evidence, atol=0.05, rtol=0)


@torch.no_grad()
def test_a_helmholtz_machine_dreams_by_its_noise_what_its_prior_says() -> None:
    model = made(Helmholtz((4, 3)), spread=0.5)
    assert isinstance(model, HelmholtzMachine)
    every = states((4, 3))
    chance = model.decoder.log_prior(every).sum(dim=2).exp()[..., None, None, None]
    expected = (chance * model.decoder.image(every[0]).sigmoid()).sum(dim=(0, 1))
    noise = torch.randn((100_000, 7), generator=random())
    assert torch.equal(model.decoder(noise[:9]), model.decoder(noise[:9]))
    torch.testing.assert_close(model.decoder(noise).sigmoid().mean(0), expected, atol=0.01, rtol=0)


@torch.no_grad()
def test_the_places_of_pictures_decode_to_their_most_probable_states() -> None:
    model, x = made(MACHINE, spread=0.7), images(50)
    assert isinstance(model, HelmholtzMachine)
    mean, log_variance = model.posterior_parameters(x)
    assert mean.shape == log_variance.shape == (50, model.latents)
    state = (model.recognition.hidden[0](x.flatten(1)) > 0).float()
    noise = mean + torch.exp(0.5 * log_variance) * torch.randn(mean.shape, generator=random())
    for place in (mean, noise):
        torch.testing.assert_close(model.decoder(place), model.decoder.image(state))


def test_a_decoder_with_thresholds_may_fall_on_either_side_of_few() -> None:
    model = made(Helmholtz((4, 3)), spread=0.5)
    exact = graphs(model, {"name": "tiny", "key": "none"})
    with torch.no_grad():
        model.decoder.top[0] += 1e-4  # type: ignore[union-attr,operator]
    near = graphs(model, {"name": "tiny", "key": "none"})
    assert verify(model, near)["decoder"] < 1e-5
    with torch.no_grad():
        model.decoder.top[0] -= 0.5  # type: ignore[union-attr,operator]
    with pytest.raises(ModelError, match="the exported decoder differs"):
        verify(model, exact)


def gradients(model: Model, objective: Tensor) -> dict[str, Tensor]:
    model.zero_grad()
    torch.autograd.backward(objective.mean())
    return {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}


def test_wake_trains_the_generative_network_and_sleep_the_other() -> None:
    model, x = made(Helmholtz((4, 3)), spread=0.5), images(200)
    assert isinstance(model, HelmholtzMachine)
    both = gradients(model, objectives.wake_sleep(model, x, 1, random()).objective)
    generator = random()
    drawn, _ = model.recognition.sample(x, 1, generator)
    wake = log_likelihood(x, model.decoder.image(drawn[0])) + model.decoder.log_prior(drawn).sum(dim=2)
    expected = gradients(model, wake)
    sleep_phase = [(torch.rand((200, 3), generator=generator) < model.decoder.top.sigmoid()).float()]
    above = model.decoder.hidden[0](sleep_phase[0])
    sleep_phase.insert(0, (torch.rand(above.shape, generator=generator) < above.sigmoid()).float())
    logits = model.decoder.image(sleep_phase[0])
    seen = (torch.rand(logits.shape, generator=generator) < logits.sigmoid()).float()
    below = (seen.flatten(1), sleep_phase[0])
    sleep = sum(
        log_bernoulli(state, layer(given)).sum(dim=1)
        for state, layer, given in zip(sleep_phase, model.recognition.hidden, below, strict=True)
    )
    expected |= {
        name: value for name, value in gradients(model, sleep).items() if name.startswith("recognition")
    }
    assert set(both) == set(expected)
    for name, value in expected.items():
        torch.testing.assert_close(both[name], value)


def test_reweighting_leaves_the_wake_phase_of_one_sample_as_it_is() -> None:
    model, x = made(Helmholtz((4, 3)), spread=0.5), images(50)
    plain = gradients(model, objectives.wake_sleep(model, x, 1, random()).objective)
    weighted = gradients(model, objectives.reweighted_wake_sleep(model, x, 1, random(), 1).objective)
    for name, value in plain.items():
        assert torch.allclose(value, weighted[name]) == name.startswith("decoder"), name


def test_reweighting_follows_the_gradient_of_the_evidence() -> None:
    model, x = made(Helmholtz((3, 2)), spread=0.5), images(1)
    assert isinstance(model, HelmholtzMachine)
    every = states((3, 2))
    evidence = torch.logsumexp(
        model.decoder.log_prior(every).sum(dim=2) + log_likelihood(x, model.decoder.image(every[0])), dim=0
    )
    exact = gradients(model, evidence)
    many = objectives.reweighted_wake_sleep(model, x, 1, random(), 100_000)
    found = gradients(model, many.objective)
    for name in exact:
        torch.testing.assert_close(found[name], exact[name], atol=0.02, rtol=0.05)
    torch.testing.assert_close(many.bound, evidence.detach(), atol=0.02, rtol=0)


SMALL = [
    VAE(latents=2, encoder=Dense((4,)), decoder=Dense((4,))),
    VAE(latents=2, encoder=Dense((4,)), decoder=Dense((4,)), prior=Couplings(2, 4)),
    TwoLayers(latents=(2, 2), encoder=Dense((4,)), between=Dense((4,)), decoder=Dense((4,))),
]


@pytest.mark.parametrize("spec", SMALL, ids=lambda spec: spec.__struct_config__.tag)
def test_doubly_reparameterized_gradients_are_those_of_the_bound(spec: Architecture) -> None:
    model, x = made(spec, spread=0.3), images(1).expand(30_000, *SHAPE)
    doubly = gradients(model, objectives.importance_weighted(model, x, 1, random(), 4).objective)
    plain = gradients(model, objectives.importance_weighted_bound(model.log_weights(x, 4, random(1))))
    for name, value in plain.items():
        scale = value.abs().max().item()
        torch.testing.assert_close(doubly[name], value, atol=0.07 * scale + 0.01, rtol=0, msg=name)


def test_two_layers_estimate_the_evidence_of_both() -> None:
    model, x = made(TwoLayers((1, 1), Dense((4,)), Dense((4,)), Dense((4,))), spread=0.2), images(4)
    assert isinstance(model, TwoLayerAutoencoder)
    with torch.no_grad():
        model.lower.network.posterior.bias[1:] = (
            0.3  # a proposal as wide as the posterior, so that few samples do
        )
        side = torch.linspace(-6, 6, 241)
        z_1, z_2 = torch.meshgrid(side * 2, side, indexing="ij")
        mean, log_variance = model.decoder.below(z_2.reshape(-1, 1))
        standard = torch.distributions.Normal(0.0, 1.0)
        between = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance))
        prior = standard.log_prob(z_2.reshape(-1)) + between.log_prob(z_1.reshape(-1, 1))[:, 0]
        logits = model.decoder.image(z_1.reshape(-1, 1))
        likelihood = torch.stack([log_likelihood(one.expand_as(logits), logits) for one in x])
        evidence = torch.logsumexp(prior + likelihood, dim=1) + math.log(0.1 * 0.05)
        many = objectives.importance_weighted_bound(model.log_weights(x, 50_000, random()))
    torch.testing.assert_close(many, evidence, atol=0.05, rtol=0)


@torch.no_grad()
def test_two_layers_have_a_bound_however_long_a_step_was() -> None:
    model = made(TWO_LAYERS, spread=0.2)
    assert isinstance(model, TwoLayerAutoencoder)
    for network in (model.decoder.below, model.upper):
        network.network.parameters_of.bias[-1] = -200
    assert model.log_weights(images(3), 5, random()).isfinite().all()


@torch.no_grad()
def test_beta_and_free_nats_change_what_the_divergence_costs() -> None:
    model, x = made(MODELS[0], spread=0.1), images(8)
    terms = model.terms(x, random())
    plain, twice, free = (
        objectives.elbo(model, x, 1, random(), **numbers)
        for numbers in ({}, {"beta": 2.0}, {"free_nats": 0.25})
    )
    torch.testing.assert_close(plain.objective - twice.objective, terms.divergence.sum(dim=1))
    paid = terms.divergence.mean(dim=0).clamp(min=0.25).sum()
    torch.testing.assert_close(free.objective, terms.likelihood - paid)
    for estimate in (plain, twice, free):
        torch.testing.assert_close(estimate.bound, terms.bound)


@pytest.mark.parametrize(
    ("spec", "aim"),
    [
        (DENSE, WakeSleep()),
        (TWO_LAYERS, ReweightedWakeSleep()),
        *((m, ImportanceWeighted()) for m in (LADDER, MACHINE)),
    ],
)
def test_what_does_not_go_together_is_told(spec: Architecture, aim: ObjectiveSpec) -> None:
    with pytest.raises(ModelError, match=r"wake-sleep trains|has no .*reparameterized gradient"):
        objectives.objective(aim)(made(spec), images(2), 1, random())


def test_variances_of_a_ladder_that_stray_do_not_overflow() -> None:
    model = made(LADDER)
    assert isinstance(model, LadderAutoencoder)
    with torch.no_grad():
        for group, posterior in zip(model.decoder.groups, model.recognition.groups, strict=True):
            group.prior.second.bias[LADDER.latents :] = -1e4
            posterior.block.second.bias[LADDER.latents :] = 1e4
    bound = model.terms(images(4), random()).bound
    torch.autograd.backward(bound.sum())
    assert bound.isfinite().all()
    assert all(value.grad is None or value.grad.isfinite().all() for value in model.parameters())


def test_many_samples_may_come_last() -> None:
    model, x = made(DENSE, spread=0.3), images(4)
    aim = ImportanceWeighted(3, iwae_fraction=0.25)
    once = objectives.elbo(model, x, 1, random())
    three = objectives.importance_weighted(model, x, 1, random(), 3)
    for done, expected in ((0, once), (0.74, once), (0.75, three), (1, three)):
        found = objectives.objective(aim, done)(model, x, 1, random())
        assert torch.equal(found.objective, expected.objective)


def test_an_aim_is_told_by_its_record() -> None:
    found = objectives.objective(Elbo(beta=4, free_nats=0.1))
    assert found.keywords == {"beta": 4, "free_nats": 0.1}  # type: ignore[attr-defined]
