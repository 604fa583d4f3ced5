"""Where tests find a Chromium: on the machine, or in the npm package that brings one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium" / "package.json"
#: The shell without a window comes first: a page opens there in a quarter of the time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A Chromium that can be started."""

    path: Path
    #: Variables that it needs beside those of this process.
    environment: Mapping[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Return the Chromium that ``CHROMIUM`` names, or one on the path, or the one from npm.

    Raises `LookupError` where there is none of them.
    """
    if named := os.environ.get("CHROMIUM"):
        return Chromium(Path(named))
    for name in NAMES:
        if found := shutil.which(name):
            return Chromium(Path(found))
    if not PACKAGE.exists():
        raise LookupError("no Chromium: run `npm ci`, or name one: CHROMIUM=/path/to/chromium make test")
    return unpacked(ROOT / "build" / "chromium")


def unpacked(folder: Path) -> Chromium:
    """Unpack the Chromium of the npm package below `folder`, once a version."""
    home = folder / json.loads(PACKAGE.read_text(encoding="utf-8"))["version"]
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        if not home.exists():
            unpack(home)
    return Chromium(
        home / "chromium",
        {
            "LD_LIBRARY_PATH": str(home / "al2023" / "lib"),
            "FONTCONFIG_FILE": str(home / "fonts.conf"),
            "HOME": str(home),
        },
    )


def unpack(home: Path) -> None:
    """Fill the folder `home`, which appears only when it is whole."""
    partial = home.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    node = shutil.which("node", path=path)
    if node is None:
        raise LookupError('no Node to unpack Chromium with: pip install "pelican-research[node]"')
    subprocess.run(
        [node, Path(__file__).with_name("unpack_chromium.mjs")],
        env={**os.environ, "TMPDIR": str(partial)},
        check=True,
    )
    fonts = FONTS.format(fonts=home / "fonts", cache=home / "font-cache")
    (partial / "fonts.conf").write_text(fonts, encoding="utf-8")
    partial.rename(home)
