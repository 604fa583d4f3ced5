"""Readers and their programs can cite a post: tags in its head, and its record to take away."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from conftest import Build
from research.citations.sources.library import Library
from research.core.post import Publication
from research.site import identity, paper
from research.site.settings import Settings

POST = Publication(
    title="On <em>Bayes</em> & {braces} 100%",
    authors=("Ada Lovelace", "Émilie du Châtelet"),
    date=date(2026, 1, 2),
    url="https://blog.example/on-bayes.html",
    site="A blog",
    language="en",
    slug="on-bayes",
)
PAPER = paper.paper(POST, Settings())


def test_our_own_bibtex_reads_as_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "own.bib").write_text(identity.bibtex(POST, PAPER), encoding="utf-8")
    library = Library([tmp_path / "own.bib"])
    (key,) = library
    item = dict(library[key].item)
    assert [name["family"] for name in item.pop("author")] == ["Lovelace", "Châtelet"]
    assert item == {
        "id": "lovelace2026-on-bayes",
        "type": "webpage",
        "title": "On Bayes &amp; braces 100%",
        "headline": True,
        "language": "en",
        "container-title": "A blog",
        "issued": {"date-parts": [[2026, 1, 2]]},
        "URL": "https://blog.example/on-bayes.html",
    }
    assert not library.diagnostics


def test_csl_json_and_ris() -> None:
    (item,) = json.loads(identity.csl_json(POST, PAPER))
    assert item["title"] == "On Bayes & {braces} 100%"
    assert item["author"][0] == {"family": "Lovelace", "given": "Ada"}
    assert item["issued"] == {"date-parts": [[2026, 1, 2]]}
    lines = identity.ris(POST, PAPER).split("\r\n")
    assert lines[0] == "TY  - BLOG"
    assert "AU  - Lovelace, Ada" in lines
    assert "DA  - 2026/01/02" in lines
    assert lines[-2] == "ER  - "


def test_nothing_of_a_title_ends_the_data() -> None:
    bad = Publication('</script><script>alert("1")', (), date(2026, 1, 1), "", "", "en", "x")
    head = identity.head(bad, PAPER)
    assert head.count("<script") == 1
    assert '"1"' not in head.partition("<script")[0]


def test_the_page_of_an_article_says_what_it_is(build: Build) -> None:
    front = "Title: On Bayes\nDate: 2026-01-02\nAuthors: Ada Lovelace; Grace Hopper\nSlug: on-bayes\n\n"
    bib = "@article{vae, author={Kingma, D.}, title={T}, year=2013, journal={J}, doi={10.1000/1}}"
    files = {
        "post.md": f"{front}As [@@vae] show.",
        "pages/page.md": "Title: Page\n\nx",
        "references.bib": bib,
    }
    site = build(files, 'RESEARCH = {"cite_this_post": True}', "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = site.read("on-bayes.html")
    metas = re.findall(r'<meta name="((?:citation|DC)[^"]*)" content="([^"]*)">', page)
    assert ("citation_author", "Ada Lovelace") in metas
    assert ("citation_author", "Grace Hopper") in metas
    assert ("citation_publication_date", "2026/01/02") in metas
    assert ("DC.identifier", "https://blog.example/on-bayes.html") in metas
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(data)["headline"] == "On Bayes"
    (entry,) = re.findall(r'download="on-bayes.bib" href="data:[^,]*,([^"]*)"', page)
    assert "author = {Ada Lovelace and Grace Hopper}" in unquote(unescape(entry))
    for name, text in (("BibTeX", "@online{"), ("CSL-JSON", '"type": "post-weblog"'), ("RIS", "TY  - BLOG")):
        (shown,) = re.findall(
            f'<pre tabindex="0" role="group" aria-label="{name}"><code>(.*?)</code>', page, re.DOTALL
        )
        assert text in shown
    assert "cite-this-post" not in site.read("feeds/all.atom.xml")
    assert "rft_id=info%3Adoi%2F10.1000%2F1" in page
    assert "citation_title" not in site.read("pages/page.html")
    assert "citation_title" not in site.read("index.html")


def test_an_article_has_no_record_where_the_blog_does_not_ask_for_it(build: Build) -> None:
    site = build({"post.md": "Title: Post\nDate: 2026-01-02\nSlug: post\n\nText."})
    assert "cite-this-post" not in site.read("post.html")
    assert "citation_title" in site.read("post.html")
