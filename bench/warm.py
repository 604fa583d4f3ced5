"""What a build of this blog costs in which nothing has changed, beside plain Pelican on the same content.

    python bench/warm.py [--rounds 7]

Both have built before and are interleaved, each in a process of its own; the trainer, which is asked whether
all models are fresh, is counted. Python keeps its bytecode, as it does unless PYTHONDONTWRITEBYTECODE is
set. Prints a table and judges nothing.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
#: Without the plugin, which gives the theme the functions by which it is translated.
PLAIN = """
from pelicanconf import *
PLUGINS = []
JINJA_GLOBALS = {
    "_": lambda text, **values: text % values,
    "ngettext": lambda one, many, num: (one if num == 1 else many) % {"num": num},
}
"""


def user_seconds(settings: Path, output: Path) -> float:
    """Build the blog and return the user CPU seconds of all processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pelican", "content", "--settings", str(settings)]
    subprocess.run(
        [*command, "--output", str(output), "--quiet"],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    """Read the command line, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        plain = Path(name) / "plain.py"
        plain.write_text(PLAIN, encoding="utf-8")
        variants = {"plain Pelican": plain, "this blog, warm": ROOT / "pelicanconf.py"}
        seconds: dict[str, list[float]] = {variant: [] for variant in variants}
        for variant, settings in variants.items():
            user_seconds(settings, Path(name) / variant)
        for _ in range(rounds):
            for variant, settings in variants.items():
                seconds[variant].append(user_seconds(settings, Path(name) / variant))
    middle = median(seconds["plain Pelican"])
    table = Table("what", "median", "least–most", "× plain", title=f"User CPU, {rounds} rounds")
    for variant, spent in seconds.items():
        spread = f"{min(spent):.2f}–{max(spent):.2f}"
        table.add_row(variant, f"{median(spent):.2f} s", spread, f"{median(spent) / middle:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
