"""No empty link is published, and ids that a post gives twice are reported."""

import re
from pathlib import Path

import bundles
import pytest
from conftest import Build
from test_citations_check import check

FRONT = "Title: P\nDate: 2026-01-01\n\n"
LINKS = r"""# The $\beta$ *proof* {#sec-proof}

A <b id="plot">plot</b>. ![A plot](https://example.org/p.svg){#fig-plot}

As [](#plot) and [](#sec-proof) show,

see [](#nowhere), [](#fig-none) and [Fig. %s](#fig-plt),

[]({filename}p.md#sec-prof), [](https://example.org/x) and \cref{fig-plot,fig-b}.

$$\begin{equation}\label{eq:a} x \end{equation}$$

In [](#eq:a), [](#), []() and \ref{}; <a href="#" class="icon"></a>.

<a name="old"></a><a href="#old"></a><a href="#away"></a><a href="#tab-none"></a> <a href="#gone">No. %s</a>
"""
WARNINGS = [
    "p.md:8:4: warning: [](#plot) leads to what has no number: write [text](#plot)",
    "p.md:10:5: warning: [](#nowhere) leads nowhere: nothing in this post has the id “nowhere”",
    "p.md:10:19: error: [](#fig-none): nothing in this post has the id “fig-none”",
    "p.md:10:37: error: [Fig. %s](#fig-plt): nothing in this post has the id “fig-plt”; did you mean “fig-p",
    "p.md:12:1: error: []({filename}p.md#sec-prof): nothing in p.md has the id “sec-prof”; did you mean “s",
    "p.md:12:30: warning: the link to https://example.org/x has no text",
    r"p.md:12:60: error: \cref{fig-plot,fig-b}: nothing in this post has the id “fig-b”",
    "p.md:16:15: warning: the link to # has no text",
    "p.md:16:22: warning: the link to nowhere has no text",
    r"p.md:16:31: warning: \ref{} names nothing: write an id between the braces",
    "error: [](#tab-none): nothing in this post has the id “tab-none”",
    "warning: [No. %s](#gone) leads nowhere: nothing in this post has the id “gone”",
]


def test_no_empty_link_to_a_place_of_the_post_is_published(build: Build) -> None:
    site = build({"p.md": FRONT + LINKS})
    page = site.read("p.html")
    as_typed = ['<a href="https://example.org/x"></a>', '<a href=""></a>', '<a href="#" class="icon"></a>']
    # The author's HTML may have links without words for purposes of its own.
    as_typed += ['<a name="old"></a>', '<a href="#old"></a>', '<a href="#away"></a>']
    assert sorted(re.findall(r"<a [^>]*></a>", page)) == sorted(as_typed)
    for id in ("plot", "nowhere", "fig-none"):
        assert f'<a href="#{id}"><mark class="reference-unknown">{id}</mark></a>' in page
    heading = re.search(r'<a href="#sec-proof">(.*?)</a>', page)
    assert heading is not None
    assert heading[1].startswith("The ")
    assert heading[1].endswith(" <em>proof</em>")
    assert "mjx-container" in heading[1]
    assert '<a href="#mjx-eqn:eq:a">(1)</a>' in page
    for warning in WARNINGS:
        assert site.log.count(warning) == 1, site.log


def test_check_reports_each_once(tmp_path: Path) -> None:
    done = check(tmp_path, p_md=FRONT + LINKS)
    for warning in WARNINGS:
        assert done.stdout.count(warning) == 1, done.stdout
    assert "p.md:18: warning: the link to #away leads nowhere in this post" in done.stdout
    assert len(done.stdout.splitlines()) == len(WARNINGS) + 1


DEMO = "```demo\nkind: samples\nmodel: small\nid: {}\nalt: Digits\nrows: 1\n```\n"


def test_check_knows_the_figures_of_demos(tmp_path: Path) -> None:
    text = f"{FRONT}{DEMO.format('fig-a')}\nAs [](#fig-a) and [](#fig-b) show.\n"
    done = check(tmp_path, p_md=text)
    assert re.findall(r"p\.md:.*", done.stdout) == [
        "p.md:12:19: error: [](#fig-b): nothing in this post has the id “fig-b”; did you mean “fig-a”?"
    ]


TWICE = {
    "two headings": ("## A {#same}\n\n## B {#same}\n", 6),
    "a heading and raw HTML": ('## A {#same}\n\n<div class="x" id="same">B</div>\n', 6),
    "raw HTML": ("<p id='same'>A</p>\n\n<p\nid=same>B</p>\n", 7),
    "an image and a heading": ("![A](a.png){#same .wide}\n\n## B {#same}\n", 6),
    "a figure and a heading": (f"## A {{#same}}\n\n{DEMO.format('same')}", 9),
}


@pytest.mark.parametrize("case", TWICE)
def test_two_equal_ids(build: Build, case: str, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    text, line = TWICE[case]
    site = build({"p.md": FRONT + text}, "RESEARCH = {'live': False}")
    assert site.log.count(f"p.md:{line}: warning: the id “same” is taken, first on line ") == 1, site.log


def test_two_figures_with_one_id_are_reported_once(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    text = f"{FRONT}{DEMO.format('same')}\n{DEMO.format('same')}"
    site = build({"p.md": text}, "RESEARCH = {'live': False}")
    assert re.findall(r"p\.md:(\d+): error: .*“same”", site.log) == ["15"]
    assert "warning:" not in site.log


def test_ids_in_code_and_in_other_attributes_are_no_ids(build: Build) -> None:
    text = 'The id="a", `id="a"`, <span data-id="a">x</span>, <b title="1 id=a">y</b> <i id="a">z</i>.\n'
    site = build({"p.md": FRONT + text}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log


OTHER_MARKUPS = {
    "b.rst": """In reST
#######

:date: 2026-01-02

See :ref:`fig-plam` and :ref:`Fig. %s <fig-plam>`,

:ref:`{filename}none.md#fig-x`.

.. figure:: p.png
   :alt: P
   :name: fig-plan

.. theorem::
""",
    "c.html": """<html><head><title>Raw</title><meta name="date" content="2026-01-03"></head><body>
<p>See <a href="#fig-plam"></a> and
<a href="#fig-plam">Fig. %s</a>, <a href="{filename}none.md"></a>.</p>
<figure id="fig-plan"><img src="p.png" alt="P"><figcaption>P</figcaption></figure>
</body></html>
""",
    "d.md": """Title: D
Date: 2026-01-04

| a |
| --- |
| 1 |
{#tbl-row}

| b |
| --- |
| 2 |
: Directly below. {#tbl-below}

As [](#tbl-row) and [](#tbl-below).
""",
}
NO_ID = "nothing in this post has the id “fig-plam”; did you mean “fig-plan”?"
NO_POST = "leads to no post of this site: check the name of the file"


def test_lines_in_other_markups_and_captions_that_touch_tables(build: Build) -> None:
    site = build(OTHER_MARKUPS, 'MARKDOWN = {"extension_configs": {"markdown.extensions.extra": {}}}\n')
    assert re.findall(r"(?:b\.rst|c\.html|d\.md):\d.*", site.log) == [
        f"b.rst:6:11: error: [](#fig-plam): {NO_ID}",
        f"b.rst:6:40: error: [Fig. %s](#fig-plam): {NO_ID}",
        f"b.rst:8:25: error: []({{filename}}none.md#fig-x) {NO_POST}",
        f"c.html:2:18: error: [](#fig-plam): {NO_ID}",
        f"c.html:3:11: error: [Fig. %s](#fig-plam): {NO_ID}",
        f"c.html:3:43: error: []({{filename}}none.md) {NO_POST}",
    ]
    assert '<mark class="reference-unknown">{filename}none.md</mark>.' in site.read("raw.html")
    page = site.read("d.html")
    assert (
        re.sub("<[^<>]*>", "", page).count("As Table\N{NO-BREAK SPACE}1 and Table\N{NO-BREAK SPACE}2.") == 1
    )
    assert '<table id="tbl-row">' in page
