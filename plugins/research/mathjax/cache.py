"""Set formulas, kept from build to build in a folder: a file for each group, under a hash of its all."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .node import SCRIPT, Group, Result, versions


class Cache:
    """Results of groups. Builds that run at once may share the folder: a file is there whole or not."""

    def __init__(self, folder: Path, tex: Mapping[str, Any]) -> None:
        self._folder = folder / "formulas"
        script = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()
        self._common = json.dumps([versions(), script, tex], sort_keys=True)

    def key(self, group: Group) -> str:
        """Return the hash of everything that decides how `group` is set."""
        members = [[formula.tex, formula.display] for formula in group]
        return hashlib.sha256((self._common + json.dumps(members)).encode()).hexdigest()[:24]

    def get(self, key: str) -> list[Result] | None:
        """Return what was kept under `key`, or None."""
        try:
            results: list[Result] = json.loads(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None
        return results

    def put(self, key: str, results: list[Result]) -> None:
        """Keep `results` under `key`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(results, file, ensure_ascii=False, separators=(",", ":"))
        os.replace(beside, self._path(key))

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
