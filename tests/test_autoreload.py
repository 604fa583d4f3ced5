"""Under ``pelican --autoreload`` a blog is built anew when its bibliography changes, wherever that lies."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import SETTINGS

TIMEOUT_SECONDS = 60  # seconds, for a machine that does much else
POST = "Title: Post\nDate: 2026-01-01\n\n[@@vae], [@@mine], [@@gone]\n"
BIB = "@misc{vae, author={Kingma, D.}, title={T}, year=2013}\n"
OWN = "@misc{mine, author={Own, O.}, title={T}, year=2014}\n"


@contextmanager
def watching(folder: Path) -> Iterator[Path]:
    """Run Pelican in `folder` until the block ends; give its log."""
    log = folder / "log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py", "--autoreload"]
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=out, env={**os.environ, "COLUMNS": "1000"}
        )
        try:
            yield log
        finally:
            process.terminate()
            process.wait()


@pytest.mark.parametrize("where", ["content", "elsewhere"])
def test_what_changes_in_a_bibliography_is_published(tmp_path: Path, where: str) -> None:
    folder = tmp_path / where
    for place in (tmp_path / "content", folder):
        place.mkdir(exist_ok=True)
    settings = f'RESEARCH = {{"references": "{where}/references.bib"}}'
    (tmp_path / "pelicanconf.py").write_text(SETTINGS + settings)
    (tmp_path / "content" / "post.md").write_text(f"publications_src: {where}/own.bib\n{POST}")
    page = tmp_path / "output" / "post.html"

    def publishes(expected: str, name: str, text: str) -> None:
        """Write a file, again and again: Pelican says that a build is done before it begins to watch."""
        until(
            lambda: page.exists() and expected in page.read_text(), lambda: (folder / name).write_text(text)
        )

    def until(is_so: Callable[[], bool], act: Callable[[], object]) -> None:
        end = time.monotonic() + TIMEOUT_SECONDS
        while not is_so():
            assert time.monotonic() < end, log.read_text()
            act()
            time.sleep(0.5)

    (folder / "references.bib").write_text(BIB)
    (folder / "own.bib").write_text(OWN)
    with watching(tmp_path) as log:
        publishes("Kingma (2013)", "references.bib", BIB)
        until(lambda: "1 warning in the sources" in log.read_text(), lambda: None)
        publishes("Welling (2013)", "references.bib", BIB.replace("Kingma", "Welling"))
        publishes("Back (2)", "own.bib", OWN + "@misc{gone, author={Back}, year=2}\n@misc{broken, title={")
        until(lambda: "the entry “broken” has no end" in log.read_text(), lambda: None)
    assert "2 warnings" not in log.read_text()  # that of the first build is mended
    assert not list((tmp_path / "output").rglob("*.bib"))
