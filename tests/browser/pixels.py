"""Formulas as the build typesets them, and as MathJax does in a page: how many pixels differ."""

from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
from parts import Document, typeset
from PIL import Image
from playwright.sync_api import Page, Route
from research.formulas.output.page import insert_formulas
from research.formulas.settings import TEX_PACKAGES, Settings

from browser.chromium import ROOT

OUTPUT = ROOT / "plugins" / "research" / "formulas" / "output"
CSS = "".join((OUTPUT / f"{name}.css").read_text() for name in ("mathjax", "svg"))
STYLE = "body { font: 18px serif; margin: 8px; width: 1200px } p { padding: 12px; margin: 0 }"
PACKAGES = ", ".join(f"'[tex]/{name}'" for name in TEX_PACKAGES if name != "base")
IN_THE_PAGE = f"""
window.MathJax = {{
    startup: {{typeset: false}},
    svg: {{linebreaks: {{inline: false}}, fontCache: 'local'}},
    loader: {{
        load: ['input/tex-base', 'output/svg', {PACKAGES}],
        paths: {{fonts: 'https://packages.example/@mathjax'}}
    }},
    tex: {{tags: 'ams', packages: {list(TEX_PACKAGES)}, macros: {{bm: ['\\\\boldsymbol{{#1}}', 1]}}}}
}}"""
#: What is darker than the middle between black and white.
DARK = 128
#: Pixels by which the ink of a formula may be moved: its place in the line is rounded to fractions of an ex.
SHIFTS = range(-2, 3)
Pixels = np.ndarray[Any, Any]


def shares(page: Page, formulas: Sequence[tuple[str, bool]], folder: Path) -> list[float]:
    """Return for each of the `formulas`, TeX and whether it is displayed, how much of its ink differs.

    The page is to have a device scale factor of 2. What the build caches lies in `folder`.
    """
    ours, theirs = _ours(page, formulas, folder), _theirs(page, formulas)
    return [_share(mine, reference) for mine, reference in zip(ours, theirs, strict=True)]


def _marked(tex: str, display: bool) -> str:
    return f'<p><span class="math {"display" if display else "inline"}">{escape(tex, quote=False)}</span></p>'


def _delimited(tex: str, display: bool) -> str:
    opening, closing = (r"\[", r"\]") if display else (r"\(", r"\)")
    return f"<p>{opening}{escape(tex, quote=False)}{closing}</p>"


def _html(body: str, style: str) -> str:
    head = f"<head><style>{STYLE} {style}</style></head>"
    return f'<!doctype html><html lang="en">{head}<body>{body}</body></html>'


def _ours(page: Page, formulas: Sequence[tuple[str, bool]], folder: Path) -> list[Pixels]:
    html = "\n".join(_marked(*formula) for formula in formulas)
    post = Document(html=html, source=folder / "post.md")
    (done,), faults, typeset_formulas = typeset([post], Settings(cache=folder / "cache"))
    assert not faults, faults
    page.set_content(insert_formulas(_html(done.html, CSS), typeset_formulas))
    return _pictures(page)


def _theirs(page: Page, formulas: Sequence[tuple[str, bool]]) -> list[Pixels]:
    html = "\n".join(_delimited(*formula) for formula in formulas)

    def answer(route: Route) -> None:
        path = ROOT / "node_modules" / urlparse(route.request.url).path.lstrip("/")
        body = f"<script>{IN_THE_PAGE}</script>{_html(html, '')}"
        headers = {"Content-Type": "text/html; charset=utf-8"}
        route.fulfill(path=path) if path.is_file() else route.fulfill(body=body, headers=headers)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("https://packages.example/")
    page.add_script_tag(url="https://packages.example/mathjax/startup.js")
    page.evaluate("MathJax.startup.promise.then(() => MathJax.typesetPromise())")
    return _pictures(page)


def _pictures(page: Page) -> list[Pixels]:
    boxes = page.evaluate(
        "[...document.querySelectorAll('p')].map(p => p.getBoundingClientRect()).map(b => [b.top, b.bottom])"
    )
    screen = Image.open(BytesIO(page.screenshot(full_page=True))).convert("L")
    grey = np.asarray(screen).astype(int)
    return [grey[round(2 * top) : round(2 * bottom)] for top, bottom in boxes]


def _share(ours: Pixels, theirs: Pixels) -> float:
    mine, reference = _ink(ours), _ink(theirs)
    height, width = np.maximum(mine.shape, reference.shape) + 4
    if np.abs(np.subtract(mine.shape, reference.shape)).max() > 4:
        return 1.0
    placed = _placed(reference, height, width, 2, 2)
    differences = (
        np.count_nonzero(abs(_placed(mine, height, width, 2 + down, 2 + right) - placed) > DARK)
        for down in SHIFTS
        for right in SHIFTS
        if mine.shape[0] + 2 + down <= height and mine.shape[1] + 2 + right <= width
    )
    return float(min(differences) / max(1, np.count_nonzero(reference < DARK)))


def _ink(grey: Pixels) -> Pixels:
    rows, columns = np.where(grey < DARK)
    if not len(rows):
        return np.full((1, 1), 255)
    # With what is at its edges, which may be as grey as to be dark in one picture and not in the other.
    return grey[max(0, rows.min() - 1) : rows.max() + 2, max(0, columns.min() - 1) : columns.max() + 2]


def _placed(ink: Pixels, height: int, width: int, down: int, right: int) -> Pixels:
    canvas = np.full((height, width), 255)
    canvas[down : down + ink.shape[0], right : right + ink.shape[1]] = ink
    return canvas
