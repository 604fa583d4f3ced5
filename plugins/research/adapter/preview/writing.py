"""Pages as the development server writes them: those of changed posts first."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import StaticGenerator
from pelican.writers import Writer

#: Gets the addresses of files that have another content now, and whether all have been written.
Listener = Callable[[Collection[str], bool], None]


class Pages:
    """The pages of one build: what is to be written, and what was."""

    def __init__(self, changed: Collection[str], listener: Listener) -> None:
        #: Sources that have changed since the last build.
        self.changed = changed
        #: The source of each page of a post, by its address.
        self.sources: dict[str, str] = {}
        #: What was in the files that are being written.
        self.before: dict[Path, bytes] = {}
        self._listener = listener
        #: What is to be written, and whether that is a page of a changed post; None when all are known.
        self._waiting: list[tuple[bool, Callable[[], object]]] | None = []

    def take(self, write: Callable[[], object], is_first: bool = False) -> None:
        """Write a file when its turn comes."""
        if self._waiting is None:
            write()
        else:
            self._waiting.append((is_first, write))

    def flush(self, output: Path) -> None:
        """Write all that waits below `output`: pages of changed posts, and then the others."""
        waiting, self._waiting = self._waiting or [], None
        for first in (True, False):
            self.before.clear()
            for is_first, write in waiting:
                if is_first is first:
                    write()
            changed = [path for path, before in self.before.items() if _content(path) != before]
            self._listener({path.relative_to(output).as_posix() for path in changed}, not first)


class OrderedWriter(Writer):  # type: ignore[misc]
    """Pelican's writer, whose files wait until all are known."""

    pages: Pages

    def write_file(self, name: str, *arguments: Any, **options: Any) -> None:
        """Write a page when its turn comes."""
        source = getattr(options.get("article") or options.get("page"), "source_path", None)
        if source:
            self.pages.sources[name] = source
        write = super().write_file
        self.pages.take(lambda: write(name, *arguments, **options), source in self.pages.changed)

    def write_feed(self, elements: Any, context: Any, path: Any = None, *more: Any, **options: Any) -> Any:
        """Write a feed when its turn comes; one that has no place is returned at once."""
        write = super().write_feed
        if not path:
            return write(elements, context, path, *more, **options)
        self.pages.take(lambda: write(elements, context, path, *more, **options))
        return None

    def _open_w(self, filename: str, encoding: str, override: bool = False) -> Any:
        self.pages.before.setdefault(Path(filename), _content(Path(filename)))
        return super()._open_w(filename, encoding, override)


class LastGenerator(StaticGenerator):  # type: ignore[misc]
    """The generator that Pelican lets write last."""

    def generate_output(self, writer: Any) -> None:
        """Copy static files, then write what waits."""
        super().generate_output(writer)
        if isinstance(writer, OrderedWriter):
            writer.pages.flush(Path(writer.output_path))


class OrderedPelican(Pelican):  # type: ignore[misc]
    """Pelican with the writer above, unless a plugin brings one."""

    pages: Pages

    def _get_writer(self) -> Any:
        writer = super()._get_writer()
        if type(writer) is not Writer:
            return writer
        writer = OrderedWriter(self.output_path, settings=self.settings)
        writer.pages = self.pages
        return writer

    def _get_generator_classes(self) -> list[Any]:
        found = super()._get_generator_classes()
        return [LastGenerator if each is StaticGenerator else each for each in found]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
