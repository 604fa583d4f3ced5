"""What becomes of damaged files under build/ and output/: healed, reported, published silently, a page lost.

    python campaigns/damages.py [--damages 500] [--seed 0]

A small blog has every kind of entry in its cache, a model bundle, and every kind of published file. It is
built once; then, `--damages` times, one file of it is damaged in one way, and the blog is built again. The
kind of file is drawn first, and then the file, the way and the place. Prints a table and judges nothing:

- healed: all published files are what they were;
- reported: something else is published, and an error names a file;
- silent: something else is published, and no error says so;
- lost: a page is missing.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tests")]

import damages  # noqa: E402

SETTINGS = f"""
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Damages", "https://blog.example", "content", "output", "UTC"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
{damages.SETTINGS}
"""
OUTCOMES = ("healed", "reported", "silent", "lost")


def write_blog(root: Path) -> None:
    """Write the blog into the folder `root`."""
    for name, text in damages.CONTENT.items():
        path = root / name[1:] if name.startswith("/") else root / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")
    damages.write_models(root)


def build(root: Path) -> str:
    """Build the blog in `root`; return what Pelican said."""
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"],
        cwd=root,
        env={**os.environ, "COLUMNS": "1000"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def kinds(root: Path) -> Mapping[str, list[Path]]:
    """Return the files of each kind that can be damaged: those of a folder of build/ or output/."""
    found: dict[str, list[Path]] = {}
    for folder in (root / "build", root / "output"):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            parts = path.relative_to(root).parts[:-1]
            found.setdefault("/".join(parts[:3] if "cache" in parts else parts[:2]), []).append(path)
    return found


def ways(kind: str) -> list[str]:
    """Return the ways to damage a file of `kind`: a folder in the place of its files would stop Pelican."""
    is_ours = kind.startswith("build/") or kind.split("/")[1:2] in ([name] for name in damages.PUBLISHED)
    return sorted(damages.DAMAGES if is_ours else damages.DAMAGES.keys() - {"block"})


def damaged(root: Path, count: int, draw: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield the kind of file, the way of damage and the outcome of each of `count` damages."""
    pristine = root / "pristine"
    for folder in ("build", "output"):
        damages.copy(root / folder, pristine / folder)
    whole = damages.files(root / "output")
    for _ in range(count):
        for folder in ("build", "output"):
            damages.copy(pristine / folder, root / folder)
        of_kind = kinds(root)
        kind = draw.choice(sorted(of_kind))
        path, way = draw.choice(of_kind[kind]), draw.choice(ways(kind))
        damages.DAMAGES[way](path, draw)
        said = build(root)
        found = outcome(whole, damages.files(root / "output"), said)
        if found in ("silent", "lost"):
            print(f"{found}: {way} of {path.relative_to(root)}", flush=True)
        yield kind, way, found


def outcome(whole: Mapping[str, bytes], now: Mapping[str, bytes], said: str) -> str:
    """Return which of `OUTCOMES` it is that `now` is published instead of `whole`."""
    if all(now.get(name) == content for name, content in whole.items()):
        return "healed"
    if any(name.endswith(".html") and name not in now for name in whole):
        return "lost"
    return "reported" if ": error: " in said else "silent"


def table(found: Counter[tuple[str, str, str]]) -> Table:
    """Return the counts of outcomes by kind of file, and of all."""
    shown = Table("file in", "damages", *OUTCOMES)
    for kind in (*sorted({kind for kind, _, _ in found}), "all"):
        own = [(one, number) for (of, _, one), number in found.items() if kind in (of, "all")]
        counts = [sum(number for one, number in own if one == outcome) for outcome in OUTCOMES]
        shown.add_row(kind, *map(str, (sum(counts), *counts)))
    return shown


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--damages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    # A shell lets what it starts in the background ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    found: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        write_blog(root)
        if ": error: " in (said := build(root)):
            raise SystemExit(f"the blog cannot be built:\n{said}")
        try:
            for one in damaged(root, options.damages, random.Random(options.seed)):
                found[one] += 1
        except KeyboardInterrupt:
            pass  # the table says how many there were
    Console().print(table(found))


if __name__ == "__main__":
    main()
