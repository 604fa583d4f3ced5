"""How the time of a build grows with what an author left open: user CPU seconds for n and 4 n of each kind.

    python campaigns/growth.py [--size 2000] [--most 32000] [--only WORD]

Each kind is one post, or one bibliography, that has the same thing n times. It is built by Pelican with the
plugin and without, in processes of their own whose user CPU seconds are counted, children included; what an
empty blog takes is subtracted. A kind that is built too fast to be measured is tried again with four times n,
up to the most that is asked for. Python-Markdown itself takes quadratic time for some kinds, which begin with
a tenth of n; so the last column is the growth of what the plugin adds. Prints a table and judges nothing; the
project asks for 5 at most.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """
SITENAME, SITEURL, PATH, OUTPUT_PATH, TIMEZONE = "Growth", "", "content", "output", "UTC"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
CACHE_CONTENT = False
"""
OURS = f"""
PLUGIN_PATHS, PLUGINS = [{str(ROOT / "plugins")!r}], ["research"]
RESEARCH = {{"references": "content/references.bib", "live": False}}
"""
ROW = "{:28}" + 7 * "{:>10}"
#: Builds of the empty blog, and what the larger build has to take beyond it to be measured.
EMPTY_BUILDS, MEASURABLE_SECONDS = 3, 1.0
WORD = "some words of a post "
CITING = "As [@first] says.\n"
FIRST = "@misc{first, author={A. Author}, title={First}, year=2000}\n"

#: What stands in a post n times, by kind, and the ending of the post's file.
POSTS = {
    r"\begin{a}": (rf"{WORD}\begin{{a}} ", "md"),
    r"\begin{a} in paragraphs": (rf"{WORD}\begin{{a}}" + "\n\n", "md"),
    r"\(": (rf"{WORD}\( ", "md"),
    r"\[": (rf"{WORD}\[ ", "md"),
    "$": (f"{WORD}$x ", "md"),
    "$$": (f"{WORD}$$x \n\n", "md"),
    "[": (f"{WORD}[ ", "md"),
    "[@": (f"{WORD}[@key ", "md"),
    '"': (f'{WORD}" ', "md"),
    "`": (f"{WORD}` ", "md"),
    "```": (f"```\n{WORD}\n\n", "md"),
    "~~~": (f"~~~\n{WORD}\n\n", "md"),
    "```demo": (f"```demo\n{WORD}\n\n", "md"),
    "<span class=math>": (f'<span class="math">{WORD}\n\n', "md"),
    "<span": (f"{WORD}<span \n\n", "md"),
    "<!--": (f"{WORD}<!-- \n\n", "md"),
    "<figure data-demo>": (f'<figure data-demo="samples">{WORD}\n\n', "md"),
    "[@nobody]": (f"{WORD}[@nobody] ", "md"),
    r"\foo": (rf"{WORD}$\foo$ ", "md"),
    "html: <a": (f"<p>{WORD}<a </p>", "html"),
    "html: <a href=": (f'<p>{WORD}<a href="x</p>', "html"),
    "html: <span class=math>": (f'<p>{WORD}<span class="math"></p>', "html"),
    "html: <code>": (f"<p>{WORD}<code><kbd></p>", "html"),
    r"html: \begin{a}": (rf"<p>{WORD}\begin{{a}}</p>", "html"),
    r"html: \(": (rf"<p>{WORD}\(</p>", "html"),
    "html: <figure data-demo>": (f"<p>{WORD}<figure data-demo></p>", "html"),
    "html: <research-citation>": (f'<p>{WORD}<research-citation source="x"></p>', "html"),
    "html: <div class=toc>": (f'<div class="toc">{WORD}', "html"),
    "html: <script>": (f"<p>{WORD}<script></p>", "html"),
    "rst: :label:": (f".. math::\n   :label: x\n\n{WORD}\n\n", "rst"),
    r"rst: \(": (rf"{WORD}\\( " + "\n\n", "rst"),
    "rst: `": (f"{WORD}`x\n\n", "rst"),
}
#: Kinds that Python-Markdown alone takes so long for that there are fewer of them.
SLOW, DIVISOR = frozenset(("[", "[@", "```", "~~~")), 10
#: What stands in a bibliography n times.
BIBLIOGRAPHIES = {
    "bib: {": "@misc{x, title={\n",
    'bib: "': '@misc{x, title="\n',
    "bib: @": "@ ",
    "bib: @misc{": "@misc{",
    "bib: @comment{": "@comment{ ",
    "bib: in one line": "@misc{x, title={T}} ",
    "bib: $": "@misc{x, title={$}}\n",
}


def main() -> None:
    """Measure each kind and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=2_000, help="the first n; else %(default)s")
    parser.add_argument("--most", type=int, default=32_000, help="the largest n; else %(default)s")
    parser.add_argument("--only", default="", metavar="WORD", help="kinds whose names have it")
    given = parser.parse_args()
    print("User CPU seconds beyond an empty blog")
    print(ROW.format("kind", "n", "plain n", "plain 4n", "ours n", "ours 4n", "plain ×", "added ×"))
    empty = {
        ours: median(seconds(files_of("", 0), ours) for _ in range(EMPTY_BUILDS)) for ours in (False, True)
    }
    for kind in (*POSTS, *BIBLIOGRAPHIES):
        if given.only in kind:
            size = given.size // (DIVISOR if kind in SLOW else 1)
            size, plain, ours = measured(kind, size, given.most, empty)
            added = [both - alone for both, alone in zip(ours, plain, strict=True)]
            cells = [f"{value:.2f}" for value in (*plain, *ours)]
            print(ROW.format(kind, f"{size:,}", *cells, growth(*plain), growth(*added)), flush=True)


def measured(
    kind: str, size: int, most: int, empty: Mapping[bool, float]
) -> tuple[int, list[float], list[float]]:
    """Return n, and what builds with n and 4 n things of `kind` take without the plugin and with it."""
    while True:
        blogs = [files_of(kind, count) for count in (size, 4 * size)]
        plain, ours = (
            [seconds(files, with_plugin) - empty[with_plugin] for files in blogs]
            for with_plugin in (False, True)
        )
        if max(plain[1], ours[1]) >= MEASURABLE_SECONDS or 4 * size > most:
            return size, plain, ours
        size *= 4


def files_of(kind: str, count: int) -> dict[str, str]:
    """Return the files of a blog that has the thing of `kind` as often as `count` says."""
    if kind in BIBLIOGRAPHIES:
        text = FIRST + BIBLIOGRAPHIES[kind] * count
        return {"post.md": f"Title: Post\nDate: 2026-01-01\n\n{CITING}", "references.bib": text}
    piece, suffix = POSTS.get(kind, ("", "md"))
    head = {
        "md": "Title: Post\nDate: 2026-01-01\n\n",
        "rst": "Post\n####\n\n:date: 2026-01-01\n\n",
        "html": '<html><head><title>Post</title><meta name="date" content="2026-01-01"></head><body>',
    }[suffix]
    return {f"post.{suffix}": head + piece * count, "references.bib": FIRST}


def seconds(files: Mapping[str, str], with_plugin: bool) -> float:
    """Return the user CPU seconds that Pelican takes to build a blog of `files`."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "content").mkdir()
        for file, text in files.items():
            (root / "content" / file).write_text(text, encoding="utf-8")
        (root / "pelicanconf.py").write_text(SETTINGS + OURS * with_plugin, encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"]
        subprocess.run(command, cwd=root, capture_output=True, timeout=1800)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def growth(small: float, large: float) -> str:
    """Return how often `large` has `small`; nothing where both are the noise of a measurement."""
    if large < MEASURABLE_SECONDS / 2:
        return "–"
    return f"{large / max(small, 0.05):.1f}"


if __name__ == "__main__":
    main()
