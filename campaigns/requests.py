"""Payloads in TeX, .bib, CSL-JSON and .csl files: what a browser asks another host for.

    python campaigns/requests.py [--show]

Each payload would make a page fetch ``http://evil.test/NUMBER``. Pelican builds a blog for each format of
formulas, and one for each style; Chromium opens each page, to which no network is open, and all requests that
are not for the blog are counted. Prints a table and judges nothing; the project asks for 0 of 500.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import count, cycle
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from browser.chromium import find_chromium  # noqa: E402
from browser.conftest import FLAGS  # noqa: E402
from serving import served  # noqa: E402

HOST = "evil.test"
SETTINGS = f"""
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Requests", "", "content", "output", "UTC"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
THEME = "simple"
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
"""
PER_POST = 10
FORMATS = ("svg", "chtml", "mathml")
STYLES = ("author-date", "apa", "ieee")

#: Values that fetch an address where a value of CSS or of an attribute is wanted; URL stands for the address.
VALUES = (
    "url(URL)",
    "url('URL')",
    r"u\72l(URL)",
    "URL(URL)",
    "image-set(URL)",
    "red;background:url(URL)",
    "red}*{background:url(URL)}",
    "url/**/(URL)",
    "src(URL)",
    "/**/url(URL)",
)
#: TeX in which VALUE stands for one of them.
TEX = (
    r"\color{VALUE}{x}",
    r"\textcolor{VALUE}{x}",
    r"\colorbox{VALUE}{x}",
    r"\fcolorbox{VALUE}{red}{x}",
    r"\fcolorbox{red}{VALUE}{x}",
    r"\definecolor{c}{named}{VALUE}\color{c}x",
    r"\bbox[VALUE]{x}",
    r"\bbox[border: 1px solid VALUE]{x}",
    r"\bbox[background: VALUE]{x}",
    r"\bbox[cursor: VALUE, auto]{x}",
    r"\begin{array}{c}\rowcolor{VALUE} a\end{array}",
    r"\begin{array}{c}\cellcolor{VALUE} a\end{array}",
    r"\begin{array}{>{\columncolor{VALUE}}c} a\end{array}",
    r"\enclose{circle}[mathcolor=VALUE]{x}",
    r"\enclose{box}[mathbackground=VALUE]{x}",
    r"\cancel[color=VALUE]{x}",
    r"\mmlToken{mi}[mathcolor='VALUE']{x}",
    r"\mmlToken{mi}[mathbackground='VALUE']{x}",
    r"\mmlToken{mi}[fontfamily='VALUE']{x}",
    r"\mmlToken{mi}[style='background: VALUE']{x}",
    r"\mmlToken{mi}[style='border-image: VALUE']{x}",
    r"\text{\color{VALUE}x}",
    r"\ce{\color{VALUE}{A}}",
    r"\def\f#1{\colorbox{#1}{x}}\f{VALUE}",
)
#: TeX that names an address as such.
ADDRESSES = (
    r"\mmlToken{mglyph}[src='URL']{}",
    r"\includegraphics{URL}",
    r"\style{background: url(URL)}{x}",
    r"\href{URL}{x}",
    r"\class{x\" style=\"background:url(URL)}{x}",
    r"\require{html}\style{background:url(URL)}{x}",
    r"\text{<img src=URL>}",
    r"\mmlToken{mtext}{<img src=URL>}",
    r"\tag{<img src=URL>}x",
    r"\label{\"><img src=URL>}x",
)
#: What could fetch an address from the text of a field.
MARKUP = (
    "<img src=URL>",
    "<svg><image href=URL /></svg>",
    "<style>@import 'URL';</style>",
    "<link rel=stylesheet href=URL>",
    "<iframe src=URL></iframe>",
    '<i style="background:url(URL)">x</i>',
    '<span style="font-variant:small-caps;background:url(URL)">x</span>',
    "<b><img src=URL",
    "<video poster=URL>",
    "<object data=URL></object>",
    "$\\colorbox{url(URL)}{x}$",
    "\\includegraphics{URL}",
    "\\href{URL}{\\url{URL}}",
    '"><img src=URL>',
)
FIELDS = (
    "author title journal booktitle publisher year note howpublished url doi pages series number pdf".split()
)
VARIABLES = "title container-title publisher note DOI URL page volume genre".split()
CSL = (ROOT / "tests" / "cases" / "citations" / "hostile.csl").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Case:
    """A blog that has one payload a page, or several on one where they stand in one file."""

    kind: str
    files: Mapping[str, str]
    settings: str
    payloads: int


def main() -> None:
    """Build all blogs, open their pages and print what these ask for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--show", action="store_true", help="name what has been asked for")
    given = parser.parse_args()
    chromium = find_chromium()
    payloads = requests = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=FLAGS, env={**os.environ, **chromium.environment}
        )
        print(f"{'kind':24}{'payloads':>10}{'pages':>10}{'requests':>10}")
        for case in cases():
            pages, found = tried(case, browser)
            print(f"{case.kind:24}{case.payloads:10}{pages:10}{len(found):10}", flush=True)
            payloads, requests = payloads + case.payloads, requests + len(found)
            for address in found if given.show else ():
                print(f"    {address}")
        browser.close()
    print(f"{requests} requests to another host of {payloads} payloads")


def cases() -> Iterator[Case]:
    """Yield the blogs of the campaign."""
    number = count(1)
    texts = [tex.replace("VALUE", value) for tex in TEX for value in VALUES]
    formulas = [with_address(tex, next(number)) for tex in (*texts, *ADDRESSES)]
    posts = {
        f"p{at}.md": post("\n\n".join(rf"x ${tex}$ y" for tex in formulas[at : at + PER_POST]), at)
        for at in range(0, len(formulas), PER_POST)
    }
    for format in FORMATS:
        yield Case(f"TeX, {format}", posts, f"RESEARCH = {{'formulas': {format!r}}}", len(formulas))
    marks = cycle(MARKUP)
    for style in STYLES:
        settings = f"RESEARCH = {{'citation_style': {style!r}, 'references': 'content/r.bib'}}"
        entries = [(field, with_address(next(marks), next(number))) for field in FIELDS for _ in range(4)]
        bib = "".join(entry(key, field, text) for key, (field, text) in enumerate(entries))
        yield Case(f".bib, {style}", {"p.md": citing(len(entries)), "r.bib": bib}, settings, len(entries))
        values = [(name, with_address(next(marks), next(number))) for name in VARIABLES for _ in range(4)]
        items = json.dumps([item(key, name, text) for key, (name, text) in enumerate(values)])
        settings = settings.replace("r.bib", "r.json")
        yield Case(
            f"CSL-JSON, {style}", {"p.md": citing(len(values)), "r.json": items}, settings, len(values)
        )
    affixes = [with_address(text, next(number)) for text in MARKUP]
    styles = {f"s{n}.csl": CSL.replace("AFFIX", escape(text)) for n, text in enumerate(affixes)}
    posts = {
        f"p{n}.md": post("x [@k0] y [@@k0]", n, f"Citation_style: content/s{n}.csl\n")
        for n in range(len(affixes))
    }
    files = {**styles, **posts, "r.bib": entry(0, "title", "T")}
    yield Case(".csl", files, "RESEARCH = {'references': 'content/r.bib'}", len(affixes))


def with_address(payload: str, number: int) -> str:
    """Return `payload` with an address that says which one it is."""
    return payload.replace("URL", f"http://{HOST}/{number}")


def post(text: str, number: int = 0, head: str = "") -> str:
    """Return the source of a post."""
    return f"Title: Post {number}\nDate: 2026-01-01\n{head}\n{text}\n"


def citing(number: int) -> str:
    """Return a post that cites so many works."""
    return post(" ".join(f"[@k{key}]" for key in range(number)))


def entry(key: int, field: str, text: str) -> str:
    """Return an entry whose `field` says `text`."""
    fields = {"author": "A. Author", "title": f"Title {key}", "year": "2000", field: text}
    return (
        f"@article{{k{key}, " + ", ".join(f"{name} = {{{value}}}" for name, value in fields.items()) + "}\n"
    )


def item(key: int, name: str, text: str) -> dict[str, object]:
    """Return an item of CSL-JSON whose variable `name` says `text`."""
    return {
        "id": f"k{key}",
        "type": "book",
        "title": f"Title {key}",
        "author": [{"family": text}],
        name: text,
    }


def tried(case: Case, browser: Browser) -> tuple[int, list[str]]:
    """Return how many pages the blog of `case` has, and the addresses of other hosts that they ask for."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "content").mkdir()
        for file, text in case.files.items():
            (root / "content" / file).write_text(text, encoding="utf-8")
        (root / "pelicanconf.py").write_text(SETTINGS + case.settings, encoding="utf-8")
        command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        pages = sorted((root / "output").glob("*.html"))
        with served(root / "output") as address:
            found = [url for page in pages for url in asked_for(browser, address, page.name)]
        return len(pages), found


def asked_for(browser: Browser, address: str, page: str) -> list[str]:
    """Return the addresses of other hosts that `page` asks for."""
    urls: list[str] = []
    context = browser.new_context()
    context.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith(address) else route.abort()
    )
    opened = context.new_page()
    opened.on("request", lambda request: urls.append(request.url))
    opened.goto(address + page)
    # What is brought when a pointer comes, as a cursor is.
    opened.evaluate("for (const element of document.querySelectorAll('details')) element.open = true")
    opened.mouse.move(100, 100)
    opened.wait_for_load_state("networkidle")
    context.close()
    return [url for url in urls if not url.startswith((address, "data:", "blob:"))]


if __name__ == "__main__":
    main()
