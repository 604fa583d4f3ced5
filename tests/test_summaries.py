import re
from html import unescape

import pytest
from conftest import Build
from research.adapter.reading.summaries import cut

SETTINGS = {"SUMMARY_MAX_LENGTH": 3, "SUMMARY_MAX_PARAGRAPHS": None, "SUMMARY_END_SUFFIX": "…"}
FORMULA = '<span class="math">\\(a b c d\\)</span>'


def test_a_formula_is_one_word_and_never_torn() -> None:
    assert cut(f"<p>one {FORMULA} three four</p>", SETTINGS) == f"<p>one {FORMULA} three …</p>"


def test_the_figure_of_a_demo_is_left_out() -> None:
    html = '<figure data-demo="samples"><figcaption>not me</figcaption></figure><p>one two</p>'
    assert cut(html, SETTINGS) == "<p>one two</p>"


def test_a_table_of_contents_is_left_out(build: Build) -> None:
    first = "Date: 2026-01-01\n\n[TOC]\n\n# One\n\nmarkdown words\n\n# Two\n"
    second = "Second\n######\n:date: 2026-01-01\n\n.. contents:: All\n\nThree\n=====\n\ndocutils words\n"
    settings = "MARKDOWN = {'extensions': ['markdown.extensions.toc', 'markdown.extensions.meta']}"
    site = build({"a.md": f"Title: First\n{first}", "b.rst": second}, settings)
    assert 'class="toc"' in site.read("first.html")
    assert 'class="contents' in site.read("second.html")
    feed = site.read("feeds/all.atom.xml")
    summaries = unescape("".join(re.findall("<summary.*?</summary>", feed, re.DOTALL)))
    assert "markdown words" in summaries
    assert "docutils words" in summaries
    for sign in ('class="toc"', 'class="contents', "toc-backref"):
        assert sign not in summaries


def test_words_may_stand_far_apart() -> None:
    html = f"<p>one {'<b></b>' * 100}two{'<!-- -->' * 100} three four</p>"
    assert cut(html, SETTINGS).replace("<b></b>", "").replace("<!-- -->", "") == "<p>one two three …</p>"


def test_a_text_that_ends_soon_stays_whole() -> None:
    assert cut(f"<p>one {FORMULA}</p>", SETTINGS) == f"<p>one {FORMULA}</p>"


def test_no_limit_leaves_the_text_whole() -> None:
    assert cut("<p>one two three four</p>", {**SETTINGS, "SUMMARY_MAX_LENGTH": None}).count(" ") == 3


def test_paragraphs_can_be_the_measure() -> None:
    settings = {**SETTINGS, "SUMMARY_MAX_LENGTH": None, "SUMMARY_MAX_PARAGRAPHS": 1}
    assert "two" not in cut("<p>one</p><p>two</p>", settings)


def test_links_of_a_summary_lead_on_from_pages_in_any_folder(build: Build) -> None:
    post = "Title: One\nDate: 2026-01-01\nCategory: deep\n\nSee [two]({filename}two.md), $x$.\n"
    two = "Title: Two\nDate: 2026-01-02\n\nText.\n"
    places = 'RELATIVE_URLS = True\nSITEURL = ""\nCATEGORY_SAVE_AS = "a/b/{slug}.html"\n'
    site = build({"one.md": post, "two.md": two}, f"{places}CATEGORY_URL = CATEGORY_SAVE_AS")
    for page, base in (("index.html", "./"), ("a/b/deep.html", "../../"), ("one.html", "./")):
        assert f'<a href="{base}two.html">two</a>' in site.read(page), page


@pytest.mark.parametrize("words", range(1, 9))
def test_a_summary_is_whole_wherever_it_is_cut(build: Build, words: int) -> None:
    text = "Title: P\nDate: 2026-01-01\n\nOf $x$, $y$ and $$z$$ or `$` (\\$5) $w$ more.\n"
    site = build({"post.md": text}, f"SUMMARY_MAX_LENGTH = {words}")
    feed = unescape(re.findall("<summary.*?</summary>", site.read("feeds/all.atom.xml"), re.DOTALL)[0])
    assert not re.search("[\ue000-\uf8ff]|research-|\\\\\\([^)]*$", feed), feed
    assert feed.count("\\(") == feed.count("\\)")


def test_a_summary_of_the_author_is_kept_and_typeset(build: Build) -> None:
    site = build({"post.md": "Title: Post\nDate: 2026-01-01\nSummary: In short, $x$.\n\nAt length."})
    feed = site.read("feeds/all.atom.xml")
    summary = feed[feed.index("<summary") : feed.index("</summary>")]
    assert "In short" in summary
    assert r"\(x\)" in summary
    assert "At length" not in summary


def test_a_summary_that_the_author_left_empty_is_empty(build: Build) -> None:
    site = build({"post.md": "Title: Post\nDate: 2026-01-01\nSummary:\n\nAt length, $x$."})
    assert site.read("feeds/all.atom.xml").count("At length") == 1
    assert "At length" in site.read("post.html")
