"""From what an author wrote to a checked demo."""

import re
from dataclasses import dataclass

from ...core.diagnostics import nearest
from ...core.lazy import lazy_pattern
from ..errors import DemoError, KeyedError
from ..kinds import DemoKind, kinds
from .canonical import Block
from .known import COMMON
from .options import Options, parse

#: Names of models: they are names of folders and words of a command line.
MODEL = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True)
class Spec:
    """A demo whose keys are valid, as far as can be checked without its models."""

    kind: DemoKind
    models: tuple[str, ...]
    #: What the image shows, for those who do not see it.
    alt: str
    options: Options
    #: Whether it may become interactive in the page.
    live: bool
    #: “ink” or “photograph”, where the author states it.
    polarity: str | None = None
    #: What further inputs of the decoder are, as the author writes it.
    condition: str = ""

    @property
    def can_be_live(self) -> bool:
        """Whether the kind can be interactive: of more models than it must show, it stays a static image."""
        return bool(self.kind.describe) and len(self.models) <= self.kind.options.models


def check(block: Block) -> Spec:
    """Return `block` as a checked demo; raise `DemoError` for the first thing that is wrong.

    It is a `KeyedError` where one of the keys is.
    """
    if block.error:
        raise DemoError(block.error)
    keys = dict(block.keys)
    kind = _kind(keys.pop("kind"))
    if re.search(r"\s", keys.pop("id", "")):
        raise KeyedError("“id” holds a space; write one word, such as fig-plane", "id")
    alt = keys.pop("alt", "").strip()
    key = _models_key(keys)
    if (live := keys.pop("live", "yes").strip().lower()) not in ("yes", "no"):
        raise KeyedError(f"“live: {live}”: write no for a figure that stays a static image", "live")
    polarity = keys.pop("polarity", "").strip().lower() or None
    if polarity not in (None, "ink", "photograph"):
        raise KeyedError(f"“polarity: {polarity}”: write ink or photograph", "polarity")
    condition = keys.pop("condition", "").strip()
    options = parse(kind.options, keys, COMMON)
    if not alt:
        raise KeyedError(
            "“alt” is missing: say in a few words what the image shows, for those who do not see it", "alt"
        )
    _check_models(key, block.models, kind)
    return Spec(kind, block.models, alt, options, live == "yes", polarity, condition)


def _models_key(keys: dict[str, str]) -> str:
    """Return the key that has the names of models, and take it from `keys`."""
    if "model" in keys and "models" in keys:
        raise KeyedError("“models” and “model” are the same key; write one of them", "models")
    key = "models" if "models" in keys else "model"
    keys.pop(key, "")
    return key


def _check_models(key: str, models: tuple[str, ...], kind: DemoKind) -> None:
    count, most = kind.options.models, kind.options.max_models or kind.options.models
    if not count <= len(models) <= most:
        what = "one model; write its name" if count == 1 else f"{count} models; write their names"
        if most > count:
            what = f"{count} to {most} models; write their names"
        raise KeyedError(f"“{key}: {' '.join(models)}”: the kind {kind.name} shows {what}", key)
    for model in models:
        if not MODEL.fullmatch(model):
            raise KeyedError(
                f"“{model}” is not the name of a model: write letters, digits, - and _, at most 100",
                key,
            )


def _kind(name: str) -> DemoKind:
    known = kinds()
    if not name:
        raise KeyedError(f"“kind” is missing: write one of {', '.join(known)}", "kind")
    if name not in known:
        hint = nearest(name.lower(), known)
        raise KeyedError(f"“kind: {name}”: write one of {', '.join(known)}{hint}", "kind")
    return known[name]
