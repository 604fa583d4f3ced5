"""The sources of a blog, read as Pelican reads them, without a page being written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.plugins._utils import get_namespace_plugins
from pelican.settings import read_settings

from ...core.diagnostics import Diagnostic
from ...parts import PARTS
from ..build import Build
from ..settings import PartSettings, settings_of
from . import contents

UNREAD = "Pelican cannot read this file; `pelican --debug` says why"


def settings(file: str) -> PartSettings:
    """Return the settings in `file`; raise `SettingsError` for one that is not understood."""
    return settings_of(read_settings(file), PARTS)


def named_plugins(file: str) -> list[str] | None:
    """Return the plugins that the settings `file` names; None where it names none, so that all are used."""
    named = read_settings(file).get("PLUGINS")
    return None if named is None else [str(getattr(plugin, "__name__", plugin)) for plugin in named]


def check(file: str) -> list[Diagnostic]:
    """Return what is wrong in the sources of the blog that has the settings `file`."""
    pelican = Pelican(read_settings(file))
    signals.get_generators.send(pelican)
    build = Build.of(pelican.settings)
    generators, unread = read(pelican)
    pipeline = build.pipeline
    posts = pipeline.run(build.posts(contents.content_objects(generators)), quick=True)
    found = [*unread, *pipeline.diagnostics]
    for part in pipeline.parts:
        found += part.check(posts)
    return found


def plugins_of(pelican_settings: Mapping[str, Any]) -> list[str]:
    """Return the names of the plugins that a blog uses: those that are installed, where it names none."""
    named = pelican_settings.get("PLUGINS")
    return list(get_namespace_plugins()) if named is None else list(named)


def read(pelican: Any) -> tuple[list[Any], list[Diagnostic]]:
    """Return the generators of articles and pages with what they read, and an error for each unread file."""
    context = {
        **pelican.settings,
        "generated_content": {},
        "static_links": set(),
        "static_content": {},
        "localsiteurl": pelican.settings["SITEURL"],
    }
    generators = [
        generator(
            context=context,
            settings=pelican.settings,
            path=pelican.path,
            theme=pelican.theme,
            output_path=pelican.output_path,
        )
        for generator in (ArticlesGenerator, PagesGenerator)
    ]
    for generator in generators:
        generator.generate_context()
    unread = [path for path, content in context["generated_content"].items() if content is None]
    return generators, [Diagnostic(Path(pelican.path, path), None, UNREAD) for path in unread]
