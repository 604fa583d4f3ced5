"""Film the live figure that the README shows, in a real browser: output/ must have been built.

.venv/bin/python docs/images/live.py
"""

import io
import math
import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT), str(ROOT / "plugins")]
from browser.chromium import find_chromium  # noqa: E402  (the tests know where a Chromium is)
from browser.conftest import FLAGS  # noqa: E402
from serving import served  # noqa: E402

PAGE, FIGURE, FILM = "variational-autoencoders.html", 'figure[data-demo="manifold"]', "live.webp"
FRAMES, MILLISECONDS, WIDTH = 36, 110, 420


def frames(page: Page) -> list[Image.Image]:
    """Return screenshots of the figure while the pointer goes round on it."""
    figure = page.locator(FIGURE)
    figure.get_by_role("button", name="Try it").click()
    page.wait_for_timeout(3000)
    figure.evaluate("element => element.scrollIntoView({block: 'start'})")
    box = figure.locator("img").bounding_box()
    assert box
    found = []
    for number in range(FRAMES):
        angle = 2 * math.pi * number / FRAMES
        x = box["x"] + box["width"] * (0.5 + 0.38 * math.cos(angle))
        y = box["y"] + box["height"] * (0.5 + 0.38 * math.sin(2 * angle) / 1.2)
        page.mouse.move(x, y)
        if number == 0:
            page.mouse.down()
        page.wait_for_timeout(60)
        shot = Image.open(io.BytesIO(figure.screenshot()))
        height = round(shot.height * WIDTH / shot.width)
        found.append(shot.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS))
    return found


def main() -> None:
    """Serve the site, film the figure, and write the film."""
    chromium = find_chromium()
    with served(ROOT / "output") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=FLAGS, env={**os.environ, **chromium.environment}
        )
        page = browser.new_page(viewport={"width": 560, "height": 1000})
        page.goto(address + PAGE)
        film = frames(page)
        browser.close()
    film[0].save(
        Path(__file__).with_name(FILM),
        save_all=True,
        append_images=film[1:],
        duration=MILLISECONDS,
        loop=0,
        quality=55,
        method=6,
    )


if __name__ == "__main__":
    main()
