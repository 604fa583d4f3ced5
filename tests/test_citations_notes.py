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

[^x]: In a note [@b, p. 5].
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
