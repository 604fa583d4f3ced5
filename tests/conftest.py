"""Fixtures for all tests: a blog in a temporary folder, built by the real Pelican."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import forks
import graphs
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent

# Threads that wait for each other at once give way: spinning, they slow down the tests beside theirs.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Processes that tests start read what others have compiled of this tree.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

SETTINGS = f"""
SITENAME = "A blog"
SITEURL = "https://blog.example"
AUTHOR = "An author"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PATH = "content"
OUTPUT_PATH = "output"
CACHE_PATH = "pelican-cache"
PLUGIN_PATHS = [{str(ROOT / "plugins")!r}]
PLUGINS = ["research"]

from pelican.plugins import _utils


def others(found=_utils.get_namespace_plugins):
    # The tests are of this tree by its path, also where an environment has it installed.
    return {{name: plugin for name, plugin in found().items() if name != "pelican.plugins.research"}}


_utils.get_namespace_plugins = others
FEED_ALL_ATOM = "feeds/all.atom.xml"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""

#: Folders and files of tests that share what takes long to make.
TOGETHER = (
    "tests/browser/",
    "tests/test_cache.py",
    "tests/test_compile.py",
    "tests/test_fuzz.py",
    "tests/test_lookalikes_citations.py",
    "tests/test_model_build.py",
    "tests/test_model_evaluate.py",
    "tests/test_model_killed.py",
    "tests/test_model_workers.py",
    "tests/test_provenance.py",
    "tests/test_wheel.py",
)


class Together(LoadScopeScheduling):
    """Lets one worker run all tests of a group, so that no other makes the same again or waits for it.

    The marks that pytest-xdist has for that, of `--dist loadgroup`, do nothing under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((group for group in TOGETHER if nodeid.startswith(group)), nodeid)


@pytest.hookimpl(optionalhook=True)  # so that debuggers can run tests in one process
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Return what deals the tests out to the workers."""
    return Together(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Give fixtures the same weights of chance whichever test asks for them first."""
    graphs.draw_from_the_start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Give each test the same weights of chance, whichever ran before it."""
    graphs.draw_from_the_start()


@pytest.fixture(scope="session", autouse=True)
def close_sandbox() -> Iterator[None]:
    """End the worker that opened graphs for the tests of this process."""
    yield
    if "bundles" in sys.modules:
        sys.modules["bundles"].SANDBOX.close()


@dataclass(frozen=True)
class Site:
    """A blog that Pelican has built, or failed to."""

    root: Path
    exit_code: int
    #: What Pelican said, on both streams.
    log: str

    def read(self, name: str) -> str:
        """Return the published file `name`, such as ``post.html``."""
        return (self.root / "output" / name).read_text(encoding="utf-8")

    def exists(self, name: str) -> bool:
        return (self.root / "output" / name).exists()


Build = Callable[..., Site]


def builder(root: Path) -> Build:
    """Return a function that writes a blog into `root` and builds it.

    ``build({"post.md": "Title: …", "references.bib": "…"}, settings="TYPOGRIFY = True")`` puts the
    files into content/ (a name that starts with ``/`` goes beside it), appends `settings` to the
    settings file and runs ``pelican`` with `arguments`, in a process of its own. Called again it
    builds the same blog again, with the files that changed.
    """

    def run(
        content: Mapping[str, str | bytes],
        settings: str = "",
        *arguments: str,
        env: Mapping[str, str] | None = None,
    ) -> Site:
        for name, text in content.items():
            path = root / name[1:] if name.startswith("/") else root / "content" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        (root / "content").mkdir(exist_ok=True)
        # Python tells sources apart by their size and second: settings of the same length would stay.
        shutil.rmtree(root / "__pycache__", ignore_errors=True)
        (root / "pelicanconf.py").write_text(SETTINGS + settings, encoding="utf-8")
        words = ["-s", "pelicanconf.py", *arguments]
        environment = {**os.environ, **forks.WIDE, **(env or {})}
        if env is None:
            done = forks.pelican(words, root, environment)
        else:  # which may count while modules are imported
            done = subprocess.run(
                [sys.executable, "-m", "pelican", *words],
                cwd=root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=forks.TIMEOUT,
            )
        log = "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
        return Site(root, done.returncode, log)

    return run


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return the `builder` of a blog of the test's own."""
    return builder(tmp_path)


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a data set of tiny pictures, on which a model learns in a second."""
    import tiny_model

    folder = tmp_path_factory.mktemp("bars")
    tiny_model.write_data(folder)
    return folder


@pytest.fixture
def known_bars(bars: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the folder of that data set in the environment; return it."""
    monkeypatch.setenv("BARS", str(bars))
    return bars
