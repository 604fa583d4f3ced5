"""The development server's loop: build, show, wait for a save, and build what that has changed."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.log import console
from pelican.settings import read_settings

from ...core.diagnostics import Diagnostic, Severity, in_order
from ..build import Build
from .memory import Memory
from .server import Server, State
from .watching import Watcher
from .writing import OrderedPelican, Pages

#: Files beside the settings that decide what is built, as patterns.
BESIDE = ("*.py", "*.toml")
#: For how long a browser may load the page that was saved before the rest of the site is written.
BROWSER_SECONDS = 0.3


@dataclass
class Preview:
    """A blog that is built again on each save, and what of the last build can be used in the next."""

    settings_file: Path
    #: Settings that differ from those in the file.
    overrides: Mapping[str, Any]
    state: State = field(default_factory=State)
    watcher: Watcher = field(default_factory=Watcher)
    memory: Memory = field(default_factory=Memory)
    pelican: Any = None

    def build(self, changed: Collection[Path]) -> None:
        """Build the blog, whose files `changed` were saved since the last build; report what is wrong."""
        began = time.monotonic()
        only_posts = self.pelican is not None and all(self._is_post(path) for path in changed)
        if not only_posts:
            self.memory.forget_all()
        self.memory.forget(changed)
        try:
            if not only_posts:
                self._read_settings()
                self._watch()  # what is saved during the build is built next
            self._run(changed, only_posts, began)
        except (Exception, SystemExit) as error:  # the loop goes on: its author is about to correct it
            self._fail(error)
        self._watch()

    def run(self) -> None:
        """Build whenever something is saved."""
        while True:
            changed = {path for path in self.watcher.wait() if path.exists() or self.memory.knows(path)}
            if not changed:  # files that an editor makes while it saves
                continue
            console.print(f"saved: {', '.join(sorted(path.name for path in changed))}", highlight=False)
            self.build(changed)

    def _read_settings(self) -> None:
        self.pelican = None
        settings = read_settings(str(self.settings_file), override=dict(self.overrides))
        self.pelican = OrderedPelican(settings)

    def _run(self, changed: Collection[Path], only_posts: bool, began: float) -> None:
        pelican = self.pelican
        build = Build.of(pelican.settings)
        build.keeps_memory = True
        if not only_posts:
            build.memory.clear()

        def show(pages: Collection[str], is_last: bool) -> None:
            self.state.sources = dict(pelican.pages.sources)
            self.state.diagnostics = [self._line(one) for one in in_order(build.pipeline.diagnostics)]
            # Style sheets and images are no pages, and what has changed of them concerns all.
            self.state.publish(pages, is_all=is_last and bool(changed) and not only_posts)
            if pages:
                shown = ", ".join(sorted(pages)) if len(pages) < 4 else f"{len(pages)} files"
                console.print(f"{time.monotonic() - began:.2f} s: {shown}", highlight=False)
                if not is_last:  # the browser asks for the page now, and the rest of the site can wait
                    time.sleep(BROWSER_SECONDS)

        pelican.pages = Pages({str(path) for path in changed}, show)
        signals.readers_init.connect(self.memory.attach)
        try:
            pelican.run()
        finally:
            signals.readers_init.disconnect(self.memory.attach)

    def _fail(self, error: BaseException) -> None:
        reason = error.__context__ if isinstance(error, SystemExit) and error.__context__ else error
        message = f"the site could not be built: {type(reason).__name__}: {reason}"
        failure = Diagnostic(self.settings_file, None, message)
        console.print(str(failure), highlight=False, markup=False, soft_wrap=True)
        self.state.diagnostics = [self._line(failure)]
        self.state.publish(())

    def _line(self, one: Diagnostic) -> dict[str, str]:
        root = self.settings_file.parent
        path = one.path.relative_to(root) if one.path.is_relative_to(root) else one.path
        place = ":".join(str(part) for part in (path, one.line, one.column) if part)
        severity = "error" if one.severity is Severity.ERROR else "warning"
        return {"source": str(one.path), "place": place, "severity": severity, "message": one.one_line}

    def _is_post(self, path: Path) -> bool:
        """Say whether `path` is a post that was read before: another file may be one that posts draw on."""
        return path.is_file() and self.memory.knows(path)

    def _watch(self) -> None:
        root = self.settings_file.parent
        files = {path for pattern in BESIDE for path in root.glob(pattern)} | {root / "recipes.toml"}
        folders: dict[Path, str] = {}
        if self.pelican is not None:
            settings = self.pelican.settings
            build = Build.of(settings)
            folders = dict.fromkeys((Path(settings["PATH"]), Path(settings["THEME"])), "*")
            folders |= build.source_folders
            files |= build.sources
        self.watcher.watch(folders, files)


def serve(settings_file: Path, address: tuple[str, int]) -> None:
    """Build the blog of `settings_file`, serve it at `address`, and follow what is saved, until Ctrl-C."""
    host, port = address
    settings = read_settings(str(settings_file))
    overrides: dict[str, Any] = {
        "DELETE_OUTPUT_DIRECTORY": False,
        "STATIC_CHECK_IF_MODIFIED": True,
        "CACHE_CONTENT": False,
        "LOAD_CONTENT_CACHE": False,
    }
    if settings["SITEURL"] and not settings["RELATIVE_URLS"]:
        overrides["SITEURL"] = f"http://{host}:{port}"
    preview = Preview(settings_file.resolve(), overrides)
    output = Path(settings["OUTPUT_PATH"])
    output.mkdir(parents=True, exist_ok=True)
    server = Server(output, address, preview.state)
    try:
        console.print(
            f"http://{host}:{server.server_port}/ shows the site; Ctrl-C ends this", highlight=False
        )
        preview.build(())
        preview.run()
    except KeyboardInterrupt:
        console.print("stopped")
    finally:
        server.shutdown()
