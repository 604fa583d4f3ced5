"""Interactive figures: by mouse, finger and keyboard, at a strict host, and on a bad connection."""

import io
import re
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import onnx
import pytest
from graphs import RNG
from PIL import Image
from playwright.sync_api import expect
from research.demos.compile.runtime import run_graph, run_program

from browser.chromium import ROOT
from browser.conftest import View
from browser.figures import (
    CONDITIONAL,
    DIGEST,
    INK,
    KINDS,
    SHEET_DIFFERENCE,
    SUM,
    Blog,
    activate,
    boxes,
    demo,
    opened,
    said,
    until,
)

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LAYOUT_SHIFT = """() => new Promise(resolve => {
    new PerformanceObserver(list => resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))
        .observe({type: "layout-shift", buffered: true})
    setTimeout(resolve, 200, 0)
})"""
#: The same between the lens and a cell of the static image, in a row above which stands no gap.
LENS_DIFFERENCE = """(figure, [row, column]) => {
    const image = figure.querySelector("img"), lens = figure.querySelector(".research-demo-lens")
    const {width, height} = lens
    const cell = Object.assign(document.createElement("canvas"), {width, height})
    cell.getContext("2d").drawImage(image, column * width, row * height, width, height, 0, 0, width, height)
    const pixels = each => each.getContext("2d").getImageData(0, 0, width, height).data
    const [a, b] = [pixels(cell), pixels(lens)]
    return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)
}"""

#: Notes what the figure's live region says.
LISTEN = """() => {
    window.heard = []
    const region = document.querySelector("research-demo [role=status]")
    new MutationObserver(() => heard.push(region.textContent)).observe(region, {childList: true})
}"""
#: The corners of a path: absolute ones after M and L, steps after l.
CORNERS = """d => {
    const numbers = d.match(/-?\\d+/g).map(Number), corners = []
    for (let i = 0; i < numbers.length; i += 2) {
        const [a, b] = d.includes("L") || !i ? [0, 0] : corners.at(-1)
        corners.push([a + numbers[i], b + numbers[i + 1]])
    }
    return corners
}"""

#: What a published program makes of latents, in the page itself.
RUN = """async ([url, latents, size, output]) => {
    const {instance} = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer())
    const {init, run, input, output: at, memory} = instance.exports
    init()
    const made = []
    for (let i = 0; i < latents.length; i += size) {
        new Float32Array(memory.buffer, input(0), size).set(latents.slice(i, i + size))
        run()
        made.push(...new Float32Array(memory.buffer, at(0), output))
    }
    return made
}"""


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    @pytest.mark.parametrize("width", [1280, 320])
    def test_becomes_active_where_it_stands(self, live_blog: Blog, view: View, kind: str, width: int) -> None:
        with opened(view, live_blog, "all", width=width) as visit:
            found = demo(visit.page, kind)
            found.scroll_into_view_if_needed()
            before = [found.bounding_box(), *boxes(found.locator("img"))]
            activate(visit.page, kind)
            assert [found.bounding_box(), *boxes(found.locator("img"))] == before
            assert boxes(found.locator(".research-demo-sheet > .research-demo-over")) == before[1:]
            assert visit.page.evaluate(LAYOUT_SHIFT) == 0
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_has_controls_that_a_finger_hits(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind, width=360, height=740, has_touch=True, is_mobile=True) as visit:
            demo(visit.page, kind).locator("img, .research-demo-plane > svg").first.tap()
            expect(said(demo(visit.page, kind))).not_to_be_empty()
            panel = demo(visit.page, kind).locator(".research-demo-panel").bounding_box()
            for control in demo(visit.page, kind).locator("button, input, select").all():
                box = control.bounding_box()
                assert box
                assert panel
                assert min(box["width"], box["height"]) >= 44
                assert box["y"] + box["height"] <= panel["y"] + panel["height"] + 0.5

    @pytest.mark.parametrize("active", [False, True])
    def test_axe_finds_nothing(self, live_blog: Blog, view: View, kind: str, active: bool) -> None:
        with opened(view, live_blog, kind, bypass_csp=True) as visit:
            if active:
                activate(visit.page, kind)
            visit.page.evaluate(AXE.read_text(encoding="utf-8"))
            found = visit.page.evaluate("async () => (await axe.run('research-demo')).violations")
            assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found]

    def test_answers_to_the_keyboard_alone(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind, reduced_motion="reduce") as visit:
            found = demo(visit.page, kind)
            found.get_by_role("button").focus()
            visit.page.keyboard.press("Enter")
            expect(said(found)).not_to_be_empty()
            focused = found.locator(":focus")
            expect(focused).to_have_count(1)  # on the first control, not lost with the button
            before = said(found).inner_text()
            if kind == "draw":
                found.get_by_role("button", name="Clear").press("Enter")
                expect(said(found)).not_to_have_text(before)
                before = found.evaluate(SUM)
                found.get_by_role("button", name="Pen down").press("Space")
                found.get_by_role("application").press("ArrowRight")
                visit.page.wait_for_function(
                    f"([figure, sum]) => ({SUM})(figure) > sum", arg=[found.element_handle(), before]
                )
                return
            found.get_by_role("slider").first.focus()
            visit.page.keyboard.press("ArrowLeft" if kind in ("training", "steps") else "ArrowRight")
            expect(said(found)).not_to_have_text(before)

    def test_stays_an_image_without_scripts(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind, java_script_enabled=False) as visit:
            found = demo(visit.page, kind)
            expect(found).to_contain_text("A static image")
            expect(found.get_by_role("button")).to_have_count(0)
            assert all(boxes(found.locator("img")))
            assert not [url for url in visit.requests if "/live." in url or ".wasm" in url]


class TestSamePixels:
    @pytest.mark.parametrize(
        ("post", "kind"),
        [
            ("samples", "samples"),
            ("compare", "compare"),
            ("interpolation", "interpolation"),
            ("colour", "samples"),
            ("odd", "samples"),  # by onnxruntime-web
        ],
    )
    def test_sheets(self, live_blog: Blog, view: View, post: str, kind: str) -> None:
        with opened(view, live_blog, post) as visit:
            found = activate(visit.page, kind)
            for button in (
                ("Straight", "Straight") if kind == "interpolation" else ("Sample again", "First samples")
            ):
                before = found.evaluate(DIGEST)
                found.get_by_role("button", name=button).click()
                until(found, f"figure => ({DIGEST})(figure) !== {before}")
            assert found.evaluate(SHEET_DIFFERENCE) <= 2

    def test_pad(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "draw") as visit:
            assert activate(visit.page, "draw").evaluate(SHEET_DIFFERENCE) <= 2

    def test_pad_by_onnxruntime_web(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "odd-draw") as visit:
            found = activate(visit.page, "draw")
            assert found.evaluate(SHEET_DIFFERENCE) <= 2
            found.get_by_role("button", name="Pen down").click()
            before = found.evaluate(DIGEST)
            found.locator(".research-demo-over").press("ArrowRight")
            until(found, f"figure => ({DIGEST})(figure) !== {before}")
            assert [url for url in visit.requests if re.search(r"odd-digits-encoder\.\w+\.onnx", url)]

    def test_reconstructions(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "reconstructions") as visit:
            found = activate(visit.page, "reconstructions")
            multiplier = found.get_by_role("slider", name="σ multiplier")
            multiplier.press("ArrowRight")
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) < 255 && ({SUM})(figure)")
            multiplier.press("ArrowLeft")
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")

    def test_places_of_the_plane(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "manifold") as visit:
            found = activate(visit.page, "manifold")
            across, up = found.get_by_role("slider").all()
            for row, column in ((0, 0), (1, 3), (4, 4)):
                before = said(found).inner_text()
                # Of the sliders' 200 steps each cell has 40, so that its middle is one of them.
                across.fill(str(20 + 40 * column))
                up.fill(str(180 - 40 * row))
                expect(said(found)).not_to_have_text(before)
                visit.page.wait_for_timeout(50)
                assert found.evaluate(LENS_DIFFERENCE, [row, column]) <= 2

    @pytest.mark.parametrize("kind", ["interpolation", "traversals", "training"])
    def test_cells_that_are_picked(self, live_blog: Blog, view: View, kind: str) -> None:
        with opened(view, live_blog, kind) as visit:
            found = activate(visit.page, kind)
            over = found.locator(".research-demo-over")
            rows, columns = {"interpolation": (2, 7), "traversals": (3, 7), "training": (3, 5)}[kind]
            box = over.bounding_box()
            assert box
            for row, column in ((0, 0), (1, 2), (rows - 1, columns - 1)):
                before = said(found).inner_text()
                x, y = (column + 0.5) / columns * box["width"], (row + 0.5) / rows * box["height"]
                over.click(position={"x": x, "y": y})
                expect(said(found)).not_to_have_text(before)
                assert found.evaluate(LENS_DIFFERENCE, [row, column]) <= 2


@pytest.mark.parametrize("kind", CONDITIONAL)
def test_readers_choose_a_class(live_blog: Blog, view: View, kind: str) -> None:
    with opened(view, live_blog, f"conditional-{kind}") as visit:
        found = demo(visit.page, kind)
        before = found.bounding_box()
        activate(visit.page, kind)
        assert found.bounding_box() == before
        classes = found.get_by_role("combobox", name="y")
        assert classes.locator("option").all_inner_texts() == ["0", "1", "2"]
        classes.select_option("2")
        until(found, f"figure => ({SHEET_DIFFERENCE})(figure) > 20 && ({SUM})(figure)")
        classes.select_option("0")
        until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")


def test_page_wasmtime_and_onnx_runtime_compute_the_same(live_blog: Blog, view: View) -> None:
    (published,) = (live_blog.folder / "demos").glob("plane-decoder.*.wasm")
    program = published.read_bytes()
    (quantized,) = (
        path.with_name("quantized.onnx")
        for path in (live_blog.root / "build" / "cache" / "programs").glob("*/program.wasm")
        if path.read_bytes() == program
    )
    latents = RNG.standard_normal((16, 2)).astype(np.float32)
    with opened(view, live_blog, "manifold") as visit:
        found = visit.page.evaluate(RUN, [f"demos/{published.name}", latents.ravel().tolist(), 2, 784])
    page = np.array(found, np.float32).reshape(16, 1, 28, 28)
    expected = run_graph(onnx.load(quantized), latents)[0]
    assert np.abs(page - expected).max() < 1e-5
    assert np.abs(page - run_program(program, latents, [(1, 28, 28)])[0]).max() < 1e-5
    assert expected.std() > 0.05


class TestManifold:
    def test_follows_the_pointer(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "manifold") as visit:
            found = activate(visit.page, "manifold")
            box = found.locator("img").bounding_box()
            assert box
            mouse, heard = visit.page.mouse, []
            mouse.move(box["x"] + 10, box["y"] + 10)
            mouse.down()
            for step in range(1, 5):
                mouse.move(box["x"] + 10 + 30 * step, box["y"] + 10 + 20 * step)
                visit.page.wait_for_timeout(50)
                heard.append(said(found).inner_text())
            mouse.up()
            assert len(set(heard)) == 4
            mouse.move(box["x"] + 5, box["y"] + 5)
            assert said(found).inner_text() == heard[-1]

    def test_arrow_keys_move_across_the_plane(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "manifold") as visit:
            found = activate(visit.page, "manifold")
            found.get_by_role("application").focus()
            for _ in range(10):
                visit.page.keyboard.press("ArrowUp")
            expect(said(found)).to_have_text("At (0.00, 0.26)")
            across, up = found.get_by_role("slider").all()
            assert across.get_attribute("aria-valuetext") == "0.00"
            assert float(up.get_attribute("aria-valuetext") or "") > 0.1


class TestDraw:
    @pytest.mark.parametrize("touch", [False, True])
    def test_what_is_drawn_is_read(self, live_blog: Blog, view: View, touch: bool) -> None:
        with opened(view, live_blog, "draw", has_touch=touch) as visit:
            found = activate(visit.page, "draw")
            found.get_by_role("button", name="Clear").click()
            visit.page.wait_for_function(f"figure => !({INK})(figure)[0]", arg=found.element_handle())
            before = found.evaluate(INK)
            pad = found.locator(".research-demo-over").bounding_box()
            assert pad
            places = [
                (pad["x"] + pad["width"] * (0.1 + 0.03 * i), pad["y"] + pad["height"] / 2) for i in range(5)
            ]
            if touch:
                found.get_by_role("button", name="Pen down").click()
                tools = visit.page.context.new_cdp_session(visit.page)
                for i, (x, y) in enumerate(places):
                    kind = "touchMove" if i else "touchStart"
                    tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
                tools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            else:
                visit.page.mouse.move(*places[0])
                visit.page.mouse.down()
                for x, y in places:
                    visit.page.mouse.move(x, y)
                visit.page.mouse.up()
            visit.page.wait_for_function(
                f"([figure, made]) => ({INK})(figure)[1] !== made", arg=[found.element_handle(), before[1]]
            )
            assert found.evaluate(INK)[0] > 1000
            # What is drawn stands in the place of the static image, not on it.
            expect(found.locator("img")).to_be_hidden()
            expect(found.get_by_role("img", name="Your drawing")).to_have_count(1)
            expect(said(found)).to_contain_text("likeliest classes")


class TestOtherKinds:
    def test_new_samples_are_drawn_and_the_first_come_back(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "samples") as visit:
            found = activate(visit.page, "samples")
            found.get_by_role("button", name="Sample again").click()
            expect(said(found)).to_contain_text("10 new samples")
            assert found.evaluate(SHEET_DIFFERENCE) > 20
            found.get_by_role("button", name="First samples").click()
            expect(said(found)).to_contain_text("The first 10 samples")
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")

    def test_models_are_compared_on_the_same_draws(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "compare") as visit:
            found = activate(visit.page, "compare")
            assert found.locator(".research-demo-heading").all_inner_texts() == ["digits", "plane"]
            expect(found.get_by_role("img", name="plane: images")).to_have_count(1)
            found.get_by_role("button", name="Sample again").click()
            expect(said(found)).to_contain_text("6 new samples, the same draws for both models")
            expect(found.locator("canvas")).to_have_count(2)
            assert found.evaluate(SHEET_DIFFERENCE) > 20

    @pytest.mark.parametrize(("width", "aside"), [(1280, True), (390, False)])
    def test_models_stand_side_by_side_where_there_is_room(
        self, live_blog: Blog, view: View, width: int, aside: bool
    ) -> None:
        with opened(view, live_blog, "compare", width=width) as visit:
            one, other = boxes(demo(visit.page, "compare").locator("img"))
            assert (one["y"] == other["y"]) is aside
            assert one["x"] + one["width"] <= other["x"] or one["y"] + one["height"] <= other["y"]

    def test_straight_ways_differ_from_turning_ones(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "interpolation") as visit:
            found = activate(visit.page, "interpolation")
            found.get_by_role("button", name="Straight").click()
            visit.page.wait_for_function(
                f"figure => ({SHEET_DIFFERENCE})(figure) > 5", arg=found.element_handle()
            )

    def test_traversals_name_their_dimension(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "traversals") as visit:
            found = activate(visit.page, "traversals")
            dimensions = found.locator("li").all_inner_texts()
            found.get_by_role("application").press("ArrowDown")
            expect(said(found)).to_contain_text(f"Dimension {dimensions[1]} at")
            assert len(set(dimensions)) == 3

    def test_a_posterior_is_sampled(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "reconstructions") as visit:
            found = activate(visit.page, "reconstructions")
            expect(found.get_by_role("img", name="Images that a model")).to_have_count(1)
            found.get_by_role("button", name="Sample").click()
            expect(said(found)).to_contain_text("a sample from its posterior")
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) > 5")
            expect(found.get_by_role("img", name="a sample from its posterior")).to_have_count(2)
            found.get_by_label("σ multiplier").fill("0")
            expect(said(found)).to_contain_text("the mean of its posterior")
            until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")
            expect(found.get_by_role("img", name="Images that a model")).to_have_count(1)

    def test_epochs_play_unless_motion_is_unwanted(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "training") as visit:
            found = activate(visit.page, "training")
            found.get_by_role("button", name="Play").click()
            expect(said(found)).to_have_text("Latent 1 after epoch 0")
            expect(said(found)).to_have_text("Played to the end: latent 1 after epoch 5")
        with opened(view, live_blog, "training", reduced_motion="reduce") as visit:
            expect(activate(visit.page, "training").get_by_role("button")).to_have_count(0)


class TestLine:
    def test_nothing_is_fetched_before_it_is_near(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "all", height=900) as visit:
            with visit.page.expect_request("**/*-samples.*.json"):
                demo(visit.page, "samples").scroll_into_view_if_needed()
            assert not [url for url in visit.requests if "training" in url and url.endswith(".json")]
            with visit.page.expect_request("**/*-training.*.json"):
                demo(visit.page, "training").hover()

    def test_a_finger_on_the_button_has_the_figure_fetched_and_one_beside_it_has_not(
        self, live_blog: Blog, view: View
    ) -> None:
        with opened(view, live_blog, "samples", has_touch=True) as visit:
            found = demo(visit.page, "samples")
            tools = visit.page.context.new_cdp_session(visit.page)
            send = partial(tools.send, "Input.dispatchTouchEvent")
            for place in (found.locator("img"), found.get_by_role("button")):
                box = place.bounding_box()
                assert box
                assert not found.get_attribute("data-near")
                send({"type": "touchStart", "touchPoints": [{"x": box["x"] + 30, "y": box["y"] + 15}]})
                send({"type": "touchCancel", "touchPoints": []})
            expect(found.get_by_role("button")).to_have_text("Try it yourself (loaded)")
            expect(found).to_have_attribute("data-near", "")

    def test_controls_are_laid_out_before_the_button_is_pressed(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "manifold") as visit:
            found = demo(visit.page, "manifold")
            expect(found.get_by_role("button")).to_have_text("Try it yourself (loaded)")
            slider = found.locator("input").first.element_handle()
            assert slider
            place = slider.bounding_box()
            assert place
            assert place["width"] >= 120
            assert not slider.is_visible()
            expect(found.get_by_role("slider")).to_have_count(0)
            found.get_by_role("button").focus()
            visit.page.keyboard.press("Tab")
            assert not found.evaluate(
                "figure => figure.querySelector('[inert]').contains(document.activeElement)"
            )
            activate(visit.page, "manifold")
            assert slider.is_visible()
            expect(found.locator("[inert]")).to_have_count(0)

    def test_what_is_fetched_before_it_is_asked_for_is_bounded(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "all") as visit:
            for kind in KINDS:
                demo(visit.page, kind).scroll_into_view_if_needed()
                visit.page.wait_for_timeout(700)
            names = {Path(urlsplit(url).path).name for url in visit.requests if "/demos/" in url}
            sent = sum(
                (live_blog.folder / "demos" / name).stat().st_size for name in names if ".wasm" in name
            )
            assert 0 < sent < 64_000

    @pytest.mark.parametrize("line", ["{saveData: true}", "{effectiveType: '2g'}"])
    def test_a_reader_who_saves_data_is_asked_first(self, live_blog: Blog, view: View, line: str) -> None:
        thrift = f"Object.defineProperty(navigator, 'connection', {{value: {line}}})"
        with view() as visit:
            visit.page.add_init_script(thrift)
            visit.page.goto(f"{live_blog.address}samples.html")
            visit.page.wait_for_load_state("networkidle")
            assert not [url for url in visit.requests if url.endswith((".wasm", ".json"))]
            activate(visit.page, "samples")
            assert [url for url in visit.requests if url.endswith(".wasm")]

    def test_a_heavy_figure_waits_until_somebody_asks_for_it(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "heavy") as visit:
            assert int(demo(visit.page, "samples").get_attribute("data-kilobytes") or 0) > 500
            visit.page.wait_for_load_state("networkidle")
            assert not [url for url in visit.requests if url.endswith((".wasm", ".json"))]
            activate(visit.page, "samples")
            assert [url for url in visit.requests if url.endswith(".wasm")]

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_browser_without_wasm_keeps_the_picture_and_is_told(
        self, live_blog: Blog, view: View, kind: str
    ) -> None:
        with view() as visit:
            visit.page.add_init_script("delete globalThis.WebAssembly")
            visit.page.goto(f"{live_blog.address}{kind}.html")
            if kind == "training":  # which computes nothing
                activate(visit.page, kind)
                return
            expect(demo(visit.page, kind)).to_contain_text("does not run WebAssembly")
            expect(demo(visit.page, kind).get_by_role("button")).to_have_count(0)
            assert all(boxes(demo(visit.page, kind).locator("img")))

    def test_the_encoder_is_fetched_for_those_who_activate_the_pad(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "draw") as visit:
            with visit.page.expect_request("**/digits-decoder.*"):
                demo(visit.page, "draw").hover()
                demo(visit.page, "draw").hover(position={"x": 40, "y": 40})  # or it would only rest
            assert not [url for url in visit.requests if "digits-encoder" in url]
            with visit.page.expect_request("**/digits-encoder.*.wasm"):
                activate(visit.page, "draw")

    def test_a_pad_whose_encoder_fails_says_so_and_tries_again(self, live_blog: Blog, view: View) -> None:
        with view() as visit:
            visit.page.route("**/digits-encoder.*.wasm", lambda route: route.abort())
            visit.page.goto(f"{live_blog.address}draw.html")
            found = activate(visit.page, "draw")
            over = found.locator(".research-demo-over")
            over.click(position={"x": 30, "y": 30})
            expect(said(found)).to_contain_text("the server could not be reached", ignore_case=True)
            assert found.evaluate(INK)[0] > 0
            visit.page.unroute("**/digits-encoder.*.wasm")
            found.get_by_role("button", name="Try again").click()
            expect(said(found)).to_contain_text("Your drawing, likeliest classes")
            expect(found.get_by_role("button", name="Try again")).to_have_count(0)

    def test_a_failed_download_is_said_and_can_be_tried_again(self, live_blog: Blog, view: View) -> None:
        with view() as visit:
            visit.page.route("**/*.wasm", lambda route: route.abort())
            visit.page.goto(f"{live_blog.address}samples.html")
            found = demo(visit.page, "samples")
            before = found.bounding_box()
            found.get_by_role("button").click()
            expect(found.get_by_role("status")).to_contain_text("Still a static image")
            assert found.bounding_box() == before
            expect(found.get_by_role("button", name="Try again")).to_be_visible()
            visit.page.unroute("**/*.wasm")
            found.get_by_role("button").click()  # which offers it anew, once it has been fetched meanwhile
            expect(said(found)).to_contain_text("Sample again")

    def test_a_missing_file_is_said(self, live_blog: Blog, view: View) -> None:
        with view() as visit:
            visit.page.route("**/*.json", lambda route: route.fulfill(status=404))
            visit.page.goto(f"{live_blog.address}training.html")
            demo(visit.page, "training").get_by_role("button").click()
            expect(demo(visit.page, "training").get_by_role("status")).to_contain_text("404")

    def test_works_offline_once_loaded(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "samples") as visit:
            found = activate(visit.page, "samples")
            visit.page.context.set_offline(True)
            found.get_by_role("button", name="Sample again").click()
            expect(said(found)).to_contain_text("new samples")

    def test_figures_of_one_model_share_its_program(self, live_blog: Blog, view: View) -> None:
        with opened(view, live_blog, "all") as visit:
            for kind in ("samples", "interpolation", "reconstructions"):
                activate(visit.page, kind)
            programs = [url for url in visit.requests if "digits-decoder" in url]
            assert len(programs) == 1


def test_codes_are_decoded_where_one_points_and_classes_are_switched(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "latents", has_touch=True) as visit:
        found = activate(visit.page, "latents")
        plot, sheet = found.locator(".research-demo-over").all()
        width = (sheet.bounding_box() or {})["width"]
        places = []
        for column in (0, 3):  # the middle of a class is the place of its image
            sheet.click(position={"x": (column + 0.5) * width / 4, "y": 5})
            until(found, f"figure => ({LENS_DIFFERENCE})(figure, [0, {column}]) <= 2")
            places.append(found.locator(".research-demo-ring").bounding_box())
        assert places[0] != places[1]
        box = plot.bounding_box()
        assert box
        plot.tap(position={"x": 2, "y": box["height"] - 2})
        expect(said(found)).to_contain_text("at (−")
        sliders = found.get_by_role("slider").all()
        assert [float(slider.input_value()) < 5 for slider in sliders] == [True, True]
        plot.press("ArrowUp")
        expect(said(found)).to_contain_text("earest test examples")
        for label in "012":
            found.get_by_role("button", name=label, exact=True).click()
        expect(said(found)).to_contain_text("earest test examples: 3, 3, 3")
        assert plot.locator("xpath=..").locator("path[marker-mid]:visible").count() == 1
        found.get_by_role("button", name="3", exact=True).click()
        expect(said(found)).to_have_text(re.compile(r"^At \("))


#: The numbers of the table of terms: log p(x | z), the divergence with a minus, the bound, and its mean.
TERMS = """figure => [...figure.querySelectorAll(".research-demo-terms td:last-child")]
    .map(({textContent}) => parseFloat(textContent.replaceAll("−", "-")))"""
#: Where the sample stands in the plot, less the middle of the posterior.
SAMPLE = """figure => {
    const group = figure.querySelector(".research-demo-posterior")
    const [ring, circle] = ["ellipse", "circle"].map(name => group.querySelector(name))
    return ["cx", "cy"].map(name => circle.getAttribute(name) - ring.getAttribute(name))
}"""


def test_a_posterior_is_taken_in_hand(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "posterior-plane") as visit:
        page, found = visit.page, demo(visit.page, "posterior")
        static = np.array(found.evaluate(TERMS))
        activate(page, "posterior")
        # The page has computed what the build has written, to the second digit.
        assert np.abs(np.array(found.evaluate(TERMS)) - static).max() < 0.011
        found.get_by_role("button", name="New ε").click()
        until(found, f"figure => ({TERMS})(figure)[0] !== {static[0]}")
        reached, spread, bound, mean = found.evaluate(TERMS)
        assert spread == pytest.approx(static[1], abs=0.011)
        assert reached + spread == pytest.approx(bound, abs=0.011)
        assert mean == pytest.approx(static[3], abs=0.011)
        expect(said(found)).to_contain_text(f"divergence {-spread:.1f}")
        found.get_by_role("button", name="ε = 0").click()
        until(found, f"figure => ({SAMPLE})(figure).every(value => Math.abs(value) < 0.11)")
        found.get_by_role("slider", name="ε₁").fill("1.5")
        until(found, f"figure => ({SAMPLE})(figure)[0] > 1")
        assert abs(found.evaluate(SAMPLE)[1]) < 0.11
        found.locator(".research-demo-plane .research-demo-over").scroll_into_view_if_needed()
        box = found.locator(".research-demo-plane .research-demo-over").bounding_box()
        assert box
        page.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)  # far to the left: at three σ
        until(found, f"figure => ({SAMPLE})(figure)[0] < -1")
        expect(found.get_by_role("slider", name="ε₁")).to_have_value("-3")


def test_a_posterior_is_shown_step_by_step(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "posterior-plane") as visit:
        found = activate(visit.page, "posterior")
        ring, sample = (
            found.locator(f".research-demo-posterior {name}").first for name in ("ellipse", "circle")
        )
        shown = [ring, sample, found.locator(".research-demo-terms")]
        found.get_by_role("button", name="Step by step").click()
        for count in range(4):
            for at, each in enumerate(shown):
                expect(each).to_be_visible(visible=at < count)
            if count < 3:
                found.get_by_role("button", name="Next step").click()
        expect(found.get_by_role("button", name="Step by step")).to_have_count(1)


def png() -> bytes:
    """Return a dark bar on a light ground, wider than high."""
    ground = np.full((40, 60, 3), 235, np.uint8)
    ground[5:35, 27:33] = 20
    file = io.BytesIO()
    Image.fromarray(ground).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("kind", ["classify", "draw", "posterior"])
def test_an_image_of_the_readers_own_is_read_and_never_sent(live_blog: Blog, view: View, kind: str) -> None:
    with opened(view, live_blog, kind) as visit:
        page, found = visit.page, activate(visit.page, kind)
        with page.expect_file_chooser() as chooser:
            found.get_by_role("button", name="Your image").click()
        chooser.value.set_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no image"})
        expect(said(found)).to_contain_text("no image that this browser can read")
        asked = len(visit.requests)
        with page.expect_file_chooser() as chooser:
            found.get_by_role("button", name="Your image").click()
        chooser.value.set_files({"name": "bar.png", "mimeType": "image/png", "buffer": png()})
        expect(said(found)).to_contain_text("Your image stays in this page: nothing is sent")
        pixels = found.evaluate(
            """figure => [...figure.querySelector("canvas").getContext("2d").getImageData(0, 0, 28, 28).data]
                .filter((_, i) => i % 4 === 0)"""
        )
        image = np.array(pixels).reshape(28, 28)
        bar, ground = (20, 235) if kind == "classify" else (255, 0)  # its examples are not ink on paper
        assert abs(image[10:18, 13:15] - bar).max() < 56
        assert abs(image[:, [*range(8), *range(20, 28)]] - ground).max() <= 1
        assert abs(image[:4] - ground).max() <= 1
        sent = [url for url in visit.requests[asked:] if "-encoder." not in url and "worker" not in url]
        assert not sent
        # The same by the clipboard, in the place of what is there.
        found.get_by_role("button", name="Clear").click()
        until(found, f"figure => !({INK})(figure)[0]")
        page.evaluate(
            """bytes => {
                const data = new DataTransfer()
                data.items.add(new File([new Uint8Array(bytes)], "bar.png", {type: "image/png"}))
                document.activeElement.dispatchEvent(
                    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}))
            }""",
            list(png()),
        )
        until(found, f"figure => ({INK})(figure)[0] > 1000")


def test_points_are_decoded_chosen_and_sampled_as_the_build_does_it(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "points") as visit:
        page, found = visit.page, demo(visit.page, "points")
        path = found.locator("path[marker-mid]").nth(3)
        before = {tuple(place) for place in page.evaluate(CORNERS, path.get_attribute("d"))}
        activate(page, "points")
        page.evaluate("Math.random = () => 1 / 2 ** 32")  # a seed that is that of the static image
        found.get_by_role("button", name="Sample again").click()
        expect(said(found)).to_have_text("The first 30 samples")
        until(
            found, "figure => figure.querySelectorAll('path[marker-mid]')[3].getAttribute('d').includes('L')"
        )
        again = {tuple(place) for place in page.evaluate(CORNERS, path.get_attribute("d"))}
        assert len(again) > 20
        assert all(min(abs(x - a) + abs(y - b) for a, b in before) <= 2 for x, y in again)
        points, codes = found.locator(".research-demo-over").all()
        box, corner = points.bounding_box(), page.evaluate(CORNERS, path.get_attribute("d"))[0]
        assert box
        points.click(position={axis: at * box["width"] / 480 for axis, at in zip("xy", corner, strict=True)})
        expect(said(found)).to_contain_text("The posterior mean of example")
        rings = found.locator(".research-demo-ring").all()
        wide = rings[1].bounding_box()
        codes.press("ArrowUp")
        expect(said(found)).to_have_text(re.compile(r"^Z \(.*\) becomes x \("))
        assert rings[1].bounding_box() != wide
        found.get_by_role("button", name="2", exact=True).click()
        expect(said(found)).to_have_text("2: hidden")
        assert found.locator("path[marker-mid]:visible").count() == 5


def test_a_drawing_is_classified_and_examples_come_back(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "classify") as visit:
        page, found = visit.page, demo(visit.page, "classify")
        numbers = found.locator(".research-demo-bars li > :last-child")
        still = numbers.all_inner_texts()
        activate(page, "classify")
        assert numbers.all_inner_texts() == still  # as ONNX Runtime has it
        assert found.evaluate(SHEET_DIFFERENCE) <= 2
        found.get_by_role("button", name="Clear").click()
        expect(said(found)).to_have_text("The pad is empty")
        found.locator(".research-demo-over").scroll_into_view_if_needed()
        box = found.locator(".research-demo-over").bounding_box()
        assert box
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 30, box["y"] + 60, steps=4)
        page.mouse.up()
        expect(said(found)).to_contain_text(re.compile(r"^Your drawing, class \d: [\d.]+ %, class \d"))
        shares = [float(text.removesuffix(" %")) for text in numbers.all_inner_texts()]
        assert sum(shares) == pytest.approx(100, abs=0.3)
        found.get_by_role("slider", name="Example").fill("1")
        expect(said(found)).to_contain_text("Example 1, class")
        found.get_by_role("slider", name="Example").fill("2")
        found.get_by_role("button", name="Clear").click()
        found.get_by_role("button", name="Undo").click()
        expect(said(found)).to_contain_text("Example 2, class")
        assert numbers.all_inner_texts() == still


def test_a_classifier_of_colours_takes_examples_and_images(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "classify-colour") as visit:
        found = activate(visit.page, "classify")
        assert found.evaluate(SHEET_DIFFERENCE) <= 2
        found.get_by_role("slider", name="Example").press("ArrowRight")
        expect(said(found)).to_contain_text("Example 3, class")
        with visit.page.expect_file_chooser() as chooser:
            found.get_by_role("button", name="Your image").click()
        red = io.BytesIO()
        Image.new("RGB", (30, 30), (200, 40, 60)).save(red, "PNG")
        chooser.value.set_files({"name": "red.png", "mimeType": "image/png", "buffer": red.getvalue()})
        expect(said(found)).to_contain_text("Your image stays in this page: nothing is sent")
        middle = (
            "figure => [...figure.querySelector('canvas').getContext('2d').getImageData(9, 9, 1, 1).data]"
        )
        assert found.evaluate(middle) == pytest.approx([200, 40, 60, 255], abs=2)
        found.get_by_role("button", name="Example").click()
        expect(said(found)).to_contain_text("Example 3, class")


def test_steps_are_those_of_the_build_and_other_noise_is_other(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "steps") as visit:
        page, found = visit.page, activate(visit.page, "steps")
        assert found.evaluate(LENS_DIFFERENCE, [0, 2]) <= 2
        step = found.get_by_role("slider", name="Step")
        for value, column in (("0", 0), ("5", 1), ("10", 2)):  # frames, which the page computes
            step.fill(value)
            expect(said(found)).to_have_text(f"Step {value} of 10")
            assert found.evaluate(LENS_DIFFERENCE, [0, column]) <= 2
        page.evaluate(LISTEN)
        found.get_by_role("button", name="Play").click()
        expect(said(found)).to_have_text("Played to the end: step 10 of 10")
        page.wait_for_function("() => heard.length")
        assert page.evaluate("heard") == ["Played to the end: step 10 of 10"]
        page.evaluate("Math.random = () => 1 / 2 ** 32")  # a seed that is that of the static image
        found.get_by_role("button", name="Other noise").click()
        until(found, f"figure => ({SUM})(figure)")
        until(found, f"figure => ({SHEET_DIFFERENCE})(figure) <= 2")
        page.evaluate("Math.random = () => 0.3")
        found.get_by_role("button", name="Other noise").click()
        until(found, f"figure => ({SHEET_DIFFERENCE})(figure) > 100")
        expect(found.get_by_role("img", name="Steps from other noise")).to_have_count(1)


def test_right_to_left_pages(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "manifold") as visit:
        visit.page.evaluate("document.documentElement.dir = 'rtl'")
        found = activate(visit.page, "manifold")
        image = found.locator("img").bounding_box()
        assert found.locator(".research-demo-over").bounding_box() == image
        assert image
        found.locator(".research-demo-over").click(position={"x": image["width"] - 3, "y": 3})
        expect(said(found)).to_contain_text("(1.")  # the right of the plane stays the right
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_forced_colours_keep_controls_and_mark(live_blog: Blog, view: View) -> None:
    with opened(view, live_blog, "manifold", forced_colors="active") as visit:
        found = activate(visit.page, "manifold")
        found.get_by_role("application").press("ArrowUp")
        edges = found.evaluate(
            "figure => ['.research-demo-mark', '.research-demo-over'].map(name => "
            "getComputedStyle(figure.querySelector(name)).borderTopColor)"
        )
        assert edges[0] != "rgb(208, 32, 32)"  # the system's own highlight
        for slider in found.get_by_role("slider").all():
            expect(slider).to_be_visible()
