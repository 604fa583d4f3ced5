"""What mutated inputs do to a build: pages lost, other posts changed, tracebacks, builds that do not end.

    python campaigns/fuzz.py [--seconds 600] [--seed 0] [--kinds posts bib …] [--keep FOLDER]

Posts, demo blocks, bibliographies in BibTeX and CSL-JSON, manifests, metrics, histories, ONNX graphs and
settings are mutated and put into a small blog beside posts that stay as they are, several at once. Pelican
builds it in a process of its own. Where something is wrong, the inputs are halved until one is found that
causes it; `--keep` writes it there. Prints a table and judges nothing:

- lost: the page of the mutated input is missing, though plain Pelican writes it;
- changed: a page of another post is missing or not what it was;
- traceback: Pelican prints one;
- internal: the error boundary caught an exception that nobody foresaw;
- endless: the build takes ten seconds longer than that of the blog without mutated inputs.
"""

import argparse
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests")]

import bundles  # noqa: E402

from campaigns import inputs  # noqa: E402
from campaigns.inputs import KINDS, Input  # noqa: E402

OUTCOMES = ("lost", "changed", "traceback", "internal", "endless")
#: What stands in the log then.
SIGNS = {"traceback": "Traceback (most recent call last)", "internal": "internal error"}
#: Seconds that an input may add to a build, and what each input of many is allowed in the first try.
MAX_SECONDS = 10.0
BATCH_SECONDS = 2.0

SETTINGS = """
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Fuzz", "https://blog.example", "content", "output", "UTC"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
ARTICLE_URL = ARTICLE_SAVE_AS = "{slug}.html"
"""
FIGURE = """```demo
kind: samples
model: sound
id: fig-a
alt: Samples
caption: See [@vae].
```

In [](#fig-a), {{ sound.elbo }} nats.
"""
BYSTANDERS = {
    "citing.md": "As [@@vae] say [see @vae, pp. 3--5], so it is.\n",
    "formulas.md": "$$\\begin{align} a &= b \\label{eq:a} \\end{align}$$\n\nLet $x^2$, by \\eqref{eq:a}.\n",
    "figure.md": FIGURE,
}
BIB = "@misc{vae, author={Kingma, D. P. and Welling, M.}, title={Auto-encoding}, year=2013}\n"


@dataclass(frozen=True)
class Result:
    """What became of a build: for each outcome that is wrong, what shows it."""

    seconds: float
    log: str
    wrong: Mapping[str, str] = field(default_factory=dict)


class Campaign:
    """A blog whose posts are known, and builds of it with mutated inputs beside them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._sound = folder / "sound"
        self._write(self._sound, [])
        first = self._pelican(self._sound, 300)
        self._pages = {name: _page(self._sound, name) for name in BYSTANDERS}
        if "" in self._pages.values() or ": error: " in first.log:
            raise SystemExit(f"the blog cannot be built without mutated inputs:\n{first.log}")
        self._seconds = self._pelican(self._sound, 300).seconds  # with a filled cache

    def findings(self, batch: Sequence[Input]) -> Iterator[tuple[Sequence[Input], Result]]:
        """Build the blog with `batch`; yield the smallest parts of it that something is wrong with."""
        result = self._build(batch)
        if not result.wrong:
            return
        if len(batch) == 1:
            yield batch, result
            return
        middle = len(batch) // 2
        found = [one for half in (batch[:middle], batch[middle:]) for one in self.findings(half)]
        is_slow_together = result.wrong.keys() == {"endless"}
        yield from found or ([] if is_slow_together else [(batch, result)])

    def _build(self, batch: Sequence[Input]) -> Result:
        root = self._folder / str(next(self._numbers))
        self._write(root, batch)
        # Without finished posts, so that those beside the mutated inputs pass the parts with them.
        cache = self._sound / "build" / "cache"
        shutil.copytree(cache, root / "build" / "cache", ignore=shutil.ignore_patterns("posts"))
        extra = BATCH_SECONDS * len(batch) if len(batch) > 1 else 0
        result = self._pelican(root, self._seconds + MAX_SECONDS + extra)
        wrong = dict(result.wrong) | self._wrong_pages(root, batch, result)
        shutil.rmtree(root)
        return Result(result.seconds, result.log, wrong)

    def _write(self, root: Path, batch: Sequence[Input]) -> None:
        bundles.write_bundle(root / "build" / "models", "sound")
        files = {f"content/{name}": _post(name, text) for name, text in BYSTANDERS.items()}
        files |= {"references.bib": BIB.encode()}
        references = ["references.bib"]
        research: dict[str, object] = {"live": False, "graph_seconds": 5}
        for one in batch:
            one.write(root)
            files[f"content/{one.name}.md"] = _post(f"{one.name}.md", one.post)
            references += one.references
            research |= one.settings
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        research = {"references": references} | research
        text = f"{SETTINGS}PLUGIN_PATHS, PLUGINS = [{str(ROOT / 'plugins')!r}], ['research']\n"
        text += f"nan, inf = float('nan'), float('inf')\nRESEARCH = {research!r}\n"
        (root / "pelicanconf.py").write_text(text, encoding="utf-8")

    def _pelican(self, root: Path, seconds: float, *arguments: str) -> Result:
        command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py", *arguments]
        began = time.monotonic()
        with subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "COLUMNS": "1000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            try:
                log = process.communicate(timeout=seconds)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Result(seconds, "", {"endless": f"more than {seconds:.0f} s"})
        wrong = {}
        for outcome, sign in SIGNS.items():
            if sign in log:
                wrong[outcome] = next(line for line in log.splitlines() if sign in line)
        return Result(time.monotonic() - began, log, wrong)

    def _wrong_pages(self, root: Path, batch: Sequence[Input], result: Result) -> dict[str, str]:
        if "endless" in result.wrong:
            return {}
        wrong = {}
        lost = [one.name for one in batch if not _page(root, f"{one.name}.md")]
        is_refused = any(one.settings for one in batch) and "RESEARCH" in result.log
        if lost and not is_refused and self._plainly(root, lost):
            wrong["lost"] = ", ".join(lost)
        if not any(one.settings for one in batch):
            changed = [name for name, page in self._pages.items() if _page(root, name) != page]
            if changed:
                wrong["changed"] = ", ".join(changed)
        return wrong

    def _plainly(self, root: Path, names: Sequence[str]) -> bool:
        """Return whether Pelican without the plugin writes a page of `names`."""
        settings = root / "pelicanconf.py"
        settings.write_text(f"{SETTINGS}PLUGINS = []\n", encoding="utf-8")
        self._pelican(root, 60)
        return any(_page(root, f"{name}.md") for name in names)


def _post(name: str, body: str) -> bytes:
    slug = name.removesuffix(".md")
    text = f"Title: {slug}\nDate: 2026-01-01\nSlug: {slug}\nSummary: -\n\n{body}"
    return text.encode(errors="replace")


def _page(root: Path, name: str) -> str:
    """Return the article in the page of the post `name`, without what the theme puts around it."""
    path = root / "output" / name.replace(".md", ".html")
    if not path.is_file():
        return ""
    page = path.read_text(encoding="utf-8")
    return page[page.find("<body") :]


def run(
    seconds: float, seed: int, kinds: Sequence[str], keep: Path | None = None
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Return how many inputs of each kind were built, and how often each outcome was found."""
    draw = random.Random(seed)
    built: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        campaign = Campaign(Path(name).resolve())
        ends = time.monotonic() + seconds
        for kind in itertools.cycle(kinds):
            if time.monotonic() > ends:
                break
            batch = [inputs.mutated(kind, sum(built.values()) + i, draw) for i in range(KINDS[kind].batch)]
            for guilty, result in campaign.findings(batch):
                found.update((kind, outcome) for outcome in result.wrong)
                _report(guilty, result, keep)
            built[kind] += len(batch)
    return built, found


def _report(guilty: Sequence[Input], result: Result, keep: Path | None) -> None:
    names = ", ".join(f"{one.kind} {one.name}" for one in guilty)
    for outcome, sign in result.wrong.items():
        print(f"{names}: {outcome}: {sign[:400]}", file=sys.stderr, flush=True)
    if keep:
        for one in guilty:
            folder = keep / f"{one.kind}-{one.name}"
            folder.mkdir(parents=True, exist_ok=True)
            one.write(folder)
            (folder / "post.md").write_text(one.post, encoding="utf-8", errors="replace")
            (folder / "settings.txt").write_text(repr(one.settings), encoding="utf-8", errors="replace")
            (folder / "log.txt").write_text(result.log, encoding="utf-8", errors="replace")


def table(built: Counter[str], found: Counter[tuple[str, str]]) -> Table:
    """Return the table of all inputs."""
    shown = Table("inputs", "built", *OUTCOMES)
    for kind, count in built.items():
        shown.add_row(kind, str(count), *(str(found[kind, outcome]) for outcome in OUTCOMES))
    sums = (sum(found[kind, outcome] for kind in built) for outcome in OUTCOMES)
    shown.add_row("all", str(built.total()), *map(str, sums))
    return shown


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600, help="after which no further build is begun")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where inputs are written that do harm")
    options = parser.parse_args()
    Console().print(table(*run(options.seconds, options.seed, options.kinds, options.keep)))


if __name__ == "__main__":
    main()
