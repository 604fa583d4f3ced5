"""Without Node.js: MathJax in the page, from files that the blog itself serves.

Formulas stay TeX, in elements that MathJax looks for; pages that have such elements load it.
"""

from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

from ...core.post import PublishedFile
from ...core.text import placeholders
from ...core.text.head import with_head
from ..settings import Settings
from ..typesetting.mathjax import PACKAGES, SCRIPT, folder_of, versions
from .page import TITLE

MARKER = '<span class="math-client"'
#: Placeholders of formulas in titles: what can be read stands inside, for the name of a window.
PART = "formula-in-title"
PLACEHOLDER = placeholders.pattern(PART, placeholders.SOURCE)
#: What a browser loads of the npm packages, as patterns.
FILES = {
    "mathjax": (
        "startup.js",
        "core.js",
        "input/tex-base.js",
        "input/tex/extensions/*.js",
        "output/chtml.js",
        "a11y/assistive-mml.js",
        "ui/safe.js",
    ),
    "@mathjax/mathjax-newcm-font": ("chtml.js", "chtml/dynamic/*.js", "chtml/woff2/*.woff2"),
    "@mathjax/mathjax-mhchem-font-extension": ("chtml.js", "chtml/woff2/*.woff2"),
}


def mark_for_client(source: str) -> str:
    """Return the HTML that a formula is until a browser typesets it."""
    return f"{MARKER}>{source}</span>"


def mark_in_title(source: str, text: str) -> str:
    """Return the HTML that a formula of a title is until `show_in_titles`, with `text` inside."""
    return placeholders.placeholder(PART, text, source=source)


def show_in_titles(html: str) -> str:
    """Return the page `html` with its formulas in titles marked for the browser, but in its own name."""
    if placeholders.sign(PART) not in html:
        return html
    html = TITLE.sub(lambda title: placeholders.without(title[0]), html, count=1)
    return PLACEHOLDER.sub(lambda found: mark_for_client(unescape(found["value"])), html)


def is_needed(html: str) -> bool:
    """Say whether `html` has formulas that a browser typesets."""
    return MARKER in html or placeholders.sign(PART) in html


def with_macros(html: str, macros: str) -> str:
    """Return `html` between marks, in which a browser finds that its formulas, and no others, know `macros`.

    They are in an attribute, which is gone where a title has to be text.
    """
    return (
        f'{MARKER} data-macros="{escape(macros)}" hidden></span>{html}{MARKER} data-macros="" hidden></span>'
    )


def link_client(html: str, base: str, settings: Settings) -> str:
    """Let the page `html`, whose links begin with `base`, load MathJax."""
    packages = escape(" ".join(settings.tex_packages))
    address = f"{base}{folder()}"
    data = f'data-packages="{packages}" data-tags="{settings.equation_numbers}"'
    tags = (
        f'<script src="{address}/safety.js"></script>\n'
        f'<script src="{address}/client.js" {data}></script>\n'
        f'<script src="{address}/mathjax/startup.js" defer></script>\n'
    )
    return with_head(html, tags)


def folder() -> str:
    """Return the address of the folder that MathJax is published in."""
    return f"research/mathjax-{versions()['mathjax']}"


def files() -> Iterator[PublishedFile]:
    """Yield the files that a browser loads."""
    for package in PACKAGES:
        for pattern in FILES[package]:
            for path in sorted(folder_of(package).glob(pattern)):
                inside = path.relative_to(folder_of(package)).as_posix()
                yield PublishedFile(path, f"{folder()}/{package}/{inside}")
    yield PublishedFile(SCRIPT.with_name("safety.js"), f"{folder()}/safety.js")
    yield PublishedFile(Path(__file__).with_name("client.js"), f"{folder()}/client.js")
