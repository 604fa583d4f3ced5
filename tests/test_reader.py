"""One parser for all posts reads each as Pelican's own reader does, which makes a parser for each."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.extensions.admonition import AdmonitionExtension
from pelican.readers import MarkdownReader
from pelican.settings import DEFAULT_CONFIG
from research.adapter.reading.markdown_reader import Reader

PIECES = (
    "Title: t|Summary: *s* [r]|# a|## b #|a\n===|b\n---|> quote| > |- item|1. item|    indented|`code`"
    "|``a`b``|\\`no\\`|[text](url)|[r]|[r]: /url 'T'|![i](u)|[^1]|[^1]: note|term\n: definition|*[HTML]: Text"
    "|HTML|<div markdown='1'>|</div>|<b>|&amp;|*|**|_|```|~~~|{: #id .c }|a: b|$x$|\\(y\\)|$$z$$|[@@k]"
    "|[@k; @l]|@|word|  |---|* * *"
).split("|")
TEXTS = st.lists(st.sampled_from((*PIECES, "| a | b |", "|---|---|", " ", "\n", "\n\n")), max_size=16).map(
    "".join
)

OURS = (
    "research.citations.syntax.markdown",
    "research.demos.syntax.fence",
    "research.formulas.syntax.markdown",
)


def options(*others: Any) -> dict[str, Any]:
    names = ["markdown.extensions.extra", "markdown.extensions.meta", "markdown.extensions.toc", *OURS]
    return {**DEFAULT_CONFIG, "MARKDOWN": {"extensions": [*names, *others], "output_format": "html5"}}


KEPT = Reader(options())


@given(text=TEXTS)
@settings(max_examples=600, deadline=None)
def test_posts_are_read_as_pelican_reads_them(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    post = tmp_path_factory.getbasetemp() / "post.md"
    post.write_text(text, encoding="utf-8")
    assert KEPT.read(str(post)) == MarkdownReader(options()).read(str(post))


@pytest.mark.parametrize(
    ("other", "is_shared"), [("markdown.extensions.admonition", True), (AdmonitionExtension(), False)]
)
def test_a_parser_is_shared_where_markdown_and_we_alone_extend_it(
    other: str | AdmonitionExtension, is_shared: bool, tmp_path: Path
) -> None:
    post = tmp_path / "post.md"
    post.write_text("Title: t\n\nx", encoding="utf-8")
    reader = Reader(options(other))
    reader.read(str(post))
    assert (reader._parser() is reader._parser()) is is_shared


def test_what_a_plugin_changes_between_posts_counts(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text("Title: t\n\n!!! note\n    x", encoding="utf-8")
    reader = Reader(options())
    assert "admonition" not in reader.read(str(post))[0]
    reader.settings["MARKDOWN"]["extensions"].append("markdown.extensions.admonition")
    assert "admonition" in reader.read(str(post))[0]


@pytest.mark.parametrize("settings", ["", 'MARKDOWN = {"extensions": ["markdown.extensions.footnotes"]}'])
def test_nothing_of_a_post_is_found_in_the_next(build: Build, settings: str) -> None:
    first = "Title: First\nDate: 2026-01-02\n\nA note[^1], [a link][r].\n\n[^1]: The note.\n\n[r]: /there\n"
    second = "Title: Second\nDate: 2026-01-01\n\nA note[^1], [a link][r].\n"
    site = build({"a.md": first, "b.md": second}, settings)
    assert site.exit_code == 0, site.log
    assert "The note." in site.read("first.html")
    assert "A note[^1], [a link][r]." in site.read("second.html")


ANOTHER = """
from pelican import signals
from pelican.readers import MarkdownReader

class Loud(MarkdownReader):
    def read(self, source_path):
        content, metadata = super().read(source_path)
        return content.upper(), metadata

def add(readers):
    readers.reader_classes["md"] = Loud

def register():
    signals.readers_init.connect(add)
"""


@pytest.mark.parametrize("plugins", ['["another", "research"]', '["research", "another"]'])
def test_the_reader_of_another_plugin_is_left_alone(build: Build, plugins: str) -> None:
    post = "Title: Post\nDate: 2026-01-01\n\nsome words\n"
    site = build(
        {"post.md": post, "/more/another.py": ANOTHER}, f'PLUGIN_PATHS += ["more"]\nPLUGINS = {plugins}\n'
    )
    assert site.exit_code == 0, site.log
    assert "SOME WORDS" in site.read("post.html")
