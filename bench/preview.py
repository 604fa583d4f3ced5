"""How soon an edit is seen: one word of a post is saved, until the browser has reloaded the page with it.

    python bench/preview.py [--posts 1000] [--rounds 7]

Without --posts it is this blog, built and its models trained before; with it, a synthetic blog of so many
posts with this blog's theme (bench/posts.py). Prints a table and judges nothing.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import Page, sync_playwright
from posts import write_blog
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tests"), str(ROOT), str(ROOT / "plugins")]
from browser.chromium import find_chromium  # noqa: E402  (the tests know where a Chromium is)
from browser.conftest import FLAGS  # noqa: E402

SETTINGS = """
exec(open({settings!r}, encoding="utf-8").read().replace("__file__", {quoted!r}))
PLUGIN_PATHS = [{plugins!r}]
RESEARCH = {{"references": "references.bib"}}
PAGINATED_TEMPLATES = {{}}
"""
#: How long a first build may take, and an edit.
FIRST_SECONDS, EDIT_SECONDS = 120, 60
#: Between two edits.
PAUSE_SECONDS = 5


def this_blog(folder: Path) -> tuple[Path, str]:
    """Copy this blog into `folder`; return the post that is edited and the address of its page."""
    for name in ("content", "theme", "pelicanconf.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "build", folder / "build", dirs_exist_ok=True)
    for name in ("plugins", "model", "node_modules"):
        (folder / name).symlink_to(ROOT / name)
    return folder / "content" / "variational-autoencoders.md", "variational-autoencoders.html"


def synthetic_blog(count: int, folder: Path) -> tuple[Path, str]:
    """Write a blog of `count` posts into `folder`; return the same."""
    write_blog(count, folder)
    (folder / "theme").symlink_to(ROOT / "theme")
    settings, plugins = str(ROOT / "pelicanconf.py"), str(ROOT / "plugins")
    (folder / "pelicanconf.py").write_text(
        SETTINGS.format(settings=settings, quoted=repr(settings), plugins=plugins)
    )
    return folder / "content" / f"post{count // 2:05}.md", f"post-{count // 2:05}.html"


@contextmanager
def previewed(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Run the development server in `folder`; give its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "research", "devserver", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "plugins")))}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}/", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def edits(page: Page, server: psutil.Process, post: Path, rounds: int) -> list[tuple[float, float]]:
    """Return the seconds from each of `rounds` saves to the reloaded page, and the server's CPU seconds."""
    text = post.read_text(encoding="utf-8")
    found = []
    for number in range(rounds):
        word = f"word{number}of{rounds}"
        began, used = time.perf_counter(), sum(server.cpu_times()[:2])
        post.write_text(f"{text}\n{word}\n", encoding="utf-8")
        page.wait_for_function(f"document.body?.textContent.includes({word!r})", timeout=EDIT_SECONDS * 1000)
        found.append((time.perf_counter() - began, sum(server.cpu_times()[:2]) - used))
        time.sleep(PAUSE_SECONDS)  # an author's; the rest of the site is written meanwhile
    return found


def main() -> None:
    """Read the command line, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=0, help="of a synthetic blog; else it is this blog")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    chromium = find_chromium()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        post, address = synthetic_blog(given.posts, folder) if given.posts else this_blog(folder)
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=FLAGS, env={**os.environ, **chromium.environment}
        )
        with previewed(folder) as (site, server):
            page = browser.new_page()
            open_when_built(page, site + address, folder / "output")
            found = edits(page, server, post, given.rounds)
        browser.close()
    heads = ("median", "fastest", "slowest", "of the server's CPU, median")
    table = Table("blog", *heads, title="seconds from a save to the reloaded page")
    seconds, used = zip(*found, strict=True)
    values = (f"{value:.2f}" for value in (median(seconds), min(seconds), max(seconds), median(used)))
    table.add_row(f"{given.posts} posts" if given.posts else "this blog", *values)
    Console().print(table)


def open_when_built(page: Page, address: str, output: Path) -> None:
    """Open the page at `address` when the first build has written all."""
    end = time.monotonic() + FIRST_SECONDS
    while not (output / "feeds" / "all.atom.xml").is_file() and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(2)
    page.goto(address)


if __name__ == "__main__":
    main()
