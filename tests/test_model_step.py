"""The step of training that the trainer leaves in a bundle."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from model.bundles import step
from model.data.examples import Data, Examples
from model.errors import ModelError
from model.recipes.specs import VAE, Dense, Helmholtz, Normal, Recipe, Step, WakeSleep

POINTS = Recipe(
    name="points",
    model=VAE(latents=2, encoder=Dense((64,)), decoder=Dense((64,)), likelihood=Normal(scale=0.3)),
    step=Step(batch_size=8, examples=30, encoder=Dense((6,)), decoder=Dense((5,))),
)


def data(values: torch.Tensor) -> Data:
    examples = Examples(values, torch.zeros(len(values), dtype=torch.int32))
    return Data(examples, examples, examples)


def test_it_is_exported_with_what_it_is_checked_by(tmp_path: Path) -> None:
    torch.manual_seed(0)
    stated = step.write(tmp_path, POINTS, data(torch.randn(40, 2)), {"name": "points"})
    assert stated["verified"]["largest_difference"] < 1e-5
    arrays = np.load(tmp_path / "step.npz")
    assert arrays["examples"].shape == (30, 2)
    assert arrays["examples"].dtype == np.uint8
    sizes = [2 * 6, 6, 6 * 4, 4, 2 * 5, 5, 5 * 2, 2, 1]  # of the smaller networks, and the deviation
    assert arrays["segments"][:, 0].sum() == sum(sizes) == len(arrays["check_parameters"])
    assert not np.array_equal(arrays["check_initial"], arrays["check_parameters"])
    assert {path.name for path in tmp_path.iterdir()} == {"step.npz", *stated["graphs"].values()}


def test_a_family_that_draws_otherwise_is_refused(tmp_path: Path) -> None:
    machine = msgspec.structs.replace(POINTS, model=Helmholtz((6, 3)), objective=WakeSleep())
    images = torch.randint(0, 256, (40, 1, 8, 8), dtype=torch.uint8)
    with pytest.raises(ModelError, match="“encoder” and “decoder” are for models of the family “vae”"):
        step.write(tmp_path, machine, data(images), {"name": "points"})
    plain = msgspec.structs.replace(machine, step=Step(batch_size=8, examples=30))
    with pytest.raises(ModelError, match=r"draws normal numbers only, by model\.models\.normal"):
        step.write(tmp_path, plain, data(images), {"name": "points"})
