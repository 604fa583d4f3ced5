"""The keys that a demo block may have."""

from collections.abc import Collection
from dataclasses import fields
from functools import cache
from importlib.util import find_spec

#: The keys that every kind understands.
COMMON = ("kind", "model", "id", "alt", "caption", "live")


@cache
def known_keys() -> Collection[str]:
    """Return the keys of all kinds, or those of every kind alone where the extra ``demos`` is missing."""
    if find_spec("numpy") is None:
        return COMMON
    # The kinds draw with numpy, which only blogs that show models have installed.
    from ..kinds import kinds

    return {*COMMON, *(option.name for kind in kinds().values() for option in fields(kind.options))}
