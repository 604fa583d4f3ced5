"""Live figures beside the same decoders in onnxruntime-web: bytes, first frames, decodes, drags, the bound.

    python bench/live.py [MODEL ...] [--models build/models] [--parts PART ...]

All lie on one server that compresses with brotli, and are opened in turn in the same Chromium, with an
empty cache. Prints a table a part, with medians and, in brackets, the least and the greatest, and judges
nothing. Needs the machine for itself: each part takes a minute or two.
"""

import argparse
import functools
import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import brotli
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser.chromium import find_chromium  # noqa: E402  (tests know where a Chromium is)
from serving import QuietHandler, served  # noqa: E402

#: What has been compiled before need not be again.
CACHE = ROOT / "build/cache"

#: Bytes a second and milliseconds of latency, as Chromium's tools have them.
LINES = {"no limit": None, "Fast 4G": (9e6 / 8, 170), "Slow 4G": (1.6e6 / 8, 150)}

SETTINGS = f"""
SITENAME, SITEURL, PATH, THEME, TIMEZONE = "Bench", "", "content", "simple", "UTC"
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = None
"""
POST = """Title: {name} {what}
Slug: {name}-{what}
Date: 2026-01-01

```demo
kind: {kind}
model: {name}
alt: A figure
```
"""
#: The shortest page that does the same with onnxruntime-web.
RIVAL = """<!doctype html><title>onnxruntime-web</title>
<button>Go</button><canvas width=28 height=28></canvas>
<script type="module">
document.querySelector("button").onclick = async () => {
    const ort = await import("/ort/ort.wasm.min.mjs")
    Object.assign(ort.env.wasm, {wasmPaths: "/ort/", numThreads: 1})
    const session = await ort.InferenceSession.create("/NAME.onnx")
    window.decode = () => session.run({z: new ort.Tensor("float32", new Float32Array(LATENTS), [1, LATENTS])})
    const {x} = await decode()
    const pixels = Uint8ClampedArray.from({length: 4 * 784}, (_, i) => i % 4 < 3 ? 255 * x.data[i >> 2] : 255)
    document.querySelector("canvas").getContext("2d").putImageData(new ImageData(pixels, 28), 0, 0)
    document.dispatchEvent(new Event("research-demo-active"))
}
</script>"""
BUTTON = ".research-demo-panel button"
#: The address of the compiled decoder.
PROGRAM = (
    "const {src, decoder} = document.querySelector('research-demo').dataset;"
    "new URL(decoder, new URL(src, document.baseURI)).href"
)
THRIFTY = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
#: Milliseconds from a click until the frame is made in which its answer is seen.
CLICK = """selector => new Promise(resolve => {
    let clicked
    document.addEventListener("research-demo-active", () =>
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - clicked))), {once: true})
    const button = document.querySelector(selector)
    clicked = performance.now()
    button.click()
})"""
DECODES = (
    "async () => { const n = 300, t = performance.now(); for (let i = 0; i < n; i++) await decode(); "
    "return (performance.now() - t) / n }"
)
#: The program alone, without the way to the worker and back, as the rival has it.
OUR_DECODES = """async url => {
    const {instance} = await WebAssembly.instantiate(await (await fetch(url)).arrayBuffer())
    instance.exports.init()
    for (let i = 0; i < 300; i++) instance.exports.run()
    const n = 300, t = performance.now()
    for (let i = 0; i < n; i++) instance.exports.run()
    return (performance.now() - t) / n
}"""
#: Frames a second while a pointer drags, and the share of them in which the model answered.
DRAG = """selector => new Promise(resolve => {
    const over = document.querySelector(selector)
    const box = over.getBoundingClientRect(), begin = performance.now()
    const {putImageData} = CanvasRenderingContext2D.prototype
    let frames = 0, answers = 0, answered = false
    CanvasRenderingContext2D.prototype.putImageData = function (image, x, y) {
        answered ||= x > 0 || this.canvas.className.includes("lens") // the pad itself is no answer
        putImageData.call(this, image, x, y)
    }
    over.setPointerCapture = () => {}
    over.hasPointerCapture = () => true
    const frame = now => {
        answers += answered
        answered = false
        frames += 1
        const share = (now - begin) / 2000
        if (share >= 1) {
            CanvasRenderingContext2D.prototype.putImageData = putImageData
            return resolve([1000 * frames / (now - begin), answers / frames])
        }
        over.dispatchEvent(new PointerEvent("pointermove", {
            clientX: box.left + (0.05 + 0.25 * (0.5 - 0.5 * Math.cos(6 * share))) * box.width,
            clientY: box.top + (0.5 + 0.4 * Math.sin(20 * share)) * box.height,
        }))
        requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
})"""


class Compressing(QuietHandler):
    """Serves files compressed with brotli, and adds up what it sends."""

    sent = 0

    def do_GET(self) -> None:  # noqa: N802  (the name that the library calls)
        """Answer with a file, whole."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        data = compressed(path)
        Compressing.sent += len(data)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "br")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with suppress(BrokenPipeError):  # the page was closed
            self.wfile.write(data)
        return None


@functools.cache
def compressed(path: Path) -> bytes:
    """Return the file at `path` as it is sent."""
    # The highest quality takes half a minute for the rival's runtime, and saves little.
    return brotli.compress(path.read_bytes(), quality=11 if path.stat().st_size < 1e6 else 9)


@dataclass(frozen=True)
class Bench:
    """What the parts measure: pages on a server, in a browser."""

    browser: Browser
    address: str
    folder: Path
    models: Path
    names: tuple[str, ...]

    def ours(self, name: str, kind: str = "figure") -> str:
        """Return the address of the page with a figure of the model `name`."""
        return f"{self.address}{name}-{kind}.html"

    def theirs(self, name: str) -> str:
        """Return the address of the rival's page with the same decoder."""
        return f"{self.address}{name}-rival.html"


def main() -> None:
    """Build, measure, and print tables."""
    options = parse()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        build(place, options.models, options.names)
        with served(place / "output", Compressing) as address, chromium() as browser:
            bench = Bench(browser, address, place, options.models, tuple(options.names))
            for part in options.parts:
                title, *columns = (PARTS[part].__doc__ or "").strip(".").split(": ")
                table = Table(title, *columns[0].split(", "))
                for row in PARTS[part](bench):
                    table.add_row(*row)
                Console(width=120).print(table)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=["mnist-plane", "mnist-vae"], metavar="MODEL")
    parser.add_argument("--models", type=Path, default=ROOT / "build/models", help="folder of bundles")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    return parser.parse_args()


def latents(models: Path, name: str) -> int:
    """Return the number of latent dimensions of a bundle."""
    manifest = json.loads((models / name / "manifest.json").read_text(encoding="utf-8"))
    return int(manifest["graphs"]["decoder"]["inputs"][0]["shape"][1])


def build(place: Path, models: Path, names: list[str]) -> None:
    """Build a blog with posts for each of the models, and the rival's pages beside them."""
    (place / "content").mkdir()
    for name in names:
        kind = "manifold" if latents(models, name) == 2 else "interpolation"
        for what, kind_ in (("figure", kind), ("draw", "draw")):
            post = POST.format(name=name, kind=kind_, what=what)
            (place / "content" / f"{name}-{what}.md").write_text(post, encoding="utf-8")
    research = {"models": str(models.resolve()), "build_model": [], "cache": str(CACHE)}
    settings = SETTINGS + f"RESEARCH = {research}\n"
    (place / "pelicanconf.py").write_text(settings, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "pelican", "--fatal", "errors", "--quiet"], cwd=place, check=True)
    runtime = place / "output" / "ort"
    runtime.mkdir()
    for file in ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"):
        shutil.copy(ROOT / "node_modules/onnxruntime-web/dist" / file, runtime)
    for name in names:
        shutil.copy(models / name / "decoder.onnx", place / "output" / f"{name}.onnx")
        page = RIVAL.replace("NAME", name).replace("LATENTS", str(latents(models, name)))
        (place / "output" / f"{name}-rival.html").write_text(page, encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium."""
    found = find_chromium()
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(
            executable_path=found.path, args=arguments, env=dict(found.environment)
        )
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, url: str, line: str = "no limit", script: str = "", cpu: int = 1
) -> Iterator[Page]:
    """Open `url` with an empty cache; what is limited is limited once the page has loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(script)
    page.goto(url, wait_until="networkidle")
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    if limits := LINES[line]:
        conditions = {
            "offline": False,
            "downloadThroughput": limits[0],
            "uploadThroughput": limits[0],
            "latency": limits[1],
        }
        tools.send("Network.emulateNetworkConditions", conditions)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    yield page
    context.close()


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Return the median of `values`, with the least and the greatest."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def clicked(
    bench: Bench, url: str, button: str, line: str, script: str = "", last: str = ""
) -> tuple[float, int]:
    """Return the milliseconds from a click to the first frame, and the bytes that came.

    By then all has come, unless there is a file named `last`, which is then waited for.
    """
    with opened(bench.browser, url, line, script) as page:
        before = Compressing.sent
        if last:
            with page.expect_request_finished(lambda request: last in request.url):
                milliseconds = page.evaluate(CLICK, button)
        else:
            milliseconds = page.evaluate(CLICK, button)
        return milliseconds, Compressing.sent - before


def sizes(bench: Bench) -> Iterator[tuple[str, ...]]:
    """Sent after the click, kB by brotli: here, onnxruntime-web, times fewer."""
    for name in bench.names:
        _, here = clicked(bench, bench.ours(name), BUTTON, "no limit", THRIFTY)
        _, there = clicked(bench, bench.theirs(name), "button", "no limit")
        yield name, f"{here / 1000:.1f}", f"{there / 1000:.1f}", f"{there / here:.0f}"
        _, here = clicked(bench, bench.ours(name, "draw"), BUTTON, "no limit", THRIFTY, "-encoder.")
        yield f"{name}, draw", f"{here / 1000:.1f}", "", ""
    scripts = [path.read_bytes() for path in (bench.folder / "output").glob("research/live.*/*.js")]
    yield "scripts, by gzip", f"{sum(len(gzip.compress(script)) for script in scripts) / 1000:.1f}", "", ""


def frames(bench: Bench) -> Iterator[tuple[str, ...]]:
    """Click to first frame, cold, ms: here, onnxruntime-web, times sooner."""
    for name in bench.names:
        for line in LINES:
            here, there = [], []
            for _ in range(5 if line == "Fast 4G" else 3):
                here.append(clicked(bench, bench.ours(name), BUTTON, line, THRIFTY)[0])
                there.append(clicked(bench, bench.theirs(name), "button", line)[0])
            ratio = median(there) / median(here)
            yield f"{name}, {line}", spread(here), spread(there), f"{ratio:.1f}"


def prefetched(bench: Bench) -> Iterator[tuple[str, ...]]:
    """Click to first frame after prefetch, ms: here, CPU / 4."""
    for name in bench.names:
        for kind in ("figure", "draw"):
            cells = []
            for cpu in (1, 4):
                times = []
                for _ in range(9):
                    with opened(bench.browser, bench.ours(name, kind), cpu=cpu) as page:
                        page.wait_for_selector("[data-seen]")
                        for x in (40, 50):  # a pointer that moves, which has it fetched whatever it weighs
                            page.hover(".research-demo-sheet img", position={"x": x, "y": 40})
                        page.wait_for_timeout(1500)  # the module is compiled as well
                        times.append(page.evaluate(CLICK, BUTTON))
                cells.append(spread(times, 1))
            yield f"{name}, {kind}", *cells


def decodes(bench: Bench) -> Iterator[tuple[str, ...]]:
    """One decode, ms: here, onnxruntime-web, times faster."""
    for name in bench.names:
        here, there = [], []
        with (
            opened(bench.browser, bench.ours(name)) as page,
            opened(bench.browser, bench.theirs(name)) as rival,
        ):
            program = page.evaluate(PROGRAM)
            rival.evaluate(CLICK, "button")
            for _ in range(21):
                here.append(page.evaluate(OUR_DECODES, program))
                there.append(rival.evaluate(DECODES))
        yield name, spread(here, 3), spread(there, 3), f"{median(there) / median(here):.1f}"


def drags(bench: Bench) -> Iterator[tuple[str, ...]]:
    """Frames a second in a drag, CPU / 4: here, answered in %."""
    for name in bench.names:
        for kind in ("figure", "draw"):
            with opened(bench.browser, bench.ours(name, kind), cpu=4) as page:
                page.evaluate(CLICK, BUTTON)
                page.wait_for_load_state("networkidle")
                found = [page.evaluate(DRAG, ".research-demo-over") for _ in range(5)]
            rates, answered = zip(*found, strict=True)
            yield f"{name}, {kind}", spread(rates, 1), spread([100 * share for share in answered])


def losses(bench: Bench) -> Iterator[tuple[str, ...]]:
    """Rounding: weights, loss of the bound in nats, relative error, wasm to ONNX Runtime."""
    reports = {
        path.with_name("program.wasm").read_bytes(): json.loads(path.read_text(encoding="utf-8"))
        for path in (CACHE / "programs").glob("*/report.json")
    }
    for path in sorted((bench.folder / "output/demos").glob("*.wasm")):
        report = reports[path.read_bytes()]
        cost = report["rounding"]
        loss = "" if cost["loss"] is None else f"{cost['loss']:.4f}"
        yield (
            path.name.split(".")[0],
            report["precision"],
            loss,
            f"{cost['relative_error']:.4f}",
            f"{report['parity']:.1e}",
        )


PARTS: dict[str, Callable[[Bench], Iterator[tuple[str, ...]]]] = {
    "bytes": sizes,
    "frames": frames,
    "prefetch": prefetched,
    "decode": decodes,
    "drag": drags,
    "loss": losses,
}

if __name__ == "__main__":
    main()
