"""What an author may set of a kind of figure: the fields of a dataclass, whose types say what they may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args, get_origin

import msgspec

from ...core.diagnostics import nearest
from ...core.validation import types
from ..errors import KeyedError


@dataclass(frozen=True)
class Options:
    """The options of a kind: a subclass adds a field an option, its default as the field's default.

    The type of a field is ``Annotated[int, Meta(ge=…, le=…)]``, the same with float, a ``Literal`` of
    words, or str.
    """

    #: How many models the figure shows, and how many at most where that is not the same.
    models: ClassVar[int] = 1
    max_models: ClassVar[int] = 0


def parse(options: type[Options], given: Mapping[str, str], other_keys: tuple[str, ...]) -> Options:
    """Return `given` as `options`.

    `other_keys` are the keys that every kind understands; they are known to messages only.
    Raises `KeyedError` for a key or a value that is not understood.
    """
    known = {name: wanted for name, wanted in types(options).items() if get_origin(wanted) is not ClassVar}
    values: dict[str, object] = {}
    for key, text in given.items():
        if key not in known:
            hint = nearest(key, [*known, *other_keys])
            raise KeyedError(f"“{key}” is not a key of this kind of demo{hint}", key)
        try:
            values[key] = msgspec.convert(_read(known[key], text.strip()), known[key])
        except msgspec.ValidationError:
            raise KeyedError(f"“{key}: {text}”: write {_wanted(known[key], text)}", key) from None
    return options(**values)


def _read(wanted: Any, text: str) -> object:
    """Return the number that `text` writes where a number is `wanted`; other texts as they are."""
    for number in {int: (int,), float: (int, float)}.get(_plain(wanted), ()):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _wanted(wanted: Any, text: str) -> str:
    """Return the words for what may stand in the place of `text`."""
    if get_origin(wanted) is Literal:
        words = get_args(wanted)
        return f"one of {', '.join(words)}{nearest(text.lower(), words)}"
    bounds = {name: getattr(meta, name) for meta in wanted.__metadata__ for name in ("ge", "le")}
    noun = "a whole number" if _plain(wanted) is int else "a number"
    return f"{noun} from {bounds['ge']} to {bounds['le']}"


def _plain(wanted: Any) -> Any:
    """Return the type `wanted` without its annotations."""
    return wanted.__origin__ if hasattr(wanted, "__metadata__") else wanted
