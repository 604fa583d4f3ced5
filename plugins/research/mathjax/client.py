"""Without Node.js: MathJax in the page, from files that the blog itself serves.

Formulas stay TeX, in elements that MathJax looks for; pages that have such elements load it.
"""

import shutil
from html import escape
from pathlib import Path

from .node import PACKAGES, SCRIPT, folder_of, versions
from .settings import Settings

MARKER = '<span class="math-client"'
#: What a browser loads of the npm packages, as patterns.
FILES = {
    "mathjax": (
        "startup.js",
        "core.js",
        "input/tex-base.js",
        "input/tex/extensions/*.js",
        "output/svg.js",
        "a11y/assistive-mml.js",
        "ui/safe.js",
    ),
    "@mathjax/mathjax-newcm-font": ("svg.js", "svg/dynamic/*.js"),
    "@mathjax/mathjax-mhchem-font-extension": ("svg.js",),
}


def mark_for_client(source: str) -> str:
    """Return the HTML that a formula is until a browser sets it."""
    return f"{MARKER}>{source}</span>"


def with_macros(html: str, macros: str) -> str:
    """Return `html` between marks, in which a browser finds that its formulas, and no others, know `macros`.

    They are in an attribute, which is gone where a title has to be text.
    """
    return (
        f'{MARKER} data-macros="{escape(macros)}" hidden></span>{html}{MARKER} data-macros="" hidden></span>'
    )


def link_client(html: str, output: Path, siteurl: str, settings: Settings) -> str:
    """Let the page `html` load MathJax, if it has formulas to set, and publish MathJax below `output`."""
    head = html.find("</head>")
    if MARKER not in html or head < 0:
        return html
    address = f"research/mathjax-{versions()['mathjax']}"
    _publish(output / address)
    base = f"{siteurl}/{address}" if siteurl else address
    packages = escape(" ".join(settings.tex_packages))
    tags = (
        f'<script src="{base}/client.js" data-packages="{packages}" data-tags="{settings.equation_numbers}">'
        f'</script>\n<script src="{base}/mathjax/startup.js" defer></script>\n'
    )
    return html[:head] + tags + html[head:]


def _publish(folder: Path) -> None:
    if not folder.exists():
        for package in PACKAGES:
            for pattern in FILES[package]:
                for path in folder_of(package).glob(pattern):
                    target = folder / package / path.relative_to(folder_of(package))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
    script = folder / "client.js"
    text = "".join(SCRIPT.with_name(name).read_text("utf-8") for name in ("safety.js", "client.js"))
    # The folder is named after MathJax's version, and ours may change without it.
    if not script.exists() or script.read_text("utf-8") != text:
        script.write_text(text, encoding="utf-8")
