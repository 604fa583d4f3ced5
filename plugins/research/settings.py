"""What a blog may set: one dictionary ``RESEARCH``, of which each part of the plugin owns its keys."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from .citations.settings import Settings as CitationSettings
from .demos.settings import Settings as DemoSettings
from .faults import nearest
from .mathjax.settings import Settings as FormulaSettings
from .validation import SettingsError, checked, shown, types

Dictionary = Annotated[dict[str, Any], Meta(description="a dictionary")]
Names = Annotated[list[str], Meta(description="a list of strings")]
Text = Annotated[str, Meta(description="a string")]
Count = Annotated[int | None, Meta(description="a whole number, or None")]
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
class Settings(CitationSettings, FormulaSettings, DemoSettings):
    """The settings of all parts. Each part sees those of its own class.

    Paths are relative to the folder that holds the content folder (Pelican's ``PATH``).
    """

    @classmethod
    def read(cls, values: Mapping[str, Any], root: Path) -> "Settings":
        """Check `values`, the dictionary ``RESEARCH`` of a settings file; resolve paths against `root`.

        Raises `SettingsError` for a key or a value that is not understood.
        """
        wanted = types(cls)
        known = {field.name for field in fields(cls)} - {"root"}
        for key in values:
            if key not in known:
                hint = nearest(key, known) if isinstance(key, str) else ""
                raise SettingsError(f"RESEARCH[{key!r}] is not a setting{hint}")
        given = {key: checked(f"RESEARCH[{key!r}]", value, wanted[key]) for key, value in values.items()}
        settings = cls(**given).at(root)
        settings.validate()
        return settings


def dictionary(value: Any) -> Mapping[str, Any]:
    """Return `value`, that of ``RESEARCH``; raise `SettingsError` if it is no dictionary."""
    if not isinstance(value, Mapping):
        raise SettingsError(f"RESEARCH is {shown(value)}: write a dictionary, such as {{'live': False}}")
    return value


def check_pelican(settings: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for one of Pelican's own `settings` that the plugin cannot work with."""
    for name in sorted(OF_PELICAN.keys() & settings.keys()):
        checked(name, settings[name], OF_PELICAN[name])
    markdown = settings.get("MARKDOWN", {})
    for key in sorted(OF_MARKDOWN.keys() & markdown.keys()):
        checked(f"MARKDOWN[{key!r}]", markdown[key], OF_MARKDOWN[key])
