"""Pelican's cache of what readers returned: it does not know that this plugin has read with them."""

import hashlib
import importlib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

PACKAGE = importlib.import_module(__package__.rsplit(".", 2)[0])
PREFIX = "research-"


def separate(pelican_settings: MutableMapping[str, Any]) -> None:
    """Give the cache a folder of its own for this version of the plugin and its settings."""
    path = Path(pelican_settings["CACHE_PATH"])
    if path.name.startswith(PREFIX):
        return  # of a site within a site, whose settings are a copy
    decisive = repr((PACKAGE.__version__, sorted(pelican_settings.get("RESEARCH", {}).items())))
    digest = hashlib.sha256(decisive.encode()).hexdigest()[:10]
    pelican_settings["CACHE_PATH"] = str(path / f"{PREFIX}{digest}")
