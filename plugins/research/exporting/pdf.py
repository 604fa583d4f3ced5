"""A page → PDF, printed by a browser: Chromium sets formulas, figures and numbers as the page has them."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .site import ExportError

TIMEOUT_SECONDS = 180
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
FLAGS = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
]


def browser(named: str = "") -> str:
    """Return the browser that is `named`, or one that the machine has."""
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    found = found or ("" if named else next((place for place in PLACES if Path(place).is_file()), ""))
    if not found:
        what = f"there is no browser {named}" if named else "no Chromium, Chrome or Edge was found"
        raise ExportError(f"{what}: install one, or name its program by --browser")
    return found


def write(html: str, target: Path, program: str) -> None:
    """Write the page `html` as a PDF to `target`; `program` is the browser that prints it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page, printed = folder / "page.html", folder / "page.pdf"
        page.write_text(html, encoding="utf-8")
        is_root = sys.platform == "linux" and os.geteuid() == 0  # for which Chromium has no sandbox
        command = [
            program,
            *FLAGS,
            *(["--no-sandbox"] if is_root else []),
            f"--user-data-dir={folder / 'profile'}",
        ]
        command += [f"--print-to-pdf={printed}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ExportError(
                f"{program} needs more than {TIMEOUT_SECONDS} s to print {target.name}"
            ) from error
        if not printed.is_file():
            raise ExportError(f"{program} printed nothing: {done.stderr.strip()[-500:]}")
        shutil.copyfile(printed, target)
