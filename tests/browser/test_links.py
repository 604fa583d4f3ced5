"""Links that set a figure, and addresses that say what it shows."""

import pytest
from playwright.sync_api import Locator, expect

from browser.conftest import View
from browser.figures import KINDS, Blog, activate, demo, opened, said

IN_SIGHT = "figure => { const {top} = figure.getBoundingClientRect(); return top > -5 && top < innerHeight }"


def figure(page: Locator, id: str) -> Locator:
    return page.locator(f"figure#{id}")


def test_a_link_sets_its_figure_and_reloading_keeps_it(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "links") as visit:
        page = visit.page
        page.get_by_role("link", name="where one becomes another").click()
        manifold = figure(page, "manifold")
        expect(said(manifold)).to_contain_text("(0.30, −1.10)")
        assert manifold.evaluate(IN_SIGHT)
        assert page.url.endswith("links.html?z=0.3,-1.1#manifold")
        page.reload()
        expect(said(figure(page, "manifold"))).to_contain_text("(0.30, −1.10)")
        page.get_by_role("link", name="warmer").press("Enter")
        samples = figure(page, "samples")
        expect(said(samples)).to_contain_text("10 new samples, temperature 1.50")
        assert page.url.endswith("?seed=5&temperature=1.5#samples")
        page.get_by_role("link", name="the last class").click()
        expect(said(figure(page, "conditional"))).to_contain_text("(0.50, 0.50)")
        assert figure(page, "conditional").locator("select").evaluate("list => list.selectedIndex") == 2
        page.get_by_role("link", name="where one becomes another").click()
        page.get_by_label("z₁").first.press("ArrowRight")
        page.go_back()
        page.go_forward()
        expect(said(figure(page, "manifold"))).to_contain_text("(0.30, −1.10)")


def test_without_a_script_a_link_and_a_copied_address_lead_to_the_figure(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "links", java_script_enabled=False) as visit:
        page = visit.page
        page.get_by_role("link", name="where one becomes another").click()
        page.wait_for_url("**/links.html#manifold")
        box = figure(page, "manifold").bounding_box()
        assert box
        assert -5 < box["y"] < 900
        page.goto(f"{live_blog.address}links.html?z=0.3,-1.1#samples")
        box = figure(page, "samples").bounding_box()
        assert box
        assert -5 < box["y"] < 900


@pytest.mark.parametrize("kind", KINDS)
def test_a_copied_link_shows_the_same(live_blog: Blog, view: View, kind: str) -> None:
    with opened(view, live_blog, kind, reduced_motion="reduce") as visit:
        found = activate(visit.page, kind)
        if kind == "draw":
            found.get_by_role("button", name="Sample", exact=True).click()
            expect(said(found)).to_contain_text("example")
        else:
            key = "ArrowLeft" if kind in ("steps", "training") else "ArrowRight"
            found.get_by_role("slider").first.press(key)
        if kind in ("samples", "compare"):
            found.get_by_role("button", name="Sample again").click()
        figure(visit.page, kind).get_by_role("button", name="Copy link").click()
        button = figure(visit.page, kind).get_by_role("button", name="link")
        expect(button).to_have_text("The link is in the address bar")
        shown, address = said(found).inner_text(), visit.page.url
        assert "?" in address
    with view() as visit:
        visit.page.goto(address)
        expect(said(demo(visit.page, kind))).to_have_text(shown)


def test_where_it_may_the_button_fills_the_clipboard(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "manifold", permissions=["clipboard-read", "clipboard-write"]) as visit:
        activate(visit.page, "manifold")
        visit.page.get_by_role("button", name="Copy link").click()
        expect(visit.page.get_by_role("button", name="Link copied")).to_be_visible()
        expect(demo(visit.page, "manifold").get_by_role("status")).to_have_text("Link copied")
        assert visit.page.evaluate("navigator.clipboard.readText()") == visit.page.url


def test_an_address_that_says_nonsense_does_no_harm(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "manifold") as visit:
        visit.page.goto(f"{live_blog.address}manifold.html?z=here,1&seed=x&utm=3#manifold")
        expect(said(demo(visit.page, "manifold"))).not_to_be_empty()
