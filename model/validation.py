"""Recipes are held to what specs.py says of each value, and of each pair, before anything runs."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from .errors import ModelError
from .specs import Architecture, Recipe


def validate(recipe: Recipe) -> None:
    """Raise `ModelError` for the first value of `recipe` that cannot be, with what to write instead."""
    if not isinstance(recipe, Recipe):
        raise ModelError(f"a recipe is a Recipe(…) of model/specs.py, not {_shown(recipe)}")
    for path, value, wanted in _wrong_values(recipe):
        raise ModelError(f"recipe “{recipe.name}”: {path} is {_shown(value)}; write {wanted}")
    _check_pair(recipe)


def check_processes(recipe: Recipe, processes: int) -> None:
    """Raise `ModelError` if a batch of `recipe` has no item for each of the `processes`."""
    if recipe.batch < processes:
        raise ModelError(
            f"recipe “{recipe.name}”: batch is {recipe.batch}, and {processes} processes share it; "
            f"write {processes} or more, or start fewer"
        )


def _wrong_values(record: Any, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """Yield path, value and what to write instead, of each value in `record` that cannot be."""
    types = get_type_hints(type(record), include_extras=True)
    for field in fields(record):
        value, path = getattr(record, field.name), f"{prefix}{field.name}"
        kinds = _records(types[field.name])
        if kinds and not isinstance(value, kinds):
            yield path, value, " or ".join(f"{kind.__name__}(…)" for kind in kinds)
        elif kinds:
            yield from _wrong_values(value, f"{path}.")
        elif not _fits(value, types[field.name]):
            yield path, value, _description(types[field.name])


def _records(hint: Any) -> tuple[type, ...]:
    """Return the records that a value of the type `hint` may be; none for a plain value."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind))


def _fits(value: Any, hint: Any) -> bool:
    """Say whether `value` is of the type `hint`; a list may stand for a tuple, as in TOML."""
    try:
        found = msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    # Where a whole number is wanted, the float 3.0 is converted to one; training wants one that is one.
    return not isinstance(found, int | tuple) or _types(found) == _types(value)


def _types(value: Any) -> list[type]:
    return [type(each) for each in (value if isinstance(value, tuple | list) else [value])]


def _description(hint: Any) -> str:
    """Return in words what a value of the type `hint` is."""
    if get_origin(hint) is Annotated:
        return next(str(meta.description) for meta in hint.__metadata__ if meta.description)
    return {bool: "True or False", str: "a text"}[hint]


def _check_pair(recipe: Recipe) -> None:
    """Raise `ModelError` where the objective does not train all networks of the model."""
    aim, right = type(recipe.objective), recipe.model.trained_by
    if aim not in right:
        model = type(recipe.model).__name__
        others = [kind.__name__ for kind in get_args(Architecture) if aim in kind.trained_by]
        raise ModelError(
            f"recipe “{recipe.name}”: objective is {aim.__name__}(…), which does not train a {model}; write "
            f"{' or '.join(f'{kind.__name__}(…)' for kind in right)}, or another model: {', '.join(others)}"
        )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
