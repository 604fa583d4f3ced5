"""Recipes, pairs and data that cannot work are refused with what to write instead; the rest works."""

import math
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest
import torch
from PIL import Image
from test_model_build import run
from tiny_model import TINY

from model import recipes, train
from model.checkpoints import Checkpoint
from model.data import load
from model.datasets import DATASETS, Arrays, Frame, TorchDataset
from model.errors import ModelError
from model.recipes import RECIPES, recipe_named
from model.specs import (
    VAE,
    Convolutional,
    Dense,
    Elbo,
    Helmholtz,
    ImportanceWeighted,
    Ladder,
    Patches,
    Recipe,
    ReweightedWakeSleep,
    TwoLayers,
    WakeSleep,
)
from model.validation import check_processes, validate
from model.watchers import Watchers
from model.workers import Workers

FAMILIES = (
    VAE(2, Dense((8,)), Dense((8,))),
    TwoLayers((2, 2), Dense((8,)), Dense((8,)), Dense((8,))),
    Ladder((1, 1), 2, 4),
    Helmholtz((8, 4)),
)
OBJECTIVES = (Elbo(), ImportanceWeighted(2), WakeSleep(), ReweightedWakeSleep(2))
PAIRS = {
    ("VAE", "Elbo"),
    ("VAE", "ImportanceWeighted"),
    ("TwoLayers", "Elbo"),
    ("TwoLayers", "ImportanceWeighted"),
    ("Ladder", "Elbo"),
    ("Helmholtz", "WakeSleep"),
    ("Helmholtz", "ReweightedWakeSleep"),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_recipes_of_this_blog_are_accepted(recipe: Recipe) -> None:
    assert recipe_named(recipe.name) is recipe


@pytest.mark.parametrize(
    ("key", "values", "wanted"),
    [
        ("batch", [0, -1, 50.0, True, "50", None, math.nan, numpy.float64(3)], "a whole number, 1 or more"),
        ("epochs", [0, -3, 1e3, "3"], "a whole number, 1 or more"),
        ("threads", [0, -1, 10**6, None], "a whole number from 1 to 1024"),
        ("held_out", [-1, 0.5, None], "a whole number, 0 or more"),
        ("seed", [-1, 1.0, "0", 2**70], "a whole number, 0 or more"),
        ("rate", [0, -1e-3, math.nan, math.inf, "1e-3", None, [1e-3]], "a number above 0"),
        ("longest", [0, -1, math.inf, math.nan], "a number above 0"),
        ("decay", [-0.1, math.nan, math.inf], "a number, 0 or more"),
        ("warm_up", [-0.1, 1.5, math.nan, "0"], "a number from 0 to 1"),
        ("annealing", [-0.1, 2, -math.inf, None], "a number from 0 to 1"),
        ("grey", [0, 1, "yes", None], "True or False"),
        ("half", [1, "no"], "True or False"),
        ("data", [None, 3, Path("x")], "a text"),
        ("name", ["../evil", "", ".", "a/b", "a b", "a\n", "-x", "ä", None, 3], "a name of letters A to Z"),
        ("model", [None, "VAE", VAE, Dense()], "VAE(…) or TwoLayers(…) or Ladder(…) or Helmholtz(…)"),
        ("objective", [None, "elbo", Elbo, 1], "Elbo(…) or ImportanceWeighted(…) or"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused_with_what_to_write(
    key: str, values: list[Any], wanted: str
) -> None:
    for value in values:
        with pytest.raises(ModelError) as told:
            validate(replace(TINY, **{key: value}))
        assert f": {key} is {value!r}"[:60] in str(told.value)
        assert f"; write {wanted}" in str(told.value)
        assert str(told.value).startswith("recipe “")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (VAE(0, Dense(), Dense()), "model.latents"),
        (VAE(2, Dense(()), Dense()), "model.encoder.hidden"),
        (VAE(2, Dense(), Dense((8, 0))), "model.decoder.hidden"),
        (VAE(2, Dense(), Dense(8)), "model.decoder.hidden"),  # type: ignore[arg-type]
        (VAE(2, Dense(), Dense("88")), "model.decoder.hidden"),  # type: ignore[arg-type]
        (VAE(2, Patches(narrow=0), Dense()), "model.encoder.narrow"),
        (VAE(2, Patches(residuals=-1), Dense()), "model.encoder.residuals"),
        (VAE(2, Dense(), Convolutional(channels=(4,))), "model.decoder.channels"),  # type: ignore[arg-type]
        (VAE(2, Dense(), Convolutional(channels=(4, 0))), "model.decoder.channels"),
        (VAE(2, Dense(), Convolutional(hidden=(0,))), "model.decoder.hidden"),
        (VAE(2, Dense(), Patches()), "model.decoder"),  # type: ignore[arg-type]
        (TwoLayers((2,), Dense(), Dense(), Dense()), "model.latents"),  # type: ignore[arg-type]
        (TwoLayers((2, 2), Dense(), Dense(()), Dense()), "model.between.hidden"),
        (Ladder(groups=(0, 0)), "model.groups"),
        (Ladder(groups=(4, 0)), "model.groups"),
        (Ladder(channels=1), "model.channels"),
        (Helmholtz(()), "model.units"),
        (Helmholtz((8, -1)), "model.units"),
    ],
)
def test_layers_that_cannot_be_are_refused(model: Any, path: str) -> None:
    objective = WakeSleep() if isinstance(model, Helmholtz) else Elbo()
    with pytest.raises(ModelError, match=rf"recipe “tiny”: {path} is .*; write "):
        validate(replace(TINY, model=model, objective=objective))


@pytest.mark.parametrize(
    "objective",
    [Elbo(-1), Elbo(math.nan), Elbo(free_nats=-1), ImportanceWeighted(0), ImportanceWeighted(last=1.5)],
)
def test_objectives_that_cannot_be_are_refused(objective: Any) -> None:
    with pytest.raises(ModelError, match=r"recipe “tiny”: objective.*; write "):
        validate(replace(TINY, objective=objective))


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: type(objective).__name__)
@pytest.mark.usefixtures("known_bars")
def test_a_pair_trains_all_networks_or_is_refused(model: Any, objective: Any, tmp_path: Path) -> None:
    recipe = replace(TINY, model=model, objective=objective, epochs=1, batch=100)
    if (type(model).__name__, type(objective).__name__) not in PAIRS:
        with pytest.raises(ModelError, match=r"which does not train a .*; write .*, or another model: "):
            validate(recipe)
        return
    validate(recipe)
    before = {
        name: value.clone() for name, value in train.begin(recipe, load("bars")).model.named_parameters()
    }
    state = train.train(replace(recipe, decay=0), load("bars"), Checkpoint(tmp_path / "c", ""), Watchers())
    assert [name for name, value in state.model.named_parameters() if torch.equal(value, before[name])] == []


@pytest.mark.parametrize("natural", [{"annealing": 0}, {"warm_up": 0}, {"annealing": 0.0, "warm_up": 0}])
@pytest.mark.usefixtures("known_bars")
def test_no_annealing_and_no_warm_up_are_0(natural: dict[str, float], tmp_path: Path) -> None:
    recipe = replace(TINY, epochs=1, **natural)
    validate(recipe)
    short = replace(recipe, **dict.fromkeys(natural, 1e-9))
    ours, theirs = (
        train.train(one, load("bars"), Checkpoint(tmp_path / str(number), ""), Watchers()).model.state_dict()
        for number, one in enumerate((recipe, short))
    )
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_the_command_refuses_before_anything_runs(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path / "models", "build", "tiny", batch=0)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "model: recipe “tiny”: batch is 0; write a whole number, 1 or more\n"
    assert not (tmp_path / "models").exists()
    listed = run(bars, tmp_path / "models", "list", batch=0)
    assert listed.returncode == 0
    assert "recipe “tiny”: batch is 0; write a whole number, 1 or more\n" in listed.stdout
    assert "mnist-vae: " in listed.stdout


def test_a_recipe_stands_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(recipes.RECIPES, "other", TINY)
    with pytest.raises(ModelError, match="recipe “tiny”: RECIPES has it under “other”"):
        recipe_named("other")


def test_a_batch_has_an_item_for_each_process() -> None:
    check_processes(replace(TINY, batch=2), 2)
    with pytest.raises(ModelError, match="batch is 1, and 2 processes share it; write 2 or more"):
        check_processes(replace(TINY, batch=1), 2)


@pytest.mark.usefixtures("known_bars")
def test_there_is_an_item_for_each_process(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="601 processes share 600 pictures"):
        train.train(
            replace(TINY, batch=700),
            load("bars"),
            Checkpoint(tmp_path / "c", ""),
            Watchers(),
            Workers(size=601),
        )


@pytest.mark.parametrize(
    ("train_images", "test_images", "told"),
    [
        (numpy.zeros((20, 8, 8), numpy.uint8), None, "all black: each pixel is 0"),
        (numpy.full((20, 8, 8), 255, numpy.uint8), None, "all white: each pixel is 255"),
        (numpy.ones((20, 8, 8)), None, "all white"),
        (numpy.ones((1, 8, 8)) / 2, None, "has 1 pictures for training, 0 of them held out, and 20 for test"),
        (None, numpy.ones((1, 8, 8)) / 2, "has 20 pictures for training, 0 of them held out, and 1 for test"),
        (numpy.zeros((0, 8, 8)), None, "is empty"),
        (None, numpy.zeros((0, 8, 8)), "is empty"),
    ],
)
def test_data_that_teach_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, train_images: Any, test_images: Any, told: str
) -> None:
    usual = (numpy.random.default_rng(0).random((20, 8, 8)) * 255).astype(numpy.uint8)
    arrays = {
        "train_images": usual if train_images is None else train_images,
        "test_images": usual if test_images is None else test_images,
    }
    numpy.savez(tmp_path / "cells.npz", **arrays)
    monkeypatch.setitem(DATASETS, "cells", Arrays("cells", str(tmp_path / "cells.npz")))
    with pytest.raises(ModelError, match=told):
        train.begin(replace(TINY, data="cells"), load("cells"))


@pytest.mark.usefixtures("known_bars")
def test_held_out_items_leave_some_to_train_on() -> None:
    with pytest.raises(ModelError, match="has 600 pictures for training, 599 of them held out"):
        load("bars", 599)


GREY = Image.new("L", (8, 8), 100)
LEVELS = numpy.full((8, 8), 0.5)


@pytest.mark.parametrize(
    ("item", "label"),
    [
        (GREY, 0),
        ((GREY,), 0),
        ([GREY, 3], 3),
        ((LEVELS, 255), 255),
        ((LEVELS[None], torch.tensor(7)), 7),
        ((torch.full((3, 8, 8), 100, dtype=torch.uint8), numpy.int64(2)), 2),
        ((LEVELS > 0.2, True), 1),
        ((LEVELS.tolist(), 1.0), 1),
    ],
)
def test_items_of_a_dataset_may_come_in_many_forms(
    item: Any, label: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_items([item, item], monkeypatch) == [label, label]


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"image": GREY, "label": 1}, "is a dict with the keys 'image', 'label'"),
        ((GREY, 1, 2), "is a tuple of 3"),
        ([], "is a list of 0"),
        ((GREY, 256), "has the label 256"),
        ((GREY, -1), "has the label -1"),
        ((GREY, "ring"), "has the label 'ring'"),
        ((GREY, None), "has the label None"),
        ((GREY, 1.5), "has the label 1.5"),
        ((GREY, torch.tensor([0, 1])), "has the label tensor"),
        (None, "has the shape"),
        ("a.png", "has the shape"),
        (numpy.zeros((2, 8, 8)), r"has the shape \(2, 8, 8\)"),
        (numpy.zeros((8, 8, 3)), r"has the shape \(8, 8, 3\)"),
        (numpy.zeros((1, 3, 8, 8)), "has the shape"),
        (numpy.zeros((0, 8)), "has the shape"),
        (LEVELS * 100, "holds other numbers, of the type float64"),
        (LEVELS - 1, "holds other numbers"),
        (LEVELS * math.nan, "holds other numbers"),
        (numpy.full((8, 8), 200), "holds other numbers, of the type int64"),
    ],
)  # fmt: skip
def test_other_items_are_refused(item: Any, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=rf"item 1 of shapes:Shapes {told}.*; let it return a picture, or"):
        read_items([GREY, item], monkeypatch)


def test_a_dataset_has_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="shapes:Shapes has no length"):
        read_items(iter([GREY]), monkeypatch)


def read_items(items: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the labels that are read of the `items` of a data set."""
    shapes = ModuleType("shapes")
    shapes.Shapes = lambda train: items  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shapes", shapes)
    source = TorchDataset("shapes", "shapes:Shapes", Frame(8, 8, colours=False))
    pictures = source._pictures({"train": True})
    assert pictures.images.shape == (2, 1, 8, 8)
    assert len(set(pictures.images.flatten().tolist())) == 1
    return [int(label) for label in pictures.labels]
