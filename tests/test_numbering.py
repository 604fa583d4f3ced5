"""Whatever has an id has a number, and references name it: in Markdown, reStructuredText and HTML."""

import re
from pathlib import Path

import bundles
import pytest
from conftest import Build
from hypothesis import given, settings
from hypothesis import strategies as st
from research.demos.provenance import frame
from research.numbering.html import captions, elements
from research.numbering.html.find import find
from research.numbering.kinds import Kinds, tables
from research.numbering.settings import Settings

MARKDOWN = """
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {}, "markdown.extensions.meta": {}, "markdown.extensions.toc": {},
        "markdown.extensions.admonition": {},
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "pymdownx.blocks.caption": {}, "pymdownx.blocks.admonition": {"types": ["theorem"]},
    },
    "output_format": "html5",
}
STATIC_PATHS = []
"""
#: The same article in three markups.
ARTICLES = {
    "md.md": r"""Title: In Markdown
Date: 2026-01-01

As [](#fig-one), [](#fig-two), [](#fig-left), [](#tbl-one), [](#lst-one), [](#thm-one), [](#eq:one) and
[](#other).

![A](a.png "The \*first\*."){#fig-one}

![B](b.png)
/// figure-caption | #fig-two
Second, see [](#thm-one).
///

![L](l.png){#fig-left} ![R](r.png){#fig-right}

| a | b |
| --- | --- |
| 1 | 2 |

/// table-caption | #tbl-one
Numbers.
///

<div class="highlight" id="lst-one"><pre><code>x = 1
</code></pre></div>

!!! theorem "Bound"
    It holds.
    {#thm-one}

$$\begin{equation}\label{eq:one} x \end{equation}$$

## The other {#other}
""",
    "rst.rst": r"""In reST
#######

:date: 2026-01-01

As fig-one_, fig-two_, `<#fig-left>`__, tbl-one_, lst-one_, thm-one_, `<#eq:one>`__ and other_.

.. figure:: a.png
   :alt: A
   :name: fig-one

   The \*first\*.

.. figure:: b.png
   :alt: B
   :name: fig-two

   Second, see thm-one_.

.. raw:: html

   <p><img src="l.png" id="fig-left"> <img src="r.png" id="fig-right"></p>

.. table:: Numbers.
   :name: tbl-one

   == ==
   a  b
   == ==
   1  2
   == ==

.. code:: python
   :name: lst-one

   x = 1

.. admonition:: Bound
   :class: theorem
   :name: thm-one

   It holds.

.. math::
   :label: eq:one

   x

.. _other:

The other
=========

Text.
""",
    "html.html": r"""<html><head><title>In HTML</title><meta name="date" content="2026-01-01"></head><body>
<p>As <a href="#fig-one"></a>, <a href="#fig-two"></a>, <a href="#fig-left"></a>, <a href="#tbl-one"></a>,
<a href="#lst-one"></a>, <a href="#thm-one"></a>, <a href="#eq:one"></a> and <a href="#other"></a>.</p>
<figure id="fig-one"><img src="a.png"><figcaption>Fig. 7: The *first*.</figcaption></figure>
<figure id="fig-two"><img src="b.png"><figcaption>Second, see <a href="#thm-one"></a>.</figcaption></figure>
<figure><img src="l.png" id="fig-left"><img src="r.png" id="fig-right"></figure>
<table id="tbl-one"><caption>Numbers.</caption><tr><td>1</td></tr></table>
<pre id="lst-one">x = 1</pre>
<div class="theorem" id="thm-one"><p class="theorem-title">Bound</p><p>It holds.</p></div>
<div class="math">\begin{equation}\label{eq:one} x \end{equation}</div>
<h2 id="other">The other</h2>
</body></html>
""",
}
REFERENCES = "As Figure 1, Figure 2, Figure 3a, Table 1, Listing 1, Theorem 1, (1) and The other."
CAPTIONS = [
    "Figure 1. The *first*.",
    "Figure 2. Second, see Theorem 1.",
    "(a)",
    "(b)",
    "Figure 3.",
    "Table 1. Numbers.",
    "Listing 1.",
    "Theorem 1 (Bound).",
]


def words(html: str) -> str:
    """Return the text of `html`."""
    return " ".join(re.sub(r"<[^>]*>", "", html).replace("\N{NO-BREAK SPACE}", " ").split())


def paragraph(html: str, beginning: str) -> str:
    found = re.search(rf"<p>({beginning}.*?)</p>", html, re.DOTALL)
    assert found, html
    return words(found[1])


def numbered(html: str) -> list[str]:
    """Return the captions and titles of a page."""
    pattern = r'<(figcaption|caption|p class="[^"]*(?:caption|title)[^"]*")>(.*?)</(?:figcaption|caption|p)>'
    found = re.findall(pattern, frame.without(html), re.DOTALL)
    texts = (words(text.partition("<p>")[2] or text) for _, text in found)
    return [text for text in texts if text]


def test_one_article_in_three_markups(build: Build) -> None:
    site = build(ARTICLES, MARKDOWN, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    feed = site.read("feeds/all.atom.xml")
    for page in ("in-markdown.html", "in-rest.html", "in-html.html"):
        html = site.read(page)
        assert paragraph(html, "As") == REFERENCES
        assert numbered(html) == CAPTIONS, page
        assert not re.search(r"<a [^>]*></a>", html)
        for id in ("fig-one", "fig-right", "tbl-one", "lst-one", "thm-one"):
            assert html.count(f'id="{id}"') == 1, (page, id)
        assert "numbering" in html[: html.index("</head>")]
    assert feed.count("Theorem\N{NO-BREAK SPACE}1&lt;/a&gt;") == 6


OTHERS = {
    "a.md": """Title: A *paper*
Date: 2026-01-01

[]({filename}sub/b.md#fig-b), [Fig. %s]({filename}sub/b.md#fig-b), []({filename}/sub/b.md),
[]({filename}c-de.md#thm-c).

Both \\cref{fig-a,fig-c,fig-b,sec-x}, Figure~\\ref{fig-b}, \\autoref{fig-c},
\\nameref{sec-x}, `\\ref{fig-a}`, [x \\ref{fig-a}](y).

![A](a.png){#fig-a}

![B](b.png){#fig-b}

![C](c.png){#fig-c}

## X *y* {#sec-x}

Not [10 %s](https://example.org) and <a class="headerlink" href="#sec-x"></a>.
""",
    "sub/b.md": """Title: B
Date: 2026-01-02

![B](b.png){#fig-b}
""",
    "c-de.md": """Title: C
Lang: de
Date: 2026-01-03

Siehe [](#fig-d) und [](#thm-c), \\cref{fig-d,fig-e,fig-f}.

![D](d.png){#fig-d}

![E](e.png){#fig-e}

![F](f.png "Ein Bild"){#fig-f}

!!! theorem "Bayes"
    Gut.
    {#thm-c}

!!! proof
    Klar.
""",
}


def test_references_to_other_posts_and_commands_of_latex(build: Build) -> None:
    site = build(OTHERS, MARKDOWN, "--fatal", "errors")
    assert site.exit_code == 0, site.log
    assert "warning:" not in site.log
    page = site.read("a-paper.html")
    assert '<a href="https://blog.example/b.html#fig-b">' in page
    assert "Figure 1 in B, Fig. 1, B, Theorem 1 in C." in words(page)
    assert "Both Figures 1–3 and X y, Figure 2, Figure 3, X y, \\ref{fig-a}, x 1." in words(page)
    assert '<a class="headerlink" href="#sec-x"></a>' in page
    assert "10 %s" in page
    german = site.read("c-de.html")
    assert paragraph(german, "Siehe") == "Siehe Abbildung 1 und Satz 1, Abbildungen 1–3."
    assert numbered(german)[2:] == ["Abbildung 3. Ein Bild", "Satz 1 (Bayes).", "Beweis."]
    assert "∎" in german


SECTIONS = """Title: S
Date: 2026-01-01
Numbering: sections

[TOC]

See [](#one), [](#sub), [](#more), [](#app), [](#deep), [](#plain).

## One {#one}

### Sub {#sub}

## Plain {#plain .unnumbered}

## More {#more}

!!! lemma "L"
    A.
    {#lem-a}

## Extra {#app .appendix}

### Deep {#deep}

Footnote[^1].

[^1]: A note.
"""


def test_sections_are_numbered_where_the_post_or_the_blog_says_so(build: Build) -> None:
    settings_ = MARKDOWN + "RESEARCH = {'number_theorems': 'section'}\n"
    site = build(
        {"s.md": SECTIONS, "plain.md": SECTIONS.replace("sections", "none").replace("S\n", "P\n", 1)},
        settings_,
    )
    page = site.read("s.html")
    assert paragraph(page, "See") == "See Section 1, Section 1.1, Section 2, Appendix A, Appendix A.1, Plain."
    headings = [words(text) for text in re.findall(r"<h[23] [^>]*>(.*?)</h[23]>", page)]
    assert headings == ["1 One", "1.1 Sub", "Plain", "2 More", "Appendix A Extra", "A.1 Deep"]
    assert "1.1 Sub" in words(page[page.index('class="toc"') :][:900])
    assert "Lemma 2.1 (L)." in words(page)
    other = site.read("p.html")
    assert paragraph(other, "See") == "See One, Sub, More, Appendix A, Appendix A.1, Plain."


def test_demos_and_plain_images_share_one_counter(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    demo = "```demo\nkind: samples\nmodel: small\nid: {}\nalt: Digits\nrows: 1\ncaption: Of {}\n```\n\n"
    text = (
        "Title: P\nDate: 2026-01-01\nSummary: As [](#fig-b) and \\ref{tbl-a} show.\n\n"
        f"![A](a.png){{#fig-a}}\n\n{demo.format('fig-b', '[](#fig-a).')}![C](c.png){{#fig-c}}\n\n"
        f"{demo.format('own', 'more.')}| a |\n| - |\n| 1 |\n\n/// table-caption | #tbl-a\nT\n///\n\n"
        "See [](#fig-a), [](#fig-b), [](#fig-c), [](#own).\n"
    )
    newer = "Title: Q\nDate: 2026-01-02\n\nText.\n"
    site = build({"p.md": text, "q.md": newer}, MARKDOWN + "RESEARCH = {'live': False}")
    page = site.read("p.html")
    assert paragraph(page, "See") == "See Figure 1, Figure 2, Figure 3, Figure 4."
    assert [text.partition(".")[0] for text in numbered(page)] == [
        "Figure 1",
        "Figure 2",
        "Figure 3",
        "Figure 4",
        "Table 1",
    ]
    assert "Figure 2. Of Figure 1." in numbered(page)
    assert "As Figure 2 and 1 show." in words(site.read("index.html"))


def test_kinds_of_the_blog(build: Build) -> None:
    of_figures = {"number": "S%s", "caption": "Fig. %s —", "reference": "Fig. %s", "start": 3}
    text = (
        "Title: P\nDate: 2026-01-01\n\n"
        '<figure id="vid-a"><video src="a.mp4"></video><figcaption>V</figcaption></figure>\n\n'
        '![A](a.png "X"){#fig-a}\n\nSee [](#vid-a), [](#fig-a).\n'
    )
    site = build({"p.md": text}, f"{MARKDOWN}RESEARCH = {{'kinds': {{'vid': 'Video', 'fig': {of_figures}}}}}")
    page = site.read("p.html")
    assert paragraph(page, "See") == "See Video 1, Fig. S3."
    assert numbered(page) == ["Video 1. V", "Fig. S3 — X"]
    bad = build({}, "RESEARCH = {'kinds': {'fig': {'number': 'S'}}}")
    assert "RESEARCH['kinds']['fig']['number'] is 'S': write %s once, where the number goes" in bad.log


def test_every_language_has_all_words() -> None:
    assert {language: table.keys() for language, table in tables().items()} == dict.fromkeys(
        tables(), tables()["en"].keys()
    )


PIECES = st.sampled_from(
    """<figure id="fig-a">|</figure>|<img id="fig-b" title="T">|<p>|</p>|<figcaption>|</figcaption>|<pre>
    </pre>|<div class="admonition theorem" id="thm-a">|<p class="admonition-title">Proof</p>|</div>
    <table id="tbl-a">|<caption>|</caption>|</table>|<!--|-->|<script>|</script>| |x|<h2>|</h2>
    <div class="proof">|<h2 id="sec-a">|<a href="#x">|</a>|<pre id="lst-a">|<code>|</code>""".replace(
        "\n    ", "|"
    ).split("|")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_html_keeps_its_text(html: str) -> None:
    kinds = Kinds.of("en", Settings())
    found = [(one, "") for one in find(html, kinds)]
    written = captions.Captions(html, kinds).written(found)
    if not any(one.form.name in ("BOX", "PANEL", "IMAGES") for one, _ in found):
        assert words(written).replace(" ", "") == words(html).replace(" ", "")


@pytest.mark.parametrize(
    "piece", ["<div>", "<figure>", "<!--", "<p><img>", "<code>", "<a href=x>", "</div>", "<div><img>"]
)
def test_elements_are_found_in_linear_time(piece: str) -> None:
    """Ten thousand openings that nothing closes: time that grows with the square would take minutes."""
    assert elements.parse(piece * 20_000) is not None
