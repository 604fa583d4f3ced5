"""A data set and a recipe so small that a build takes seconds, and the trainer's command on them.

usage: tiny_model.py ARGUMENT…     in the folder of a site; PRETRAINED names a folder of pretrained bundles
"""

import hashlib
import json
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from model.bundles import store
from model.recipes.library import Library
from model.recipes.specs import VAE, Convolutional, Dense, Recipe

if TYPE_CHECKING:
    from model.data.examples import Data
    from model.recipes.specs import Architecture

COUNTS = (600, 100)
SHAPE = (1, 8, 8)

TINY = Recipe(
    name="tiny",
    model=VAE(latents=3, encoder=Dense((16,)), decoder=Convolutional(channels=(4, 4))),
    data="bars",
    epochs=3,
    batch_size=50,
)


def write_data(folder: Path) -> None:
    """Write images of bars, upright or lying, with noise; the label is which."""
    import numpy

    random = numpy.random.default_rng(0)
    for split, count in zip(("train", "test"), COUNTS, strict=True):
        labels = random.integers(0, 2, count).astype(numpy.uint8)
        images = random.integers(0, 60, (count, 8, 8)).astype(numpy.uint8)
        for image, label, at in zip(images, labels, random.integers(0, 8, count), strict=True):
            image[(slice(None), at) if label else (at, slice(None))] = 255
        (folder / f"{split}-images").write_bytes(struct.pack(">IIII", 2051, count, 8, 8) + images.tobytes())
        (folder / f"{split}-labels").write_bytes(struct.pack(">II", 2049, count) + labels.tobytes())


def toml(value: Any) -> str:
    """Return a value as TOML writes it in one line."""
    if isinstance(value, Mapping):
        stated = (f"{key} = {toml(each)}" for key, each in value.items() if each is not None)
        return "{ " + ", ".join(stated) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def site(bars: Path, more: str = "", **changes: Any) -> Path:
    """Return the folder of a site that has the recipe, with `changes`, and the data set in `bars`.

    `more` is written into its recipes.toml too.
    """
    names = ("train-images", "train-labels", "test-images", "test-labels")
    dataset = {
        "variable": "BARS",
        "folders": [str(bars)],
        "packages": ["make bars"],
        "mirrors": [],
        "files": {name: hashlib.sha256((bars / name).read_bytes()).hexdigest() for name in names},
        "counts": COUNTS,
        "size": SHAPE[1:],
    }
    recipe = msgspec.to_builtins(TINY) | {name: msgspec.to_builtins(value) for name, value in changes.items()}
    tables = {
        "data.bars": dataset,
        "recipes.tiny": {key: value for key, value in recipe.items() if key != "name" and value is not None},
    }
    lines = [more]
    for name, table in tables.items():
        stated = {key: value for key, value in table.items() if value is not None}
        lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in stated.items())]
    text = "\n".join(lines) + "\n"
    folder = bars.with_name(f"site-{hashlib.sha256(text.encode()).hexdigest()[:16]}")
    folder.mkdir(exist_ok=True)
    (folder / "recipes.toml").write_text(text, encoding="utf-8")
    return folder


def load(held_out: int = 0, model: "Architecture" = TINY.model) -> "Data":
    """Return the data set in the folder that BARS names, as a `model` reads it."""
    from model.data import examples

    recipe = msgspec.structs.replace(TINY, held_out=held_out, model=model)
    return examples.load(recipe, Library(site(Path(os.environ["BARS"]))))


if __name__ == "__main__":
    from model.__main__ import main

    store.PRETRAINED = Path(os.environ.get("PRETRAINED", "nowhere"))
    sys.exit(main(sys.argv[1:]))
