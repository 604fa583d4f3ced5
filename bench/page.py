"""What a page weighs and how soon it is seen: bytes by kind, before and after scrolling, paint, shifts.

    python bench/page.py output/variational-autoencoders.html [--rounds 5] [--width 390]

The page's folder is served on localhost and opened with an empty cache in the Chromium that the
tests use. Bytes are those of the files, and of the same files through gzip and brotli, since servers
compress; then all that came when the page has been scrolled through and nothing was pressed.
Prints tables and judges nothing.
"""

import argparse
import gzip
import sys
from pathlib import Path
from statistics import median

import brotli
from playwright.sync_api import Browser, Response, sync_playwright
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tests"), str(ROOT), str(ROOT / "plugins")]
from browser.chromium import find_chromium  # noqa: E402  (the tests know where a Chromium is)
from browser.conftest import FLAGS  # noqa: E402
from serving import served  # noqa: E402

# Web Vitals as the browser reports them: https://web.dev/articles/vitals
VITALS = """() => new Promise(resolve => {
    const vitals = {paint: 0, shift: 0}
    const observe = (type, note) => new PerformanceObserver(list => list.getEntries().forEach(note))
        .observe({type, buffered: true})
    observe("largest-contentful-paint", entry => { vitals.paint = entry.startTime })
    observe("layout-shift", entry => { vitals.shift += entry.value })
    setTimeout(() => resolve(vitals), 500)
})"""


def visit(browser: Browser, address: str, width: int) -> tuple[dict[str, bytes], dict[str, float]]:
    """Open `address` with nothing cached; return what it fetched, by kind, and its vitals."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    bodies: dict[str, bytes] = {}
    for response in responses:
        kind = response.request.resource_type
        bodies[kind] = bodies.get(kind, b"") + response.body()
    vitals: dict[str, float] = page.evaluate(VITALS)
    context.close()
    return bodies, vitals


def scrolled(browser: Browser, address: str, width: int, rest: int) -> dict[str, bytes]:
    """Scroll through the page at `address`, with `rest` ms at each screen; return what came, by address."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address)
    while page.evaluate("scrollY + innerHeight + 1 < document.documentElement.scrollHeight"):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(rest)
    page.wait_for_load_state("networkidle")
    bodies = {answer.url: answer.body() for answer in responses}
    context.close()
    return bodies


def main() -> None:
    """Measure one page and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--width", type=int, default=390)
    given = parser.parse_args()
    chromium = find_chromium()
    with served(given.page.parent) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=FLAGS, env=dict(chromium.environment)
        )
        visits = [visit(browser, address + given.page.name, given.width) for _ in range(given.rounds)]
        passes = {
            rest: scrolled(browser, address + given.page.name, given.width, rest) for rest in (150, 1500)
        }
        browser.close()
    bodies = visits[0][0]
    table = Table("kind", "bytes", "through gzip", "through brotli", title=given.page.name)
    for kind, body in [*sorted(bodies.items()), ("all", b"".join(bodies.values()))]:
        table.add_row(
            kind, f"{len(body):,}", f"{len(gzip.compress(body)):,}", f"{len(brotli.compress(body)):,}"
        )
    console = Console()
    console.print(table)
    for rest, came in passes.items():
        table = Table("file", "through brotli", title=f"scrolled through, {rest} ms at each screen")
        sent = {url: len(brotli.compress(body)) for url, body in came.items()}
        for url, size in sorted(sent.items(), key=lambda pair: -pair[1]):
            table.add_row(url.rpartition("/")[2][:60], f"{size:,}")
        table.add_row("all", f"{sum(sent.values()):,}")
        console.print(table)
    paints = [vitals["paint"] for _, vitals in visits]
    console.print(
        f"largest contentful paint: median {median(paints):.0f} ms ({min(paints):.0f}–{max(paints):.0f})"
    )
    console.print(f"cumulative layout shift: at most {max(vitals['shift'] for _, vitals in visits):.4f}")


if __name__ == "__main__":
    main()
