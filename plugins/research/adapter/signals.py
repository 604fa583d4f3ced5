"""Pelican's signals: each receiver, named after its signal, and what it has the build do.

At `all_generators_finalized` every post has been read and nothing is written yet, feeds included, so that is
where posts pass the parts. What is wrong is reported at `finalized`, when every file is on disk.
"""

import inspect
import logging
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.log import console
from pelican.readers import MarkdownReader

from ..core import streams
from ..core.validation import SettingsError
from ..parts import PARTS
from . import reporting
from .build import Build
from .reading import content_cache, contents, readers
from .reading.markdown_reader import Reader
from .settings import settings_of
from .writing import feeds, json_feed, pages, relations

logger = logging.getLogger(__name__)


def connect() -> None:
    """Connect the receivers, which are functions of this module: Pelican holds them weakly."""
    signals.initialized.connect(on_initialized)
    signals.get_generators.connect(on_get_generators)
    signals.readers_init.connect(on_readers_init)
    signals.all_generators_finalized.connect(on_all_generators_finalized)
    signals.feed_generated.connect(on_feed_generated)
    signals.finalized.connect(on_finalized)


def on_initialized(pelican: Any) -> None:
    """Read the settings.

    A setting that is not understood ends Pelican with one message. Under ``--autoreload`` Pelican reports
    the exception, keeps the settings that it had, and waits for the next change.
    """
    streams.replace_what_is_missing()
    try:
        settings = settings_of(pelican.settings, PARTS)
    except SettingsError as error:
        if _is_autoreload():
            raise
        logger.critical("%s", error)
        raise SystemExit(1) from None
    Build.attach(pelican.settings, settings)
    content_cache.separate(pelican.settings)


def on_get_generators(pelican: Any) -> None:
    """Begin a run, of which there are several under ``--autoreload``: every plugin has been initialized."""
    build = Build.of(pelican.settings)
    build.begin()
    for extensions in build.reader_extensions(pelican.settings):
        readers.extend(pelican.settings, extensions)


def on_readers_init(readers: Any) -> None:
    """Read Markdown by one parser, unless another plugin has a reader of its own for it."""
    for suffix, found in readers.reader_classes.items():
        if found is MarkdownReader:
            readers.reader_classes[suffix] = Reader


def on_all_generators_finalized(generators: list[Any]) -> None:
    """Bring every content object to the form in which readers get it."""
    relations.measure(contents.content_objects(generators))
    Build.of(generators[0].settings).run(generators)
    relations.relate(generators)
    pages.use(generators)


def on_feed_generated(context: Any, feed: Any) -> None:
    """Make posts in a feed work outside of the site."""
    pipeline = Build.of(context).pipeline
    for item in feed.items:
        feeds.finish(item, pipeline)
    if address := context["RESEARCH"].get("json_feed") if "RESEARCH" in context else "":
        json_feed.write(feed, context, address)


def on_finalized(pelican: Any) -> None:
    """Report what is wrong in the sources."""
    build = Build.of(pelican.settings)
    build.watch_sources(pelican.settings)
    build.publish_theme(pelican.settings, Path(pelican.output_path))
    build.pipeline.finish_site(Path(pelican.output_path))
    build.cache.evict()
    for note in build.pipeline.notes(Path(pelican.output_path)):
        console.print(note, highlight=False)
    build.cache.close()
    if build.parent:  # a site within a site: what is wrong is reported at the end of the whole
        build.parent.pipeline.diagnostics += build.pipeline.diagnostics
    else:
        reporting.report(build.pipeline.diagnostics)


def _is_autoreload() -> bool:
    """Tell whether Pelican's watcher reads the settings: it lives on after an `Exception` only."""
    return any(frame.function == "autoreload" for frame in inspect.stack(0))
