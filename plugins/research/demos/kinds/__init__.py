"""The kinds of figure: each module of this package is one, under its own name.

A kind has `Options`, a frozen dataclass of what an author may set, and
``draw(options, release, …) -> list[Panel]``, which takes as many releases as the options' class
says and raises `DemoError` where a release lacks what it needs. Its docstring is for authors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..options import Options
from ..panels import Panel


@dataclass(frozen=True)
class DemoKind:
    """A kind of figure."""

    name: str
    options: type[Options]
    draw: Callable[..., list[Panel]]


@cache
def kinds() -> dict[str, DemoKind]:
    """Return all kinds by name."""
    found = {}
    for module in iter_modules(__path__):
        kind = import_module(f".{module.name}", __name__)
        found[module.name] = DemoKind(module.name, kind.Options, kind.draw)
    return found
