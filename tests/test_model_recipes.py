"""Recipes as TOML: read without torch, merged, validated with file, line and nearest name; own modules."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import tiny_model
from msgspec.structs import replace
from test_model_build import run
from tiny_model import TINY

from model.errors import ModelError
from model.recipes.library import Library
from model.recipes.positions import lines_of
from model.recipes.specs import (
    VAE,
    Convolutional,
    Dense,
    Elbo,
    Helmholtz,
    ImportanceWeighted,
    Ladder,
    Normal,
    Recipe,
    ReweightedWakeSleep,
    TwoLayers,
    WakeSleep,
)
from model.recipes.validation import check_processes
from model.training import train
from model.training.checkpoints import Checkpoint
from model.training.workers import Workers

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

BASE = """
[recipes.own]
extends = "mnist-vae"
epochs = 3
"""


def library(folder: Path, text: str) -> Library:
    (folder / "recipes.toml").write_text(text, encoding="utf-8")
    return Library(folder)


def test_recipe_extends_a_ready_one(tmp_path: Path) -> None:
    found = library(tmp_path, BASE + "model = { latents = 5 }\n")
    base, own = found.recipe("mnist-vae"), found.recipe("own")
    assert isinstance(base.model, VAE)
    assert own == replace(base, name="own", epochs=3, model=replace(base.model, latents=5))
    assert found.names[:2] == ["own", "mnist-vae"]


def test_table_of_another_kind_replaces_the_one_it_changes(tmp_path: Path) -> None:
    more = '[recipes.own.model]\nencoder = { network = "dense", hidden = [8] }\n'
    model = library(tmp_path, BASE + more).recipe("own").model
    assert isinstance(model, VAE)
    assert model.encoder == Dense((8,))
    assert model.decoder == Convolutional(channels=(24, 16))


def test_recipe_of_a_ready_name_changes_the_ready_one(tmp_path: Path) -> None:
    found = library(tmp_path, '[recipes.mnist-vae]\nextends = "mnist-vae"\nepochs = 2\n')
    ready = Library(tmp_path / "none").recipe("mnist-vae")
    assert found.recipe("mnist-vae") == replace(ready, epochs=2)


def test_template_is_extended_and_not_trained(tmp_path: Path) -> None:
    found = library(tmp_path, '[recipes.own]\nextends = "images-vae"\ndata = "mnist"\n')
    model = found.recipe("own").model
    assert isinstance(model, VAE)
    assert model.likelihood == Normal()
    assert "images-vae" not in found.names
    with pytest.raises(ModelError, match="“images-vae” is a template for other recipes; extend it"):
        found.recipe("images-vae")


@pytest.mark.parametrize("name", Library(Path("nowhere")).names)
def test_ready_recipes_are_valid(name: str) -> None:
    assert Library(Path("nowhere")).recipe(name).name == name


#: Lines of a recipe and the error at one of them.
WRONG = {
    "epochs = 0": "4: epochs is 0; write a whole number, 1 or more",
    'epochs = "3"': "4: epochs is '3'; write a whole number, 1 or more",
    "epoch = 3": "4: unknown key “epoch”; did you mean “epochs”?",
    "learning_rate = -1e-3": "4: learning_rate is -0.001; write a number above 0",
    "learning_rate = nan": "4: learning_rate is nan; write a number above 0",
    "learning_rate = inf": "4: learning_rate is inf; write a number above 0",
    "kl_warmup = 1.5": "4: kl_warmup is 1.5; write a number from 0 to 1",
    "seed = true": "4: seed is True; write a whole number, 0 or more",
    'fp16_weights = "yes"': "4: fp16_weights is 'yes'; write true or false",
    "batch_size = [20]": "4: batch_size is [20]; write a whole number, 1 or more",
    "model = 3": '4: model is 3; write { family = "vae" }, { family = "two-layers" }',
    "model = { latent = 3 }": "4: unknown key “latent”; did you mean “latents”?",
    'model = { family = "vea" }': "4: model.family is 'vea'; write “vae”, “two-layers”",
    'model = { decoder = { network = "patches" } }': "4: model.decoder.network is 'patches'; write",
    "model = { decoder = { channels = [8] } }": "4: model.decoder.channels is [8]; write two whole numbers",
    "model = { encoder = { hiden = [8] } }": "4: unknown key “hiden”; did you mean “hidden”?",
    'model = { prior = { kind = "flow" } }': "4: model.prior.kind is 'flow'; write “standard",
    '\n\n[recipes.own.objective]\nname = "elbo"\nbeta = -1': "8: objective.beta is -1; write a number, 0",
    "\n\n[recipes.own.objective]\nbata = 1": "7: unknown key “bata”; did you mean “beta”?",
    'objective = { name = "wake-sleep" }': "4: the objective “wake-sleep” cannot train a model",
    'model = { family = "helmholtz" }': "4: the objective “elbo” cannot train a model",
    "classes = [\n  8,\n]": "4: unknown key “classes”",
    'extends = "mnist-vea"': "4: there is no recipe “mnist-vea” to extend; did you mean “mnist-vae”?",
    'extends = "own"': "there is no recipe “own” to extend",
    'model = { latents = 1, prior = { kind = "couplings" } }': "4: a prior of couplings needs 2 latents",
    "data = 3": "4: data is 3; write a text",
}


@pytest.mark.parametrize(("line", "message"), WRONG.items())
def test_wrong_values_are_refused_with_file_line_and_what_to_write(
    tmp_path: Path, line: str, message: str
) -> None:
    base = "" if "extends" in line else 'extends = "mnist-vae"'
    if "helmholtz" in line:
        base = ""
    found = library(tmp_path, f"\n[recipes.own]\n{base}\n{line}\n")
    with pytest.raises(ModelError) as raised:
        found.recipe("own")
    assert str(raised.value).startswith(f"{tmp_path / 'recipes.toml'}:")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[recipes.own\nepochs = 3", r"recipes.toml: not valid TOML: .*line 1"),
        ("[recipe.own]\nepochs = 3", r"recipes.toml:1: unknown table \[recipe\]"),
        ("\nepochs = 3", r"recipes.toml:2: unknown table \[epochs\]"),
        ("[recipes]\nown = 3", r"recipes.toml:2: “own” is no table; write \[recipes.NAME\]"),
        ("[data.own]\nsize = [8, 8]", "must have one of the keys folder, file, dataset and generator"),
    ],
)
def test_files_of_another_form_are_refused(tmp_path: Path, text: str, message: str) -> None:
    found = library(tmp_path, text)
    with pytest.raises(ModelError, match=message):
        found.dataset("own")


def test_unknown_recipe_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no recipe “mnist-vea”.*; did you mean “mnist-vae”"):
        Library(tmp_path).recipe("mnist-vea")


def test_lines_of_keys_and_tables() -> None:
    text = 'a = 1\n# b = 2\n[t.u]\nx = [\n 1,\n]\ny = { z = 3 }\nt = """\nq = 1\n"""\n[[v]]\nw.k = 1\n'
    assert lines_of(text) == {
        ("a",): 1,
        ("t", "u"): 3,
        ("t", "u", "x"): 4,
        ("t", "u", "y"): 7,
        ("t", "u", "y", "z"): 7,
        ("t", "u", "t"): 8,
        ("v",): 11,
        ("v", "w"): 12,
        ("v", "w", "k"): 12,
    }


@pytest.mark.parametrize("model", FAMILIES, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: type(objective).__name__)
def test_a_pair_trains_all_networks_or_is_refused(
    model: Any, objective: Any, known_bars: Path, tmp_path: Path
) -> None:
    found = Library(tiny_model.site(known_bars, model=model, objective=objective, epochs=1, weight_decay=0.0))
    if (type(model).__name__, type(objective).__name__) not in PAIRS:
        with pytest.raises(ModelError, match=r"toml:\d+: .*cannot train.*; write .*, or another family"):
            found.recipe("tiny")
        return
    recipe, data = found.recipe("tiny"), tiny_model.load()
    before = {name: value.clone() for name, value in train.begin(recipe, data).model.named_parameters()}
    state = train.train(recipe, data, Checkpoint(tmp_path / "c", ""), train.NO_WATCHER)
    same = [name for name, value in state.model.named_parameters() if bool((value == before[name]).all())]
    assert same == []


@pytest.mark.parametrize(
    "natural", [{"kl_warmup": 0.0}, {"lr_warmup": 0.0}, {"kl_warmup": 0.0, "lr_warmup": 0.0}]
)
@pytest.mark.usefixtures("known_bars")
def test_no_warm_up_is_0(natural: dict[str, float], tmp_path: Path) -> None:
    recipe = replace(TINY, epochs=1, **natural)
    short = replace(recipe, **dict.fromkeys(natural, 1e-9))
    ours, theirs = (
        train.train(
            one, tiny_model.load(), Checkpoint(tmp_path / str(number), ""), train.NO_WATCHER
        ).model.state_dict()
        for number, one in enumerate((recipe, short))
    )
    assert all(bool((value == theirs[name]).all()) for name, value in ours.items())


def test_the_command_refuses_before_anything_runs(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path / "models", "build", "tiny", batch_size=0)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("batch_size is 0; write a whole number, 1 or more\n")
    assert not (tmp_path / "models").exists()
    listed = run(bars, tmp_path / "models", "list", batch_size=0)
    assert listed.returncode == 0
    assert "batch_size is 0; write a whole number, 1 or more\n" in listed.stdout
    assert "mnist-vae: " in listed.stdout


def test_a_batch_has_an_example_for_each_process() -> None:
    check_processes(replace(TINY, batch_size=2), 2)
    with pytest.raises(ModelError, match="batch_size is 1, and 2 processes share a batch; write 2 or more"):
        check_processes(replace(TINY, batch_size=1), 2)


@pytest.mark.usefixtures("known_bars")
def test_there_is_an_example_for_each_process(tmp_path: Path) -> None:
    recipe: Recipe = replace(TINY, batch_size=700)
    with pytest.raises(ModelError, match="601 processes share 600 images"):
        train.train(
            recipe, tiny_model.load(), Checkpoint(tmp_path / "c", ""), train.NO_WATCHER, Workers(size=601)
        )


OWN = """
VERSION = 3

from model.families.vae import VariationalAutoencoder
from model.objectives import elbo
from model.recipes.specs import VAE, Dense


class Smaller(VariationalAutoencoder):
    def __init__(self, shape, mean_intensity, latents):
        super().__init__(VAE(latents, Dense((8,)), Dense((8,))), shape, mean_intensity)


def halved(model, x, weight, generator, factor):
    found = elbo(model, x, weight, generator)
    return found._replace(objective=factor * found.objective)
"""


def test_family_and_objective_of_ones_own_are_imported_only_to_train(bars: Path, tmp_path: Path) -> None:
    changes = {
        "model": {"family": "own_family:Smaller", "latents": 2},
        "objective": {"name": "own_family:halved", "factor": 0.5},
    }
    site = tiny_model.site(bars, **changes)
    module = site / "own_family.py"
    module.write_text(OWN.replace("VERSION = 3", ""), encoding="utf-8")
    done = run(bars, tmp_path, "build", "tiny", **changes)
    assert f"{module} declares no version; write VERSION = 1 in it" in done.stderr
    module.write_text(OWN, encoding="utf-8")
    done = run(bars, tmp_path, "build", "tiny", **changes)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["recipe"]["model"]["function"] == "own_family:Smaller"
    assert manifest["key_versions"]["family"] == 3
    module.write_text("raise SystemExit('imported')\nVERSION = 3\n", encoding="utf-8")
    assert run(bars, tmp_path, "build", "tiny", **changes).stdout == "tiny: fresh\n"
    module.write_text("VERSION = 4\n", encoding="utf-8")
    assert "model.version 3 → 4" in run(bars, tmp_path, "list", **changes).stdout
    assert "own_family" not in sys.modules
