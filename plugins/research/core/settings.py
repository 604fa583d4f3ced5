"""What the settings of every part have: the folder of the blog, and the cache."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Self

from msgspec import Meta

from .validation import SettingsError, types

FOLDER = "folder"
#: A folder that may not be there yet.
Folder = Annotated[
    Path, Meta(description="the path of a folder, such as 'build/cache'", extra={"is": FOLDER})
]
#: A folder without which everything works, slower.
Place = Annotated[Path, Meta(description="the path of a folder, such as 'build/cache'")]


@dataclass(frozen=True)
class SettingsBase:
    """Settings; a part adds a field for each of its keys of ``RESEARCH``, its default as the field's.

    The type of a field decides what its value may be.
    """

    #: The folder that paths are relative to and that `build_model` runs in; not a key of RESEARCH.
    root: Path = Path()
    #: Where results are cached from build to build.
    cache: Place = Path("build/cache")
    #: Whether style sheets and scripts of the theme are published without comments and white space.
    minify_theme: Annotated[bool, Meta(description="True or False")] = False

    def validate(self) -> None:
        """Raise `SettingsError` for a value that the type of its field cannot refuse."""
        for name, wanted in types(type(self)).items():
            if FOLDER in _extra(wanted) and (file := _file_in_the_way(getattr(self, name))):
                raise SettingsError(f"RESEARCH[{name!r}] is a folder, and {file} is a file: name another")

    @property
    def sources(self) -> Iterator[Path]:
        """The files that a build reads beside posts."""
        yield from ()

    @property
    def source_folders(self) -> Iterator[tuple[Path, str]]:
        """Folders with files that a build reads, and the name of these files."""
        yield from ()

    def at(self, root: Path) -> Self:
        """Return these settings with every path resolved against `root`."""
        paths = {field.name: _resolved(getattr(self, field.name), root) for field in fields(self)}
        return replace(self, **paths | {"root": root})


def _extra(wanted: Any) -> list[Any]:
    return [value for meta in getattr(wanted, "__metadata__", ()) for value in (meta.extra or {}).values()]


def _file_in_the_way(folder: Path) -> Path | None:
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), None)
    return nearest if nearest and not nearest.is_dir() else None


def _resolved(value: Any, root: Path) -> Any:
    if isinstance(value, tuple):
        return tuple(_resolved(item, root) for item in value)
    return root / value if isinstance(value, Path) else value
