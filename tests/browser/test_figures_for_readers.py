"""Interactive figures under every thumb, key and ear: scrolling, hints, failures, speech, languages."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from browser.chromium import ROOT
from browser.conftest import View, Visit
from browser.figures import INK, KINDS, SHEET_DIFFERENCE, Blog, activate, boxes, demo, opened, said, until

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
THEME = (ROOT / "theme" / "static" / "style.css").read_text(encoding="utf-8")
PANEL = ".research-demo-panel :is(button, input)"
SCREENS = {"phone": (320, 640), "large phone": (412, 915), "tablet": (820, 1180)}
#: Counts what each live region of the page says: texts that differ from what it said before.
LISTEN = """() => {
    window.heard = []
    const live = "[aria-live=polite], [aria-live=assertive], [role=status], [role=alert], output"
    new MutationObserver(changes => {
        const regions = new Set(changes.map(({target}) => (target.closest ? target : target.parentElement)
            ?.closest(live)).filter(Boolean))
        for (const {ariaLive, textContent} of regions) {
            if (ariaLive !== "off" && textContent) heard.push(textContent)
        }
    }).observe(document.body, {subtree: true, childList: true, characterData: true})
}"""
#: Bytes drawn on all canvases of the page, counted in images, with what was drawn last.
COUNT_IMAGES = """() => {
    window.drawn = []
    const {putImageData} = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.putImageData = function (image, x, y) {
        drawn.push([x, y])
        putImageData.call(this, image, x, y)
    }
}"""


def touch(page: Page, *places: tuple[float, float], rest: int = 16, hold: int = 0) -> None:
    """Put a finger on the first of `places`, move it over the others, and lift it."""
    tools = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(places):
        kind = "touchMove" if i else "touchStart"
        tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(rest if i else max(rest, hold))
    tools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def box_of(found: Locator) -> dict[str, float]:
    box = found.bounding_box()
    assert box
    return dict(box)


def middle(found: Locator, x: float = 0.5, y: float = 0.5) -> tuple[float, float]:
    """Return the point of the window at a part of the element's width and height."""
    box = box_of(found)
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def pixels(found: Locator) -> npt.NDArray[np.int64]:
    return np.array(Image.open(io.BytesIO(found.screenshot())).convert("RGB")).astype(int)


@contextmanager
def on_phone(view: View, blog: Blog, post: str, size: tuple[int, int] = (390, 700)) -> Iterator[Visit]:
    width, height = size
    with opened(view, blog, post, width=width, height=height, has_touch=True, is_mobile=True) as visit:
        yield visit


class TestTouch:
    @pytest.mark.parametrize("screen", SCREENS)
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_swipe_scrolls_the_page(self, live_blog: Blog, view: View, kind: str, screen: str) -> None:
        with on_phone(view, live_blog, "all", SCREENS[screen]) as visit:
            page, found = visit.page, demo(visit.page, kind)
            activate(page, kind)
            for over in found.locator(".research-demo-over").all():
                over.evaluate("over => over.scrollIntoView({block: 'center'})")
                for across in (0.15, 0.5, 0.85):
                    x, y = middle(over, across)
                    before = page.evaluate("scrollY")
                    shown = said(found).inner_text()
                    up = (
                        -1 if page.evaluate("scrollY + innerHeight + 120 < document.body.scrollHeight") else 1
                    )
                    touch(page, *((x, y + up * step) for step in range(0, 140, 10)))
                    page.wait_for_function("before => Math.abs(scrollY - before) > 50", arg=before)
                    assert said(found).inner_text() == shown  # and changed nothing
                    over.evaluate("over => over.scrollIntoView({block: 'center'})")

    def test_a_drag_sideways_acts_and_so_does_a_tap(self, live_blog: Blog, view: View) -> None:
        with on_phone(view, live_blog, "manifold") as visit:
            over = activate(visit.page, "manifold").locator(".research-demo-over")
            over.scroll_into_view_if_needed()
            touch(visit.page, middle(over, 0.1, 0.1))
            expect(said(demo(visit.page, "manifold"))).to_contain_text("At (−1.")
            touch(visit.page, *(middle(over, 0.1 + 0.08 * i, 0.1) for i in range(11)))
            expect(said(demo(visit.page, "manifold"))).to_contain_text("At (1.")

    def test_a_finger_that_rested_drags_in_any_direction(self, live_blog: Blog, view: View) -> None:
        with on_phone(view, live_blog, "manifold") as visit:
            over = activate(visit.page, "manifold").locator(".research-demo-over")
            over.scroll_into_view_if_needed()
            before = visit.page.evaluate("scrollY")
            touch(visit.page, *(middle(over, 0.5, 0.1 + 0.08 * i) for i in range(11)), hold=500)
            expect(said(demo(visit.page, "manifold"))).to_contain_text("−1.")
            assert visit.page.evaluate("scrollY") == before


class TestPad:
    def test_a_finger_draws_when_the_pen_is_down_and_the_pen_can_be_lifted(
        self, live_blog: Blog, view: View
    ) -> None:
        with on_phone(view, live_blog, "draw", (820, 1180)) as visit:
            page, found = visit.page, activate(visit.page, "draw")
            found.get_by_role("button", name="Clear").tap()
            until(found, f"figure => !({INK})(figure)[0]")
            pad, pen = found.locator(".research-demo-pad"), found.get_by_role("button", name="Pen down")
            touch(page, middle(pad))  # a tap puts the pen down, and inks nothing
            expect(pen).to_have_attribute("aria-pressed", "true")
            assert found.evaluate(INK)[0] == 0
            assert pad.evaluate("pad => getComputedStyle(pad).borderStyle") == "solid"
            before = page.evaluate("scrollY")
            touch(page, *(middle(pad, 0.5, 0.1 + 0.08 * i) for i in range(11)))
            assert found.evaluate(INK)[0] > 1000
            assert page.evaluate("scrollY") == before
            pen.tap()
            expect(pen).to_have_attribute("aria-pressed", "false")

    def test_on_a_small_phone_the_pad_fills_the_screen_and_can_be_left(
        self, live_blog: Blog, view: View
    ) -> None:
        with on_phone(view, live_blog, "draw", (320, 640)) as visit:
            page, found = visit.page, activate(visit.page, "draw")
            place, before = found.bounding_box(), page.evaluate("document.body.scrollHeight")
            found.get_by_role("button", name="Clear").tap()
            touch(page, middle(found.locator(".research-demo-pad")))
            dialog = found.get_by_role("dialog")
            expect(dialog).to_be_visible()
            large = dialog.locator(".research-demo-large")
            assert box_of(large)["width"] > 250
            touch(page, *(middle(large, 0.5, 0.1 + 0.08 * i) for i in range(11)))
            until(found, f"figure => ({INK})(figure)[0] > 1000")
            expect(said(found)).to_contain_text("Your drawing")
            expect(dialog.get_by_role("status")).to_contain_text("Your drawing")  # which is heard there
            dialog.get_by_role("button", name="Done").tap()
            expect(found.locator("dialog")).to_be_hidden()
            expect(found.get_by_role("button", name="Pen down")).to_be_focused()
            assert page.evaluate("document.body.scrollHeight") == before
            assert found.bounding_box() == place

    def test_an_empty_pad_is_like_nothing(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "draw") as visit:
            found = activate(visit.page, "draw")
            found.get_by_role("button", name="Clear").click()
            expect(said(found)).to_have_text("The pad is empty")
            assert found.evaluate(INK) == [0, 0]
            expect(found.get_by_role("img", name="The pad is empty")).to_have_count(1)

    def test_ink_lands_where_the_pointer_is_and_nowhere_else(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "draw") as visit:
            page, found = visit.page, activate(visit.page, "draw")
            found.get_by_role("button", name="Clear").click()
            over = found.locator(".research-demo-over")
            for x, y in ((0.5, 0.5), (0.99, 0.1), (0.35, 0.9)):  # the answers
                page.mouse.click(*middle(over, x, y))
            assert found.evaluate(INK)[0] == 0
            page.mouse.move(*middle(over, 0.2, 0.5))
            page.mouse.down()
            page.mouse.move(*middle(over, 0.9, 0.5), steps=5)  # out of the pad, at the same height
            page.mouse.move(*middle(over, 0.2, -0.5), steps=5)
            page.mouse.up()
            ink = found.evaluate(
                """figure => [...figure.querySelector("canvas").getContext("2d")
                    .getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"""
            )
            drawn = np.array(ink).reshape(28, 28)
            assert drawn[14, 17:28].min() > 100
            assert drawn[:, :14].max() == 0
            assert drawn[18:].max() == 0

    def test_undo_clear_and_back_to_the_example(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "draw") as visit:
            page, found = visit.page, activate(visit.page, "draw")
            example = found.evaluate(INK)[0]
            found.get_by_role("button", name="Clear").click()
            for y in (0.3, 0.7):
                page.mouse.click(*middle(found.locator(".research-demo-pad"), 0.5, y))
            both = found.evaluate(INK)[0]
            found.get_by_role("button", name="Undo").click()
            assert 0 < found.evaluate(INK)[0] < both
            for _ in range(3):
                found.get_by_role("button", name="Undo").click()
            assert found.evaluate(INK)[0] == example
            found.get_by_role("button", name="Clear").click()
            found.get_by_role("button", name="Example").click()
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")
            expect(found.get_by_role("img", name="Images that a model of chance drew")).to_have_count(1)


class TestInvitation:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("width", [1280, 320])
    def test_a_frame_and_one_line_say_what_to_do(
        self, live_blog: Blog, view: View, kind: str, width: int
    ) -> None:
        with opened(view, live_blog, kind, width=width) as visit:
            found = demo(visit.page, kind)
            panel, over = found.locator(".research-demo-panel"), found.locator(".research-demo-over").last
            hint = panel.locator("p").inner_text()
            assert hint.endswith(".")
            assert over.evaluate("over => getComputedStyle(over).outlineStyle") == "solid"
            button, whole = box_of(panel.get_by_role("button")), box_of(panel)
            # The line and the button stand in the middle of the panel: no band is left below them.
            above, below = box_of(panel.locator("p"))["y"] - whole["y"], 0.0
            below = whole["y"] + whole["height"] - button["y"] - button["height"]
            assert abs(above - below) < 12
            activate(visit.page, kind)
            expect(said(found)).to_have_text(hint)
            if kind in ("samples", "compare", "train"):
                found.get_by_role("button").first.click()
            else:
                crossed = ("draw", "manifold", "posterior", "points", "classify")
                cursors = dict.fromkeys(crossed, "crosshair")
                pointed = found.locator(".research-demo-pad") if kind in ("classify", "draw") else over
                cursor = pointed.evaluate("over => getComputedStyle(over).cursor")
                assert cursor == cursors.get(kind, "pointer")
                over.scroll_into_view_if_needed()
                visit.page.mouse.click(*middle(over, 0.2, 0.3))
            expect(said(found)).not_to_have_text(hint)

    @pytest.mark.parametrize("motion", ["no-preference", "reduce"])
    @pytest.mark.parametrize("kind", ["manifold", "samples"])
    def test_it_is_demonstrated_once_unless_motion_is_unwanted(
        self, live_blog: Blog, view: View, kind: str, motion: str
    ) -> None:
        with opened(view, live_blog, kind, reduced_motion=motion) as visit:
            expect(demo(visit.page, kind)).to_have_attribute("data-seen", "")
            names = visit.page.evaluate("document.getAnimations().map(each => each.animationName)")
            expected = {"manifold": "research-demo-drag", "samples": "research-demo-pulse"}[kind]
            assert names == ([] if motion == "reduce" else [expected])
            for x in (40, 50):
                demo(visit.page, kind).hover(position={"x": x, "y": 40})
            expect(demo(visit.page, kind)).to_have_attribute("data-near", "")
            assert visit.page.evaluate("document.getAnimations().length") == 0

    def test_the_button_says_what_it_will_fetch_or_that_it_has(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "heavy") as visit:
            found = demo(visit.page, "samples")
            size = found.get_attribute("data-kilobytes")
            expect(found.get_by_role("button")).to_have_text(f"Try it yourself ({size} kB)")
        with opened(view, live_blog, "samples") as visit:
            button = demo(visit.page, "samples").get_by_role("button")
            expect(button).to_have_text("Try it yourself (loaded)")

    def test_loading_shows_progress_and_can_be_cancelled(self, live_blog: Blog, view: View) -> None:
        held: list[Route] = []
        with view() as visit:
            visit.page.route("**/*.wasm", lambda route: held.append(route))
            visit.page.goto(f"{live_blog.address}heavy.html")
            found = demo(visit.page, "samples")
            place = found.bounding_box()
            button = found.get_by_role("button")
            button.focus()
            button.press("Enter")
            expect(button).to_have_text("Cancel")
            expect(button).to_be_focused()
            progress = found.get_by_role("progressbar", name="The model is loading")
            until(found, "figure => figure.querySelector('progress').value > 0")  # the description has come
            assert float(progress.get_attribute("max") or 0) > 500_000
            assert found.bounding_box() == place
            button.press("Enter")
            expect(button).to_contain_text("Try it yourself")
            expect(progress).to_have_count(0)
            visit.page.unroute("**/*.wasm")
            while not [url for url in visit.failures if url.endswith(".wasm")]:  # it is given up
                visit.page.wait_for_event("requestfailed")
            button.press("Enter")
            expect(said(found)).to_be_visible()


def refuse(status: int) -> Any:
    return lambda route: route.fulfill(status=status)


def disguise(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<!doctype html>Not found")


#: What fails, by the files that it hits, and what is said.
FAILURES = {
    "worker missing": ("**/worker.js*", refuse(404), "the script that runs the model"),
    "worker unavailable": ("**/worker.js*", refuse(503), "the script that runs the model"),
    "worker of a wrong type": ("**/worker.js*", disguise, "the script that runs the model"),
    "worker unreachable": ("**/worker.js*", lambda route: route.abort(), "the script that runs the model"),
    "script of the pad": ("**/draw.js*", refuse(503), "a script did not load"),
    "description missing": ("**/*-draw.*.json", refuse(404), "the server answered 404 for digits-draw."),
    "description of a wrong type": ("**/*-draw.*.json", disguise, "is not what it should be"),
    "program missing": ("**/*-decoder.*.wasm", refuse(503), "the server answered 503 for digits-decoder."),
    "program of a wrong type": ("**/*-decoder.*.wasm", disguise, "is not what it should be"),
    "program unreachable": ("**/*-decoder.*.wasm", lambda route: route.abort(), "could not be reached"),
    "image missing": (re.compile(r"digits-draw\.\w+\.(png|webp)"), refuse(404), "its image did not load"),
}


def change_worker(page: Page, blog: Blog, prelude: str) -> None:
    """Let the worker run the script `prelude` before its own."""
    (script,) = blog.folder.rglob("worker.js")
    body = prelude + script.read_text(encoding="utf-8")
    page.route("**/worker.js*", lambda route: route.fulfill(content_type="text/javascript", body=body))


class TestFailures:
    @pytest.mark.parametrize("failure", FAILURES)
    def test_is_said_and_heals(self, live_blog: Blog, view: View, failure: str) -> None:
        pattern, answer, sentence = FAILURES[failure]
        with view() as visit:
            visit.page.route(pattern, answer)
            visit.page.goto(f"{live_blog.address}draw.html")
            found = demo(visit.page, "draw")
            place = found.bounding_box() if "image" not in failure else None
            button = found.get_by_role("button")
            button.click()
            expect(found.get_by_role("status")).to_contain_text(sentence)
            expect(found.locator(".research-demo-panel p")).to_contain_text(sentence)
            expect(found.locator("progress")).to_be_hidden()
            button.click()  # while the cause stays: it says so again
            expect(button).to_contain_text("Try again")
            expect(button).to_be_enabled()
            assert place is None or found.bounding_box() == place
            visit.page.unroute(pattern)
            button.click()
            expect(said(found)).to_be_visible()
            assert found.evaluate(SHEET_DIFFERENCE) <= 2

    def test_offline_before_a_lazy_image_came(self, live_blog: Blog, view: View) -> None:
        image = re.compile(r"plane-manifold\.\w+\.(png|webp)")
        with view(height=300) as visit:
            visit.page.add_init_script(
                "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
            )
            visit.page.route(image, lambda route: route.abort())
            visit.page.goto(f"{live_blog.address}all.html")
            visit.page.context.set_offline(True)
            found = demo(visit.page, "manifold")
            found.get_by_role("button").click()
            expect(found.get_by_role("status")).to_contain_text("you are offline")
            visit.page.context.set_offline(False)
            visit.page.unroute(image)
            found.get_by_role("button").click()
            expect(said(found)).to_be_visible()

    def test_a_worker_that_stops_in_the_middle(self, live_blog: Blog, view: View) -> None:
        with view() as visit:
            visit.page.add_init_script(
                "const Real = Worker; globalThis.workers = [];"
                "globalThis.Worker = class extends Real { constructor(...given) {"
                " super(...given); workers.push(this) } }"
            )
            visit.page.goto(f"{live_blog.address}samples.html")
            found = activate(visit.page, "samples")
            visit.page.evaluate("""() => {
                for (const worker of workers) {
                    worker.postMessage = () => worker.dispatchEvent(new ErrorEvent("error"))
                }
            }""")
            found.get_by_role("button", name="Sample again").click()
            expect(said(found)).to_contain_text("the script that runs the model", ignore_case=True)
            found.get_by_role("button", name="Try again").press("Enter")
            expect(said(found)).to_contain_text("10 new samples")
            expect(found.get_by_role("button", name="Try again")).to_have_count(0)
            expect(found.locator("button:focus")).to_have_count(1)  # not lost with that button
            assert visit.page.evaluate("workers.length") == 2

    @pytest.mark.parametrize("message", ["RangeError: could not allocate memory", "Out of memory"])
    def test_too_little_memory(self, live_blog: Blog, view: View, message: str) -> None:
        with view() as visit:
            failing = f"WebAssembly.instantiate = () => Promise.reject(new Error({message!r}));"
            change_worker(visit.page, live_blog, failing)
            visit.page.goto(f"{live_blog.address}samples.html")
            found = demo(visit.page, "samples")
            found.get_by_role("button").click()
            expect(found.get_by_role("status")).to_contain_text("too little free memory")
            visit.page.unroute("**/worker.js*")
            found.get_by_role("button").click()
            expect(said(found)).to_be_visible()

    def test_files_on_another_origin(self, live_blog: Blog, view: View) -> None:
        with view(bypass_csp=True) as visit:
            elsewhere = live_blog.address.replace("127.0.0.1", "localhost")
            visit.page.goto(f"{live_blog.address}samples.html")
            found = demo(visit.page, "samples")
            source = found.get_attribute("data-src") or ""
            visit.page.add_init_script(
                "document.addEventListener('DOMContentLoaded', () => {"
                f" document.querySelector('research-demo').dataset.src = {elsewhere + source[2:]!r} }})"
            )
            visit.page.reload()
            found.get_by_role("button").click()
            expect(found.get_by_role("status")).to_contain_text("http://localhost:")
            expect(found.get_by_role("status")).to_contain_text("does not let this page read")
            found.evaluate("(figure, source) => figure.dataset.src = source", source)
            found.get_by_role("button").click()
            expect(said(found)).to_be_visible()

    def test_where_the_script_does_not_load_the_line_is_true(self, live_blog: Blog, view: View) -> None:
        with view() as visit:
            visit.page.route("**/element.js", lambda route: route.abort())
            visit.page.goto(f"{live_blog.address}samples.html")
            expect(demo(visit.page, "samples")).to_contain_text("in a browser that runs its script")

    def test_workers_are_few_and_end(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "samples") as visit:
            page = visit.page
            page.evaluate(
                """() => {
                    const figure = document.querySelector("research-demo"), {decoder} = figure.dataset
                    for (let i = 0; i < 12; i += 1) {
                        const copy = figure.cloneNode(true)
                        for (const made of copy.querySelectorAll("[class$=over], [class$=spoken]")) {
                            made.remove()
                        }
                        copy.dataset.decoder = `${decoder}?${i}`
                        figure.after(copy)
                    }
                }"""
            )
            for figure in page.locator("research-demo").all():
                figure.get_by_role("button").first.click()
                expect(said(figure)).to_be_visible()
            assert len(page.workers) <= 4
            first = page.locator("research-demo").nth(1)  # its worker has ended, and begins again
            first.get_by_role("button", name="Sample again").click()
            until(first, f"figure => ({SHEET_DIFFERENCE})(figure) > 20 && ({SHEET_DIFFERENCE})(figure) < 255")
            assert len(page.workers) <= 4

    def test_a_worker_without_work_ends(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "samples") as visit:
            visit.page.clock.install()
            visit.page.reload()
            found = activate(visit.page, "samples")
            assert len(visit.page.workers) == 1
            visit.page.clock.fast_forward(70_000)
            expect(found).to_be_visible()
            assert len(visit.page.workers) == 0
            found.get_by_role("button", name="Sample again").click()
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) > 20")


class TestTruth:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("kind", ["samples", "interpolation", "manifold"])
    def test_paper_and_tiles_have_the_colour_of_the_page(
        self, live_blog: Blog, view: View, kind: str, scheme: str
    ) -> None:
        with opened(view, live_blog, f"blank-{kind}", color_scheme=scheme, bypass_csp=True) as visit:
            visit.page.add_style_tag(content=THEME + ".research-demo-mark { visibility: hidden }")
            found = activate(visit.page, kind)
            paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
            colour = np.array([int(part) for part in paper[4:-1].split(",")])
            actions = {
                "samples": ["Sample again", "First samples"],
                "interpolation": ["Straight"],
                "manifold": [],
            }
            for name in [*actions[kind], ""]:
                surfaces = [*found.locator("canvas").all()]
                for surface in surfaces:
                    inner = pixels(surface)[6:-6, 6:-6]
                    assert np.abs(inner - colour).max() <= 2, (name, surface.get_attribute("class"))
                if name:
                    found.get_by_role("button", name=name).click()
                    visit.page.wait_for_timeout(100)
                else:
                    assert surfaces

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_the_pad_too(self, live_blog: Blog, view: View, scheme: str) -> None:
        with opened(view, live_blog, "draw", color_scheme=scheme, bypass_csp=True) as visit:
            visit.page.add_style_tag(content=THEME + ".research-demo-mark { visibility: hidden }")
            found = activate(visit.page, "draw")
            found.get_by_role("button", name="Clear").click()
            expect(said(found)).to_have_text("The pad is empty")
            paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
            colour = np.array([int(part) for part in paper[4:-1].split(",")])
            inner = pixels(found.locator(".research-demo-over"))
            third = inner.shape[1] // 3
            for part in (inner[6:-6, 6 : third - 6], inner[6:-6, third + 6 : -6]):
                assert np.abs(part - colour).max() <= 2

    def test_the_multiplier_acts_at_once(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "reconstructions") as visit:
            found = activate(visit.page, "reconstructions")
            multiplier = found.get_by_role("slider", name="σ multiplier")
            assert multiplier.get_attribute("aria-valuetext") == "0.0 σ"  # as the static image shows it
            multiplier.fill("2")
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) > 5 && ({SHEET_DIFFERENCE})(figure) < 255")
            expect(said(found)).to_contain_text("a sample from its posterior")

    def test_names_of_images_follow_what_they_show(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "samples") as visit:
            found = activate(visit.page, "samples")
            found.get_by_role("button", name="Sample again").click()
            expect(found.get_by_role("img", name="10 new samples, temperature 1.00")).to_have_count(1)
            found.get_by_role("slider").fill("0.5")
            expect(found.get_by_role("img", name="10 new samples, temperature 0.50")).to_have_count(1)
            found.get_by_role("slider").fill("1")
            found.get_by_role("button", name="First samples").click()
            expect(found.get_by_role("img", name="Images that a model of chance drew")).to_have_count(1)

    def test_the_texts_of_compared_images_are_true_of_each(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "compare", java_script_enabled=False) as visit:
            found = demo(visit.page, "compare")
            expect(found).to_have_attribute("role", "group")
            expect(found).to_have_attribute("aria-label", "Images that a model of chance drew")
            texts = [image.get_attribute("alt") for image in found.locator("img").all()]
            assert texts == [f"{name}: images that this model generated" for name in ("digits", "plane")]


class TestSpeech:
    @pytest.mark.parametrize("kind", KINDS)
    def test_one_region_speaks_once_for_each_key(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind) as visit:
            page, found = visit.page, activate(visit.page, kind)
            controls = [*found.get_by_role("slider").all(), *found.get_by_role("application").all()]
            page.evaluate(LISTEN)
            for control in controls:
                if kind in ("draw", "posterior") or (
                    kind == "classify" and control.get_attribute("role") == "application"
                ):
                    found.get_by_role("button", name="Pen down").click()
                control.focus()
                heard = 0
                for key in ("ArrowLeft", "ArrowRight"):
                    page.evaluate("heard.length = 0")
                    before = said(found).inner_text()
                    page.keyboard.press(key)
                    page.wait_for_timeout(900)
                    spoken = page.evaluate("heard")
                    # At the end of a slider nothing happens, and nothing is said.
                    assert len(spoken) == (said(found).inner_text() != before or len(spoken)), spoken
                    assert len(spoken) <= 1, spoken
                    heard += len(spoken)
                assert heard >= 1

    def test_values_are_in_the_value_text_alone(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "samples") as visit:
            found = activate(visit.page, "samples")
            found.get_by_role("slider", name="Temperature", exact=True).press("ArrowRight")
            expect(found.get_by_role("slider")).to_have_attribute("aria-valuetext", "1.05")
            expect(found.locator("output")).to_have_count(0)

    def test_playing_is_silent_until_its_end(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "training") as visit:
            found = activate(visit.page, "training")
            visit.page.evaluate(LISTEN)
            found.get_by_role("button", name="Play").click()
            expect(said(found)).to_have_text("Latent 1 after epoch 1")
            expect(found.get_by_role("button", name="Stop")).to_have_count(1)
            expect(found.get_by_role("status")).to_have_text("Played to the end: latent 1 after epoch 5")
            assert visit.page.evaluate("heard") == ["Played to the end: latent 1 after epoch 5"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_focus_lands_on_a_control_that_acts(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind) as visit:
            found = demo(visit.page, kind)
            found.get_by_role("button").focus()
            visit.page.keyboard.press("Enter")
            expect(said(found)).to_be_visible()
            hint = said(found).inner_text()
            focused = found.locator(":focus")
            expect(focused).to_have_count(1)
            is_button = focused.evaluate("control => control.localName === 'button'")
            visit.page.keyboard.press("Enter" if is_button else "ArrowRight")
            expect(said(found)).not_to_have_text(hint)

    @pytest.mark.parametrize("kind", sorted(set(KINDS) - {"samples", "compare", "train"}))
    def test_sheets_are_operable_and_named(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind) as visit:
            found = activate(visit.page, kind)
            sheet = found.get_by_role("application")
            expect(sheet).to_have_attribute("tabindex", "0")
            assert "arrow keys" in (sheet.get_attribute("aria-label") or "")

    def test_what_is_said_is_heard(self, live_blog: Blog, view: View) -> None:
        with view() as visit:
            visit.page.route("**/*.wasm", lambda route: route.abort())
            visit.page.goto(f"{live_blog.address}heavy.html")
            region = demo(visit.page, "samples").get_by_role("status")
            expect(region).to_have_text("")  # it is there before it speaks
            region.evaluate("region => region.dataset.same = ''")
            demo(visit.page, "samples").get_by_role("button").click()
            expect(region).to_contain_text("Still a static image")
            expect(region).to_have_attribute("data-same", "")
            assert visit.page.locator("[aria-busy=true]").count() == 0


class TestSmall:
    @pytest.mark.parametrize("post", ["all", "german-draw-de", "german-samples-de"])
    def test_controls_are_large_and_sliders_long_at_320(self, live_blog: Blog, view: View, post: str) -> None:
        with opened(view, live_blog, post, width=320, bypass_csp=True) as visit:
            visit.page.add_style_tag(content=THEME)
            for figure in visit.page.locator("research-demo").all():
                figure.get_by_role("button").click()
                expect(said(figure)).to_be_visible()
                panel = box_of(figure.locator(".research-demo-panel"))
                controls = figure.locator(PANEL).all()
                for one, box in zip(controls, boxes(figure.locator(PANEL)), strict=True):
                    assert min(box["width"], box["height"]) >= 44
                    assert one.get_attribute("type") != "range" or box["width"] >= 120
                    assert box["x"] >= panel["x"]
                    assert box["x"] + box["width"] <= panel["x"] + panel["width"]
                    assert box["y"] + box["height"] <= panel["y"] + panel["height"]
                for a, first in enumerate(boxes(figure.locator(":is(button, input)"))):
                    for second in boxes(figure.locator(":is(button, input)"))[a + 1 :]:
                        assert (
                            first["x"] + first["width"] <= second["x"] + 0.5
                            or first["y"] + first["height"] <= second["y"] + 0.5
                        )
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    @pytest.mark.parametrize("width", [480, 640, 800, 1280, 2560])
    def test_compared_images_stand_side_by_side_in_our_theme(
        self, live_blog: Blog, view: View, width: int
    ) -> None:
        with opened(view, live_blog, "compare", width=width, bypass_csp=True) as visit:
            visit.page.add_style_tag(content=THEME)
            one, other = boxes(demo(visit.page, "compare").locator("img"))
            assert one["y"] == other["y"]
            assert one["x"] + one["width"] <= other["x"]

    def test_right_to_left(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "arabic-ar") as visit:
            visit.page.evaluate("document.documentElement.dir = 'rtl'")
            found = demo(visit.page, "manifold")
            for isolated in (
                found.locator(".research-demo-panel"),
                visit.page.locator(".research-number"),
            ):
                assert isolated.evaluate("each => [each.lang, getComputedStyle(each).direction]") == [
                    "en",
                    "ltr",
                ]
            activate(visit.page, "manifold")
            slider, over = found.get_by_role("slider", name="z₁"), found.locator(".research-demo-over")
            assert slider.evaluate("slider => getComputedStyle(slider).direction") == "ltr"
            visit.page.mouse.click(*middle(over, 0.95, 0.5))
            assert float(slider.input_value()) > 180
            slider.press("ArrowRight")  # to the right, in the plane as on the slider
            mark = box_of(found.locator(".research-demo-mark"))
            assert mark["x"] > box_of(over)["x"] + 0.7 * box_of(over)["width"]

    def test_figures_speak_the_language_of_the_post(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "german-samples-de") as visit:
            found = demo(visit.page, "samples")
            expect(found.locator(".research-demo-panel")).to_have_attribute("lang", "de")
            expect(visit.page.locator(".research-number")).to_have_text("Abbildung\N{NO-BREAK SPACE}1.")
            found.get_by_role("button", name="Selbst ausprobieren").click()
            found.get_by_role("button", name="Neu ziehen").click()
            expect(said(found)).to_have_text("10 neue Bilder, Temperatur 1,00")


class TestProgress:
    def test_images_appear_as_they_are_computed_and_the_newest_request_wins(
        self, live_blog: Blog, view: View
    ) -> None:
        slow = """const post = self.postMessage.bind(self)
            self.postMessage = (...message) => {
                for (const end = performance.now() + 30; performance.now() < end;);
                post(...message)
            };"""
        with view() as visit:
            change_worker(visit.page, live_blog, slow)
            visit.page.goto(f"{live_blog.address}samples.html")
            found = activate(visit.page, "samples")
            visit.page.evaluate(COUNT_IMAGES)
            # All in the page: between two calls of a test, a slow machine may draw everything.
            drawn = visit.page.evaluate("""async () => {
                const press = name =>
                    [...document.querySelectorAll("button")].find(each => each.textContent === name).click()
                press("Sample again")
                while (!drawn.length) await new Promise(resolve => setTimeout(resolve))
                press("First samples")
                return drawn.length
            }""")
            assert drawn < 10
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")
            assert visit.page.evaluate("drawn.length") < 20  # what was asked before was given up


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_forced_colours_show_all_there_is(live_blog: Blog, view: View, kind: str, scheme: str) -> None:
    with opened(view, live_blog, kind, forced_colors="active", color_scheme=scheme) as visit:
        found = activate(visit.page, kind)
        for control in found.get_by_role("button").all():
            assert control.evaluate("button => getComputedStyle(button).borderTopStyle") == "solid"
        shot = pixels(found.locator(".research-demo-over").first)
        assert shot.max() - shot.min() > 60  # images are seen


def test_without_scripts_and_on_paper_no_room_is_kept(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "samples", java_script_enabled=False) as visit:
        panel = box_of(visit.page.locator(".research-demo-panel"))
        assert panel["height"] <= box_of(visit.page.locator(".research-demo-panel p"))["height"] + 2
    with opened(view, live_blog, "samples") as visit:
        for is_active in (False, True):
            visit.page.emulate_media(media="print")
            expect(visit.page.locator(".research-demo-panel")).to_be_hidden()
            visit.page.emulate_media(media="screen")
            if not is_active:
                activate(visit.page, "samples")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_any_state(live_blog: Blog, view: View, width: int, scheme: str) -> None:
    held: list[Route] = []
    with view(width, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce") as visit:
        visit.page.route("**/heavy-decoder.*", lambda route: held.append(route))
        for post in ("all", "heavy"):
            visit.page.goto(f"{live_blog.address}{post}.html")
            visit.page.add_style_tag(content=THEME)
            visit.page.evaluate(AXE.read_text(encoding="utf-8"))
            states = ["offered", "active"] if post == "all" else ["offered", "loading", "failed"]
            for state in states:
                if state == "active":
                    for kind in KINDS:
                        activate(visit.page, kind)
                if state == "loading":
                    visit.page.get_by_role("button", name="Try it").click()
                    expect(visit.page.get_by_role("progressbar")).to_be_visible()
                if state == "failed":
                    held[0].abort()
                    expect(visit.page.get_by_role("button", name="Try again")).to_be_visible()
                found = visit.page.evaluate("async () => (await axe.run('research-demo')).violations")
                assert not [(state, rule["id"], rule["nodes"][0]["html"]) for rule in found]
