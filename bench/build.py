"""How much the plugin adds to a build: user CPU seconds beside those of plain Pelican.

    python bench/build.py [--posts 1000] [--rounds 5] [--yardstick SCRIPT] [--without-rivals]

Builds are interleaved, each in a process of its own, children (Node) counted. "Cold" starts with
no cache, "warm" with that of the build before. Rivals run in an environment of their own, which the
first run makes in build/rivals. Below are the figures of `citations`. Prints a table and judges nothing.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import citations
import rivals
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Bench", "", "content", "output", "UTC"
DELETE_OUTPUT_DIRECTORY = True
"""
OURS = """
PLUGIN_PATHS, PLUGINS = [".", {plugins!r}], [{name!r}]
RESEARCH = {references!r}
"""
#: Our plugin, with some of its parts alone.
ALONE = {
    "citations_alone": """
import research.parts
from research.citations import Citations
research.parts.PARTS = (Citations,)
from research import register
""",
    "formulas_alone": """
import research.parts
from research.formulas import Formulas
research.parts.PARTS = (Formulas,)
from research import register
""",
}


@dataclass(frozen=True)
class Variant:
    """A way to build the same posts."""

    name: str
    settings: str
    cold: bool = False
    python: str = sys.executable


def _ours(name: str) -> str:
    references = {} if name == "formulas_alone" else {"references": "references.bib"}
    return OURS.format(plugins=str(ROOT / "plugins"), name=name, references=references)


def variants(with_rivals: bool) -> list[Variant]:
    """Return plain Pelican first, then ourselves, then our rivals."""
    ours = {name: _ours(name) for name in ("research", *ALONE)}
    found = [
        Variant("plain Pelican", "PLUGINS = []"),
        Variant("citations", ours["citations_alone"]),
        Variant("formulas, cold", ours["formulas_alone"], cold=True),
        Variant("formulas, warm", ours["formulas_alone"]),
        Variant("both, cold", ours["research"], cold=True),
        Variant("both, warm", ours["research"]),
    ]
    if with_rivals:
        python = str(rivals.python())
        found += [Variant(name, text, python=python) for name, text in rivals.SETTINGS.items()]
    return found


def user_seconds(variant: Variant, folder: Path) -> float:
    """Build the blog in `folder` once and return the user CPU seconds of all processes."""
    (folder / "pelicanconf.py").write_text(SETTINGS + variant.settings)
    if variant.cold:
        shutil.rmtree(folder / "build", ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [variant.python, "-m", "pelican", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def published(folder: Path) -> int:
    """Return how many of the posts the build has published."""
    return sum(1 for _ in (folder / "output").glob("post*.html"))


def measure(table: Table, count: int, rounds: int, yardstick: Path, with_rivals: bool) -> None:
    """Add the builds of a blog of `count` posts to `table`."""
    lost: dict[Variant, int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(yardstick), str(count), name], check=True)
        for module, text in ALONE.items():
            (folder / f"{module}.py").write_text(
                f"import sys\nsys.path.append({str(ROOT / 'plugins')!r})\n{text}"
            )
        seconds: dict[Variant, list[float]] = {variant: [] for variant in variants(with_rivals)}
        for _ in range(rounds):
            for variant, spent in seconds.items():
                spent.append(user_seconds(variant, folder))
                lost[variant] = max(lost.get(variant, 0), count - published(folder))
    plain = median(next(iter(seconds.values())))
    for variant, spent in seconds.items():
        middle = median(spent)
        loses = f", loses {lost[variant]}" if lost[variant] else ""
        table.add_row(
            f"{count} posts: {variant.name}{loses}",
            f"{middle:.2f} s",
            f"{min(spent):.2f}–{max(spent):.2f}",
            f"{middle / plain:.2f}",
        )
    table.add_section()


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, nargs="+", default=[1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--yardstick", type=Path, default=ROOT / "bench" / "posts.py")
    parser.add_argument("--without-rivals", action="store_true")
    options = parser.parse_args()
    table = Table("what", "median", "least–most", "× plain", title=f"User CPU, {options.rounds} rounds")
    for count in options.posts:
        measure(table, count, options.rounds, options.yardstick, not options.without_rivals)
    citations.measure(table)
    Console().print(table)


if __name__ == "__main__":
    main()
