"""The key of a bundle: a hash over everything that decides its weights, read without torch or NumPy.

Comments, line endings, library versions, processor and precision are not part of it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from ..data.datasets import source
from ..recipes.library import Library
from ..recipes.specs import Recipe
from ..recipes.versions import versions

KeyInputs = dict[str, Any]


def key_inputs(recipe: Recipe, library: Library) -> KeyInputs:
    """Return what the key is a hash of: recipe, hashes of the data, how it is read, and versions.

    Raises `ModelError` if files of the data set are missing.
    """
    dataset = source(recipe.data, library)
    return {
        "recipe": described(recipe),
        "data": dataset.sha256(),
        "preprocessing": json.loads(json.dumps(dataset.source.settings())),
        "versions": versions(recipe.model, type(dataset.source).__name__),
        "essence": _without_defaults(recipe),
    }


def key(inputs: KeyInputs) -> str:
    """Return the key.

    Values that are the defaults of their fields do not count, so that a new field leaves bundles fresh.
    """
    hashed = [inputs[name] for name in ("essence", "data", "preprocessing", "versions")]
    return hashlib.sha256(json.dumps(hashed, sort_keys=True).encode()).hexdigest()


def described(recipe: Recipe) -> dict[str, Any]:
    """Return all values of `recipe` as JSON has them."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(recipe))
    return found


def changes(manifest: Mapping[str, Any], inputs: KeyInputs) -> Iterator[str]:
    """Yield what has changed since the bundle of `manifest`, such as “recipe: epochs 12 → 20”."""
    data = manifest.get("data", {})
    before = {
        "recipe": manifest.get("recipe", {}),
        "data": data.get("sha256", {}),
        "preprocessing": data.get("preprocessing", {}),
        "versions": manifest.get("key_versions", {}),
    }
    for kind, old in before.items():
        differences = sorted(_differences(old, inputs[kind]))
        if differences:
            shown = kind != "data"  # hashes say nothing to a reader
            yield f"{kind}: " + ", ".join(name + (how if shown else "") for name, how in differences)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the paths of values that differ, and how."""
    for name in [*new, *(name for name in old if name not in new)]:
        if name not in old:
            yield name, f" {new[name]}, before none"
        elif name not in new:
            yield name, f" {old[name]} → none"
        elif isinstance(new[name], Mapping) and isinstance(old[name], Mapping):
            yield from ((f"{name}.{inner}", how) for inner, how in _differences(old[name], new[name]))
        elif old[name] != new[name]:
            yield name, f" {old[name]} → {new[name]}"


def _without_defaults(record: Struct) -> dict[str, Any]:
    """Return the values of a record that are not their fields' defaults, with the tag that says its kind."""
    found: dict[str, Any] = {}
    if tag := record.__struct_config__.tag:
        found[record.__struct_config__.tag_field or "type"] = tag
    for each in msgspec.structs.fields(record):
        value = getattr(record, each.name)
        if each.required or value != each.default:
            found[each.encode_name] = _without_defaults(value) if isinstance(value, Struct) else value
    return found
