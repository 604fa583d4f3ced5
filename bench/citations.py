"""What citations alone cost: in builds beside plain Pelican, by cite, by number of posts, by size of library.

    python bench/citations.py [--posts 1000] [--rounds 5] [--yardstick SCRIPT]

Builds are interleaved, each in a process of its own. Prints tables and judges nothing.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from build import Variant, user_seconds

HERE = Path(__file__).resolve().parent
PLUGINS = HERE.parent / "plugins"
sys.path.insert(0, str(PLUGINS))

from research import citations  # noqa: E402
from research.documents import Document  # noqa: E402
from research.settings import Settings  # noqa: E402

#: The plugin with no part but ours.
ALONE = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(PLUGINS)!r}]
from pelican import signals
from research import citations, posts, summaries
from research.settings import Settings

def configure(pelican):
    citations.teach_readers(pelican.settings)

def publish(generators):
    settings = Settings(references=(Path("references.bib"),), cache=Path("build"))
    contents = list(posts.content_objects(generators))
    documents = []
    for content in contents:
        body = posts.body(content)
        documents += (body, posts.summary(content, summaries.cut(body.html, content.settings)))
    documents, faults = citations.cite(documents, settings)
    assert not faults
    for content, body, summary in zip(contents, documents[::2], documents[1::2]):
        posts.give_back(content, body, summary)

def register():
    signals.initialized.connect(configure)
    signals.all_generators_finalized.connect(publish)
"""
PLAIN = Variant("plain Pelican", "PLUGINS = []")
VARIANTS = (PLAIN, Variant("citations alone", 'PLUGIN_PATHS, PLUGINS = ["."], ["alone"]'))


def builds(count: int, rounds: int, yardstick: Path) -> Table:
    """Return the table of builds of `count` posts."""
    table = Table("variant", "median s", "least–most", "× plain", title=f"{count} posts, {rounds} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(yardstick), str(count), name], check=True)
        (folder / "alone.py").write_text(ALONE)
        seconds: dict[Variant, list[float]] = {variant: [] for variant in VARIANTS}
        for _ in range(rounds):
            for variant, spent in seconds.items():
                spent.append(user_seconds(variant, folder))
    plain = median(seconds[PLAIN])
    for variant, spent in seconds.items():
        span = f"{min(spent):.2f}–{max(spent):.2f}"
        table.add_row(variant.name, f"{median(spent):.2f}", span, f"{median(spent) / plain:.3f}")
    return table


def library(count: int) -> str:
    """Return a .bib file of `count` entries."""
    return "\n".join(
        f"@article{{key{n},\n  author = {{Last{n % 211}, First A. and Name{n % 97}, B.}},\n"
        f"  title = {{On the {{Matter}} of {n}}},\n  journal = {{Journal of Things}},\n"
        f"  volume = {n % 50}, pages = {{{n}--{n + 9}}}, year = {1950 + n % 75},\n"
        f"  doi = {{10.1000/{n}}}\n}}\n"
        for n in range(count)
    )


def documents(count: int, cites: int, keys: int) -> list[Document]:
    """Return `count` posts of `cites` citations, out of the first `keys` entries."""
    return [
        Document(
            "".join(f"<p>As [@@key{(post * 7 + n) % keys}] show.</p>" for n in range(cites)),
            Path(f"{post}.md"),
        )
        for post in range(count)
    ]


def spent(work: Callable[[], object]) -> float:
    """Return the least CPU seconds of three runs of `work`."""
    seconds = []
    for _ in range(3):
        before = time.process_time()
        work()
        seconds.append(time.process_time() - before)
    return min(seconds)


def parts() -> Table:
    """Return the table of what does not need Pelican."""
    table = Table("what", "CPU", title="Without Pelican, least of three")
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "small.bib", Path(name) / "large.bib"
        small.write_text(library(300))
        large.write_text(library(20_000))

        def cite(count: int, cites: int, keys: int, path: Path = small) -> float:
            posts = documents(count, cites, keys)
            settings = Settings(references=(path,), cache=Path(name))
            return spent(lambda: citations.cite(posts, settings))

        more = (cite(1, 2000, 1) - cite(1, 1000, 1)) / 1000
        table.add_row("a further citation of an entry", f"{more * 1e6:.1f} µs")
        for count in (100, 1_000, 10_000):
            table.add_row(
                f"{count} posts of 10 citations", f"{cite(count, 10, 300) / count * 1e3:.2f} ms a post"
            )
        table.add_row("50 works cited of 20,000", f"{cite(5, 10, 50, large):.2f} s")
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--yardstick", type=Path, default=HERE / "posts.py", help="writes N posts into DIR")
    given = parser.parse_args()
    console = Console()
    console.print(parts())
    console.print(builds(given.posts, given.rounds, given.yardstick))


if __name__ == "__main__":
    main()
