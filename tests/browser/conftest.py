"""Fixtures for tests in a browser: our own blog, built, served from a subfolder, and looked at."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright
from serving import served

import pelicanconf
from browser.chromium import ROOT, find_chromium
from browser.figures import live_blog as live_blog

FLAGS = [
    "--no-sandbox",  # tests may run as root, and look at nothing but their own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Where the blog lies on the server: not at the root, since blogs often do not.
PLACE = "somewhere/below"


@dataclass(frozen=True)
class Blog:
    """The built blog: its files, and the address that they are served at."""

    folder: Path
    address: str

    @property
    def pages(self) -> list[str]:
        """Addresses of all HTML pages, relative to that of the blog."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))

    @property
    def articles(self) -> list[str]:
        """Addresses of the posts, the longest first."""
        posts = [name for name in self.pages if 'class="post"' in self.read(name) and "/" not in name]
        return sorted(posts, key=lambda name: -len(self.read(name)))

    def read(self, page: str) -> str:
        return (self.folder / page).read_text(encoding="utf-8")


@dataclass
class Visit:
    """A page in the browser, and what it asked for on the way."""

    page: Page
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note_refusal(self, response: Response) -> None:
        if not response.ok and response.status != 304:  # which a page gets that is loaded again
            self.failures.append(f"{response.status} {response.url}")


View = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build our blog as ``make html`` does, once, with models that are trained briefly."""
    shared = tmp_path_factory.mktemp("blog")
    target = shared / "www" / PLACE
    train = [sys.executable, str(ROOT / "tests" / "browser" / "short_training.py")]
    models = str(shared / "models")
    built = {"build_model": [*train, "--into", models, "build", "{names}"], "models": models}
    settings = ["--extra-settings", f"RESEARCH={json.dumps({**pelicanconf.RESEARCH, **built})}"]
    command = [sys.executable, "-m", "pelican", "content", "--fatal", "errors", "-o", str(target)]
    done = subprocess.run([*command, *settings], cwd=ROOT, capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="session")
def blog(output: Path) -> Iterator[Blog]:
    """Serve the blog on localhost."""
    with served(Path(str(output).removesuffix(PLACE))) as address:
        yield Blog(output, f"{address}{PLACE}/")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, one for each worker."""
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=FLAGS, env={**os.environ, **chromium.environment}
        )
        yield browser
        browser.close()


@pytest.fixture
def view(browser: Browser) -> View:
    """Return a context manager that opens a browser window: ``with view(width=390) as visit: …``.

    Further keywords are those of Playwright's `new_context`.
    """

    @contextmanager
    def open_window(width: int = 1280, height: int = 900, **options: Any) -> Iterator[Visit]:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("requestfailed", lambda request: visit.failures.append(request.url))
        visit.page.on("pageerror", lambda error: visit.failures.append(str(error)))
        visit.page.on("response", visit.note_refusal)
        yield visit
        context.close()

    return open_window
