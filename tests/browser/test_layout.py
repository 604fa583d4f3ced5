"""How pages lie: no sideways scrolling, nothing that jumps, light and dark, on screen and paper."""

import re
from statistics import median

import pytest

from browser.conftest import Blog, View

SHIFT = """() => new Promise(resolve => {
    let sum = 0
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) sum += entry.value
    }).observe({type: "layout-shift", buffered: true})
    scrollTo(0, document.body.scrollHeight)
    setTimeout(() => resolve(sum), 300)
})"""
WIDER = """() => {
    const page = document.documentElement
    return [page.scrollWidth - page.clientWidth,
        [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120))]
}"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(blog: Blog, view: View, width: int) -> None:
    with view(width) as visit:
        for name in blog.pages:
            visit.page.goto(blog.address + name)
            excess, wide = visit.page.evaluate(WIDER)
            assert excess <= 0, (name, wide)


def test_nothing_is_cut_off_when_text_is_twice_as_large(blog: Blog, view: View) -> None:
    with view(640) as visit:
        for name in (*blog.articles, "index.html"):
            visit.page.goto(blog.address + name)
            visit.page.add_style_tag(content="html { font-size: 200% }")
            excess, wide = visit.page.evaluate(WIDER)
            assert excess <= 0, (name, wide)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_while_a_page_loads(blog: Blog, view: View, width: int) -> None:
    with view(width) as visit:
        for name in (*blog.articles, "index.html"):
            visit.page.goto(blog.address + name)
            assert visit.page.evaluate(SHIFT) < 0.01, name


def test_lines_are_as_long_as_eyes_like_them(blog: Blog, view: View) -> None:
    with view(1280) as visit:
        visit.page.goto(blog.address + blog.articles[0])
        per_line = visit.page.evaluate(
            """() => {
                const text = [...document.querySelectorAll(".prose > p")].filter(p => p.children.length == 0
                    && p.textContent.length > 300)
                const height = parseFloat(getComputedStyle(text[0]).lineHeight)
                return text.map(p => p.textContent.length / Math.round(p.offsetHeight / height))
            }"""
        )
        assert 60 <= median(per_line) <= 75, per_line


def test_dark_is_dark_and_light_is_light(blog: Blog, view: View) -> None:
    lightness = {}
    for scheme in ("light", "dark"):
        with view(color_scheme=scheme) as visit:
            visit.page.goto(blog.address + "index.html")
            colours = visit.page.evaluate(
                "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
            )
            lightness[scheme] = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours]
    paper, ink = zip(lightness["light"], lightness["dark"], strict=True)
    assert paper[0] > 700 > 100 > paper[1]
    assert ink[0] < 150 < 500 < ink[1]


def test_paper_gets_the_text_and_not_the_menus(blog: Blog, view: View) -> None:
    with view(color_scheme="dark") as visit:
        visit.page.goto(blog.address + blog.articles[0])
        visit.page.emulate_media(media="print", color_scheme="light")
        shown = "[...document.querySelectorAll('nav')].filter(nav => nav.checkVisibility()).length"
        assert visit.page.evaluate(shown) == 0
        assert visit.page.is_visible("h1")
        assert visit.page.pdf(format="A4").startswith(b"%PDF")
