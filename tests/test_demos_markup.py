"""What authors write becomes the one form that the build reads."""

from pathlib import Path

import markdown
import pytest
from docutils.core import publish_parts
from docutils.parsers.rst import directives
from research.demos.syntax import canonical
from research.demos.syntax.canonical import Block
from research.demos.syntax.directive import Demo

CASES = Path(__file__).parent / "cases" / "demos"


def blocks(html: str, source: Path = Path("post.md")) -> list[Block]:
    return canonical.blocks(html, source)


@pytest.mark.parametrize("case", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_a_fence_becomes_the_canonical_form(case: Path) -> None:
    html = markdown.markdown(case.read_text(), extensions=["extra", "research.demos.syntax.fence"])
    assert html + "\n" == case.with_suffix(".html").read_text()


def test_a_text_does_not_inherit_the_figures_of_the_text_before() -> None:
    reader = markdown.Markdown(extensions=["extra", "research.demos.syntax.fence"])
    reader.convert("```demo\nkind: samples\n```\n")
    assert 'data-demo="training"' in reader.reset().convert("```demo\nkind: training\n```\n")


def test_fence_directive_and_html_are_one_and_the_same() -> None:
    directives.register_directive("demo", Demo)
    fence = markdown.markdown(
        "```demo\nkind: samples\nmodel: m\nid: fig-a\nalt: some digits\nrows: 2\ncaption: some *digits*\n```",
        extensions=["extra", "research.demos.syntax.fence"],
    )
    rest = publish_parts(
        ".. demo:: samples\n   :model: m\n   :id: fig-a\n   :alt: some digits\n   :rows: 2\n\n"
        "   some *digits*\n",
        writer="html",
    )["body"]
    html = (
        '<figure data-demo="samples" data-model="m" id="fig-a" data-alt="some digits" data-rows="2">'
        "<figcaption>some <em>digits</em></figcaption></figure>"
    )
    read = [blocks(source) for source in (fence, rest, html)]
    assert [(block.keys, block.caption) for [block] in read] == 3 * [
        (
            {"kind": "samples", "model": "m", "id": "fig-a", "alt": "some digits", "rows": "2"},
            "some <em>digits</em>",
        )
    ]


def test_the_directive_hands_on_keys_that_it_does_not_know() -> None:
    directives.register_directive("demo", Demo)
    html = publish_parts("A\n\n.. demo:: samples\n   :modle: m\n", writer="html")["body"]
    [block] = blocks(html)
    assert (block.keys, block.line) == ({"kind": "samples", "modle": "m"}, 3)


def test_a_figure_keeps_attributes_that_are_not_ours() -> None:
    [block] = blocks('<figure class="wide" lang="de" data-demo="samples"></figure>')
    assert (block.attributes, block.caption) == ({"class": "wide", "lang": "de"}, "")


def test_figures_that_show_no_demo_and_demos_in_code_are_left_alone() -> None:
    html = '<figure><img src="a.png"></figure><pre>&lt;figure data-demo="samples"></pre><!-- data-demo -->'
    assert blocks(html) == []


def test_a_figure_within_a_figure_belongs_to_it() -> None:
    html = '<figure data-demo="samples"><figure>a</figure><figcaption>b</figcaption></figure><p>c</p>'
    [block] = blocks(html)
    assert html[block.start : block.end] + "<p>c</p>" == html


def test_hand_written_figures_are_found_by_line(tmp_path: Path) -> None:
    tag = '<figure data-demo="samples" data-model="m">'
    source = tmp_path / "post.html"
    source.write_text(f"one\n{tag}</figure>\nthree\n{tag}</figure>\n")
    assert [block.line for block in blocks(source.read_text(), source)] == [2, 4]
