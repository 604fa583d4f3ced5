"""Runs the trainer's command on drafts of recipes: here the blog is tested, not how well models learn."""

import dataclasses
import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from model.__main__ import main
from model.build import TEST_EXAMPLES
from model.bundles.store import PRETRAINED
from model.data import examples
from model.recipes.library import Library
from model.recipes.specs import Recipe

TRAIN_EXAMPLES = 10_000

load_all, recipe_of = examples.load, Library.recipe


def load(recipe: Recipe, library: Library) -> examples.Data:
    """Return the first examples of each part."""
    data = load_all(recipe, library)
    test = data.test[:TEST_EXAMPLES]
    return dataclasses.replace(data, train=data.train[:TRAIN_EXAMPLES], validation=test, test=test)


def short(self: Library, name: str, changes: object = None) -> Recipe:
    """Return the recipe with one epoch, unless its pretrained bundle is installed."""
    found = recipe_of(self, name)
    return found if (PRETRAINED / name).exists() else msgspec.structs.replace(found, epochs=1)


examples.load = load
Library.recipe = short  # type: ignore[method-assign]
# One thread, since another worker has the other processor.
sys.exit(main([*sys.argv[1:], "--threads", "1", "--precision", "float32"]))
