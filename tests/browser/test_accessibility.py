"""What axe-core finds, and what a keyboard reaches."""

from typing import Any

import pytest
from playwright.sync_api import expect

from browser.chromium import ROOT
from browser.conftest import Blog, View

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async () => (await axe.run()).violations.map(rule =>
    [rule.id, rule.help, rule.nodes.slice(0, 3).map(node => node.target + " " + node.html.slice(0, 200))])"""
FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    return {html: element.outerHTML.slice(0, 100), outline: style.outlineStyle, width: style.outlineWidth,
            top: box.top, bottom: box.bottom, height: innerHeight}
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(blog: Blog, view: View, width: int, scheme: str) -> None:
    found: dict[str, Any] = {}
    with view(width, color_scheme=scheme) as visit:
        for name in blog.pages:
            visit.page.goto(blog.address + name)
            visit.page.evaluate(AXE.read_text(encoding="utf-8"))
            if violations := visit.page.evaluate(RUN_AXE):
                found[name] = violations
    assert not found


def test_the_first_tab_stop_skips_to_the_text(blog: Blog, view: View) -> None:
    with view() as visit:
        visit.page.goto(blog.address + blog.articles[0])
        visit.page.keyboard.press("Tab")
        focused = visit.page.evaluate(FOCUSED)
        assert "Skip to the text" in focused["html"]
        assert focused["top"] >= 0
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_focus_is_seen_wherever_the_keyboard_goes(blog: Blog, view: View, width: int) -> None:
    with view(width, reduced_motion="reduce") as visit:
        for name in ("index.html", blog.articles[0]):
            visit.page.goto(blog.address + name)
            for _ in range(40):
                visit.page.keyboard.press("Tab")
                focused = visit.page.evaluate(FOCUSED)
                if focused["html"].startswith("<body"):
                    break
                assert focused["outline"] != "none", focused
                assert float(focused["width"].removesuffix("px")) >= 2, focused
                assert focused["bottom"] > 0, focused
                assert focused["top"] < focused["height"], focused
