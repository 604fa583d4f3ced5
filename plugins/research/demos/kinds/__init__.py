"""The kinds of figure: each module of this package is one, under its own name.

A kind has `Options`, a frozen dataclass of what an author may set, and
``render(options, bundle, …) -> list[Panel]``, which takes as many bundles as the options' class
says and raises `DemoError` where a bundle lacks what it needs. Its docstring is for authors.
``describe(options, bundle, …)`` returns what the module of the same name in ``live/script/kinds``
needs beside the decoder, as JSON has it; a kind without one stays a static image. ``states(described)``
returns what links may set of a figure, by name, as that module has it in the state of its stage.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..drawing.panels import Panel
from ..syntax.options import Options
from ..syntax.states import Values


@dataclass(frozen=True)
class DemoKind:
    """A kind of figure."""

    name: str
    options: type[Options]
    render: Callable[..., list[Panel]]
    describe: Callable[..., dict[str, Any]] | None
    #: Which networks the page needs beside the description and the static image.
    needs_decoder: bool
    needs_encoder: bool
    #: Whether it shows the bound: then networks are those of z and log p, and keep each term of it.
    is_exact: bool
    #: Whether readers choose what further inputs of the decoder are.
    has_condition_controls: bool
    #: What links may set, of what is described.
    states: Callable[[Mapping[str, Any]], dict[str, Values]]
    #: Whether the page trains: it needs a step of training and examples.
    needs_step: bool
    #: What the models that it shows do: see ``Bundle.role``; None: anything.
    role: str | None


@cache
def kinds() -> dict[str, DemoKind]:
    """Return all kinds by name."""
    found = {}
    for module in iter_modules(__path__):
        kind = import_module(f".{module.name}", __name__)
        found[module.name] = DemoKind(
            module.name,
            kind.Options,
            kind.render,
            getattr(kind, "describe", None),
            getattr(kind, "NEEDS_DECODER", True),
            getattr(kind, "NEEDS_ENCODER", False),
            getattr(kind, "IS_EXACT", False),
            getattr(kind, "HAS_CONDITION_CONTROLS", True),
            getattr(kind, "states", lambda described: {}),
            getattr(kind, "NEEDS_STEP", False),
            getattr(kind, "ROLE", "decoder"),
        )
    return found
