"""How many formulas differ, in pixels, from what MathJax draws in a page as SVG.

    python campaigns/pixels.py [--formulas FILE] [--share 0.05] [--list]

`--formulas` has a formula per line; lines that begin with % are comments. A formula differs if more than
`--share` of its dark pixels do, at two pixels per CSS pixel, wherever in its line it stands. Prints a table
and judges nothing.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tests"), str(ROOT)]

from browser.chromium import find_chromium  # noqa: E402
from browser.conftest import FLAGS  # noqa: E402
from browser.pixels import shares  # noqa: E402

FORMULAS = ROOT / "tests" / "cases" / "formulas" / "varied.tex"
#: Formulas on one page: a screenshot is not higher than Chromium can make one.
PER_PAGE = 40


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--formulas", type=Path, default=FORMULAS, help="a file, else %(default)s")
    parser.add_argument("--share", type=float, default=0.05, help="of the dark pixels, else %(default)s")
    parser.add_argument("--list", action="store_true", help="print each formula that differs, with its share")
    given = parser.parse_args()
    lines = given.formulas.read_text("utf-8").splitlines()
    formulas = [(line, True) for line in lines if line and not line.startswith("%")]
    found: list[float] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = find_chromium()
        browser = playwright.chromium.launch(
            executable_path=chromium.path, env={**os.environ, **chromium.environment}, args=FLAGS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=2)
        for start in range(0, len(formulas), PER_PAGE):
            found += shares(page, formulas[start : start + PER_PAGE], Path(folder))
        browser.close()
    console = Console()
    differing = [(share, tex) for share, (tex, _) in zip(found, formulas, strict=True) if share > given.share]
    for share, tex in sorted(differing, reverse=True) if given.list else ():
        console.print(f"{share:.1%} {tex}", markup=False)
    table = Table(
        "formulas", "without a different pixel", f"more than {given.share:.0%} of their ink differs"
    )
    table.add_row(f"{len(found)}", f"{sum(share == 0 for share in found)}", f"{len(differing)}")
    console.print(table)


if __name__ == "__main__":
    main()
