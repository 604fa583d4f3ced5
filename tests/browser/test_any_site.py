"""Figures in pages that Pelican did not make: a plain page, and a notebook's output."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphs import decoder, write_bundle
from playwright.sync_api import expect
from research import cli
from research.embedding import figure
from serving import served

from browser.conftest import View
from browser.figures import activate, said

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>By hand</title>
<link rel="icon" href="data:,"></head><body><h1>By hand</h1>{}<p>Text behind it.</p></body></html>"""
KEYS = ["--set", "rows=3", "--set", "columns=3"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any") / "models"
    write_bundle(folder / "plane", decoder(2))
    return folder


@pytest.fixture(scope="module")
def site(models: Path) -> Iterator[str]:
    """Write a page by hand that includes a figure, serve it, and give the address of its folder."""
    folder = models.parent / "site"
    cache = ["--cache", str(models.parent / "cache")]
    arguments = ["--kind", "manifold", "--out", str(folder / "figures" / "plane"), "--base", "figures/plane/"]
    more = ["--alt", "A plane", "--caption", "A <plane> of $x$", *KEYS, *cache]
    assert cli.main(["figure", str(models / "plane"), *arguments, *more]) == 0
    fragment = (folder / "figures" / "plane" / "figure.html").read_text(encoding="utf-8")
    (folder / "page.html").write_text(PAGE.format(fragment), encoding="utf-8")
    with served(folder) as address:
        yield address


@pytest.mark.parametrize("page", ["page.html", "figures/plane/index.html"])
def test_a_figure_works_in_a_plain_page(site: str, view: View, page: str) -> None:
    with view() as visit:
        visit.page.goto(site + page)
        assert visit.page.locator("script[src]").count() == 1
        assert visit.page.locator("figcaption").inner_text().startswith("A <plane> of $x$")
        found = activate(visit.page, "manifold")
        found.get_by_label("z₁").press("ArrowRight")
        expect(said(found)).to_contain_text("(0.0")
        link = visit.page.get_by_text("About this figure")
        link.click()
        with visit.page.expect_download():
            visit.page.get_by_role("link", name="decoder.onnx").click()
        assert [each for each in visit.failures if "favicon" not in each and ".onnx" not in each] == []


def test_a_figure_works_in_the_output_of_a_notebook(
    models: Path, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.parent)
    shown = figure(models / "plane", kind="manifold", rows=3, columns=3, alt="A plane")
    output = models.parent / "output.html"
    output.write_text(PAGE.format(shown._repr_html_()), encoding="utf-8")
    with view() as visit:
        visit.page.goto(output.as_uri())
        frame = visit.page.frame_locator("iframe")
        frame.get_by_role("button", name="Try it").click()
        expect(frame.locator(".research-demo-status")).not_to_be_empty()
        frame.get_by_label("z₁").press("ArrowRight")
        expect(frame.locator(".research-demo-status")).to_contain_text("(0.0")
        assert visit.failures == []
        assert [
            url for url in visit.requests if not url.startswith(("data:", "blob:", "file:", "about:"))
        ] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere is no folder of a model: it has no manifest.json"),
        (["plane", "--kind", "manifol"], "“kind: manifol”: write one of"),
        (["plane", "--set", "rows=many"], "“rows: many”: write a whole number from 1 to 40"),
    ],
)
def test_what_cannot_be_made_is_reported(
    models: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    name, *more = arguments
    out = models.parent / "none"
    assert cli.main(["figure", str(models / name), "--out", str(out), *more]) == 1
    assert message in capsys.readouterr().err
    assert not out.exists()
