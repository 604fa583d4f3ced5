"""Changes of a recipe on the command line: KEY=VALUE, the value as TOML writes it."""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ModelError


def parse(assignments: Iterable[str]) -> dict[str, Any]:
    """Return the table of assignments such as “model.latents=2”; raise `ModelError` if one is not valid.

    A value that is not TOML is taken as text, so that quotes are not needed.
    """
    found: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip():
            raise ModelError(f"--set {assignment}: write KEY=VALUE, as in --set epochs=5")
        _merge(found, _table(key.strip(), value.strip()))
    return found


def _table(key: str, value: str) -> dict[str, Any]:
    for written in (value, f'"{value}"'):
        try:
            return tomllib.loads(f"{key} = {written}")
        except tomllib.TOMLDecodeError:
            continue
    raise ModelError(f"--set {key}={value}: this is not valid TOML")


def _merge(table: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(table.get(key), dict):
            _merge(table[key], value)
        else:
            table[key] = value
