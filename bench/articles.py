"""What numbers and references cost: user CPU seconds beside those of plain Pelican with the same extensions.

    python bench/articles.py [--posts 1000] [--rounds 3]

A post has 20 numbered elements (images, tables, code, theorems, headings) and 20 references. Builds are
interleaved, each in a process of its own. Prints a table and judges nothing.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from posts import WORDS
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Bench", "", "content", "output", "UTC"
DELETE_OUTPUT_DIRECTORY = True
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {}, "markdown.extensions.meta": {}, "markdown.extensions.toc": {},
        "markdown.extensions.admonition": {}, "markdown.extensions.codehilite": {"css_class": "highlight"},
        "pymdownx.blocks.caption": {},
    },
    "output_format": "html5",
}
"""
OURS = f"""
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
RESEARCH = {{"number_sections": True}}
"""
ELEMENTS = (
    '![An image](image.png "Of {text}"){{#fig-{n}}}',
    "![An image](image.png)\n\n/// figure-caption | #fig-{n}\nOf {text}.\n///",
    "| a | b |\n| --- | --- |\n| {n} | 2 |\n\n/// table-caption | #fig-{n}\nOf {text}.\n///",
    '!!! theorem "Of {text}"\n    It holds that {text}.\n    {{#thm-{n}}}',
    "## Of {text} {{#sec-{n}}}",
)
PREFIXES = ("fig", "fig", "fig", "thm", "sec")


def post(number: int) -> str:
    """Return the Markdown of the `number`-th post."""
    parts = [f"Title: Post {number}\nDate: 2026-01-01\n"]
    for n in range(20):
        at = (31 * number + 7 * n) % len(WORDS)
        text = " ".join((WORDS * 3)[at : at + 40])
        to = (n * 7 + number) % 20
        parts.append(f"{text} [](#{PREFIXES[to % 5]}-{to}) {text}.\n")
        parts.append(ELEMENTS[n % 5].format(n=n, text=" ".join((WORDS * 2)[at : at + 6])) + "\n")
    return "\n".join(parts)


def seconds(folder: Path, settings: str, is_cold: bool = False) -> float:
    """Return the user CPU seconds, of children too, that a build of the blog in `folder` takes.

    Where it `is_cold`, nothing of a build before is in the cache.
    """
    if is_cold:
        shutil.rmtree(folder / "build", ignore_errors=True)
    (folder / "pelicanconf.py").write_text(SETTINGS + settings, encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-m", "pelican", "-q"], cwd=folder, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    """Build the posts in turn with and without the plugin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "content").mkdir()
        for number in range(options.posts):
            (folder / "content" / f"post{number:05}.md").write_text(post(number), encoding="utf-8")
        rounds = [
            (seconds(folder, ""), seconds(folder, OURS, is_cold=True), seconds(folder, OURS))
            for _ in range(options.rounds)
        ]
    plain, cold, warm = (median(times) for times in zip(*rounds, strict=True))
    table = Table("build", "user CPU seconds", "against plain", title=f"{options.posts} posts")
    table.add_row("plain Pelican", f"{plain:.2f}", "1.00")
    table.add_row("with the plugin, cold", f"{cold:.2f}", f"{cold / plain:.3f}")
    table.add_row("with the plugin, warm", f"{warm:.2f}", f"{warm / plain:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
