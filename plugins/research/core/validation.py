"""Check a value against a type, and say of one that does not fit what to write instead.

The types are Python's own; ``Annotated[…, Meta(description=…)]`` gives the words of the message.
"""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, get_type_hints

import msgspec

#: How many characters of a value a message repeats.
SHOWN = 100


class SettingsError(ValueError):
    """A setting is not understood; the message gives its name, its value and what to write instead."""


def checked(name: str, value: Any, wanted: Any) -> Any:
    """Return `value`, that of the setting `name`, as the type `wanted`; a tuple may be given as any list.

    Strings and paths stand for each other. Where ``Meta.extra`` has ``one``, a single value stands for
    the list of it. Raises `SettingsError` for any other value, which is never converted.
    """
    words, extra = _meta(wanted)
    given = _without_paths(value)
    if extra.get("one") and isinstance(given, str):
        given = [given]
    try:
        return msgspec.convert(given, wanted, dec_hook=_path)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SettingsError(f"{name} is {shown(value)}: write {words or error}") from None


def shown(value: Any) -> str:
    """Return `value` as a settings file has it, shortened where it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def types(record: type) -> dict[str, Any]:
    """Return the annotated types of the fields of the dataclass `record`, by name."""
    return get_type_hints(record, include_extras=True)


def _meta(wanted: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the words and the ``extra`` of the annotations of the type `wanted`."""
    words, extra = "", dict[str, Any]()
    for meta in getattr(wanted, "__metadata__", ()):
        words, extra = meta.description or words, {**extra, **(meta.extra or {})}
    return words, extra


def _without_paths(value: Any) -> Any:
    if isinstance(value, PurePath):
        return str(value)
    return [_without_paths(item) for item in value] if isinstance(value, list | tuple) else value


def _path(wanted: type, value: Any) -> Any:
    if wanted is not Path or not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("not a path")
    return Path(value)
