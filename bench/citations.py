"""What citations cost without Pelican: by cite, by number of posts, by size of library.

    python bench/citations.py

Prints a table and judges nothing.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugins"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import parts
from research.citations.settings import Settings

ROUNDS = 5


def library(count: int) -> str:
    """Return a .bib file of `count` entries."""
    return "\n".join(
        f"@article{{key{n},\n  author = {{Last{n % 211}, First A. and Name{n % 97}, B.}},\n"
        f"  title = {{On the {{Matter}} of {n}}},\n  journal = {{Journal of Things}},\n"
        f"  volume = {n % 50}, pages = {{{n}--{n + 9}}}, year = {1950 + n % 75},\n"
        f"  doi = {{10.1000/{n}}}\n}}\n"
        for n in range(count)
    )


def documents(count: int, cites: int, keys: int) -> list[parts.Document]:
    """Return `count` posts of `cites` citations, out of the first `keys` entries."""
    return [
        parts.Document(
            "".join(f"<p>As [@@key{(post * 7 + n) % keys}] show.</p>" for n in range(cites)),
            Path(f"{post}.md"),
        )
        for post in range(count)
    ]


def measure(table: Table) -> None:
    """Add the figures to `table`, each with its spread over `ROUNDS` runs."""
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "small.bib", Path(name) / "large.bib"
        small.write_text(library(300))
        large.write_text(library(20_000))

        def cite(count: int, cites: int, keys: int, path: Path = small) -> float:
            posts = documents(count, cites, keys)
            settings = Settings(references=(path,), cache=Path(name))
            before = time.process_time()
            parts.cite(posts, settings)
            return time.process_time() - before

        def a_further_citation() -> float:
            return (cite(1, 11_000, 1) - cite(1, 1_000, 1)) / 10_000

        _add(table, "a further citation of an entry", "µs", 1e6, a_further_citation)
        for count in (100, 1_000, 10_000):
            _add(
                table,
                f"10 citations, a post of {count:,}",
                "ms",
                1e3 / count,
                lambda count=count: cite(count, 10, 300),
            )
        _add(table, "50 entries cited of 20,000", "s", 1, lambda: cite(5, 10, 50, large))


def _add(table: Table, what: str, unit: str, scale: float, work: Callable[[], float]) -> None:
    found = [work() * scale for _ in range(ROUNDS)]
    table.add_row(what, f"{median(found):.3g} {unit}", f"{min(found):.3g}–{max(found):.3g}", "")


def main() -> None:
    """Measure and print."""
    table = Table("what", "median", "least–most", "", title=f"CPU, {ROUNDS} runs")
    measure(table)
    Console().print(table)


if __name__ == "__main__":
    main()
