"""Styles with notes: one numbered list with Markdown's footnotes, positions, styles without a list."""

import re

import pytest
from conftest import Build, Site

BIB = """@book{a, author={Alan Aalto}, title={Book One}, year=2001}
@book{b, author={Bea Berg}, title={Book Two}, year=2002}
@online{w, author={Jane Doe}, title={A Page}, year=2020, url={https://example.org}}
"""
FOOTNOTES = """Title: Post
Date: 2026-01-01

One [@a, p. 3]. Two[^x]. Three [@a]. Four[^y] and [@@b; @@w] say. Two again[^x]. Five [@w].

[^x]: In a note[@b, p. 5].
[^y]: A plain note.

    Its second paragraph.
"""


def body(site: Site) -> str:
    return re.sub(r'<span class="(?:Z3988|backlinks).*?</span>', "", site.read("post.html"))


def test_one_list_of_notes(build: Build) -> None:
    settings = 'RESEARCH = {"citation_style": "chicago-notes-bibliography"}\n'
    settings += 'MARKDOWN = {"extension_configs": {"markdown.extensions.footnotes": {}}}'
    site = build({"post.md": FOOTNOTES, "references.bib": BIB}, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    html = body(site)
    marks = re.findall(
        r'<sup[^>]*><a (?:class="footnote-ref" )?href="#((?:fn:|note-)\w+)"[^>]*>(\d+)</a></sup>', html
    )
    assert marks == [
        ("note-1", "1"),
        ("fn:x", "2"),
        ("note-3", "3"),
        ("fn:y", "4"),
        ("note-5", "5"),
        ("note-6", "6"),
        ("fn:x", "2"),
        ("note-7", "7"),
    ]
    assert html.count('<div class="footnote">') == 0
    (notes,) = re.findall(r'(?s)<section class="citation-notes".*?</section>', html)
    items = [" ".join(re.sub("<[^>]*>", "", item).split()) for item in re.split('<li id="', notes)[1:]]
    assert [item.partition(">")[2].split("&#160;")[0].strip() for item in items] == [
        "Alan Aalto, Book One (2001), 3.",
        "In a note Bea Berg, Book Two (2002), 5.",
        "Aalto, Book One.",
        "A plain note. Its second paragraph.",
        "Berg, Book Two.",
        "Jane Doe, “A Page,” 2020, https://example.org.",
        "Doe, “A Page.”",
    ]
    ids = set(re.findall(r' id="([^"]*)"', html))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= ids


RAISED = """Title: Post
Date: 2026-01-01

One [@a], *two* [@b].
Three
[@a; @b] and in 2001 [@a], [@b] [@w] and m² [@w].

[@w] begins.
"""


@pytest.mark.parametrize("style", ["nature", "chicago-notes-bibliography"])
def test_raised_numbers_stand_at_the_word(build: Build, style: str) -> None:
    """Behind a number, where they would be an exponent, and behind another, they keep their distance."""
    site = build({"post.md": RAISED, "references.bib": BIB}, f'RESEARCH = {{"citation_style": {style!r}}}')
    assert site.exit_code == 0, site.log
    text = re.sub(r"<(?!/?p>)[^>]*>", "", re.sub(r"(?s)<sup.*?</sup>", "^", body(site)))
    assert "One^, two^.\nThree^ and in 2001 ^,^ ^ and m² ^." in text
    assert "<p>^ begins.</p>" in text


@pytest.mark.parametrize("style", ["juristische-schulung", "wikipedia-fr-templates"])
def test_types_that_a_style_does_not_list(build: Build, style: str) -> None:
    files = {"post.md": "Title: Post\nDate: 2026-01-01\n\n[@a] and [@w].", "references.bib": BIB}
    site = build(files, f'RESEARCH = {{"citation_style": "{style}"}}', "--fatal", "errors")
    assert site.exit_code == 0, site.log
    assert "Doe" in body(site)


def test_a_style_without_a_list(build: Build) -> None:
    style = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
    <info><title>T</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
    <citation><layout prefix="[" suffix="]" delimiter="; "><text variable="title"/></layout></citation>
    </style>"""
    files = {
        "post.md": "Title: Post\nDate: 2026-01-01\n\nSee [@a; @b].",
        "references.bib": BIB,
        "/s.csl": style,
    }
    site = build(files, 'RESEARCH = {"citation_style": "s.csl"}', "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert '<span class="citation">[Book One; Book Two]</span>' in site.read("post.html")
    assert 'class="references"' not in site.read("post.html")
    assert 'href="#ref-' not in site.read("post.html")


def test_front_matter_of_pandoc(build: Build) -> None:
    post = """---
title: Post
date: 2026-01-01
bibliography: [one.bib, 'two.bib']
csl: https://www.zotero.org/styles/ieee
nocite: "@b, @{w}"
reference-section-title: Works & more
---

Of [@a].
"""
    one, two, three = BIB.splitlines()
    files = {"post.md": post, "one.bib": one, "two.bib": f"{two}\n{three}"}
    every = {"all.md": post.replace("@b, @{w}", "@*").replace("title: Post", "title: All\nslug: all")}
    site = build(files | every, 'RESEARCH = {"references": []}', "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    for name in ("post.html", "all.html"):
        html = site.read(name)
        assert '<h2 id="reference-list">Works &amp; more</h2>' in html
        assert re.findall('<li id="ref-(.)"', html) == ["a", "b", "w"], name
        assert '<span class="reference-label">[1]</span>' in html
        assert html.count('role="doc-backlink"') == 1


def test_references_in_the_front_matter(build: Build) -> None:
    post = """---
title: Post
date: 2026-01-01
references:
- id: doe
  type: book
  title: On “[a]” and $x$
  author:
  - family: Doe
    given: Ann

  issued: 2001
- id: p
  title: "Of the post: first"
  issued: {date-parts: [[1999]]}
slug: own
csl: ieee
---

Of [@doe; @p; @b].
"""
    one, two, _ = BIB.splitlines()
    flow = post[: post.index("references")] + "references: [{id: c, title: C}]\n---\n\nOf [@c].\n"
    broken = flow.replace("title: C}", "title: C").replace("title: Post", "title: Broken")
    other = "Title: Other\nDate: 2026-01-01\nReferences: see below\n\nOf [@b]."
    files = {"post.md": post, "flow.md": flow, "other.md": other, "references.bib": f"{one}\n{two}"}
    site = build(files, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    html = site.read("own.html")
    assert re.findall('<li id="ref-([^"]*)"', html) == ["doe", "p", "b"]  # the style ieee is read behind them
    assert "A. Doe," in html
    assert "Of the post: first" in html
    assert "On “[a]” and" in html
    assert "2001" in html
    assert "family:" not in html
    assert '<li id="ref-c"' in site.read("post.html")
    assert '<li id="ref-b"' in site.read("other.html")
    faulty = build({"broken.md": broken, "references.bib": f"{one}\n{two}"})
    assert re.search(r"broken\.md:4.*the file cannot be read", faulty.log)


def test_references_in_other_markup_stand_in_one_line(build: Build) -> None:
    item = "[{id: c, title: In a field, issued: 1999}]"
    rest = f"Post\n####\n\n:date: 2026-01-01\n:slug: rest\n:references: {item}\n\nOf [@c].\n"
    page = f'<meta name="date" content="2026-01-01"><meta name="references" content="{item}">'
    html = f"<html><head><title>Page</title>{page}</head><body><p>Of [@c].</p></body></html>"
    bullets = rest.replace(f" {item}", "\n    - id: c\n      title: In a list").replace("rest", "lost")
    broken = rest.replace("1999}", "1999").replace("rest", "broken")
    plain = f"Title: Plain\nDate: 2026-01-01\nReferences: {item}\n\nOf [@c].\n"
    files = {
        "rest.rst": rest,
        "page.html": html,
        "lost.rst": bullets,
        "broken.rst": broken,
        "plain.md": plain,
        "bibtex.md": plain.replace(item, "@misc{c, title={X}}").replace("Plain", "BibTeX"),
    }
    site = build(files)
    for name in ("rest", "page", "plain"):
        assert re.search(r'<li id="ref-c">.*In a field', site.read(f"{name}.html")), name
    assert re.search(r"lost\.rst:6: warning: references: the items of this field cannot", site.log)
    assert re.search(r"bibtex\.md:3: warning: references: the items of this field cannot", site.log)
    assert re.search(r"broken\.rst:6: error: .*cannot be read", site.log)


INSIDE = """Title: Post
Date: 2026-01-01

One <img src="x.png" alt="Plot after [@b]"> two [@a].

Three <abbr title='see [@b]'>VAE</abbr> four <span data-a="a > [@b]" title="c [@b]">e [@a]</span>.

Five <a href="https://x.org/?q=[@b]" title="[@b]">six</a> at https://x.org/?q=[@b] or <https://x.org/[@b]>.

Seven <img
alt="[@b]" src=y.png> eight <!-- [@b] --> [@a].

![Nine [@b]](z.png "[@b]")
"""


def test_attributes_and_addresses_are_left_alone(build: Build) -> None:
    site = build({"post.md": INSIDE, "references.bib": BIB})
    html = site.read("post.html")
    for text in (
        'alt="Plot after [@b]"',
        "title='see [@b]'",
        'data-a="a > [@b]" title="c [@b]"',
        'href="https://x.org/?q=[@b]" title="[@b]"',
        "at https://x.org/?q=[@b] or",
        '<a href="https://x.org/[@b]">https://x.org/[@b]</a>',
        'alt="[@b]" src=y.png',
        "<!-- [@b] -->",
        'alt="Nine [@b]"',
    ):
        assert text in html, text
    assert html.count('href="#ref-a"') == 3
    assert 'id="ref-b"' not in html


@pytest.mark.parametrize("other", ["pelican_cite", "pelican.plugins.bibtex"])
def test_other_citation_plugins_are_named(build: Build, other: str) -> None:
    settings = f"import sys, types\nsys.modules[{other!r}] = other = types.ModuleType({other!r})\n"
    settings += "other.register = lambda: None\nPLUGINS = ['research', other]"
    site = build({"post.md": "Title: Post\nDate: 2026-01-01\n\nText."}, settings)
    assert f"PLUGINS names “{other}”, which resolves citations too" in site.log
