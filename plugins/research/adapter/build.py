"""One build of a site: the settings, the parts and what they have found, per instance of Pelican."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from pelican.generators import PagesGenerator, StaticGenerator

from ..core.diagnostics import Diagnostic, Severity
from ..core.finished import FinishedPosts
from ..core.part import Environment, ReaderExtensions, Target
from ..core.pipeline import Pipeline
from ..core.post import Post
from ..core.storage import files
from ..core.storage.assets import Linked, linked
from ..core.storage.cache import Cache
from .reading import contents
from .settings import PartSettings
from .writing import generated, static_files, theme_files

#: Where a run keeps its build: Pelican gives a run no other place that its receivers share.
KEY = "RESEARCH_BUILD"


class Build:
    """What one instance of Pelican knows of the plugin."""

    def __init__(self, settings: PartSettings, static_paths: list[str], parent: "Build | None") -> None:
        self.settings = settings
        #: The build that this one is a part of, as i18n_subsites builds sites.
        self.parent = parent
        #: Pelican's own list, which `watch_sources` adds to.
        self._static_paths = static_paths
        #: Of parts, for the next build; the development server forgets it when it must, others at once.
        self.memory: dict[str, Any] = {}
        self.keeps_memory = False
        self.begin()

    @classmethod
    def attach(cls, pelican_settings: MutableMapping[str, Any], settings: PartSettings) -> None:
        """Let the run that has `pelican_settings` find its build."""
        parent = pelican_settings.get(KEY)
        pelican_settings[KEY] = cls(settings, pelican_settings["STATIC_PATHS"], parent)

    @staticmethod
    def of(pelican_settings: Mapping[str, Any]) -> "Build":
        """Return the build of the run that has `pelican_settings`."""
        build: Build = pelican_settings[KEY]
        return build

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        # Pelican's cache of contents stores their settings, in which no later run looks for its build.
        return (type(None), ())

    def begin(self) -> None:
        """Forget the last run; under ``--autoreload`` there are several."""
        base = self.settings.base
        self.cache = Cache(base.cache, self._report_cache)
        if not self.keeps_memory:
            self.memory = {}
        environment = Environment(
            self.cache, lambda found: self.pipeline.diagnostics.append(found), self.memory
        )
        parts = [part(of_part, environment) for part, of_part in self.settings.parts]
        self.pipeline = Pipeline(parts, base.root, FinishedPosts(environment, parts))
        self._assets: list[Linked] | None = None
        self._published: set[Path] = set()

    def reader_extensions(self, pelican_settings: MutableMapping[str, Any]) -> Iterator[ReaderExtensions]:
        """Yield what the parts add to readers."""
        pelican_settings["STATIC_PATHS"] = self._static_paths
        self._titles = []
        for part, settings in self.settings.parts:
            extensions = part.readers(settings, pelican_settings)
            self.pipeline.diagnostics += extensions.diagnostics
            self._titles += [extensions.title] if extensions.title else []
            yield extensions

    def posts(self, found: Iterable[Any]) -> list[Post]:
        """Return the content objects `found` as posts."""
        return [contents.post(content, self._titles) for content in found]

    def run(self, generators: Sequence[Any]) -> None:
        """Let all content objects of `generators` pass the parts."""
        found = list(contents.content_objects(generators))
        posts = self.pipeline.run(self.posts(found))
        pages = self.pipeline.pages(contents.site(generators[0].settings))
        for generator in generators:
            if isinstance(generator, StaticGenerator):
                static_files.make_known(generator, self.pipeline.files.values())
                static_files.make_known(generator, generated.files(pages))
                self._publish_files(Path(generator.output_path))
            elif isinstance(generator, PagesGenerator):
                generated.add(generator, pages)
        for content, post in zip(found, posts, strict=True):
            contents.give(content, post)

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page `html` as it is written; publish the style sheets and scripts that it needs."""
        if self._assets is None:
            self._assets = self.pipeline.assets()
        html, needed = linked(html, target.base, self._assets)
        for asset in needed:
            self._publish_asset(asset, target.output)
        return self.pipeline.finish_page(html, target)

    def publish_theme(self, pelican_settings: Mapping[str, Any], output: Path) -> None:
        """Minify what Pelican has copied of the theme, if the blog wants that."""
        if self.settings.base.minify_theme:
            for path, read in theme_files.minified_files(pelican_settings, output):
                self._publish(path, read)

    def watch_sources(self, pelican_settings: MutableMapping[str, Any]) -> None:
        """Let ``--autoreload`` wait for changes of the files that posts draw on.

        It watches the STATIC_PATHS among others, and a path of these may be that of a file anywhere. They
        are put back when the next run begins.
        """
        watched = [str(path) for path in sorted(self.sources) if files.is_file(path)]
        pelican_settings["STATIC_PATHS"] = [*self._static_paths, *watched]

    @property
    def sources(self) -> set[Path]:
        """The files that this build draws on beside posts, whether they are there or not."""
        return self.pipeline.sources.union(*(settings.sources for _, settings in self.settings.parts))

    @property
    def source_folders(self) -> dict[Path, str]:
        """Folders with files that this build draws on, and the name of these files."""
        return dict(found for _, settings in self.settings.parts for found in settings.source_folders)

    def _publish_files(self, output: Path) -> None:
        for file in self.pipeline.files.values():
            self._publish(output / file.address, file.path.read_bytes)

    def _publish_asset(self, asset: Linked, output: Path) -> None:
        if output / asset.tag("") not in self._published:
            for address, content in asset.files():
                self._publish(output / address, lambda content=content: content)
            self._published.add(output / asset.tag(""))

    def _publish(self, path: Path, read: Any) -> None:
        """Write what `read` returns to `path`, once a run."""
        if path in self._published:
            return
        self._published.add(path)
        try:
            files.publish(path, read())
        except OSError as error:
            self.pipeline.diagnostics.append(Diagnostic(path, None, f"cannot be written: {error}"))

    def _report_cache(self, message: str) -> None:
        place = self.settings.base.cache
        self.pipeline.diagnostics.append(Diagnostic(place, None, message, Severity.WARNING))
