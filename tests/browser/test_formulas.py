"""Formulas that the build set, in a browser: as MathJax sets them in a page, and for every reader."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import parts
import pytest
from conftest import Build
from parts import Document, typeset
from PIL import Image
from playwright.sync_api import Browser, Page, Route
from research.formulas.output.chtml import StyleSheet
from research.formulas.output.page import insert_formulas
from research.formulas.settings import Settings

from browser.chromium import ROOT
from browser.pixels import shares
from browser.test_accessibility import AXE, RUN_AXE

OUTPUT = ROOT / "plugins" / "research" / "formulas" / "output"
CSS = "".join((OUTPUT / f"{name}.css").read_text() for name in ("mathjax", "svg"))
MATHML_CSS = (OUTPUT / "mathml.css").read_text()
FORMULAS: list[tuple[str, bool]] = [
    (tex, display)
    for tex, display in json.loads((ROOT / "tests" / "cases" / "formulas" / "sixty.json").read_text())
]
#: For each formula its width, and the place of each glyph, in the line that it stands in. A long one
#: is in pieces, which here follow on each other in one line.
MEASURE = """() => [...document.querySelectorAll('p')].map(paragraph => {
    const pieces = [...paragraph.querySelectorAll('mjx-container > svg, mjx-full > svg:first-child')]
        .map(svg => svg.getBoundingClientRect())
    const line = paragraph.querySelector('i').getBoundingClientRect(), left = pieces[0].left
    const glyphs = [...paragraph.querySelectorAll('use')].map(use => use.getBoundingClientRect())
    return [pieces.at(-1).right - left,
            ...glyphs.flatMap(glyph => [glyph.left - left, glyph.top - line.bottom, glyph.width])]
})"""
#: The same of CHTML, whose characters are elements.
MEASURE_CHTML = """() => [...document.querySelectorAll('p')].map(paragraph => {
    const math = paragraph.querySelector('mjx-math'), box = math.getBoundingClientRect()
    const line = paragraph.querySelector('i').getBoundingClientRect()
    const glyphs = [...math.querySelectorAll('mjx-c')].map(glyph => glyph.getBoundingClientRect())
    return [...glyphs.flatMap(glyph => [glyph.left - box.left, glyph.top - line.bottom, glyph.width])]
})"""
IN_THE_PAGE = """
window.MathJax = {
    startup: {typeset: false},
    FORMAT: {linebreaks: {inline: false}}, loader: {
        // The usual bundle adds speech, which moves glyphs.
        load: ['input/tex', 'output/FORMAT', '[tex]/mathtools', '[tex]/boldsymbol'],
        paths: {fonts: 'https://packages.example/@mathjax'}
    },
    tex: {tags: 'ams', packages: {'[+]': ['mathtools', 'boldsymbol']}}
}"""


def as_html(tex: str, display: bool) -> str:
    text = tex.replace("&", "&amp;").replace("<", "&lt;")
    if tex.startswith(r"\begin"):
        return text
    return rf"\[{text}\]" if display else rf"\({text}\)"


def paragraphs(formulas: list[tuple[str, bool]]) -> str:
    return "\n".join(f"<p><i>x</i> {as_html(*formula)}</p>" for formula in formulas)


def document(body: str, style: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Formulas</title>'
        f"<style>body {{ font: 18px serif }} {style}</style></head>"
        f"<body><main><h1>Formulas</h1>{body}</main></body></html>"
    )


Set = Callable[..., str]


@pytest.fixture
def set_page(tmp_path: Path) -> Set:
    """Return a function that sets the formulas of a page's body: ``set_page(body, "chtml")``.

    Fonts of CHTML lie in the folder ``research``.
    """

    def run(body: str, format: str = "svg") -> str:
        post = Document(html=body, source=tmp_path / "post.md")
        settings = Settings(cache=tmp_path / "cache", formulas=format)
        (done,), faults, formulas = typeset([post], settings)
        sheet, missing = parts.sheet_of(formulas, [done], settings)
        assert not faults
        assert not missing
        parts.publish(sheet, tmp_path)
        own = {"svg": "", "chtml": sheet.content, "mathml": MATHML_CSS}
        return insert_formulas(document(done.html, f"{CSS} {own[format]}"), formulas)

    return run


@pytest.fixture
def page(browser: Browser) -> Any:
    with browser.new_context(viewport={"width": 900, "height": 700}) as context:
        yield context.new_page()


def serve(page: Page, body: str, folder: Path = ROOT / "node_modules", policy: str = "") -> None:
    """Go to a page with that `body`, from a host that has the files of `folder`, under a `policy`."""

    def answer(route: Route) -> None:
        path = folder / urlparse(route.request.url).path.lstrip("/")
        if path.is_file():
            route.fulfill(path=path)
        else:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
            route.fulfill(body=body, headers=headers)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("https://packages.example/")


def set_in_the_page(page: Page, format: str) -> None:
    page.add_init_script(IN_THE_PAGE.replace("FORMAT", format))
    serve(page, document(paragraphs(FORMULAS)))
    page.add_script_tag(url="https://packages.example/mathjax/startup.js")
    page.evaluate("""async () => {
        await MathJax.startup.promise
        await MathJax.typesetPromise()
    }""")


@pytest.mark.parametrize(("format", "measure"), [("svg", MEASURE), ("chtml", MEASURE_CHTML)])
def test_sixty_formulas_stand_as_mathjax_sets_them_in_a_page(
    page: Page, set_page: Set, format: str, measure: str, tmp_path: Path
) -> None:
    serve(page, set_page(paragraphs(FORMULAS), format), tmp_path / "research")
    page.evaluate("document.fonts.ready")
    ours = page.evaluate(measure)
    set_in_the_page(page, format)
    page.evaluate("document.fonts.ready")
    theirs = page.evaluate(measure)
    assert len(ours) == len(theirs) == 60
    for (tex, _), mine, reference in zip(FORMULAS, ours, theirs, strict=True):
        assert len(mine) == len(reference), tex
        assert max(abs(a - b) for a, b in zip(mine, reference, strict=True)) < 1, tex


#: What MathJax makes of pieces that it clips.
ROW = r"a_0 & b \\ "
STRETCHED = [
    *(
        rf"\begin{{{kind}}}{ROW * rows} c\end{{{kind}}}"
        for kind in ("pmatrix", "bmatrix", "vmatrix", "Vmatrix", "Bmatrix", "cases")
        for rows in (2, 3, 5)
    ),
    r"\left(\sum_i^n\frac{\dfrac ab}{\dfrac cd}\right) \left\{\begin{array}{l}a\\b\\c\\d\end{array}\right.",
    r"\left\lfloor\frac{\frac ab}{\frac cd}\right\rceil \left\Vert\begin{array}{l}a\\b\\c\end{array}\right.",
    r"\underbrace{a+b+c+d+e+f}_{2} \overbrace{a+b+c+d+e+f+g+h}^{3} \overbrace{x}",
    r"\overline{AB} \overline{f(x)} \underline{xyz} \overline{a + b + c + d}",
    r"A\xrightarrow{f}B\xleftarrow{\text{a.s.}}D \xrightarrow[n\to\infty]{}E \xRightarrow{abc} \xmapsto{abc}",
    r"\widehat{ABC} \widetilde{ABCD} \overrightarrow{ABCD} \overleftarrow{ABC} \overleftrightarrow{AB}",
    r"\sqrt[3]{\frac{\frac ab}{\frac cd}} \sqrt{\begin{array}{l}a\\b\\c\\d\end{array}}",
    r"\begin{CD}A @>f>> B\\@VVgV @AAhA\\C @= D\end{CD}",
    r"\overparen{a+b+c} \underparen{a+b+c+d} \overbracket{a+b+c}",
]


def test_long_signs_are_drawn_as_mathjax_draws_them(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=2) as context:
        found = shares(context.new_page(), [(tex, True) for tex in STRETCHED], tmp_path)
    assert {tex: share for tex, share in zip(STRETCHED, found, strict=True) if share > 0.05} == {}


def test_fonts_that_were_cut_down_draw_what_whole_ones_draw(page: Page, tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path / "cache", formulas="chtml")
    post = Document(html=paragraphs(FORMULAS), source=tmp_path / "post.md")
    (done,), _, formulas = typeset([post], settings)

    def grey(sheet: StyleSheet, folder: Path) -> np.ndarray[Any, Any]:
        html = insert_formulas(document(done.html, f"{CSS} {sheet.content} main {{zoom: 2}}"), formulas)
        serve(page, html, folder)
        page.evaluate("document.fonts.ready")
        assert page.evaluate("[...document.fonts].every(font => font.status != 'error')")
        return np.asarray(Image.open(BytesIO(page.screenshot())).convert("L")).astype(int)

    page.set_viewport_size({"width": 900, "height": 8000})
    cut, _ = parts.sheet_of(formulas, [done], settings)
    parts.publish(cut, tmp_path)
    ours = grey(cut, tmp_path / "research")
    whole = grey(StyleSheet(list(formulas.values())), ROOT / "node_modules")
    # Edges are smoothed in other greys. A glyph that is moved, or another one, is black where all was white.
    assert np.count_nonzero(abs(ours - whole) > 128) < 0.25 * np.count_nonzero(whole < 128)


RARE = r"<p>Of \(\mathfrak{g}\), \(x\).</p>"


def test_a_page_fetches_the_fonts_that_it_has_characters_of(page: Page, tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path / "cache", formulas="chtml")
    bodies = [RARE, *[rf"<p>Of \(x\), \({letter}\).</p>" for letter in "abcdef"]]
    posts = [Document(html=body, source=tmp_path / f"{body[10:12]}.md") for body in bodies]
    done, _, formulas = typeset(posts, settings)
    sheet, _ = parts.sheet_of(formulas, done, settings)
    parts.publish(sheet, tmp_path)

    def fetched(post: Document) -> set[str]:
        html = insert_formulas(document(post.html, f"{CSS} {sheet.content}"), formulas)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        serve(page, html, tmp_path / "research")
        page.evaluate("document.fonts.ready")
        return {url for url in requests if url.endswith("woff2")}

    rare, common, other = fetched(done[0]), fetched(done[1]), fetched(done[2])
    assert len(rare - common) == 1  # the Fraktur g
    assert len(rare & common & other) == 2  # x, and the font that gives lines their height
    assert len(list((tmp_path / "research" / "formulas").glob("*.woff2"))) > 3


#: Nothing but files of the blog: no style in an attribute or in the page.
STRICT = "default-src 'self'; base-uri 'none'; object-src 'none'"


@pytest.mark.parametrize(("format", "measure"), [("svg", MEASURE), ("chtml", MEASURE_CHTML)])
def test_formulas_stand_the_same_under_a_strict_policy(
    page: Page, set_page: Set, format: str, measure: str, tmp_path: Path
) -> None:
    numbered = r"<p><i>x</i> \begin{equation}x + \sum_i y\label{a}\end{equation}</p>"
    long = r"<p><i>x</i> \(q(z) = p(x \mid z) + \alpha + \beta + \gamma + \delta\)</p>"
    html = set_page(paragraphs(FORMULAS) + numbered + long, format)
    start, style, end = html.replace("</style>", "<style>").split("<style>")
    (tmp_path / "research" / "page.css").parent.mkdir(exist_ok=True)
    (tmp_path / "research" / "page.css").write_text(style)
    places = []
    for policy in ("", STRICT):
        linked = f'{start}<link rel="stylesheet" href="page.css">{end}'
        serve(page, linked, tmp_path / "research", policy)
        page.evaluate("document.fonts.ready")
        places.append([page.evaluate(measure), page.evaluate("document.body.scrollHeight")])
    assert len(places[0][0]) == 62
    assert places[0] == places[1]
    assert ' style="' not in end


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_axe_finds_nothing(page: Page, set_page: Set, format: str) -> None:
    numbered = r"<p>By \(\eqref{a}\), \(x\eqref{a}\).</p>\begin{equation}x\label{a}\end{equation}"
    page.set_content(set_page(paragraphs(FORMULAS) + numbered, format))
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN_AXE) == []


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
@pytest.mark.parametrize("width", [390, 320])
def test_lines_end_within_a_long_formula(page: Page, set_page: Set, format: str, width: int) -> None:
    long = r"p(x, z) = p_\theta(x \mid z)\, p(z) = \mathcal{N}(x; \mu, \sigma^2 I) + \alpha + \beta + \gamma"
    page.set_viewport_size({"width": width, "height": 600})
    page.set_content(set_page(rf"<p>A long one (\({long}\)), <i>see</i>?</p>", format))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("mjx-container").evaluate("box => box.getClientRects().length") > 1
    # The comma stays with the formula, and the condition in its parentheses.
    rest = page.evaluate("""() => {
        const after = document.querySelector('mjx-container').nextSibling, range = document.createRange()
        range.selectNode(after)
        return range.getBoundingClientRect().left
    }""")
    assert rest > 20
    x, y = page.locator("mjx-container").evaluate("""box => {
        const line = [...box.getClientRects()].at(-1)
        return [line.left + 20, line.top + line.height / 2]
    }""")
    page.mouse.dblclick(x, y)
    assert page.evaluate("getSelection().toString()").strip() == rf"\({long}\)"


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_a_number_stands_at_the_right_and_its_line_in_the_middle(
    page: Page, set_page: Set, format: str
) -> None:
    page.set_content(set_page(r"\begin{align}x &= y \label{a}\\ u &= \frac{v}{w}\end{align}", format))
    boxes = "[...document.querySelectorAll('{}')].map(element => element.getBoundingClientRect())"
    numbers = page.evaluate(boxes.format("[id^=mjx-eqn]"))
    assert [number["right"] > 850 for number in numbers] == [True, True]
    letters = {
        "svg": 'use[href$="1D465"], use[href$="1D462"]',
        "chtml": ".mjx-c1D465, .mjx-c1D462",
        "mathml": ".mml-right mi",
    }
    lines = page.evaluate(boxes.format(letters[format]))
    assert len(lines) == 2
    assert all(400 < line["left"] < 450 for line in lines)
    for line, number in zip(lines, numbers, strict=True):
        assert line["top"] < number["bottom"]
        assert number["top"] < line["bottom"]


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_a_long_formula_scrolls_in_its_own_box(page: Page, set_page: Set, format: str) -> None:
    long = " + ".join(f"x_{{{number}}}" for number in range(40))
    page.set_viewport_size({"width": 320, "height": 600})
    short = r"\[x\] \begin{equation}x\end{equation}"
    page.set_content(set_page(rf"\[{long}\] \begin{{equation}}{long}\end{{equation}} {short}", format))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    boxes = page.query_selector_all("mjx-container")
    assert [box.get_attribute("tabindex") for box in boxes] == ["0", "0", None, None]
    for box in boxes[:2]:
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        assert box.evaluate("box => box.scrollHeight <= box.clientHeight")


def test_formulas_grow_with_the_text_and_take_its_colour(page: Page, set_page: Set) -> None:
    html = set_page(r"\(x\) \begin{equation}x\end{equation}")
    page.set_content(html)
    small = page.evaluate(
        "[...document.querySelectorAll('use')].map(use => use.getBoundingClientRect().width)"
    )
    page.set_content(html.replace("font: 18px", "color: red; font: 36px"))
    large = page.evaluate(
        "[...document.querySelectorAll('use')].map(use => use.getBoundingClientRect().width)"
    )
    assert [round(b / a, 2) for a, b in zip(small, large, strict=True)] == [2] * len(small)
    assert page.evaluate("getComputedStyle(document.querySelector('use')).fill") == "rgb(255, 0, 0)"


def test_space_is_there_before_the_glyphs(page: Page, set_page: Set) -> None:
    html = set_page(paragraphs(FORMULAS))
    page.set_content(html)
    height = "document.querySelector('main').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.evaluate("document.querySelectorAll('.mjx-glyphs').forEach(glyphs => glyphs.remove())")
    assert page.evaluate(height) == before


def test_fonts_move_nothing_when_they_come(page: Page, set_page: Set, tmp_path: Path) -> None:
    html = set_page(paragraphs(FORMULAS), "chtml")
    places = "[...document.querySelectorAll('p')].map(p => p.getBoundingClientRect().top)"
    page.set_content(html)  # of no host: there are no fonts
    before = page.evaluate(places)
    serve(page, html, tmp_path / "research")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].some(font => font.status == 'loaded')")
    assert page.evaluate(places) == before


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
@pytest.mark.parametrize("tex", [r"\(\frac{a}{b} &lt; 1\)", r"\[x^2\]"])
def test_a_double_click_selects_the_tex(page: Page, set_page: Set, tex: str, format: str) -> None:
    page.set_content(set_page(f"<p>of {tex}</p>", format))
    page.dblclick("mjx-container")
    assert page.evaluate("getSelection().toString()").strip() == tex.replace("&lt;", "<")


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
@pytest.mark.parametrize("colours", ["forced", "of the reader"])
def test_the_tex_that_is_copied_is_never_seen(page: Page, set_page: Set, format: str, colours: str) -> None:
    long = r"p(x, z) = p_\theta(x \mid z)\, p(z) = \mathcal{N}(x; \mu, \sigma^2 I) + \alpha + \beta + \gamma"
    linked = r"\(x\eqref{a}\) \begin{equation}\frac{a}{b}\label{a}\end{equation}"
    page.set_viewport_size({"width": 320, "height": 600})
    page.set_content(set_page(rf"<p>of \(a^2\), \({long}\)</p> {linked}", format))
    if colours == "forced":
        page.emulate_media(forced_colors="active")
    else:
        page.add_style_tag(content="* { color: #a00 !important }")
    with_tex = page.screenshot()
    page.evaluate("document.querySelectorAll('mjx-tex').forEach(tex => tex.remove())")
    without = page.screenshot()
    assert np.array_equal(*(np.array(Image.open(BytesIO(shot))) for shot in (with_tex, without)))


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_a_formula_that_is_selected_is_seen_to_be(page: Page, set_page: Set, format: str) -> None:
    page.set_content(set_page(r"<p>of \(a^2\)</p>", format))
    before = page.locator("mjx-container").screenshot()
    page.dblclick("mjx-container")
    assert page.locator("mjx-container").screenshot() != before


@pytest.mark.parametrize("format", ["svg", "chtml"])
def test_a_formula_with_a_link_can_be_copied_and_its_link_followed(
    page: Page, set_page: Set, format: str
) -> None:
    numbered = r"\begin{equation}x\label{a}\end{equation}"
    page.set_content(set_page(rf"<p>As \(x^2 + y \eqref{{a}}\) says</p>{numbered}", format))
    box = page.locator("mjx-container").first.bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 8, box["y"] + box["height"] / 2)
    assert page.evaluate("getSelection().toString()").strip() == r"\(x^2 + y \eqref{a}\)"
    page.mouse.click(box["x"] + box["width"] - 10, box["y"] + box["height"] / 2)
    assert page.evaluate("decodeURIComponent(location.hash)") == "#mjx-eqn:a"


POST = r"""Title: Post
Date: 2026-01-01
Macros: \newcommand{\half}{\frac12}

Of $\half$, $\mathbb{E}$, \eqref{a} and `\(code\)`.

\begin{equation}
x = y \label{a}
\end{equation}
"""


TITLED = r"""Title: Of $\half$ and $\abs{{x}}$
Date: 2026-01-01
Slug: {}
Macros: \newcommand{{\half}}{{\frac{{1}}{{{}}}}} \DeclarePairedDelimiter{{\abs}}{{\lvert}}{{\rvert}}

Of $\half$ and $\abs{{x}}$.
"""


def test_without_node_a_title_knows_the_macros_of_its_post(page: Page, build: Build) -> None:
    posts = {f"{name}.md": TITLED.format(name, number) for name, number in (("a", 2), ("b", 3))}
    site = build(posts, f'SITEURL = ""\nTHEME = {str(ROOT / "theme")!r}', env={"PATH": "/nowhere"})
    page.route(
        "**/*",
        lambda route: route.fulfill(path=site.root / "output" / urlparse(route.request.url).path.lstrip("/")),
    )

    def spoken(name: str, where: str) -> list[str]:
        page.goto(f"https://blog.example/{name}.html")
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise")
        return [text for text in page.locator(f"{where} mjx-assistive-mml").all_text_contents() if text]

    assert spoken("a", "h1") == ["12", "|x|"]
    assert spoken("a", ".math-client") == ["12", "|x|", "12", "|x|", "13", "|x|"]  # and the next post's title
    assert "Command" not in page.locator("body").inner_text()
    assert page.title() == "Of 1/2 and x – A blog"
    assert sorted(spoken("archives", ".math-client")) == sorted(["12", "13", "|x|", "|x|"])
    assert page.locator("[data-mjx-error]").count() == 0


def test_without_node_the_page_sets_its_formulas_and_asks_nobody_else(page: Page, build: Build) -> None:
    site = build({"post.md": POST}, 'SITEURL = ""', env={"PATH": "/nowhere"})
    assert '[node]"' in site.log
    requests = []

    def serve(route: Route) -> None:
        requests.append(route.request.url)
        route.fulfill(path=site.root / "output" / urlparse(route.request.url).path.lstrip("/"))

    page.route("**/*", serve)
    page.goto("https://blog.example/post.html")
    page.wait_for_function("window.MathJax?.startup?.promise")
    page.evaluate("MathJax.startup.promise")
    assert page.locator("mjx-container > mjx-math:visible").count() == 4
    assert page.locator("code").inner_text() == r"\(code\)"
    assert page.locator("mjx-assistive-mml", has_text="(1)").count()
    assert {urlparse(url).netloc for url in requests} == {"blog.example"}


#: Tables as wide as their column: their lines or columns, from the left to the right.
SPREAD = (
    r"\begin{multline*} p \\ q \end{multline*}",
    r"\begin{multline} p \\ r \\ q \end{multline}",
    r"\begin{flalign*} a &= b & c &= d \end{flalign*}",
    r"\begin{flalign} a &= b & c &= d \end{flalign}",
)


def ink(page: Page, dark: bool = False) -> list[tuple[int, int, int]]:
    """Return of each paragraph the left, the right and the height of what it shows."""
    boxes = page.evaluate("[...document.querySelectorAll('p')].map(p => p.getBoundingClientRect().toJSON())")
    grey = np.asarray(Image.open(BytesIO(page.screenshot(full_page=True))).convert("L")).astype(int)
    found = []
    for box in boxes:
        piece = grey[round(box["top"]) - 45 : round(box["bottom"]) + 45]
        rows, columns = np.where(piece > 128 if dark else piece < 128)
        found.append((int(columns.min()), int(columns.max()), int(rows.max() - rows.min())))
    return found


@pytest.mark.parametrize("width", [900, 400])
@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_tables_are_as_wide_as_their_column(
    page: Page, set_page: Set, format: str, width: int, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    texts = [as_html(tex, True) for tex in SPREAD]
    texts += [rf"\({SPREAD[0]}\)"] if format == "svg" else []  # in a line of text, too
    body = "".join(f'<p style="margin: 90px 0">{text}</p>' for text in texts)
    serve(page, set_page(body, format), tmp_path / "research")
    page.evaluate("document.fonts.ready")
    for tex, (left, right, _) in zip(texts, ink(page), strict=True):
        assert left < 50, tex
        assert width - 50 < right < width, tex
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_what_is_larger_than_its_box_is_not_cut(
    page: Page, set_page: Set, format: str, tmp_path: Path
) -> None:
    whole = r"\int_0^1\frac{\dfrac12}{3}"
    body = "".join(
        rf'<p style="margin: 90px 0">\[{tex}\]</p>' for tex in (whole, rf"\smash{{\displaystyle{whole}}}")
    )
    serve(page, set_page(body, format), tmp_path / "research")
    page.evaluate("document.fonts.ready")
    (*_, height), (*_, smashed) = ink(page)
    assert abs(height - smashed) <= 2


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_rules_have_the_colour_of_the_text(page: Page, set_page: Set, format: str, tmp_path: Path) -> None:
    style = "<style>:root {background: black; color: white} h1 {display: none}</style>"
    serve(page, set_page(rf'{style}<p style="margin: 90px 0">\(\rule{{40pt}}{{20pt}}\)</p>', format))
    [(left, right, height)] = ink(page, dark=True)
    assert right - left > 40
    assert height > 20


@pytest.mark.parametrize(
    ("format", "body"),
    [("svg", r"First \(x^2\), then \(\frac ab\)."), ("chtml", r"First \(x^2\), then \(y_1\).")],
)
def test_a_copied_passage_has_its_formulas_in_its_lines(
    page: Page, set_page: Set, format: str, body: str, tmp_path: Path
) -> None:
    serve(page, set_page(f"<p>{body}</p>", format), tmp_path / "research")
    copied = page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('p')) ?? `${getSelection()}`"
    )
    assert copied == body
