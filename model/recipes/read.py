"""A file of recipes → tables, and tables → validated records; errors name file, line and nearest key."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from ..errors import ModelError
from .positions import lines_of
from .specs import Custom

Record = TypeVar("Record", bound=Struct)
Keys = tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A file of recipes, as far as TOML goes."""

    path: Path
    content: Mapping[str, Any]
    #: By table and key; 0 for what does not come from a file.
    lines: Mapping[Keys, int] = field(repr=False)

    def error(self, keys: Keys, message: str) -> ModelError:
        """Return the error `message` at the line of `keys`, or of the table around it that has one."""
        lines = (self.lines[keys[:size]] for size in range(len(keys), 0, -1) if keys[:size] in self.lines)
        line = next(lines, 1)
        return ModelError(f"{self.path}:{line}: {message}" if line else f"{self.path}: {message}")


@dataclass(frozen=True)
class Origin:
    """Where a table comes from: the places that it was merged of, those that override others first."""

    places: tuple[tuple[Document, Keys], ...]

    def error(self, path: Keys, message: str) -> ModelError:
        """Return the error `message` at the value at `path` in the table."""
        for document, keys in self.places:
            if (*keys, *path) in document.lines:
                return document.error((*keys, *path), message)
        document, keys = self.places[0]
        return document.error((*keys, *path), message)

    def states(self, path: Keys) -> bool:
        """Say whether one of the places has a value at `path`."""
        return any((*keys, *path) in document.lines for document, keys in self.places)

    @property
    def name(self) -> str:
        """The table's name, as its header has it."""
        return ".".join(self.places[0][1])


def read(path: Path) -> Document:
    """Read a TOML file; raise `ModelError` if it cannot be read or is not valid."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: not encoded in UTF-8: {error}") from error
    return Document(path, content, lines_of(text))


def convert(table: Mapping[str, Any], kind: type[Record], origin: Origin) -> Record:
    """Return `table` as a record of the type `kind`; raise a located `ModelError` if it is none."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        reason, _, at = str(error).partition(" - at `$")
        keys = (key.partition("[")[0] for key in at.rstrip("`").split("."))
        raise _explained(table, kind, tuple(filter(None, keys)), reason, origin) from None


def _explained(
    table: Mapping[str, Any], kind: type[Struct], path: Keys, reason: str, origin: Origin
) -> ModelError:
    """Return the error for the value at `path` in `table`, which msgspec refuses for `reason`."""
    value, hint = _value(table, path), _hint(kind, path, table)
    if "unknown field" in reason:
        unknown = reason.split("`")[1]
        known = [name for record in _records(hint, value) for name in _field_names(record)]
        return origin.error((*path, unknown), f"unknown key “{unknown}”{nearest(unknown, known)}")
    if "missing required field" in reason:
        missing = reason.split("`")[1]
        return origin.error(path, f"[{'.'.join((origin.name, *path))}] has no key “{missing}”; add it")
    if reason.startswith("Invalid value") and (tags := _tags(_hint(kind, path[:-1], table))):
        return _wrong_tag(_value(table, path[:-1]), path[:-1], tags, origin)
    if tags := _tags(hint):
        return _wrong_tag(value, path, tags, origin)
    return origin.error(path, f"{'.'.join(path)} is {value!r}; write {_description(hint) or reason}")


def _wrong_tag(value: Any, path: Keys, tags: Mapping[str, type[Struct]], origin: Origin) -> ModelError:
    """Return the error for a value that should be a table with one of the `tags`."""
    key = next(iter(tags.values())).__struct_config__.tag_field or ""
    if not isinstance(value, Mapping):
        tables = _or(f'{{ {key} = "{tag}" }}' for tag in tags)
        return origin.error(path, f"{'.'.join(path)} is {value!r}; write {tables}, with its options")
    if key not in value:
        return origin.error(
            path, f"{'.'.join(path)} has no key “{key}”; add {_or(f'{key} = “{tag}”' for tag in tags)}"
        )
    close = get_close_matches(str(value[key]), list(tags), n=1)
    hint = f"; did you mean “{close[0]}”?" if close else ""
    written = _or(f"“{tag}”" for tag in tags)
    return origin.error((*path, key), f"{'.'.join((*path, key))} is {value[key]!r}; write {written}{hint}")


def _value(table: Any, path: Keys) -> Any:
    for key in path:
        table = table.get(key) if isinstance(table, Mapping) else None
    return table


def _hint(kind: Any, path: Keys, value: Any) -> Any:
    """Return the type of the field at `path` in records of the type `kind`."""
    for key in path:
        hints: dict[str, Any] = {}
        for record in _records(kind, value):
            hints |= get_type_hints(record, include_extras=True)
        kind, value = hints.get(key, Any), _value(value, (key,))
    return kind


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (UnionType, Union) else (hint,)


def _tags(hint: Any) -> dict[str, type[Struct]]:
    """Return the records that a tagged union has, by their tags."""
    records = [member for member in _members(hint) if isinstance(member, type) and issubclass(member, Struct)]
    tags = {str(record.__struct_config__.tag): record for record in records if record.__struct_config__.tag}
    return {tag: record for tag, record in tags.items() if tag != Custom.TAG}


def _records(hint: Any, value: Any) -> list[type[Struct]]:
    """Return the records of `hint` that `value` may be, the one that its tag names if there is one."""
    tags = _tags(hint)
    for tag, record in tags.items():
        if isinstance(value, Mapping) and value.get(record.__struct_config__.tag_field or "") == tag:
            return [record]
    found = [member for member in _members(hint) if isinstance(member, type) and issubclass(member, Struct)]
    return found


def _field_names(record: type[Struct]) -> list[str]:
    tag = record.__struct_config__.tag_field
    return [*record.__struct_fields__, *([tag] if tag else [])]


def _description(hint: Any) -> str:
    """Return in words what a value of the type `hint` is."""
    if get_origin(hint) is Annotated:
        return next((str(meta.description) for meta in hint.__metadata__ if meta.description), "")
    return ""


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return a hint at the name that `wrong` is close to, or at all names."""
    names = sorted(set(known))
    close = get_close_matches(wrong, names, n=1)
    return f"; did you mean “{close[0]}”?" if close else f"; known are: {', '.join(names)}"


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
