"""Notes beside the text: footnotes that pages have in their margin, and feeds at their end."""

import re

from conftest import Build
from research.notes import margin

FRONT = "Title: {}\nDate: 2026-01-0{}\n{}\n"
TEXT = """A note[^a], another[^b] and again[^a].

- In an item[^c].

| in a cell[^d] | b |
| --- | --- |
| 1 | 2 |

A note that refers[^e] to one.

!!! margin "Aside"
    A *block*.

    - It goes on.

[^a]: The *first*.
[^b]: One.

    Two.
[^c]: <https://example.org/> & more.
[^d]: Of the cell.
[^e]: See there[^b].
"""
HTML = """<html><head><title>Raw</title><meta name="date" content="2026-01-04">
<meta name="notes" content="margin"></head><body><p>A<a href="#n1" role="doc-noteref" id="r1">1</a> and
<a href="#n2" role="doc-noteref">2</a> and <a href="#none" role="doc-noteref">3</a>.</p>
<aside class="wide margin" id="beside">B</aside><div class="margin">no note</div>
<section role="doc-endnotes"><ol><li id="n1">N <ul><li>x</li></ul>
<a href="#r1" role="doc-backlink">↩</a></li><li id="n2">M <a href="#r2" role="doc-backlink">↩</a>
</ol></section></body></html>
"""
REST = """In reST
#######

:date: 2026-01-05
:notes: margin

A [#]_ and b [#two]_.

.. margin::

   Beside.

.. [#] The first.
.. [#two] The second.

   Goes on.
"""
FILES = {
    "margin.md": FRONT.format("Margin", 1, "Notes: margin\n") + TEXT,
    "end.md": FRONT.format("End", 2, "Notes: end\n") + TEXT,
    "wrong.md": FRONT.format("Wrong", 3, "Notes: margins\n") + TEXT,
    "raw.html": HTML,
    "rest.rst": REST,
    "cited.md": FRONT.format("Cited", 6, "") + "As [@a, p. 3] says[^x].\n\n[^x]: A footnote.\n",
    "references.bib": "@book{a, author={Alan Aalto}, title={Book One}, year=2001}\n",
}
SETTINGS = """
MARKDOWN = {"extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.admonition": {}}}
RESEARCH = {"margin_notes": True, "citation_style": "chicago-notes-bibliography"}
STATIC_PATHS = []
"""
BUTTON = re.compile(r'<button type="button" class="research-note-mark"[^<>]*popovertarget="([^"]*)">([^<]*)<')


def test_notes_beside_the_text(build: Build) -> None:
    site = build(FILES, SETTINGS)
    assert re.findall(r"wrong\.md:3: error: .*", site.log) == [
        "wrong.md:3: error: Notes: margins is none of margin, end; did you mean “margin”?"
    ]
    page = site.read("margin.html")
    assert BUTTON.findall(page) == [("fn:a", "1"), ("fn:b", "2"), ("fn:a", "1"), ("fn:c", "3")]
    assert re.search(r'<aside class="research-note" id="fn:b"[^<>]*><p><span [^<>]*>2</span> One.</p>', page)
    assert "backref" not in page[: page.index('<div class="footnote">')]
    assert re.findall(r'<li value="(\d)" id="fn:(.)">', page) == [("4", "d"), ("5", "e")]
    assert '<div class="research-note-block" role="note">\n<p class="admonition-title">Aside</p>' in page
    assert len(re.findall(r"research/[\w-]*notes[\w-]*\.\w+\.css", page)) == 1
    assert "popover" not in site.read("end.html")
    assert "popover" not in site.read("feeds/all.atom.xml")

    raw = site.read("raw.html")
    assert BUTTON.findall(raw) == [("n1", "1")]
    assert '<aside class="research-note-block wide" id="beside" role="note">B</aside>' in raw
    assert '<div class="margin">no note</div>' in raw
    assert re.search(r'id="n1" popover role="note"><span [^<>]*>1</span> N <ul><li>x</li></ul></aside>', raw)

    rest = site.read("in-rest.html")
    assert [number for _, number in BUTTON.findall(rest)] == ["[1]", "[2]"]
    assert "docutils footnote" not in rest
    assert "The first.</span>" in rest

    cited = site.read("cited.html")
    assert [number for _, number in BUTTON.findall(cited)] == ["1", "2"]
    assert "doc-endnotes" not in cited
    assert re.search(r'popover role="note">[^\n]*Book One', cited)


def test_many_notes_take_linear_time() -> None:
    """Ten thousand notes: time that grows with the square would take minutes."""
    count = 10_000
    page = "".join(f'<p>A<a href="#n{n}" role="doc-noteref">{n}</a></p>' for n in range(count))
    page += "<ol>" + "".join(f'<li id="n{n}">N<p>x</p>' + "</li>" * (n % 2) for n in range(count)) + "</ol>"
    assert margin.moved(margin.marked(page)).count("popover role") > count // 4
