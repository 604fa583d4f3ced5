"""What an author may set of a kind of figure: the fields of a dataclass, parsed from ``key: value``."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar

from ..faults import nearest
from .errors import DemoError


@dataclass(frozen=True)
class Options:
    """The options of a kind: a subclass adds a field an option, its default as the field's default."""

    #: How many models the figure shows.
    models: ClassVar[int] = 1


def number(default: float, least: float, most: float) -> Any:
    """Return a field for a number from `least` to `most`: whole if `default` is an int."""
    return field(default=default, metadata={"least": least, "most": most})


def choice(*words: str) -> Any:
    """Return a field for one of `words`, of which the first is the default."""
    return field(default=words[0], metadata={"words": words})


def parse(options: type[Options], given: Mapping[str, str], other_keys: tuple[str, ...]) -> Options:
    """Return `given` as `options`.

    `other_keys` are the keys that every kind understands; they are known to messages only.
    Raises `DemoError` for a key or a value that is not understood.
    """
    known = {option.name: option for option in fields(options)}
    values: dict[str, object] = {}
    for key, text in given.items():
        if key not in known:
            raise DemoError(f"“{key}” is not a key of this kind of demo{nearest(key, [*known, *other_keys])}")
        values[key] = _value(known[key], text)
    return options(**values)


def _value(option: "Field[Any]", text: str) -> object:
    if words := option.metadata.get("words"):
        if text not in words:
            raise DemoError(f"“{option.name}: {text}”: write one of {', '.join(words)}{nearest(text, words)}")
        return text
    if isinstance(option.default, str):
        return text
    least, most = option.metadata["least"], option.metadata["most"]
    whole = isinstance(option.default, int)
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = None
    if value is None or not least <= value <= most:
        noun = "a whole number" if whole else "a number"
        raise DemoError(f"“{option.name}: {text}”: write {noun} from {least} to {most}")
    return value
