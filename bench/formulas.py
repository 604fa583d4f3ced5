"""What a page with sixty formulas weighs in each format, with the theme of this repository.

    python bench/formulas.py [--formulas FILE] [--width 390]

The formulas are those of tests/cases/formulas/sixty.json, each in a paragraph of its own. Pages are opened in
the Chromium that the tests use; files are compressed by gzip, one by one. The page “none” has no formula.
Prints a table and judges nothing.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from page import served, visit
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tests"), str(ROOT), str(ROOT / "plugins")]
from browser.chromium import find_chromium  # noqa: E402
from browser.conftest import FLAGS  # noqa: E402

FORMULAS = ROOT / "tests" / "cases" / "formulas" / "sixty.json"
FORMATS = ("svg", "chtml", "mathml", "none")
SETTINGS = f"""
SITENAME, AUTHOR, TIMEZONE, SITEURL, RELATIVE_URLS = "A blog", "An author", "UTC", "", True
PATH, OUTPUT_PATH, THEME = "content", "output", {str(ROOT / "theme")!r}
RESEARCH = {{"minify_theme": True}}
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
from pelican.plugins import _utils
_utils.get_namespace_plugins = lambda *arguments: {{}}
"""


def build(formulas: Path, folder: Path) -> Path:
    """Build a blog in `folder` with one post in each format; return its output."""
    pairs = json.loads(formulas.read_text(encoding="utf-8"))
    text = "\n\n".join(f"$$\n{tex}\n$$" if display else f"Of ${tex}$." for tex, display in pairs)
    (folder / "content").mkdir()
    for name in FORMATS:
        head = f"Title: {name}\nDate: 2026-01-01\nMath: {'off' if name == 'none' else name}\n\n"
        post = head + ("Text." if name == "none" else text)
        (folder / "content" / f"{name}.md").write_text(post, encoding="utf-8")
    (folder / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "pelican", "-q"], cwd=folder, check=True)
    return folder / "output"


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--formulas", type=Path, default=FORMULAS, help="a list of pairs: TeX, displayed or not"
    )
    parser.add_argument("--width", type=int, default=390)
    given = parser.parse_args()
    chromium = find_chromium()
    table = Table("format", "document", "style sheets", "fonts", "scripts and icons", "all, gzip")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=FLAGS, env=dict(chromium.environment)
        )
        with served(build(given.formulas, Path(name))) as address:
            for format in FORMATS:
                bodies, _ = visit(browser, f"{address}{format}.html", given.width)
                sizes = {kind: len(gzip.compress(body)) for kind, body in bodies.items()}
                known = [sizes.pop(kind, 0) for kind in ("document", "stylesheet", "font")]
                row = [*known, sum(sizes.values())]
                table.add_row(format, *(f"{size:,}" for size in (*row, sum(row))))
        browser.close()
    Console().print(table)


if __name__ == "__main__":
    main()
