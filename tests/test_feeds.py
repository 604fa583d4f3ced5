from conftest import Build
from parts import pipeline
from research.adapter.writing import feeds
from research.core.settings import SettingsBase


def test_fragments_get_the_address_of_the_post() -> None:
    item = {"link": "https://x/p.html", "content": "<a class='c' href=\"#r\">1</a> <a href='/y#z'>2</a>"}
    feeds.finish(item, pipeline([], SettingsBase()))
    assert item["content"] == "<a class='c' href=\"https://x/p.html#r\">1</a> <a href='/y#z'>2</a>"


def test_references_to_glyphs_stay_inside_the_picture() -> None:
    item = {"link": "https://x/p.html", "description": '<use href="#g1"/>', "content": None}
    feeds.finish(item, pipeline([], SettingsBase()))
    assert item["description"] == '<use href="#g1"/>'


def test_feeds_have_nothing_that_needs_our_style_sheets(build: Build) -> None:
    text = "Title: Post\nDate: 2026-01-01\n\nOf ($x$), $\\foo$ and.\n\n| a |\n|--:|\n| 1 |\n"
    feed = build({"post.md": text}).read("feeds/all.atom.xml")
    for sign in ("math-nobr", "math-error", "research-", "data-"):
        assert sign not in feed, sign
    assert r"(\(x\)), &lt;code&gt;\(\foo\)&lt;/code&gt;" in feed
    assert 'style="text-align: right;"' in feed


def test_a_built_feed(build: Build) -> None:
    site = build({"post.md": "Title: Post\nDate: 2026-01-01\n\nSee [below](#end).\n\n<h2 id='end'>End</h2>"})
    assert "https://blog.example/post.html#end" in site.read("feeds/all.atom.xml")
    assert 'href="#end"' in site.read("post.html")
