"""An article as one file from disk, with its interactive figures, and as a PDF."""

from pathlib import Path

import pytest
from research import cli

from browser.chromium import find_chromium
from browser.conftest import View
from browser.figures import KINDS, Blog, activate


def test_figures_of_one_file_are_interactive(live_blog: Blog, view: View, tmp_path: Path) -> None:
    assert cli.main(["export", str(live_blog.folder / "all.html"), "--to", str(tmp_path)]) == 0
    with view() as visit:
        visit.page.goto((tmp_path / "all.html").as_uri())
        for kind in KINDS:
            activate(visit.page, kind)
        asked = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
        assert asked == [(tmp_path / "all.html").as_uri()]
        assert visit.failures == []


def test_a_pdf_has_the_static_images(
    live_blog: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = find_chromium()
    for name, value in chromium.environment.items():
        monkeypatch.setenv(name, value)
    arguments = ["--pdf", "--browser", str(chromium.path), "--to", str(tmp_path)]
    assert cli.main(["export", *arguments, str(live_blog.folder / "samples.html")]) == 0
    printed = (tmp_path / "samples.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert b"/Subtype /Image" in printed
