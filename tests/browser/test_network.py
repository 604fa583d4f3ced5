"""What pages ask for: nothing of another host, nothing that is not there, and no script to be read."""

import gzip
import re
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Response, expect
from serving import served

from browser.chromium import ROOT
from browser.conftest import Blog, View
from browser.figures import POLICY, StrictHost

PICTURES = "[...document.images].map(image => [image.src, image.complete && image.naturalWidth > 0])"
FORMULAS = """[...document.querySelectorAll("mjx-container")]
    .map(formula => formula.querySelector("svg")?.getBoundingClientRect().width ?? 0)"""
LEAVE_PROSE = "for (const element of document.querySelectorAll('pre, code, mjx-container')) element.remove()"
#: Below a figure stand its controls or, without scripts, the line that says why there are none.
LEAVE_CONTROLS = "for (const each of document.querySelectorAll('.research-demo-panel, .copy')) each.remove()"
UNSET = re.compile(r"\\\(|\\\[|\$\$|\[@|\\begin\{|math/tex")


def test_every_request_goes_to_our_own_host_and_is_answered(blog: Blog, view: View) -> None:
    for name in blog.pages:
        with view() as visit:
            visit.page.goto(blog.address + name)
            if name in blog.articles:
                visit.page.mouse.wheel(0, 100_000)
                visit.page.wait_for_load_state("networkidle")
            elsewhere = [url for url in visit.requests if not url.startswith((blog.address, "data:"))]
            assert not elsewhere, name
            assert not visit.failures, name
            assert any(urlsplit(url).path.endswith("/style.css") for url in visit.requests), name


def test_all_there_is_to_see_is_there_without_scripts(blog: Blog, view: View) -> None:
    seen = {}
    for scripts in (True, False):
        with view(java_script_enabled=scripts) as visit:
            for name in blog.articles:
                visit.page.goto(blog.address + name)
                visit.page.evaluate("for (const image of document.images) image.loading = 'eager'")
                visit.page.evaluate(LEAVE_CONTROLS)
                visit.page.wait_for_load_state("networkidle")
                images = visit.page.evaluate(PICTURES)
                formulas = visit.page.evaluate(FORMULAS)
                assert all(drawn for _, drawn in images), name
                assert all(width > 0 for width in formulas), name
                text = visit.page.inner_text("main")
                seen[name, scripts] = (text, len(images), len(formulas))
    for name in blog.articles:
        assert seen[name, False] == seen[name, True], name


def test_the_longest_post_has_formulas_and_pictures(blog: Blog) -> None:
    html = blog.read(blog.articles[0])

    assert html.count("<mjx-container") >= 10
    assert html.count("<img ") >= 5
    assert '"citation' in html


def test_no_source_of_a_formula_or_citation_is_left_in_prose(blog: Blog, view: View) -> None:
    with view() as visit:
        for name in blog.pages:
            visit.page.goto(blog.address + name)
            visit.page.evaluate(LEAVE_PROSE)
            assert not UNSET.search(visit.page.inner_text("body")), name


def test_posts_weigh_little_before_they_are_touched(blog: Blog, view: View) -> None:
    for name in blog.articles:
        with view(390) as visit:
            responses: list[Response] = []
            visit.page.on("response", lambda response, seen=responses: seen.append(response))
            visit.page.goto(blog.address + name)
            visit.page.wait_for_load_state("networkidle")
            sent = [(answer.request.resource_type, len(gzip.compress(answer.body()))) for answer in responses]
        assert sum(size for _, size in sent) < 300_000, (name, sent)
        assert sum(size for kind, size in sent if kind == "script") < 14_000, (name, sent)


def test_the_blog_can_be_read_from_a_folder_without_a_server(blog: Blog, view: View) -> None:
    with view() as visit:
        visit.page.goto((blog.folder / "index.html").as_uri())
        # A click returns once the browser is on its way, before the page has its styles.
        with visit.page.expect_event("load"):
            visit.page.click(".entry h2 a")
        assert visit.page.evaluate("document.styleSheets.length") >= 1
        with visit.page.expect_event("load"):
            visit.page.click(".masthead .site")
        assert visit.page.url == (blog.folder / "index.html").as_uri()
        # Browsers load no modules and no fonts from files: figures stay still there, citations plain links.
        paths = [urlsplit(failure).path for failure in visit.failures]
        assert not [path for path in paths if not path.endswith((".js", ".woff2"))]


def test_no_page_violates_a_strict_policy_or_trusted_types(blog: Blog, view: View) -> None:
    assert (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8").count(POLICY) == 2
    violations: list[str] = []
    with served(blog.folder, StrictHost) as address, view() as visit:
        visit.page.on("console", lambda said: violations.append(f"{visit.page.url}: {said.text}"))
        for name in blog.pages:
            visit.page.goto(address + name)
            for figure in visit.page.locator("research-demo").all():
                figure.get_by_role("button").click()
                expect(figure).to_have_attribute("data-active", "")
    assert not violations


def test_scrolling_through_posts_moves_little(blog: Blog, view: View) -> None:
    for name in blog.articles:
        with view() as visit:
            responses: list[Response] = []
            visit.page.on("response", lambda response, seen=responses: seen.append(response))
            visit.page.goto(blog.address + name)
            for _ in range(40):
                visit.page.mouse.wheel(0, 600)
                visit.page.wait_for_timeout(100)
            visit.page.wait_for_load_state("networkidle")
            sent = {answer.url: len(brotli.compress(answer.body())) for answer in responses}
        assert sum(sent.values()) < 200_000, (name, sent)
