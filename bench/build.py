"""How much the plugin adds to a build: user CPU seconds beside those of plain Pelican.

    python bench/build.py [--posts 100 1000] [--rounds 5] [--yardstick SCRIPT]

Builds are interleaved, each in a process of its own, children (Node) counted. "Cold" starts with
no cache, "warm" with that of the build before. A rival plugin takes part where it is installed.
Prints a table and judges nothing.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Bench", "", "content", "output", "UTC"
DELETE_OUTPUT_DIRECTORY = True
"""


@dataclass(frozen=True)
class Variant:
    """A way to build the same posts."""

    name: str
    settings: str
    cold: bool = False


RESEARCH = f"""
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
RESEARCH = {{"references": "references.bib"}}
"""
RIVALS = {
    "render_math": 'PLUGINS = ["render_math"]',
    "pelican_cite": 'PLUGINS = ["pelican_cite"]\nPUBLICATIONS_SRC = "references.bib"',
    "katex": 'PLUGINS = ["katex"]',
}


def variants() -> list[Variant]:
    """Return plain Pelican first, then ourselves, then the rivals at hand."""
    rivals = [Variant(name, text) for name, text in RIVALS.items() if find_spec(f"pelican.plugins.{name}")]
    ours = [Variant("research, cold", RESEARCH, cold=True), Variant("research, warm", RESEARCH)]
    return [Variant("plain Pelican", "PLUGINS = []"), *ours, *rivals]


def user_seconds(variant: Variant, folder: Path) -> float:
    """Build the blog in `folder` once and return the user CPU seconds of all processes."""
    (folder / "pelicanconf.py").write_text(SETTINGS + variant.settings)
    if variant.cold:
        shutil.rmtree(folder / "build", ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [sys.executable, "-m", "pelican", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def measure(count: int, rounds: int, yardstick: Path) -> Table:
    """Return the table for a blog of `count` posts."""
    table = Table("variant", "median s", "least–most", "× plain", title=f"{count} posts, {rounds} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(yardstick), str(count), name], check=True)
        seconds: dict[Variant, list[float]] = {variant: [] for variant in variants()}
        for _ in range(rounds):
            for variant, spent in seconds.items():
                spent.append(user_seconds(variant, folder))
    plain = median(next(iter(seconds.values())))
    for variant, spent in seconds.items():
        middle = median(spent)
        spread = f"{min(spent):.2f}–{max(spent):.2f}"
        table.add_row(variant.name, f"{middle:.2f}", spread, f"{middle / plain:.2f}")
    return table


def main() -> None:
    """Read the command line and print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--yardstick", type=Path, default=ROOT / "bench" / "posts.py")
    options = parser.parse_args()
    for count in options.posts:
        Console().print(measure(count, options.rounds, options.yardstick))


if __name__ == "__main__":
    main()
