"""A live figure beside the same decoder in onnxruntime-web: bytes, time to the first frame, time of a decode.

    python bench/live.py [--models build/models] [MODEL ...]

Both lie on one server that compresses with brotli, and are opened in the same run in the same
Chromium with an empty cache. Prints a table and judges nothing.
"""

import argparse
import functools
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import brotli
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser.chromium import find_chromium  # noqa: E402  (tests know where a Chromium is)

#: Bytes a second and milliseconds of latency, as Chromium's tools have them.
LINES = {"no limit": None, "Fast 4G": (9e6 / 8, 170), "Slow 4G": (1.6e6 / 8, 150)}

SETTINGS = f"""
SITENAME, SITEURL, PATH, THEME, TIMEZONE = "Bench", "", "content", "simple", "UTC"
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = None
"""
POST = """Title: {name}
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
    document.dispatchEvent(new Event("research-demo-awake"))
}
</script>"""
THRIFTY = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
#: Milliseconds from a click to the frame in which its answer is seen.
CLICK = """selector => new Promise(resolve => {
    let clicked
    document.addEventListener("research-demo-awake", () =>
        requestAnimationFrame(() => resolve(performance.now() - clicked)), {once: true})
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
#: Frames a second while a pointer drags, and how many of them say something new.
DRAG = """() => new Promise(resolve => {
    const over = document.querySelector(".research-demo-over")
    const status = document.querySelector(".research-demo-status")
    const box = over.getBoundingClientRect(), begin = performance.now()
    let frames = 0, answers = 0, last = ""
    over.setPointerCapture = () => {}
    over.hasPointerCapture = () => true
    const frame = now => {
        if (status.textContent !== last) answers += 1
        last = status.textContent
        frames += 1
        const share = (now - begin) / 2000
        if (share >= 1) return resolve([1000 * frames / (now - begin), answers / frames])
        over.dispatchEvent(new PointerEvent("pointermove", {
            clientX: box.left + share * box.width,
            clientY: box.top + (0.5 + 0.4 * Math.sin(20 * share)) * box.height,
        }))
        requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
})"""


class Compressing(SimpleHTTPRequestHandler):
    """Serves files compressed with brotli, and adds up what it sends."""

    sent = 0

    def do_GET(self) -> None:
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
        self.wfile.write(data)
        return None

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@functools.cache
def compressed(path: Path) -> bytes:
    """Return the file at `path` as it is sent."""
    # The highest quality takes half a minute for the rival's runtime, and saves little.
    return brotli.compress(path.read_bytes(), quality=11 if path.stat().st_size < 1e6 else 9)


def main() -> None:
    """Build, measure, and print a table."""
    options = parse()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        build(place, options.models, options.names)
        table = Table("", *(f"{name} {who}" for name in options.names for who in ("here", "onnxruntime-web")))
        with served(place / "output") as address, chromium() as browser:
            columns = []
            for name in options.names:
                columns += [ours(browser, address, name), theirs(browser, address, name)]
        for row in columns[0]:
            table.add_row(row, *(column.get(row, "") for column in columns))
        Console().print(table)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=["mnist-plane", "mnist-vae"], metavar="MODEL")
    parser.add_argument("--models", type=Path, default=ROOT / "build/models", help="folder of releases")
    return parser.parse_args()


def latents(models: Path, name: str) -> int:
    """Return the number of latent dimensions of a release."""
    manifest = json.loads((models / name / "manifest.json").read_text(encoding="utf-8"))
    return int(manifest["graphs"]["decoder"]["inputs"][0]["shape"][1])


def build(place: Path, models: Path, names: list[str]) -> None:
    """Build a blog with a post for each of the models, and the rival's pages beside it."""
    (place / "content").mkdir()
    for name in names:
        kind = "manifold" if latents(models, name) == 2 else "interpolation"
        (place / "content" / f"{name}.md").write_text(POST.format(name=name, kind=kind), encoding="utf-8")
    settings = SETTINGS + f"RESEARCH = {{'models': {str(models.resolve())!r}}}\n"
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
def served(folder: Path) -> Iterator[str]:
    """Serve `folder` at the address that is yielded."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressing, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


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


def first_frames(browser: Browser, url: str, button: str, script: str = "") -> dict[str, str]:
    """Return the milliseconds from a click to the first frame on each line, and the bytes that it brings."""
    found = {}
    for line in LINES:
        times = []
        for _ in range(3):
            with opened(browser, url, line, script) as page:
                before = Compressing.sent
                times.append(page.evaluate(CLICK, button))
                sent = Compressing.sent - before
        found[f"first frame, {line} (ms)"] = f"{median(times):.0f}"
    return {"sent after the click (kB, brotli)": f"{sent / 1000:.1f}", **found}


def after_prefetch(browser: Browser, url: str, button: str) -> Iterator[float]:
    """Yield the milliseconds from a click to the first frame where all has been fetched before."""
    for _ in range(5):
        with opened(browser, url) as page:
            page.wait_for_timeout(1000)  # the module is compiled as well
            yield page.evaluate(CLICK, button)


def ours(browser: Browser, address: str, name: str) -> dict[str, str]:
    """Measure the figure of the model `name`."""
    url, button = f"{address}/{name}.html", ".research-demo-panel button"
    found = first_frames(browser, url, button, THRIFTY)
    found["first frame after prefetch (ms)"] = f"{median(after_prefetch(browser, url, button)):.1f}"
    with opened(browser, url) as page:
        program = page.evaluate(
            "const {src, decoder} = document.querySelector('research-demo').dataset;"
            "new URL(decoder, new URL(src, document.baseURI)).href"
        )
        found["one decode (ms)"] = f"{page.evaluate(OUR_DECODES, program):.3f}"
    with opened(browser, url, cpu=4) as page:
        page.evaluate(CLICK, button)
        frames, answered = page.evaluate(DRAG)
        found["frames a second in a drag, CPU / 4"] = f"{frames:.0f}"
        found["of these with new words"] = f"{100 * answered:.0f} %"
    return found


def theirs(browser: Browser, address: str, name: str) -> dict[str, str]:
    """Measure the rival's page with the decoder of the model `name`."""
    url = f"{address}/{name}-rival.html"
    found = first_frames(browser, url, "button")
    with opened(browser, url) as page:
        page.evaluate(CLICK, "button")
        page.evaluate(DECODES)
        found["one decode (ms)"] = f"{page.evaluate(DECODES):.3f}"
    return found


if __name__ == "__main__":
    main()
