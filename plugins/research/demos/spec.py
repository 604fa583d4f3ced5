"""From what an author wrote to a checked demo."""

import re
from dataclasses import dataclass

from ..faults import nearest
from .canonical import Block
from .errors import DemoError
from .kinds import DemoKind, kinds
from .options import Options, parse

#: The keys that every kind understands.
KEYS = ("kind", "model", "id", "alt", "caption", "live")
#: Names of models: they are names of folders and words of a command line.
MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Spec:
    """A demo that can be drawn, as far as can be told without its models."""

    kind: DemoKind
    models: tuple[str, ...]
    #: What the picture shows, for those who do not see it.
    alt: str
    options: Options
    #: Whether it may wake in the page.
    live: bool


def check(block: Block) -> Spec:
    """Return `block` as a checked demo; raise `DemoError` for the first thing that is wrong."""
    if block.error:
        raise DemoError(block.error)
    keys = dict(block.keys)
    kind = _kind(keys.pop("kind"))
    if re.search(r"\s", keys.pop("id", "")):
        raise DemoError("“id” holds a space; write one word, such as fig-plane")
    alt = keys.pop("alt", "").strip()
    models = tuple(keys.pop("model", "").split())
    if (live := keys.pop("live", "yes")) not in ("yes", "no"):
        raise DemoError(f"“live: {live}”: write no for a figure that stays a still picture")
    options = parse(kind.options, keys, KEYS)
    if not alt:
        raise DemoError(
            "“alt” is missing: say in a few words what the picture shows, for those who do not see it"
        )
    if len(models) != options.models:
        what = (
            "one model; write its name"
            if options.models == 1
            else f"{options.models} models; write their names"
        )
        raise DemoError(f"“model: {' '.join(models)}”: the kind {kind.name} shows {what}")
    for model in models:
        if not MODEL.fullmatch(model):
            raise DemoError(f"“{model}” is not the name of a model: write letters, digits, - and _")
    return Spec(kind, models, alt, options, live == "yes")


def _kind(name: str) -> DemoKind:
    known = kinds()
    if not name:
        raise DemoError(f"“kind” is missing: write one of {', '.join(known)}")
    if name not in known:
        raise DemoError(f"“kind: {name}”: write one of {', '.join(known)}{nearest(name, known)}")
    return known[name]
