"""Training in the page: it reaches what the build reached, rests out of sight, and says what went wrong."""

from playwright.sync_api import expect

from browser.conftest import View
from browser.figures import SHEET_DIFFERENCE, Blog, activate, opened, said, until


def test_a_run_reaches_the_static_image_and_goes_on_when_asked(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "train") as visit:
        found = activate(visit.page, "train")
        static = found.locator(".research-demo-plot title").text_content()
        found.get_by_role("button", name="Start").click()
        expect(said(found)).to_contain_text("Reached step 60: bound")
        assert found.evaluate(SHEET_DIFFERENCE) <= 2
        expect(found.locator(".research-demo-plot title")).to_have_text(
            "The bound and its terms up to step 60"
        )
        assert static
        found.get_by_role("button", name="Step").click()
        expect(said(found)).to_contain_text("Step 61: bound")
        found.get_by_role("button", name="Start").click()
        expect(found.get_by_role("button", name="Pause")).to_be_visible()
        until(
            found,
            "figure => parseInt(figure.querySelector('.research-demo-status').innerText.slice(5)) > 200",
        )
        found.get_by_role("button", name="Pause").click()
        found.get_by_role("button", name="Reset").click()
        expect(said(found)).to_have_text("Initial parameters of seed 1, not trained yet")


def test_it_rests_while_it_is_out_of_sight(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "train", height=500) as visit:
        page, found = visit.page, activate(visit.page, "train")
        page.evaluate("document.body.style.paddingBlockEnd = '3000px'")
        found.get_by_role("button", name="Start").click()
        expect(said(found)).to_contain_text("Reached step 60")
        found.get_by_role("button", name="Start").click()
        page.evaluate("scrollTo(0, 5000)")
        page.wait_for_timeout(400)
        before = said(found).inner_text()
        page.wait_for_timeout(400)
        assert said(found).inner_text() == before
        found.scroll_into_view_if_needed()
        expect(said(found)).not_to_have_text(before)


def test_training_that_diverges_says_so(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "train") as visit:
        found = activate(visit.page, "train")
        found.get_by_role("slider", name="β").press("End")
        found.get_by_role("slider", name="Learning rate").press("End")
        found.get_by_role("slider", name="KL warm-up").press("Home")
        found.get_by_role("button", name="Start").click()
        expect(said(found)).to_contain_text("Training diverged")
        expect(found.get_by_role("button", name="Start")).to_be_visible()


def test_a_worker_that_does_not_come_can_be_tried_again(live_blog: Blog, view: View) -> None:
    with view() as visit:
        visit.page.route("**/trainer.js", lambda route: route.abort())
        visit.page.goto(f"{live_blog.address}train.html")
        found = activate(visit.page, "train")
        found.get_by_role("button", name="Start").click()
        again = found.get_by_role("button", name="Try again")
        expect(again).to_be_visible()
        visit.page.unroute("**/trainer.js")
        again.click()
        expect(said(found)).to_contain_text("Reached step 60")
        expect(again).to_be_hidden()
