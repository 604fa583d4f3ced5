"""Citations in a blog that Pelican builds: in every kind of source, in summaries and feeds, with faults."""

import re
from html import unescape
from pathlib import Path

import bundles
import pytest
from conftest import Build

BIB = r"""
@inproceedings{vae, author = {Kingma, Diederik P. and Welling, Max}, year = {2013},
  title = {Auto-Encoding Variational {Bayes}}, booktitle = {ICLR}, eprint = {1312.6114}, eprinttype = {arXiv}}
@article{wakeSleep, author = {Hinton, Geoffrey E. and Dayan, Peter and Frey, Brendan J. and Neal, Radford M.},
  title = {The Wake-Sleep Algorithm}, journal = {Science}, year = {1995}}
@misc{GPT3, author = {Brown, Tom}, title = {Few-Shot Learners}, year = {2020}, url = {https://example.org}}
@misc{smith--2020, author = {Smith, Ann}, title = {Dashes}, year = {2020}}
"""

OLD_POST = r"""---
Title: Variational Autoencoders
Date: 01/01/2019
Slug: test-post
Summary: SOME TEXT
---
<h1 class="head">1. Introduction </h1>
<p class="body">

Like all
<a href="https://example.org/" style="color:#FF7D33">
generative models</a>, these learn
<span class = "math">
\(
p(\boldsymbol{x}|\boldsymbol{z}) \)
</span>,
end-to-end. [@@wakeSleep] developed the Wake-sleep algorithm which <i> masked </i> the problem.
Luckily, [@@vae] offered a better solution using the <i>
reparameterization trick </i>!

</p>
<script type="text/javascript">
if (!document.getElementById('mathjaxscript_pelican_#%@#$@#')) { var key = "[@@vae]"; }
</script>
"""


def text(html: str) -> str:
    """Return what a reader sees of `html`."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"(?s)<(script|style).*?</\1>", "", html))
    return " ".join(unescape(bare).split())


def body(page: str) -> str:
    """Return the post in `page`, without its reference list."""
    return page[page.index('<footer class="post-info">') : page.index('<section class="references"')]


def post(body: str, **front: str) -> str:
    front = {"Title": "Post", "Date": "2026-01-01", "Slug": "post", **front}
    return "\n".join(f"{key}: {value}" for key, value in front.items()) + f"\n\n{body}\n"


def test_a_post_that_is_all_raw_html(build: Build) -> None:
    site = build({"old.md": OLD_POST, "references.bib": BIB})
    assert site.exit_code == 0, site.log
    seen = text(site.read("test-post.html"))
    assert "Hinton et al. (1995) developed the Wake-sleep algorithm" in seen
    assert "Luckily, Kingma and Welling (2013) offered a better solution" in seen
    assert seen.count("Auto-Encoding Variational Bayes") == 1


REST = r"""
Post
####
:date: 2026-01-01

[@@vae] and [see @wakeSleep, pp. 3--5; @vae], [-@vae]; ``[@vae]``, \\[@vae], `[@vae] <https://example.org>`_
"""
HTML = """<html><head><title>Post</title><meta name="date" content="2026-01-01"></head><body>
<p>[@@vae] and [see @wakeSleep, pp. 3-5; @vae], [-@vae]; <code>[@vae]</code>, \\[@vae],
<a href="https://example.org">[@vae]</a></p></body></html>"""


@pytest.mark.parametrize("source", [{"post.rst": REST}, {"post.html": HTML}], ids=["rst", "html"])
def test_other_readers(build: Build, source: dict[str, str]) -> None:
    site = build({**source, "references.bib": BIB})
    assert re.findall("warning: (.*?),", site.log) == ["“[@vae]” stands in a link"]
    seen = text(site.read("post.html"))
    assert (
        "Kingma and Welling (2013) and (see Hinton et al., 1995, pp. 3–5; Kingma and Welling, 2013)" in seen
    )
    assert ", (2013); [@vae], [@vae], [@vae]" in seen


def test_typography_leaves_keys_alone(build: Build) -> None:
    body = "[@@GPT3] and [@@smith--2020]\n\n<p>[@@GPT3, p. 3] and [@smith--2020]</p>"
    settings = 'TYPOGRIFY = True\nTYPOGRIFY_DASHES = "oldschool"'
    site = build({"post.md": post(body), "references.bib": BIB}, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    seen = text(site.read("post.html"))
    assert "Brown (2020) and Smith (2020) Brown (2020, p. 3) and (Smith, 2020)" in seen


def test_formulas_are_left_alone(build: Build) -> None:
    site = build({"post.md": post("$[@vae]$ and [@vae]"), "references.bib": BIB}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert body(site.read("post.html")).count("Kingma and Welling") == 1


@pytest.mark.parametrize("summary", [None, "As [@@vae] show."], ids=["cut", "written"])
def test_summaries_have_no_list_no_ids_no_links(build: Build, summary: str | None) -> None:
    front = {"Summary": summary} if summary else {}
    index = "{% for article in articles %}{{ article.summary }}{% endfor %}"
    files = {
        "post.md": post("As [@@vae] show.", **front),
        "references.bib": BIB,
        "/theme/templates/index.html": index,
    }
    settings = 'THEME = "theme"\nDIRECT_TEMPLATES = ["index"]\nTHEME_TEMPLATES_OVERRIDES = []'
    site = build(files, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = re.sub(r"<link [^>]*>", "", site.read("index.html"))  # the style sheet
    assert page.strip() == '<p>As <span class="citation">Kingma and Welling (2013)</span> show.</p>'


def test_letters_are_the_same_in_summary_and_post(build: Build) -> None:
    bib = "@misc{a, author={A}, title={Z}, year=2000}\n@misc{b, author={A}, title={Y}, year=2000}"
    site = build({"post.md": post("[@@a] and [@@b].", Summary="[@@a]"), "references.bib": bib})
    assert 'content="A (2000b)"' in site.read("post.html") or "A (2000b)" in site.read("index.html")


def test_every_link_has_its_target_and_ids_are_unique(build: Build) -> None:
    body = "[@@vae], [@vae; @wakeSleep], [@{smith--2020}]\n\n## References"
    site = build({"post.md": post(body), "references.bib": BIB})
    page = site.read("post.html")
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="#([^"]*)"', page)
    assert len(links) == 8
    assert set(links) <= set(ids)


def test_links_in_feeds_lead_to_the_post(build: Build) -> None:
    site = build({"post.md": post("[@@vae]"), "references.bib": BIB})
    feed = site.read("feeds/all.atom.xml")
    assert "https://blog.example/post.html#ref-vae" in feed
    assert 'href="#' not in feed.replace("&quot;", '"')


def test_an_unknown_key_is_reported_with_its_place_and_marked(build: Build) -> None:
    source = "[@@vae]\n\n<p>raw</p>\n\nand\n[see @wakeSlep] and [@@vae]"
    site = build({"post.md": post(source), "references.bib": BIB})
    assert site.exit_code == 0, site.log
    assert "post.md:10: warning: unknown citation key “wakeSlep”; did you mean “wakeSleep”?" in site.log, (
        site.log
    )
    page = site.read("post.html")
    assert '<mark class="citation-unknown">[see @wakeSlep]</mark>' in page
    assert body(page).count("Kingma and Welling (2013)") == 2
    assert build({}, "", "--fatal", "warnings").exit_code != 0


def test_faults_in_the_bibliography_are_reported_and_the_rest_is_published(build: Build) -> None:
    bib = BIB + "@misc{vae, title={Twice}}\n@misc{broken, title={Open\n"
    first = len(BIB.splitlines()) + 1
    site = build({"post.md": post("[@@vae], [@broken]"), "references.bib": bib}, "", "--fatal", "errors")
    assert site.exit_code != 0
    assert "post.md:5: warning: the entry of “broken” cannot be read" in site.log
    assert f"references.bib:{first}: error: the key “vae” is taken by line 2" in site.log
    assert f"references.bib:{first + 1}: error: the entry “broken” has no end" in site.log
    assert "Kingma and Welling (2013)" in site.read("post.html")


def test_a_missing_bibliography_is_reported_where_something_is_cited(build: Build) -> None:
    site = build({"post.md": post("[@@vae]"), "other.md": post("x", Slug="other")}, "", "--fatal", "errors")
    assert site.exit_code != 0
    assert "references.bib: error: there is no such bibliography" in site.log
    assert "[@vae]" in site.read("post.html")
    assert build({"post.md": post("nothing")}, "", "--fatal", "warnings").exit_code == 0


def test_the_list_speaks_the_language_of_the_post(build: Build) -> None:
    site = build({"post.md": post("[@@vae]", Lang="de"), "references.bib": BIB})
    page = site.read("post-de.html")
    assert "Kingma und Welling (2013)" in page
    assert '<h2 id="reference-list">Literatur</h2>' in page


def test_nothing_of_a_hostile_entry_runs(build: Build) -> None:
    bib = """@misc{a, author = {<img src=x onerror=alert(1)>}, title = {"><script>alert(1)</script>},
      year = {<b>}, url = {javascript:alert(1)}, doi = {10.1000/"><script>}}
    @misc{b, author={B}, title={T}, url={https://example.org/"onmouseover="alert(1)}, year=2000}"""
    page = build({"post.md": post("[@@a, <i>x</i>] [@@b]"), "references.bib": bib}).read("post.html")
    cited = page[page.index('<footer class="post-info">') : page.index("</section>")]
    assert "<script" not in cited
    assert "<img" not in cited
    assert "javascript:" not in cited
    assert not re.search(r"<[^>]*\son\w+=", cited)


def test_a_post_has_entries_of_its_own(build: Build) -> None:
    own = "@misc{mine, author={Own, Olga}, title={Mine}, year=2024}\n@misc{vae, author={Other}, year=2}"
    files = {
        "post.md": post("[@@mine] and [@@vae]", publications_src="own.bib"),
        "references.bib": BIB.replace("vae,", "vae2,"),
        "own.bib": own,
    }
    site = build(files, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert "Own (2024) and Other (2)" in text(site.read("post.html"))


def test_a_post_with_a_bibliography_of_its_own_needs_no_other(build: Build) -> None:
    site = build(
        {"post.md": post("[@@vae]", bibliography="own.bib"), "own.bib": BIB}, "", "--fatal", "warnings"
    )
    assert site.exit_code == 0, site.log
    assert "Kingma and Welling (2013)" in text(site.read("post.html"))


def test_settings_of_pelican_cite(build: Build) -> None:
    settings = 'PUBLICATIONS_SRC = "content/pubs.bib"\nRESEARCH = {"citations_swapped": True}'
    site = build({"post.md": post("[@vae] and [@@vae]"), "pubs.bib": BIB}, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert "Kingma and Welling (2013) and (Kingma and Welling, 2013)" in text(site.read("post.html"))


def test_pelican_cite_without_a_bibliography(build: Build) -> None:
    site = build({"post.md": post("[@@vae]"), "references.bib": BIB}, "PUBLICATIONS_SRC = None")
    assert "Kingma and Welling (2013)" in text(site.read("post.html"))


def test_any_order_of_plugins(build: Build) -> None:
    files = {"post.md": post("[@@vae] $x$"), "references.bib": BIB}
    orders = ('["pelican.plugins.render_math", "research"]', '["research", "pelican.plugins.render_math"]')
    first, second = (body(build(files, f"PLUGINS = {order}").read("post.html")) for order in orders)
    assert first == second
    assert 'href="#ref-vae"' in first


def test_relative_urls(build: Build) -> None:
    site = build({"post.md": post("[@@vae]"), "references.bib": BIB}, "RELATIVE_URLS = True")
    assert 'href="#ref-vae"' in site.read("post.html")


def test_citations_wherever_text_is(build: Build, tmp_path: Path) -> None:
    """In captions, headings, tables, notes and lists, with typography on; each can be come back to."""
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    body = """[TOC]

## Heading [@vae]

```demo
kind: samples
model: small
alt: Digits
caption: As *drawn* in [@vae, p. 3].
```

| A | B |
| - | - |
| [@vae] | [@@vae] |

Note.[^1] Term

[^1]: In [@vae].

!!! note
    An admonition [@vae].

Term [@vae]
:   Its definition [@vae].

> - A list in a quotation [@vae]"""
    settings = """TYPOGRIFY = True
RESEARCH = {"live": False}
EXTENSIONS = ("extra", "admonition", "toc", "meta")
MARKDOWN = {"extension_configs": {f"markdown.extensions.{name}": {} for name in EXTENSIONS}}
"""
    site = build({"post.md": post(body), "references.bib": BIB}, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = site.read("post.html")
    assert len(re.findall('href="#ref-vae" id="cite-vae-', page)) == 9
    assert "As <em>drawn</em> in" in page
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)
    assert "research-citation" not in page
    assert "@vae" not in page
    assert '<a href="#heading-vae">Heading (Kingma and Welling, 2013)</a>' in page


def test_pdfs_of_the_blog_itself(build: Build) -> None:
    """Their links lead to the file in the post, beside it and in feeds, whatever SITEURL is."""
    bib = BIB.replace("eprinttype = {arXiv}", "pdf = {papers/vae.pdf}")
    files = {
        "post.md": post("[@@vae]", save_as="deep/post.html"),
        "references.bib": bib,
        "papers/vae.pdf": "PDF",
    }
    for settings, address in (
        ("", "https://blog.example/papers/vae.pdf"),
        ("RELATIVE_URLS = True", "../papers/vae.pdf"),
    ):
        site = build(files, f'STATIC_PATHS = ["papers"]\n{settings}', "--fatal", "warnings")
        assert site.exit_code == 0, site.log
        assert f'href="{address}">PDF</a>' in site.read("deep/post.html")
        assert "https://blog.example/papers/vae.pdf" in site.read("feeds/all.atom.xml")


def test_an_rss_feed_has_whole_links_too(build: Build) -> None:
    settings = 'FEED_ALL_RSS = "feeds/all.rss.xml"\nRSS_FEED_SUMMARY_ONLY = False'
    site = build({"post.md": post("[@@vae]"), "references.bib": BIB}, settings)
    links = re.findall('href="(.*?)"', unescape(site.read("feeds/all.rss.xml")))
    assert "https://blog.example/post.html#ref-vae" in links
    assert [link for link in links if not link.startswith("https://")] == []


def test_a_page_of_all_references_and_who_cites_them(build: Build) -> None:
    files = {
        "post.md": post("[@@vae]"),
        "sub/other.md": post("[@@wakeSleep] and [@@vae]", Title="Other", Slug="other"),
        "own.md": post("[@@mine]", Title="Own", Slug="own", publications_src="mine.bib"),
        "mine.bib": "@misc{mine, author={A, Ada}, title={Mine}, year=2024}",
        "draft.md": post("[@@GPT3]", Status="draft", Slug="draft"),
        "pages/all.md": "Title: All\nBibliography: all\nSlug: all\n\nAll of them.",
        "references.bib": BIB,
    }
    site = build(files, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    items = re.findall(
        r'(?s)<li id="reference-(.*?)".*?<span class="citation-posts">(.*?)</span>',
        site.read("pages/all.html"),
    )
    other = '<a href="https://blog.example/other.html">Other</a>'
    assert [(key, set(links.split(", "))) for key, links in items] == [
        ("mine", {'<a href="https://blog.example/own.html">Own</a>'}),
        ("wakeSleep", {other}),
        ("vae", {other, '<a href="https://blog.example/post.html">Post</a>'}),
    ]


def test_titles_with_formulas_are_set_on_the_page_of_all_references(build: Build) -> None:
    files = {
        "post.md": post("[@@vae]", Title="Of $x_1$"),
        "own.md": post("[@@vae]", Title="Of $\\own$", Slug="own", Macros="\\newcommand{\\own}{y}"),
        "pages/all.md": "Title: All\nBibliography: all\nSlug: all\n\nAll of them.",
        "references.bib": BIB,
    }
    site = build(files, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    links = re.findall(
        r'(?s)<a href="https://blog.example/(?:post|own).html">(.*?)</a>', site.read("pages/all.html")
    )
    assert "<mjx-container" in next(link for link in links if "x_1" in link)
