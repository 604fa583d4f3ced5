"""What surrounds a text for its readers, in the theme of this blog, under a strict policy for content."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from conftest import Build, Site
from PIL import Image
from playwright.sync_api import Page, expect
from serving import served

from browser.chromium import ROOT
from browser.conftest import View
from browser.figures import StrictHost

WORDS = "Words of the text. " * 120
#: What has a number, of each kind.
NUMBERED = """![A red square]({static}/images/red.png "The red one, $r^2$."){#fig-a}

| Col | Row |
| --- | --- |
| one | two |

: What is in a table. {#tbl-b}

!!! theorem "Bound" {#thm-c}
    Bounds hold.

\\begin{equation}
e = m c^2 \\label{eq:d}
\\end{equation}"""
POST = f"""Title: Post
Date: 2026-01-01
Slug: post

{WORDS}As [](#fig-a), [](#tbl-b), [](#thm-c), \\eqref{{eq:d}} and a note[^1] show, and [@vae].

## First part

{WORDS}

### Deep part

{NUMBERED}

## Second part

{WORDS}

    print("copied")

## Third part

{WORDS}

[^1]: A footnote of some words.
"""
SETTINGS = f"""
SITEURL = ""
RELATIVE_URLS = True
THEME = {str(ROOT / "theme")!r}
STATIC_PATHS = ["images"]
DIRECT_TEMPLATES = ["index", "archives", "search"]
RESEARCH = {{"search": True}}
MARKDOWN = {{"extension_configs": {{
    "markdown.extensions.admonition": {{}},
    "markdown.extensions.codehilite": {{"css_class": "highlight"}},
    "markdown.extensions.extra": {{}},
    "markdown.extensions.meta": {{}},
    "markdown.extensions.toc": {{}},
}}}}
"""
BIB = "@misc{vae, author={Kingma, D. P. and Welling, M.}, title={Auto-Encoding}, year=2013}"
#: What a reader sees of each link's target.
PREVIEWS = {
    "#fig-a": "The red one",
    "#tbl-b": "What is in a table",
    "#thm-c": "Bounds hold",
    "#ref-vae": "Auto-Encoding",
    "#fn:1": "A footnote of some words",
}


@pytest.fixture
def address(build: Build) -> Iterator[str]:
    packed = BytesIO()
    Image.new("RGB", (900, 900), (200, 0, 0)).save(packed, "PNG")
    content: dict[str, str | bytes] = {
        "post.md": POST,
        "images/red.png": packed.getvalue(),
        "references.bib": BIB,
    }
    for number in range(3):
        content[f"{number}.md"] = (
            f"Title: Other {number}\nDate: 2025-01-0{number + 1}\n\nA pelican & $x^2$ <b>eats</b>.\n"
        )
    site: Site = build(content, SETTINGS)
    assert site.exit_code == 0, site.log
    (site.root / "www").mkdir()
    (site.root / "output").rename(site.root / "www" / "below")
    with served(site.root / "www", StrictHost) as address:
        yield f"{address}below/"


def test_a_reader_finds_tools_around_the_text(address: str, view: View) -> None:
    with view(1280, color_scheme="light") as visit:
        messages: list[str] = []
        visit.page.on("console", lambda message: messages.append(message.text))
        visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.page.goto(f"{address}post.html")
        sees_previews(visit.page)
        sees_where_it_reads(visit.page)
        copies(visit.page)
        enlarges(visit.page)
        chooses_colors(visit.page, address)
        searches(visit.page, address)
        assert not [message for message in messages if "preload" not in message]
        assert not [failure for failure in visit.failures if not failure.startswith("304")]


def sees_previews(page: Page) -> None:
    preview = page.locator("#research-preview")
    equation = page.locator(".prose p a[href^='#mjx']").first.get_attribute("href")
    assert equation
    for target, text in {**PREVIEWS, equation: "c"}.items():
        page.locator(f".prose p a[href='{target}']").first.hover()
        expect(preview, target).to_be_visible()
        expect(preview, target).to_contain_text(text)
        expect(preview.locator("[id], button")).to_have_count(0)
        page.keyboard.press("Escape")
        page.mouse.move(0, 0)
        expect(preview).to_be_hidden()


def sees_where_it_reads(page: Page) -> None:
    current = page.locator(".contents [aria-current=location]")
    for heading in ("Deep part", "Second part"):
        page.get_by_role("heading", name=heading).evaluate("heading => heading.scrollIntoView()")
        expect(current).to_have_text(heading)
    page.get_by_role("heading", name="Third part").get_by_role("link").click()
    page.wait_for_url("**#third-part")


def copies(page: Page) -> None:
    for place, text in ((".highlight", 'print("copied")\n'), ("mjx-container[display]", None)):
        page.locator(f".prose {place}").hover()
        button = page.get_by_role("button", name="Copy", exact=text is not None)
        button = button if text else page.get_by_role("button", name="Copy TeX")
        button.click()
        expect(page.get_by_role("status").last).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == text if text else "e = m c^2" in copied


def enlarges(page: Page) -> None:
    page.get_by_role("button", name="Enlarge the image: A red square").click()
    image = page.get_by_role("dialog").get_by_role("img")
    expect(image).to_be_visible()
    width = image.evaluate("image => image.clientWidth")
    assert width > 1000
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def chooses_colors(page: Page, address: str) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_label("Color scheme").select_option("dark")
    dark = page.evaluate(paper)
    assert dark != light
    page.add_init_script(
        "new MutationObserver(() => document.body && (window.first ??= getComputedStyle(document.body)"
        ".backgroundColor)).observe(document, {childList: true, subtree: true})"
    )
    page.goto(f"{address}index.html")
    assert page.evaluate("window.first") == dark  # before anything is painted
    page.get_by_label("Color scheme").select_option("System")
    assert page.evaluate(paper) == light


def searches(page: Page, address: str) -> None:
    page.goto(f"{address}search.html")
    assert page.locator(".year li").first.is_visible()
    page.get_by_role("searchbox").fill("pelican")
    expect(page.locator(".found > li")).to_have_count(3)
    expect(page.locator(".found mark").first).to_have_text("pelican")
    expect(page.locator(".found p").first).to_contain_text("& eats")  # neither TeX nor MathML
    expect(page.locator(".year li").first).to_be_hidden()
    page.locator(".found a").first.click()
    page.wait_for_url("**/below/other-*.html")


def test_without_script_all_is_there_to_read(address: str, view: View) -> None:
    with view(390, java_script_enabled=False) as visit:
        visit.page.goto(f"{address}search.html")
        expect(visit.page.locator(".year li")).to_have_count(4)
        expect(visit.page.locator("form, .scheme")).to_have_count(2)
        for hidden in visit.page.locator("form, .scheme").all():
            expect(hidden).to_be_hidden()
