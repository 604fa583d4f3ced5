"""Runs ``python -m model`` with a data set and recipes so small that a build takes seconds.

usage: tiny_model.py FOLDER ARGUMENT…     the data set's files lie in FOLDER
"""

import hashlib
import os
import struct
import sys
from dataclasses import replace
from pathlib import Path

import numpy

from model import datasets, recipes, releases, specs
from model.__main__ import main
from model.sources import remembered
from model.sources.idx import Idx
from model.specs import VAE, Convolutional, Dense, Recipe

COUNTS = (600, 100)
SHAPE = (1, 8, 8)


def write_data(folder: Path) -> None:
    """Write pictures of bars, upright or lying, with noise; the label is which."""
    random = numpy.random.default_rng(0)
    for split, count in zip(("train", "test"), COUNTS, strict=True):
        labels = random.integers(0, 2, count).astype(numpy.uint8)
        images = random.integers(0, 60, (count, 8, 8)).astype(numpy.uint8)
        for image, label, at in zip(images, labels, random.integers(0, 8, count), strict=True):
            image[(slice(None), at) if label else (at, slice(None))] = 255
        (folder / f"{split}-images").write_bytes(struct.pack(">IIII", 2051, count, 8, 8) + images.tobytes())
        (folder / f"{split}-labels").write_bytes(struct.pack(">II", 2049, count) + labels.tobytes())


def dataset(folder: Path) -> Idx:
    """Return the data set whose files lie in `folder`."""
    names = ("train-images", "train-labels", "test-images", "test-labels")
    return Idx(
        name="bars",
        folder="nowhere",
        variable="BARS",
        remedy="Run the tests",
        files={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
        counts=COUNTS,
        shape=SHAPE,
    )


TINY = Recipe(
    name="tiny",
    model=VAE(latents=3, encoder=Dense((16,)), decoder=Convolutional(channels=(4, 4))),
    data="bars",
    epochs=3,
    batch=50,
    threads=1,
)


def register(folder: Path) -> None:
    """Make the data set and the recipe known.

    The variable RECIPE changes fields of the recipe, DATASET is a line as authors write it into datasets.py,
    KEPT is where releases lie that came with the repository.
    """
    changes = eval(os.environ.get("RECIPE", "{}"), vars(specs))
    remembered.CACHE = folder.with_name("cache")
    datasets.DATASETS["bars"] = dataset(folder)
    releases.KEPT = Path(os.environ.get("KEPT", "nowhere"))
    if "DATASET" in os.environ:
        source = eval(os.environ["DATASET"], vars(datasets))
        datasets.DATASETS[source.name] = source
    recipes.RECIPES["tiny"] = replace(TINY, **changes)


if __name__ == "__main__":
    register(Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
