"""How much of ten articles from elsewhere is kept when they are imported.

    python campaigns/importing.py [ARTICLE…] [--show]

The articles are in `campaigns/articles/`, their constructs in `constructs.tsv` there: a name, a pattern that
the post has where the construct is kept, and what the author typed. A construct that is not kept and that no
message names is lost in silence; so is a word of the article that neither the post has nor a line that a
message names. The posts are built by Pelican afterwards. Prints a table and judges nothing.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "plugins"))

from research.core.diagnostics import Diagnostic  # noqa: E402 (the path is set above)
from research.importing import article  # noqa: E402

ARTICLES = ROOT / "campaigns" / "articles"
WORD = re.compile(r"[A-Za-z]{4,}")
#: Words of the languages that articles are written in, which no reader sees.
SYNTAX = re.compile(
    r"\\[a-zA-Z]+(?:\[[^\]\n]*\])?|\{[^{}\n]*\}|^\s*:[\w-]+:.*$|^#\|.*$|^%.*$|\A---\n.*?\n---\n|:::.*$"
    r"|```.*$|\(@\w+\)|\[[htbp!]+\]|\A.*?\\begin\{document\}",
    re.MULTILINE | re.DOTALL,
)
SETTINGS = """
SITENAME = "Imported"
PATH, OUTPUT_PATH = "content", "output"
TIMEZONE, DEFAULT_LANG = "UTC", "en"
PLUGIN_PATHS, PLUGINS = [{plugins!r}], ["research"]
MARKDOWN = {{
    "extension_configs": {{
        "markdown.extensions.extra": {{}}, "markdown.extensions.meta": {{}},
        "markdown.extensions.admonition": {{}},
        "markdown.extensions.codehilite": {{"css_class": "highlight"}},
    }},
}}
"""


@dataclass(frozen=True)
class Construct:
    """Something of an article that a post should have."""

    name: str
    kept: re.Pattern[str]
    typed: str


def constructs() -> dict[str, list[Construct]]:
    """Return the constructs of each article."""
    found: dict[str, list[Construct]] = {}
    for line in (ARTICLES / "constructs.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            of_article = found[line.strip("[]")] = []
        elif line:
            name, pattern, typed = line.split("\t")
            of_article.append(Construct(name, re.compile(pattern, re.MULTILINE), typed))
    return found


def named(diagnostics: Sequence[Diagnostic], text: str) -> Iterator[str]:
    """Yield what the messages say, and the lines of `text` that they name, a block of lines each."""
    lines = text.splitlines()
    for diagnostic in diagnostics:
        yield diagnostic.message
        if diagnostic.line:
            block = lines[diagnostic.line - 1 :]
            end = next((number for number, line in enumerate(block) if not line.strip()), len(block))
            yield "\n".join(block[:end])


def lost_words(text: str, suffix: str, post: str, reported: str) -> list[str]:
    """Return the words of an article that neither its post nor a message has."""
    if suffix == ".ipynb":
        return []
    known = {word.lower() for word in WORD.findall(f"{post} {reported}")}
    return sorted({word for word in WORD.findall(SYNTAX.sub(" ", text)) if word.lower() not in known})


def built(folder: Path) -> str:
    """Return what Pelican says of the posts in `folder`."""
    (folder / "pelicanconf.py").write_text(SETTINGS.format(plugins=str(ROOT / "plugins")), encoding="utf-8")
    command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    return done.stdout + done.stderr


def main() -> None:
    """Import the articles, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", nargs="*", metavar="ARTICLE", help="names of articles; else all")
    parser.add_argument("--show", action="store_true", help="show what is not kept, and what Pelican reports")
    given = parser.parse_args()
    totals = [0, 0, 0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'article':16}{'constructs':>11}{'kept':>6}{'%':>7}{'reported':>10}{'lost in silence':>17}")
        for file, wanted in constructs().items():
            if given.articles and file not in given.articles:
                continue
            path = ARTICLES / file
            text = path.read_text(encoding="utf-8")
            imported = article.read(path, path.stem)
            article.write(imported, path.stem, folder / "content")
            said = list(named(imported.diagnostics, text))
            post = imported.text.replace("\N{NO-BREAK SPACE}", " ")
            missing = [one for one in wanted if not one.kept.search(post)]
            silent = [one.name for one in missing if not any(one.typed in words for words in said)]
            silent += lost_words(text, path.suffix, imported.text, " ".join(said))
            kept = len(wanted) - len(missing)
            print(
                f"{file:16}{len(wanted):11}{kept:6}{100 * kept / len(wanted):7.1f}"
                f"{len(imported.diagnostics):10}{len(silent):17}"
            )
            if given.show:
                print(
                    f"    not kept: {', '.join(one.name for one in missing)}; in silence: {', '.join(silent)}"
                )
            totals = [one + more for one, more in zip(totals, (len(wanted), kept, len(silent)), strict=True)]
        print(f"{'all':16}{totals[0]:11}{totals[1]:6}{100 * totals[1] / totals[0]:7.1f}{totals[2]:27}")
        log = built(folder)
        found = re.findall(r"content/\S+: (?:error|warning): .*", log)
        print(f"built by Pelican: {len(found)} errors and warnings")
        if given.show:
            print("\n".join(found))


if __name__ == "__main__":
    main()
