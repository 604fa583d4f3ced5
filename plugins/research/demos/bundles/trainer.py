"""The command that brings bundles up to date: the blog's own, or the trainer's where that is installed."""

import contextlib
import importlib.util
import json
import os
import runpy
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from ..settings import NAMES, Settings

#: The package that trains, in a wheel; the plugin runs it and never imports it.
PACKAGE = "pelican_research_models"
#: Where the trainer puts drafts, and the environment variable that asks it for them.
DRAFTS, DRAFT_VARIABLE = ".drafts", "PELICAN_RESEARCH_DRAFT"


def is_installed() -> bool:
    """Say whether the trainer's package can be found."""
    return importlib.util.find_spec(PACKAGE) is not None


def is_default(settings: Settings) -> bool:
    """Say whether the trainer is what brings bundles up to date."""
    return settings.build_model is None and is_installed()


def command(settings: Settings) -> Sequence[str]:
    """Return the words of the command; none if bundles are taken as they are."""
    if settings.build_model is not None:
        return settings.build_model
    if not is_installed():
        return ()
    draft = ("--draft",) if settings.draft else ()
    return (sys.executable, "-m", PACKAGE, "--into", str(settings.models), "build", *draft, NAMES)


def folder(name: str, settings: Settings) -> Path:
    """Return the folder of the bundle `name`: that of a draft if drafts are wanted and there is one."""
    draft = settings.models / DRAFTS / name
    wanted = settings.draft or bool(os.environ.get(DRAFT_VARIABLE))
    return draft if wanted and draft.is_dir() else settings.models / name


def concerns(name: str, settings: Settings) -> bool:
    """Say whether the command is run for the model `name`.

    The trainer is run for models that have a recipe here, unless their bundle states none: that came from
    elsewhere.
    """
    if settings.build_model is not None:
        return bool(settings.build_model)
    return name in recipes(settings) and not _is_from_elsewhere(settings.models / name)


def recipes(settings: Settings) -> set[str]:
    """Return the names of the recipes that the trainer knows; none if it is not installed.

    The trainer reports what is wrong with a file that cannot be read.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if not spec or not spec.submodule_search_locations:
        return set()
    ready = Path(spec.submodule_search_locations[0]) / "recipes" / "ready.toml"
    found: set[str] = set()
    for path in (ready, settings.root / "recipes.toml"):
        with contextlib.suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            table = tomllib.loads(path.read_text(encoding="utf-8")).get("recipes")
            found |= table.keys() if isinstance(table, dict) else set()
    return found


def _is_from_elsewhere(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and "recipe" not in manifest


def run(arguments: Sequence[str]) -> int:
    """Run the trainer's command in this process; return its exit status."""
    if not is_installed():
        print("the trainer is not installed: see docs/models.md", file=sys.stderr)
        return 1
    sys.argv = [PACKAGE, *arguments]
    try:
        runpy.run_module(PACKAGE, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
