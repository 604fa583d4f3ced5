"""The keys that a demo block may have."""

from collections.abc import Collection
from dataclasses import fields
from functools import cache

from ..kinds import kinds

#: The keys that every kind understands.
COMMON = ("kind", "model", "models", "id", "alt", "caption", "live", "polarity", "condition")


@cache
def known_keys() -> Collection[str]:
    """Return the keys of all kinds."""
    return {*COMMON, *(option.name for kind in kinds().values() for option in fields(kind.options))}
