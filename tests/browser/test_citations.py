"""In a browser: a cited work is shown beside its citation, and without script the citation is a link."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from conftest import Build, Site
from playwright.sync_api import Browser, Page, expect
from serving import served

from browser.chromium import ROOT
from browser.conftest import View
from browser.test_accessibility import AXE, RUN_AXE

POST = "Title: Post\nDate: 2026-01-01\n\n" + "Words. " * 300 + "\n\nAs [@@vae] show.\n\n" + "Words. " * 300
BIB = "@misc{vae, author={Kingma, D. P. and Welling, M.}, title={Auto-Encoding}, year=2013, doi={10.1000/1}}"
SETTINGS = 'SITEURL = ""\nRESEARCH = {"cite_this_post": True}'


@pytest.fixture
def address(build: Build) -> Iterator[str]:
    with post(build({"post.md": POST, "references.bib": BIB}, SETTINGS)) as address:
        yield address


@contextmanager
def post(site: Site) -> Iterator[str]:
    assert site.exit_code == 0, site.log
    with served(site.root / "output") as address:
        yield f"{address}post.html"


def opened(browser: Browser, address: str, **traits: bool) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, **traits)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_hover_focus_and_escape(browser: Browser, address: str) -> None:
    for page in opened(browser, address):
        link, preview = page.locator('a[role="doc-biblioref"]'), page.locator("#research-preview")
        link.hover()
        expect(preview).to_be_visible()
        expect(preview).to_contain_text("Auto-Encoding")
        expect(preview.locator("[role=doc-backlink]")).to_have_count(0)
        box = preview.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        preview.hover()
        expect(preview).to_be_visible()
        page.keyboard.press("Escape")
        expect(preview).to_be_hidden()
        page.mouse.move(0, 0)
        link.evaluate("link => link.focus({focusVisible: true})")
        expect(preview).to_be_visible()
        assert link.get_attribute("aria-describedby") == "research-preview"
        page.keyboard.press("Enter")
        expect(preview).to_be_hidden()
        page.wait_for_url("**#ref-vae")


#: What popular themes do to elements of text, with rules of much weight.
THEME = """
body sup { position: relative; top: -0.5em; vertical-align: baseline; font-size: 100%; }
article div.entry-content ul:not(.a):not(.b) a, article div.entry-content ol a { display: inline-block; }
div.entry-content ul:not(.a):not(.b) { list-style-type: disc; }
article div.entry-content a { border-bottom: 1px solid; }
article div.entry-content a::after { content: ""; position: absolute; height: 1px; }
"""


def test_themes_that_style_the_elements_of_text(browser: Browser, address: str) -> None:
    for page in opened(browser, address):
        page.evaluate(
            """theme => {
              document.head.prepend(Object.assign(document.createElement("style"), {textContent: theme}));
              const article = document.querySelector(".references").parentElement;
              article.className = "entry-content";
              article.parentElement.replaceWith(document.createElement("article"));
              document.querySelector("article").append(article);
              const sup = document.createElement("sup");
              sup.append(Object.assign(document.createElement("a"), {href: "#"}));
              document.querySelector(".citation").append(sup);
            }""",
            THEME,
        )
        style = "(element, name) => getComputedStyle(element)[name]"
        superscript = page.locator(".citation sup")
        assert superscript.evaluate(style, "position") == "static"
        assert superscript.evaluate(style, "verticalAlign") == "super"
        assert superscript.locator("a").evaluate(style, "borderBottomStyle") == "none"
        assert superscript.locator("a").evaluate("a => getComputedStyle(a, '::after').content") == "none"
        assert (
            page.locator(".references li > a, .reference-links a").first.evaluate(style, "display")
            == "inline"
        )
        assert page.locator(".references li").evaluate(style, "listStyleType") == "none"


def test_a_first_tap_shows_and_a_second_follows(browser: Browser, address: str) -> None:
    for page in opened(browser, address, has_touch=True):
        link, preview = page.locator('a[role="doc-biblioref"]'), page.locator("#research-preview")
        link.tap()
        expect(preview).to_be_visible()
        assert "#" not in page.url
        link.tap()
        page.wait_for_url("**#ref-vae")


def test_without_script_it_is_a_link(browser: Browser, address: str) -> None:
    for page in opened(browser, address, java_script_enabled=False):
        page.locator('a[role="doc-biblioref"]').click()
        page.wait_for_url("**#ref-vae")
        page.locator('a[role="doc-backlink"]').click()
        page.wait_for_url("**#cite-vae-1")


def test_a_record_is_copied_and_said_to_be(browser: Browser, address: str) -> None:
    for page in opened(browser, address):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator(".cite-this-post summary").click()
        record = page.locator(".citation-record").nth(2)
        record.get_by_role("button", name="Copy RIS").press("Enter")
        expect(record.get_by_role("status")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.replace("\r\n", "\n") == record.locator("code").text_content()
        assert copied.startswith("TY  - BLOG")


def test_where_there_is_no_clipboard_the_record_is_selected(browser: Browser, address: str) -> None:
    for page in opened(browser, address):
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.locator(".cite-this-post summary").click()
        page.get_by_role("button", name="Copy BibTeX").click()
        assert page.evaluate("getSelection().toString()").startswith("@online{")


def test_a_record_is_downloaded_without_script(browser: Browser, address: str) -> None:
    for page in opened(browser, address, java_script_enabled=False):
        page.locator(".cite-this-post summary").click()
        expect(page.locator(".citation-record button")).to_have_count(0)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download BibTeX").click()
        assert download.value.suggested_filename == "post.bib"
        assert download.value.path().read_text().startswith("@online{author2026-post,")


OFTEN = (
    "Title: Post\nDate: 2026-01-01\nSlug: post\ncitation_style: {style}\n\n"
    + "As [@vae] and [@pdf] show.\n" * 40
)
MANY = BIB.replace("@misc{vae", "@article{vae") + (
    "@book{pdf, author={Murphy, Kevin}, title={" + "Averylongwordthatdoesnotend" * 4 + "}, year=2022, "
    "publisher={MIT Press}, pdf={https://example.org/a-long-path/to/a-book.pdf}}"
)


@pytest.mark.parametrize("style", ["author-date", "ieee", "chicago-notes-bibliography"])
def test_narrow_dark_and_printed(build: Build, view: View, style: str) -> None:
    """In the theme of this blog, with lists, notes and records open, and a preview in view."""
    theme = f"{SETTINGS}\nTHEME = {str(ROOT / 'theme')!r}\n"
    content = {"post.md": OFTEN.format(style=style), "references.bib": MANY}
    with post(build(content, theme)) as address:
        for scheme in ("light", "dark"):
            with view(320, color_scheme=scheme) as visit:
                page = visit.page
                page.goto(address)
                page.locator(".cite-this-post summary").click()
                page.locator('a[role="doc-biblioref"]').first.hover()
                expect(page.locator("#research-preview")).to_be_visible()
                assert page.evaluate("document.documentElement.scrollWidth") <= 320
                page.evaluate(AXE.read_text(encoding="utf-8"))
                assert page.evaluate(RUN_AXE) == []
        with view() as visit:
            visit.page.goto(address)
            visit.page.emulate_media(media="print")
            expect(visit.page.locator(".backlinks").first).to_be_hidden()
            expect(visit.page.locator(".cite-this-post")).to_be_hidden()
            printed = visit.page.locator("a.reference-link.short").last
            shown = printed.evaluate("link => getComputedStyle(link, '::after').content")
            assert "https://example.org/a-long-path/to/a-book.pdf" in shown or "attr(href)" in shown
