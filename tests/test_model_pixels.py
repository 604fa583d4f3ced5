"""Images whose pixels are normal: the bytes as real numbers, bounds on their density, and bits per pixel."""

import math

import torch

from model.data.examples import observed
from model.evaluation import evaluate
from model.families.vae import VariationalAutoencoder
from model.recipes.specs import VAE, Dense, Normal

SHAPE = (3, 4, 4)
SCALE = 0.3


def model_of(likelihood: Normal) -> VariationalAutoencoder:
    torch.manual_seed(0)
    spec = VAE(1, Dense((8,)), Dense((8,)), likelihood=likelihood)
    return VariationalAutoencoder(spec, SHAPE, 0.5)


def images(count: int) -> torch.Tensor:
    return torch.randint(0, 256, (count, *SHAPE), generator=torch.Generator().manual_seed(1)).to(torch.uint8)


def test_a_byte_is_a_number_of_its_interval() -> None:
    given = torch.arange(256, dtype=torch.uint8).repeat(4, 1)
    x = observed(given, False, torch.Generator().manual_seed(0))
    assert x.dtype == torch.float32
    assert torch.equal((x * 256).floor().to(torch.uint8), given)
    assert len(set(x[:, 7].tolist())) == 4


@torch.no_grad()
def test_no_bound_exceeds_the_evidence_and_the_bound_of_many_samples_comes_near() -> None:
    model = model_of(Normal(SCALE)).eval()
    x = observed(images(20), model.is_binary, torch.Generator().manual_seed(0))
    z = torch.linspace(-8, 8, 4001)[:, None]
    made = torch.distributions.Normal(model.decoder(z).sigmoid(), SCALE)
    prior = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(dim=1)
    joint = torch.stack([made.log_prob(one).flatten(1).sum(dim=1) + prior for one in x], dim=1)
    evidence = torch.logsumexp(joint, dim=0) + math.log(16 / 4000)
    generator = torch.Generator().manual_seed(0)
    lower = torch.stack([model.terms(x, generator).bound for _ in range(200)]).mean(dim=0)
    many = torch.logsumexp(model.log_weights(x, 5000, generator), dim=0) - math.log(5000)
    assert (lower < evidence + 0.05).all()
    torch.testing.assert_close(many, evidence, atol=0.05, rtol=0)


def test_bits_are_of_bytes() -> None:
    metrics = evaluate.evaluate(model_of(Normal(SCALE)), images(60), 10, 60)
    nats = metrics["iw_bound_10"].value
    bits = metrics["bits_per_dimension"]
    assert bits.value == 8 - nats / (math.prod(SHAPE) * math.log(2))
    assert bits.value > 8  # of random bytes nothing is known
    assert "of bytes" in bits.meaning


def test_the_standard_deviation_is_learnt_unless_it_is_given() -> None:
    for learnt in (True, False):
        model = model_of(Normal(SCALE, learnt=learnt))
        x = observed(images(50), model.is_binary, torch.Generator().manual_seed(0))
        (-model.terms(x, torch.Generator().manual_seed(0)).bound.sum()).backward()
        assert (model.log_scale is not None and model.log_scale.grad is not None) is learnt
