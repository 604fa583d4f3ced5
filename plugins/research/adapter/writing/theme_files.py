"""Style sheets and scripts of the theme, where Pelican has copied them: in fewer bytes."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ...core.storage.minify import SUFFIXES, minified


def minified_files(
    pelican_settings: Mapping[str, Any], output: Path
) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """Yield the place below `output` of each style sheet and script of the theme, and what reads it minified.

    The theme's own files stay as they are, and Pelican copies them anew in each run.
    """
    for source, published in _copies(pelican_settings, output):
        if source.suffix in SUFFIXES and published.is_file():
            yield published, partial(_read, source)


def _copies(pelican_settings: Mapping[str, Any], output: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each static file of the theme, and where Pelican copies it to."""
    target = output / pelican_settings["THEME_STATIC_DIR"]
    for path in pelican_settings["THEME_STATIC_PATHS"]:
        place = Path(pelican_settings["THEME"]) / path
        if place.is_file():
            yield place, target / place.name
        for folder, _, names in os.walk(place, followlinks=True):
            for name in names:
                source = Path(folder) / name
                yield source, target / source.relative_to(place)


def _read(source: Path) -> bytes:
    return minified(source.read_bytes(), source.suffix)
