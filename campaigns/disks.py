"""What becomes of builds whose disk is full or read-only, and of the next build once it no longer is.

    python campaigns/disks.py [--builds 60] [--seed 0]      # on Linux, with unshare of util-linux

A blog with citations, formulas and a model that is trained is built. One of three folders is a file system
in memory of its own, with a size drawn uniformly from nothing to what the folder needs, or read-only. Then
it gets all the space it needs, and the blog is built again. Prints a table and judges nothing:

- same: all pages are what they would have been;
- reported: they are not, and an error says so, or Pelican ends with one;
- silent: they are not, and nothing says so;
- traceback: Pelican prints one; in `output`, where Pelican itself writes, there is no other message;
- next differs: the second build does not publish what it should.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests")]

import damages  # noqa: E402
import tiny_model  # noqa: E402

FOLDERS = ("cache", "models", "output")
OUTCOMES = ("same", "reported", "silent", "traceback")
SETTINGS = """
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Disks", "https://blog.example", "content", "output", "UTC"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
PLUGIN_PATHS, PLUGINS = [{plugins!r}], ["research"]
RESEARCH = {research!r}
"""
POST = r"""Title: A post
Date: 2026-01-01

As [@@vae] shows, $x^2 + \alpha$.

$$\sum_i x_i$$

```demo
kind: samples
model: tiny
alt: Bars
caption: Bars.
```
"""
OTHER = "Title: Another\nDate: 2026-01-02\nMath: svg\nCitation_Style: author-date\n\nFor [@vae], $y$.\n"
BIB = "@misc{vae, author={Kingma, D. P.}, title={Auto-encoding}, year=2013}\n"
FILES = {"content/a.md": POST, "content/b.md": OTHER, "references.bib": BIB}
#: What is run where $FOLDER is a disk of its own: a build, and one more when there is space.
SCRIPT = """
mkdir -p $FOLDER
mount -t tmpfs -o size=$SIZE none $FOLDER
[ -z "$READ_ONLY" ] || mount -o remount,ro $FOLDER
"$PYTHON" -m pelican -s pelicanconf.py > first.log 2>&1; echo $? > first.rc
cp -r output first
mount -o remount,rw,size=1g $FOLDER
"$PYTHON" -m pelican -s pelicanconf.py > second.log 2>&1
cp -r output second
"""


class Disk(NamedTuple):
    """The folder that is a disk of its own, its size in bytes, and whether it can be read only."""

    folder: str
    size: int
    read_only: bool


def write_blog(root: Path, bars: Path) -> None:
    """Write the blog into the folder `root`."""
    (root / "content").mkdir(parents=True)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    shutil.copy(tiny_model.site(bars, epochs=1) / "recipes.toml", root)
    command = [sys.executable, str(ROOT / "tests" / "tiny_model.py")]
    command += ["--into", str(root / "models"), "build", "{names}", "--threads", "1"]
    command += ["--precision", "float32"]  # by default the faster one, which chance decides
    research = {"build_model": command, "models": "models", "cache": "cache"}
    research |= {"references": "references.bib", "formulas": "chtml"}
    settings = SETTINGS.format(plugins=str(ROOT / "plugins"), research=research)
    (root / "pelicanconf.py").write_text(settings, encoding="utf-8")


def environment(bars: Path) -> dict[str, str]:
    """Return the environment of builds that find the data in `bars`."""
    return {**os.environ, "COLUMNS": "1000", "PYTHONPATH": str(ROOT), "BARS": str(bars)}


def build(root: Path, bars: Path) -> None:
    """Build the blog in `root` with all the space there is; raise `SystemExit` where that goes wrong."""
    command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"]
    done = subprocess.run(command, cwd=root, env=environment(bars), capture_output=True, text=True)
    if done.returncode or ": error: " in done.stdout + done.stderr:
        raise SystemExit(f"the blog cannot be built:\n{done.stdout}{done.stderr}")


def outcome(root: Path, bars: Path, disk: Disk, whole: dict[str, bytes]) -> tuple[str, bool]:
    """Build the blog in `root` on `disk`; return one of `OUTCOMES`, and whether the next build differs."""
    variables = {"FOLDER": disk.folder, "SIZE": str(disk.size), "READ_ONLY": "yes" * disk.read_only}
    subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT],
        cwd=root,
        env={**environment(bars), **variables, "PYTHON": sys.executable},
        check=True,
    )
    said = (root / "first.log").read_text(encoding="utf-8")
    is_error = ": error: " in said or (root / "first.rc").read_text().strip() != "0"
    next_differs = damages.timeless(root / "second") != whole
    if "Traceback" in said:
        return "traceback", next_differs
    if damages.timeless(root / "first") == whole:
        return "same", next_differs
    return ("reported" if is_error else "silent"), next_differs


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--builds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    found: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as name:
        bars, whole = Path(name) / "bars", Path(name) / "whole"
        bars.mkdir()
        tiny_model.write_data(bars)
        write_blog(whole, bars)
        build(whole, bars)
        published = damages.timeless(whole / "output")
        needed = {folder: sum(map(len, damages.files(whole / folder).values())) for folder in FOLDERS}
        for number in range(given.builds):
            folder = FOLDERS[number % len(FOLDERS)]
            disk = Disk(folder, draw.randrange(4096, needed[folder]), draw.random() < 1 / 4)
            with tempfile.TemporaryDirectory() as blog:
                write_blog(Path(blog), bars)
                kind, next_differs = outcome(Path(blog), bars, disk, published)
            found[folder, kind] += 1
            found[folder, "next differs"] += next_differs
            if kind in ("silent", "traceback") or next_differs:
                print(f"{kind}{', next differs' * next_differs}: {disk}", flush=True)
    shown = Table("folder", *OUTCOMES, "next differs")
    for folder in FOLDERS:
        shown.add_row(folder, *(str(found[folder, kind]) for kind in (*OUTCOMES, "next differs")))
    Console().print(shown)


if __name__ == "__main__":
    main()
