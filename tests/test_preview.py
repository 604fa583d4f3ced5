"""The development server: what is saved is built, pages reload, and show what is wrong."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import ROOT, SETTINGS

TIMEOUT_SECONDS = 60  # for a machine that does much else
POST = "Title: {title}\nDate: 2026-01-01\n\n{text}\n"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run the development server in `folder` until the block ends; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "research", "devserver", "--port", str(port)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "plugins"), "COLUMNS": "1000"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait()


class Browser:
    """A page that is open in a browser: what it shows, and the events since it was loaded."""

    def __init__(self, site: str, page: str) -> None:
        self.site, self.page = site, page
        self.html = ""
        self.loads = 0
        self.diagnostics: list[dict[str, str]] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                with urllib.request.urlopen(self.site + self.page) as answer:
                    self.html = answer.read().decode()
                self._follow()
            except OSError:
                time.sleep(0.1)

    def _follow(self) -> None:
        version = re.findall(r'data-version="([^"]+)"', self.html)[0]
        self.loads += 1
        address = f"{self.site}.pelican-research/events?page={self.page}&version={version}"
        with urllib.request.urlopen(address) as events:
            for line in events:
                if line == b"event: reload\n":
                    return
                if line.startswith(b"data: "):
                    self.diagnostics = json.loads(line[6:])


def until(is_so: Callable[[], bool], folder: Path) -> None:
    """Wait until something is so; show the log of the server in `folder` where that takes too long."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        assert time.monotonic() < end, (folder / "log").read_text()
        time.sleep(0.05)


def test_saves_are_shown_where_they_change_something(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    settings = SETTINGS + f"THEME = {str(ROOT / 'theme')!r}\n"
    (tmp_path / "pelicanconf.py").write_text(settings)
    (content / "references.bib").write_text("@misc{vae, author={Kingma, D.}, title={T}, year=2013}\n")
    (content / "one.md").write_text(POST.format(title="One", text="before"))
    (content / "two.md").write_text(POST.format(title="Two", text="[@@vae]"))

    def until_built(times: int) -> None:
        until(lambda: (tmp_path / "log").read_text().count("Done: Processed") >= times, tmp_path)

    with serving(tmp_path) as site:
        one, two = Browser(site, "one.html"), Browser(site, "two.html")
        until(lambda: "before" in one.html and "Kingma (2013)" in two.html, tmp_path)
        until_built(1)
        other = Browser(site, "two.html")
        until(lambda: other.loads == 1, tmp_path)

        (content / "one.md").write_text(POST.format(title="One", text="after [@@nokey]"))
        until(lambda: "after" in one.html and bool(one.diagnostics), tmp_path)
        [found] = one.diagnostics
        assert found["place"].startswith("content/one.md:4")
        assert "unknown citation key “nokey”" in found["message"]
        until_built(2)
        assert other.loads == 1  # nothing of it has changed

        (content / "references.bib").write_text("@misc{vae, author={Welling, M.}, title={T}, year=2013}\n")
        until(lambda: "Welling (2013)" in two.html, tmp_path)
        until_built(3)

        (tmp_path / "pelicanconf.py").write_text(settings + "RESEARCH = {'livee': True}\n")
        until(lambda: "did you mean “live”" in str(one.diagnostics), tmp_path)
        (tmp_path / "pelicanconf.py").write_text(settings + "SITENAME = 'Another'\n")
        until(lambda: "Another" in one.html and "nokey" in str(one.diagnostics), tmp_path)
        assert "client.js" in one.html
        assert "client.js" not in (tmp_path / "output" / "one.html").read_text()
