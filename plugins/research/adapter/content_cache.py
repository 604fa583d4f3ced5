"""Pelican's cache of what readers returned: it does not know that this plugin has read with them."""

import hashlib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from .. import __version__

PREFIX = "research-"


def separate(pelican_settings: MutableMapping[str, Any]) -> None:
    """Give the cache a folder of its own for this version of the plugin and its settings."""
    path = Path(pelican_settings["CACHE_PATH"])
    if path.name.startswith(PREFIX):
        return  # of a site within a site, whose settings are a copy
    decisive = repr((__version__, sorted(pelican_settings.get("RESEARCH", {}).items())))
    digest = hashlib.sha256(decisive.encode()).hexdigest()[:10]
    pelican_settings["CACHE_PATH"] = str(path / f"{PREFIX}{digest}")
