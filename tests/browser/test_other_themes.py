"""What the plugin adds to pages looks right in themes that know nothing of it: those that Pelican brings."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from conftest import Build
from PIL import Image
from playwright.sync_api import Locator, expect
from serving import served

from browser.conftest import View
from browser.test_reading import BIB, NUMBERED, PREVIEWS

THEMES = ("simple", "notmyidea")
WIDE = " + ".join(f"x_{{{number}}}^2" for number in range(60))
POST = f"""Title: Post with $\\sigma$
Date: 2026-01-01
Slug: post
citation_style: nature

As [](#fig-a), [](#tbl-b), [](#thm-c), \\eqref{{eq:d}} and a note[^1] show, the posterior $q_\\phi(z)$ is
close to the prior [@vae], and this paragraph goes on for a line or two so that its lines have a height.

$$ {WIDE} $$

{NUMBERED}

{"A paragraph of words. " * 200}

[^1]: A footnote of some words.
"""
SETTINGS = """
SITEURL = ""
RELATIVE_URLS = True
THEME = {theme!r}
STATIC_PATHS = ["images"]
MARKDOWN = {{"extension_configs": {{
    "markdown.extensions.admonition": {{}},
    "markdown.extensions.extra": {{}},
    "markdown.extensions.meta": {{}},
}}}}
"""
#: The contrast of a text with what is painted behind it, as WCAG 2.2 defines it.
CONTRAST = """element => {
    const channels = color => color.match(/[\\d.]+/g).map(Number)
    const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
    let behind = element
    const paint = () => channels(getComputedStyle(behind).backgroundColor)
    while (behind.parentElement && paint()[3] === 0) behind = behind.parentElement
    const paper = paint()[3] === 0 ? [255, 255, 255] : paint()
    const colors = [paper, channels(getComputedStyle(element).color)]
    const [low, high] = colors.map(luminance).sort((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
}"""
#: How far an element that does not scroll stands out of the column of the text.
OVERHANG = """element => {
    let scrolls = element
    while (scrolls && !["auto", "scroll"].includes(getComputedStyle(scrolls).overflowX))
        scrolls = scrolls.parentElement
    const shown = scrolls && scrolls !== document.documentElement ? scrolls : element
    const column = [...document.querySelectorAll("p")].find(p => p.textContent.startsWith("A paragraph of"))
    return shown.getBoundingClientRect().right - column.getBoundingClientRect().right
}"""


@pytest.fixture(params=THEMES)
def address(build: Build, request: pytest.FixtureRequest) -> Iterator[str]:
    packed = BytesIO()
    Image.new("RGB", (900, 900), (200, 0, 0)).save(packed, "PNG")
    content: dict[str, str | bytes] = {
        "post.md": POST,
        "images/red.png": packed.getvalue(),
        "references.bib": BIB,
    }
    site = build(content, SETTINGS.format(theme=request.param))
    assert site.exit_code == 0, site.log
    with served(site.root / "output") as address:
        yield f"{address}post.html"


@pytest.mark.parametrize("width", [390, 1280])
def test_all_that_is_added_looks_right(address: str, view: View, width: int) -> None:
    with view(width) as visit:
        page = visit.page
        page.goto(address)
        text = page.locator("p:has-text('As Figure 1')").first
        formula, raised = text.locator("mjx-container").first, text.locator(".citation sup")

        assert style(formula.locator("svg"), "color") == style(text, "color")
        assert 0.4 < height(formula.locator("svg")) / size(text) < 2
        assert size(raised) < size(text)
        assert height(text) / size(text) < (20 if width == 390 else 8)  # no superscript parts its lines
        expect(text).to_contain_text("Figure 1, Table 1, Theorem 1, (1) and a note1 show")
        expect(text).to_contain_text("prior1,")
        for each in ("figure", "table", ".theorem, .admonition", "mjx-container[display]", ".references"):
            for found in page.locator(each).all():
                assert found.evaluate(OVERHANG) <= 1, each
        for each in ("figcaption", "caption", ".admonition-title", ".references li"):
            assert page.locator(each).first.evaluate(CONTRAST) >= 4.5, each
        assert page.locator("figure img").evaluate("image => image.width === image.height")
        sees_previews(page)


def sees_previews(page: Any) -> None:
    preview = page.locator("#research-preview")
    for target, text in {**PREVIEWS, "#ref-vae": "Kingma"}.items():
        page.locator(f"p a[href='{target}']").first.hover()
        expect(preview, target).to_contain_text(text)
        box = preview.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert preview.evaluate(CONTRAST) >= 4.5
        page.keyboard.press("Escape")
        page.mouse.move(0, 0)
        expect(preview).to_be_hidden()


def style(found: Locator, name: str) -> str:
    value: str = found.evaluate("(element, name) => getComputedStyle(element)[name]", name)
    return value


def size(found: Locator) -> float:
    return float(style(found, "fontSize").removesuffix("px"))


def height(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["height"]
