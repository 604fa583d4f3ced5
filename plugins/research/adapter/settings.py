"""The settings of a blog: the dictionary ``RESEARCH``, in which each part owns keys, and Pelican's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from ..core.diagnostics import nearest
from ..core.part import Part
from ..core.settings import SettingsBase
from ..core.validation import SettingsError, checked, shown, types

Dictionary = Annotated[dict[str, Any], Meta(description="a dictionary")]
Names = Annotated[list[str], Meta(description="a list of strings")]
Text = Annotated[str, Meta(description="a string")]
Count = Annotated[int | None, Meta(description="a whole number, or None")]
#: Pelican's own names for settings files.
SETTINGS_FILES = ("pelicanconf.py", "publishconf.py")
#: The settings of Pelican that the plugin reads or adds to.
OF_PELICAN = {
    "DOCUTILS_SETTINGS": Dictionary,
    "MARKDOWN": Dictionary,
    "SITENAME": Text,
    "SITEURL": Text,
    "STATIC_PATHS": Names,
    "SUMMARY_END_SUFFIX": Text,
    "SUMMARY_MAX_LENGTH": Count,
    "SUMMARY_MAX_PARAGRAPHS": Count,
    "TYPOGRIFY_IGNORE_TAGS": Names,
}
OF_MARKDOWN = {
    "extensions": Annotated[list[Any], Meta(description="a list of extensions")],
    "extension_configs": Dictionary,
}


@dataclass(frozen=True)
class PartSettings:
    """The settings of a blog, checked."""

    base: SettingsBase
    #: The parts in their order, each with the record of its own settings.
    parts: tuple[tuple[type[Part], SettingsBase], ...]


def settings_of(pelican_settings: Mapping[str, Any], parts: Sequence[type[Part]]) -> PartSettings:
    """Return what `pelican_settings` say to `parts`; raise `SettingsError` for what is not understood."""
    check_pelican(pelican_settings)
    values: dict[str, Any] = {}
    for part in parts:
        values |= part.settings_of_others(pelican_settings)
    values |= _dictionary(pelican_settings.get("RESEARCH", {}))
    return read(values, root_of(Path(pelican_settings["PATH"]).resolve()), parts)


def root_of(content: Path) -> Path:
    """Return the folder of the blog whose folder of posts is `content`: with its settings, or the one above.

    Where Pelican's PATH is “.”, its default, both are the same folder.
    """
    return content if any((content / name).is_file() for name in SETTINGS_FILES) else content.parent


def read(values: Mapping[str, Any], root: Path, parts: Sequence[type[Part]]) -> PartSettings:
    """Check `values`, a dictionary ``RESEARCH``, and resolve its paths against `root`.

    Raises `SettingsError` for a key or a value that is not understood.
    """
    records: list[type[SettingsBase]] = [SettingsBase, *(part.settings_type for part in parts)]
    wanted = {name: type for record in records for name, type in types(record).items() if name != "root"}
    for key in values:
        if key not in wanted:
            hint = nearest(key, wanted) if isinstance(key, str) else ""
            raise SettingsError(f"RESEARCH[{key!r}] is not a setting{hint}")
    given = {key: checked(f"RESEARCH[{key!r}]", value, wanted[key]) for key, value in values.items()}
    base, *of_parts = (_record(record, given, root) for record in records)
    return PartSettings(base, tuple(zip(parts, of_parts, strict=True)))


def check_pelican(settings: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for one of Pelican's own `settings` that the plugin cannot work with."""
    for name in sorted(OF_PELICAN.keys() & settings.keys()):
        checked(name, settings[name], OF_PELICAN[name])
    markdown = settings.get("MARKDOWN", {})
    for key in sorted(OF_MARKDOWN.keys() & markdown.keys()):
        checked(f"MARKDOWN[{key!r}]", markdown[key], OF_MARKDOWN[key])


def _record(record: type[SettingsBase], given: Mapping[str, Any], root: Path) -> SettingsBase:
    settings = record(**{field.name: given[field.name] for field in fields(record) if field.name in given})
    resolved = settings.at(root)
    resolved.validate()
    return resolved


def _dictionary(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"RESEARCH is {shown(value)}: write a dictionary, such as {{'live': False}}")
    return value
