"""What the plugin changes in real blogs, and what TeX of them it leaves without a warning.

    python campaigns/adoption.py CONTENT [CONTENT ...] [--markup md rst html] [--list]

Each CONTENT is the content folder of a blog, whatever generator it was written for. Its posts are built
twice, by Pelican alone and with the plugin, with the default theme and settings. Formulas, citations, sizes
of images and what else the plugin is for are put back into what their author wrote; all other differences
between the pages are counted as changes that were not meant. `--list` prints these, the formulas that hold
no sign of TeX, the TeX that is left in pages without a warning about their post, and all warnings, among
which false alarms are found by eye. Prints a table and judges nothing.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """

SITENAME, AUTHOR, TIMEZONE, SITEURL = "A blog", "An author", "UTC", "https://blog.example"
PATH, OUTPUT_PATH, CACHE_PATH = {content!r}, {output!r}, {cache!r}
DEFAULT_DATE, STATIC_PATHS, FEED_ALL_ATOM = (2020, 1, 1), [], None
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
ARTICLE_URL = ARTICLE_SAVE_AS = "{{slug}}.html"
SLUGIFY_SOURCE, USE_FOLDER_AS_CATEGORY = "basename", False
PLUGIN_PATHS, PLUGINS = [{plugins!r}], {names!r}
RESEARCH = {{"formulas": "mathml"}}

from pelican.plugins import _utils
_utils.get_namespace_plugins = lambda *arguments: {{}}
"""
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
#: Metadata that says where a post goes, or that it goes nowhere.
PLACE = re.compile(
    r"^:?(?:slug|lang|status|url|save_as|template|translation|date|modified)\s*:.*\n",
    re.IGNORECASE | re.MULTILINE,
)
FORMULA = re.compile(
    r"<mjx-container\b[^>]*>(?:(?!</?mjx-container).)*?<mjx-tex[^>]*>(.*?)</mjx-tex></mjx-container>",
    re.DOTALL,
)
REFUSED = re.compile(r'<code class="math-error"[^>]*>(.*?)</code>', re.DOTALL)
REFERENCE = re.compile(r'<a href="#mjx-eqn[^"]*">(.*?)</a>')
HEAD = re.compile(r"<head>.*?(<title>.*?</title>).*?</head>", re.DOTALL)
#: What the plugin adds behind the text of a page.
ADDED = re.compile(
    r'<svg class="mjx-glyphs".*?</svg>\s*|<script [^>]*/research/[^>]*></script>\s*', re.DOTALL
)
NO_BREAK = re.compile(r'<span class="math-nobr">((?:(?!</?span\b).)*)</span>', re.DOTALL)
#: A formula, a tag, a word, with the space before it.
PIECE = re.compile(r"\s*⟦[^⟧]*⟧|\s*<[^<>]*>|\s*[^\s<⟦]+|\s+|[<⟦]")
#: Pieces beside a formula that Markdown alone may have taken apart.
NEAR = 8
KINDS = (
    ("formula", re.compile(r"⟦|^\S*\$[^$]+\$\S*$|title=\"Permalink")),
    ("MathJax script", re.compile(r"mathjax", re.IGNORECASE)),
    ("citation", re.compile(r'class="(?:citation|references)|role="doc-|data-key|#ref-')),
    ("image", re.compile(r"<img\b[^>]*(?:loading|decoding|width)=")),
    ("table", re.compile("research-align-|research-scroll")),
    ("reference", re.compile(r"research-ref|#(?:fig|tab|sec|eq|lst)[-:]")),
    ("escape", re.compile(r"\\\$")),
)
VERBATIM = re.compile(
    r"<(pre|code|kbd|samp|tt|script|style|textarea|title|head)\b.*?</\1>|<!--.*?-->", re.DOTALL
)
#: TeX that nobody typeset, more strictly than the plugin's own rule would say.
LEFT = re.compile(
    r"\\begin\{\w+|\$\$(?=[^$\n]*[\\^_=])|\\(?:frac|alpha|beta|gamma|theta|sigma|mathbb|mathbf|mathcal|sum|int|partial|"
    r"infty|left|right|cdot|times|leq?|geq?|in|to|sqrt|text|lambda|mu|nabla|hat|bar|vec)(?![a-zA-Z])"
    r"|\\\((?=[^)\n]*[\\^_=])|(?<!\S)\$[^$\s](?:[^$\n]*[\\^_][^$\n]*)\$"
)
SIGN_OF_TEX = re.compile(r"\\d|[\\^_=+<>|/()\[\]*!,-]|&[lg]t;|\A\s*\w\s*\Z")
DIAGNOSTIC = re.compile(
    r"^(?:\S*/)?(?P<post>p\d{4})\.\w+:(?:(?P<line>\d+):)?(?:\d+:)? (?P<message>.*)", re.MULTILINE
)


@dataclass
class Outcome:
    """What came of one blog."""

    posts: int = 0
    formulas: int = 0
    refused: list[str] = field(default_factory=list)
    meant: dict[str, int] = field(default_factory=dict)
    #: Places that changed and were not meant to: page, before, after.
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    #: TeX left on pages about whose posts there is no warning.
    left: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """Yield what `--list` prints."""
        yield "not meant", [f"{page}: {before} → {after}" for page, before, after in self.changed]
        yield "no sign of TeX", self.doubtful
        yield "refused", self.refused
        yield "TeX left", self.left
        yield "warning", self.warnings


def copied(content: Path, folder: Path, markup: Sequence[str]) -> list[Path]:
    """Copy the sources of `content` into `folder` under numbers, with metadata for Pelican; return them."""
    sources = []
    for path in sorted(content.rglob("*")):
        extension = {"markdown": "md", "mkd": "md"}.get(path.suffix[1:], path.suffix[1:])
        if not path.is_file() or extension not in markup or path.stem.lower() in ("readme", "license"):
            continue
        text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        if extension == "md":
            text = FRONT_MATTER.sub(lambda found: _metadata(found[1]), text, count=1)
            if not re.match(r"\w[\w -]*:", text):
                text = f"Title: {path.stem.replace('-', ' ')}\n\n{text}"
        text = PLACE.sub("", text[:1500]) + text[1500:]
        (folder / f"p{len(sources):04}.{extension}").write_text(text, encoding="utf-8")
        sources.append(path)
    return sources


def _metadata(yaml: str) -> str:
    lines = [
        line for line in yaml.split("\n") if re.match(r"(?:title|date|summary)\s*:", line, re.IGNORECASE)
    ]
    return "\n".join(re.sub(r':\s*"(.*)"\s*$', r": \1", line) for line in lines) + "\n\n"


def build(content: Path, folder: Path, names: Sequence[str]) -> tuple[Path, str]:
    """Build the posts in `content` with the plugins `names`; return the output and the log."""
    output = folder / ("with" if names else "without")
    settings = folder / f"{output.name}.py"
    settings.write_text(
        SETTINGS.format(
            content=str(content),
            output=str(output),
            cache=str(folder / "cache"),
            plugins=str(ROOT / "plugins"),
            names=list(names),
        )
    )
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "-s", settings.name],
        cwd=folder,
        env={**os.environ, "COLUMNS": "2000", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=3000,
    )
    return output, done.stdout + done.stderr


def restored(page: str) -> str:
    """Return a `page` of the plugin with its formulas as ⟦TeX⟧, and without what it only adds."""
    page = ADDED.sub("", page)
    for pattern in (FORMULA, REFUSED, REFERENCE):
        page = pattern.sub(lambda found: f"⟦{unescape(found[1])}⟧", page)
    return NO_BREAK.sub(r"\1", page)


def differences(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the places in which two pages differ, their heads apart.

    Markdown alone reads formulas as text with tags: what is missing beside a formula belongs to it.
    """
    old, new = (_pieces(HEAD.sub(r"\1", page)) for page in (before, after))
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        beside = new[max(0, first - NEAR) : last + NEAR]
        gone, come = " ".join(old[start:end]), " ".join(new[first:last])
        is_tex = come in gone and any(piece.startswith("⟦") for piece in beside)
        yield gone, "⟦⟧" if is_tex else come


def _pieces(page: str) -> list[str]:
    return [text for piece in PIECE.finditer(page) if (text := piece[0].strip())]


def kind_of(before: str, after: str) -> str:
    """Return what a change is of, or ""."""
    return next((kind for kind, sign in KINDS if sign.search(after) or sign.search(before)), "")


def compared(without: Path, with_plugin: Path, log: str, sources: Sequence[Path]) -> Outcome:
    """Compare the pages of two builds."""
    outcome = Outcome()
    found = list(DIAGNOSTIC.finditer(log))
    outcome.warnings = [
        f"{sources[int(one['post'][1:])].name}:{one['line']}: {one['message']}" for one in found
    ]
    warned = {one["post"] for one in found}
    for number, source in enumerate(sources):
        page = f"p{number:04}"
        paths = [folder / f"{page}.html" for folder in (without, with_plugin)]
        if not paths[0].is_file():
            continue
        outcome.posts += 1
        if not paths[1].is_file():
            outcome.changed.append((source.name, "a page", "no page"))
            continue
        before, after = (path.read_text("utf-8") for path in paths)
        outcome.refused += [f"{source.name}: {unescape(tex)}" for tex in REFUSED.findall(after)]
        _compare(source.name, before, restored(after), page in warned, outcome)
    return outcome


def _compare(name: str, before: str, after: str, is_warned: bool, outcome: Outcome) -> None:
    formulas = re.findall(r"⟦([^⟧]*)⟧", HEAD.sub("", after))
    outcome.formulas += len(formulas)
    outcome.doubtful += [f"{name}: {tex}" for tex in formulas if not SIGN_OF_TEX.search(tex[2:-2])]
    _compare_texts(name, before, after, outcome)
    if not is_warned:
        text = re.sub(r"<[^>]*>", " ", VERBATIM.sub(" ", re.sub(r"⟦[^⟧]*⟧", " ", after)))
        outcome.left += [
            f"{name}: {unescape(text[max(0, one.start() - 40) : one.end() + 60])!r}"
            for one in LEFT.finditer(text)
        ]


def _compare_texts(name: str, before: str, after: str, outcome: Outcome) -> None:
    for old, new in differences(before, after):
        if kind := kind_of(old, new):
            outcome.meant[kind] = outcome.meant.get(kind, 0) + 1
        else:
            outcome.changed.append((name, old, new))


def measured(content: Path, markup: Sequence[str]) -> Outcome:
    """Build the blog in `content` twice, and compare its pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (copies := folder / "content").mkdir()
        sources = copied(content, copies, markup)
        without, said = build(copies, folder, [])
        if not without.is_dir():
            sys.exit(f"Pelican alone cannot build {content}: {' '.join(said.split())[-2000:]}")
        with_plugin, log = build(copies, folder, ["research"])
        return compared(without, with_plugin, log, sources)


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("contents", type=Path, nargs="+", metavar="CONTENT", help="the posts of a blog")
    parser.add_argument(
        "--markup", nargs="+", default=["md", "rst"], help="extensions of files, else %(default)s"
    )
    parser.add_argument("--list", action="store_true", help="print each place")
    given = parser.parse_args()
    console = Console(markup=False, highlight=False, emoji=False, width=200)
    meant = [kind for kind, _ in KINDS]
    table = Table(
        "blog",
        "posts",
        "formulas",
        "refused",
        *meant[1:],
        "not meant",
        "no sign of TeX",
        "TeX left",
        "warnings",
    )
    for content in given.contents:
        outcome = measured(content, given.markup)
        for title, lines in outcome.lists() if given.list else ():
            for line in lines:
                console.print(f"{title}: {' '.join(line.split())[:300]}", soft_wrap=True)
        counts = [
            outcome.posts,
            outcome.formulas,
            len(outcome.refused),
            *(outcome.meant.get(kind, 0) for kind in meant[1:]),
        ]
        counts += [len(outcome.changed), len(outcome.doubtful), len(outcome.left), len(outcome.warnings)]
        table.add_row(content.parent.name if content.name == "content" else content.name, *map(str, counts))
    console.print(table)


if __name__ == "__main__":
    main()
