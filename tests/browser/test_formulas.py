"""Formulas that the build set, in a browser: as MathJax sets them in a page, and for every reader."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from conftest import Build
from playwright.sync_api import Browser, Page, Route
from research.documents import Document
from research.mathjax import show, typeset
from research.settings import Settings

from browser.chromium import ROOT
from browser.test_accessibility import AXE, RUN_AXE

CSS = (ROOT / "plugins" / "research" / "mathjax" / "mathjax.css").read_text()
FORMULAS: list[tuple[str, bool]] = [
    (tex, display)
    for tex, display in json.loads((ROOT / "tests" / "cases" / "formulas" / "sixty.json").read_text())
]
#: For each formula the size of its box, its height above the baseline, and the place of each glyph.
MEASURE = """() => [...document.querySelectorAll('p')].map(paragraph => {
    const svg = paragraph.querySelector('mjx-container > svg'), box = svg.getBoundingClientRect()
    const line = paragraph.querySelector('i').getBoundingClientRect()
    const glyphs = [...svg.querySelectorAll('use')].map(use => use.getBoundingClientRect())
    return [box.width, box.height, line.bottom - box.bottom,
            ...glyphs.flatMap(glyph => [glyph.left - box.left, glyph.top - box.top, glyph.width])]
})"""
IN_THE_PAGE = """
window.MathJax = {
    startup: {typeset: false},
    svg: {linebreaks: {inline: false}}, loader: {
        // The usual bundle adds speech, which moves glyphs.
        load: ['input/tex', 'output/svg', '[tex]/mathtools', '[tex]/boldsymbol'],
        paths: {fonts: 'https://packages.example/@mathjax'}
    },
    tex: {tags: 'ams', packages: {'[+]': ['mathtools', 'boldsymbol']}}
}"""


def as_html(tex: str, display: bool) -> str:
    text = tex.replace("&", "&amp;").replace("<", "&lt;")
    if tex.startswith(r"\begin"):
        return text
    return rf"\[{text}\]" if display else rf"\({text}\)"


def paragraphs(formulas: list[tuple[str, bool]]) -> str:
    return "\n".join(f"<p><i>x</i> {as_html(*formula)}</p>" for formula in formulas)


def document(body: str, style: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Formulas</title>'
        f"<style>body {{ font: 18px serif }} {style}</style></head>"
        f"<body><main><h1>Formulas</h1>{body}</main></body></html>"
    )


Set = Callable[[str], str]


@pytest.fixture
def set_page(tmp_path: Path) -> Set:
    """Return a function that sets the formulas of a page's body."""

    def run(body: str) -> str:
        post = Document(html=body, source=tmp_path / "post.md")
        (done,), faults, formulas = typeset([post], Settings(cache=tmp_path / "cache"))
        assert faults == []
        return show(document(done.html, CSS), formulas)

    return run


@pytest.fixture
def page(browser: Browser) -> Any:
    with browser.new_context(viewport={"width": 900, "height": 700}) as context:
        yield context.new_page()


def serve_packages(route: Route) -> None:
    path = ROOT / "node_modules" / urlparse(route.request.url).path.lstrip("/")
    route.fulfill(path=path) if path.is_file() else route.fulfill(body=document(paragraphs(FORMULAS)))


def set_in_the_page(page: Page) -> None:
    page.route("**/*", serve_packages)
    page.add_init_script(IN_THE_PAGE)
    page.goto("https://packages.example/")
    page.add_script_tag(url="https://packages.example/mathjax/startup.js")
    page.evaluate("""async () => {
        await MathJax.startup.promise
        await MathJax.typesetPromise()
    }""")


def test_sixty_formulas_stand_as_mathjax_sets_them_in_a_page(
    page: Page, browser: Browser, set_page: Set
) -> None:
    page.set_content(set_page(paragraphs(FORMULAS)))
    ours = page.evaluate(MEASURE)
    set_in_the_page(page)
    theirs = page.evaluate(MEASURE)
    assert len(ours) == len(theirs) == 60
    for (tex, _), mine, reference in zip(FORMULAS, ours, theirs, strict=True):
        assert len(mine) == len(reference), tex
        assert max(abs(a - b) for a, b in zip(mine, reference, strict=True)) < 1, tex


def test_axe_finds_nothing(page: Page, set_page: Set) -> None:
    numbered = r"<p>By \(\eqref{a}\), \(x\eqref{a}\).</p>\begin{equation}x\label{a}\end{equation}"
    page.set_content(set_page(paragraphs(FORMULAS) + numbered))
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN_AXE) == []


def test_a_long_formula_scrolls_in_its_own_box(page: Page, set_page: Set) -> None:
    long = " + ".join(f"x_{{{number}}}" for number in range(40))
    page.set_viewport_size({"width": 320, "height": 600})
    page.set_content(set_page(rf"\[{long}\] \begin{{equation}}{long}\end{{equation}}"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for box in page.query_selector_all("mjx-container"):
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        assert box.evaluate("box => box.scrollHeight <= box.clientHeight")


def test_formulas_grow_with_the_text_and_take_its_colour(page: Page, set_page: Set) -> None:
    html = set_page(r"\(x\) \begin{equation}x\end{equation}")
    page.set_content(html)
    small = page.evaluate(
        "[...document.querySelectorAll('use')].map(use => use.getBoundingClientRect().width)"
    )
    page.set_content(html.replace("font: 18px", "color: red; font: 36px"))
    large = page.evaluate(
        "[...document.querySelectorAll('use')].map(use => use.getBoundingClientRect().width)"
    )
    assert [round(b / a, 2) for a, b in zip(small, large, strict=True)] == [2] * len(small)
    assert page.evaluate("getComputedStyle(document.querySelector('use')).fill") == "rgb(255, 0, 0)"


def test_space_is_there_before_the_glyphs(page: Page, set_page: Set) -> None:
    html = set_page(paragraphs(FORMULAS))
    page.set_content(html)
    height = "document.querySelector('main').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.evaluate("document.querySelectorAll('.mjx-glyphs').forEach(glyphs => glyphs.remove())")
    assert page.evaluate(height) == before


@pytest.mark.parametrize("tex", [r"\(\frac{a}{b} &lt; 1\)", r"\[x^2\]"])
def test_a_double_click_selects_the_tex(page: Page, set_page: Set, tex: str) -> None:
    page.set_content(set_page(f"<p>of {tex}</p>"))
    page.dblclick("mjx-container")
    assert page.evaluate("getSelection().toString()").strip() == tex.replace("&lt;", "<")


POST = r"""Title: Post
Date: 2026-01-01
Macros: \newcommand{\half}{\frac12}

Of $\half$, $\mathbb{E}$, \eqref{a} and `\(code\)`.

\begin{equation}
x = y \label{a}
\end{equation}
"""


def test_without_node_the_page_sets_its_formulas_and_asks_nobody_else(page: Page, build: Build) -> None:
    site = build({"post.md": POST}, 'SITEURL = ""', env={"PATH": "/nowhere"})
    assert "pelican-research[node]" in site.log
    requests = []

    def serve(route: Route) -> None:
        requests.append(route.request.url)
        route.fulfill(path=site.root / "output" / urlparse(route.request.url).path.lstrip("/"))

    page.route("**/*", serve)
    page.goto("https://blog.example/post.html")
    page.wait_for_function("window.MathJax?.startup?.promise")
    page.evaluate("MathJax.startup.promise")
    assert page.locator("mjx-container > svg").count() == 5  # the macros are one, and empty
    assert page.locator("code").inner_text() == r"\(code\)"
    assert page.locator("mjx-assistive-mml", has_text="(1)").count()
    assert {urlparse(url).netloc for url in requests} == {"blog.example"}
