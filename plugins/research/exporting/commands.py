"""The command ``export``: pages of a built blog as single files, and as PDF."""

import argparse
import sys
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the command line."""
    command = commands.add_parser(
        "export", help="write a built page as one file that opens from disk, or as a PDF"
    )
    command.set_defaults(run=_export)
    command.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="as output/a-post.html")
    command.add_argument("--to", type=Path, default=Path("exported"), metavar="DIR", help="else exported")
    command.add_argument("--pdf", action="store_true", help="write a PDF, which a browser prints")
    command.add_argument(
        "--browser", default="", metavar="PROGRAM", help="Chromium, Chrome or Edge; else found"
    )


def _export(given: argparse.Namespace) -> int:
    """Write each page; return 1 where one could not be written."""
    from . import pdf
    from .page import OneFile
    from .site import ExportError

    failures = 0
    for page in given.pages:
        try:
            one = OneFile(page)
            html = one.html()
            target = given.to / f"{page.stem}{'.pdf' if given.pdf else '.html'}"
            target.parent.mkdir(parents=True, exist_ok=True)
            if given.pdf:
                pdf.write(html, target, pdf.browser(given.browser))
            else:
                target.write_text(html, encoding="utf-8")
        except ExportError as error:
            print(f"{page}: {error}", file=sys.stderr)
            failures += 1
            continue
        for warning in () if given.pdf else one.warnings:
            print(f"{page}: warning: {warning}")
        print(f"{target}: {target.stat().st_size / 1000:,.0f} kB", file=sys.stderr)
    return int(bool(failures))
