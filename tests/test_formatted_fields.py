"""Fields of a blog's own that hold markup: FORMATTED_FIELDS."""

import re

import feedparser
from conftest import Build

BIB = "@misc{vae, author={Kingma, D. P.}, title={Auto-encoding}, year=2013}\n"
MARKDOWN = """Title: A post
Date: 2026-01-01
Subtitle: As [@@vae] and [see @vae] say of $x^2$ & [@@nobody], $5 *each*

Nothing in the text.
"""
REST = """Another
#######

:date: 2026-01-02
:subtitle: What [@@vae] says of :math:`y^2`

Nothing in the text.
"""
#: A theme that shows the field on pages and in lists.
BASE = "<!DOCTYPE html><html><head><title>{{ SITENAME }}</title></head><body>%s</body></html>"
THEME = {
    "/theme/templates/article.html": BASE % "<h2>{{ article.subtitle }}</h2>{{ article.content }}",
    "/theme/templates/index.html": BASE
    % "{% for article in articles %}<p>{{ article.subtitle }}</p>{% endfor %}",
}
SETTINGS = """
FORMATTED_FIELDS = ["summary", "subtitle"]
THEME = "theme"
DIRECT_TEMPLATES = ["index"]
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
"""


def shown(html: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)


def test_citations_and_formulas_in_a_field_are_set(build: Build) -> None:
    site = build({"a.md": MARKDOWN, "b.rst": REST, "references.bib": BIB, **THEME}, SETTINGS)
    assert site.exit_code == 0, site.log
    for page in ("a-post.html", "another.html"):
        [field] = shown(site.read(page), "h2")
        assert "Kingma" in field
        assert "2013" in field
        assert "<mjx-container" in field
        assert "research-placeholder" not in site.read(page)
        assert "[@@vae]" not in site.read(page)
    [field] = shown(site.read("a-post.html"), "h2")
    assert "<em>each</em>" in field
    assert "$5" in field
    assert re.search(r"a\.md:3: warning: .*nobody", site.log), site.log


def test_a_field_on_other_pages_and_in_feeds_carries_no_ids_and_no_placeholders(build: Build) -> None:
    summary = MARKDOWN.replace("Subtitle:", "Summary: Of [@@vae] and $z$\nSubtitle:")
    site = build({"a.md": summary, "b.rst": REST, "references.bib": BIB, **THEME}, SETTINGS)
    index = site.read("index.html")
    assert len(shown(index, "p")) == 2
    assert all("Kingma" in field and "<mjx-container" in field for field in shown(index, "p"))
    bare = re.sub(r"<mjx-container.*?</mjx-container>|<svg.*?</svg>", "", index, flags=re.DOTALL)
    assert " id=" not in bare
    feed = site.read("feeds/all.atom.xml")
    for text in (index, feed):
        assert "research-placeholder" not in text
    for entry in feedparser.parse(feed).entries:
        assert "research-placeholder" not in str(entry)
