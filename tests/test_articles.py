"""One article of forty constructs, in Markdown, reStructuredText and HTML: the same numbers everywhere."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import bundles
from conftest import Build
from research.demos.provenance import frame
from research.numbering.kinds import tables

CASES = Path(__file__).parent / "cases" / "articles"
MARKUPS = ("md", "rst", "html")
#: The beginnings of the names of their pages.
NAMES = ("forty-markdown", "forty-rest", "forty-html")
SETTINGS_OF_BLOG = """
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {}, "markdown.extensions.meta": {}, "markdown.extensions.toc": {},
        "markdown.extensions.admonition": {},
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "pymdownx.blocks.caption": {},
    },
    "output_format": "html5",
}
STATIC_PATHS = []
RESEARCH = {"kinds": {"vid": "Video"}, "live": False}
"""
OTHER = "Title: Other post\nDate: 2026-01-01\nSlug: other\n\n![B](b.png){#fig-b}\n"
BIB = "@article{vae, author={Kingma, D. and Welling, M.}, title={T}, year=2013}\n"
CODE = "one = 1\ntwo = 2\nthree = 3\nfour = 4\n"
REFERENCES, _, CAPTIONS = (CASES / "forty.txt").read_text(encoding="utf-8").partition("\n\n")
LIST = re.compile(r"<ul[^<>]*>\s*<li>(?:<p[^<>]*>)?<a [^<>]*#sec-first.*?</ul>", re.DOTALL)
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
#: An innermost element that holds a number, up to the end of its paragraph or cell.
NUMBERED = re.compile(
    r"<(?:p|figcaption|caption|h\d)(?: [^<>]*)?>"
    r'((?:(?!<(?:p|figcaption|caption|h\d)\b)(?!</(?:p|figcaption|caption|h\d)>).)*?<span class="research-'
    r'(?:section-)?number">.*?)</(?:p|figcaption|caption|h\d)>',
    re.DOTALL,
)


def words(html: str) -> str:
    """Return the text of `html`."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", html)).replace("\N{NO-BREAK SPACE}", " ").split())


def in_english(text: str) -> str:
    """Return German `text` of numbers with English names."""
    german, english = tables()["de"], tables()["en"]
    pairs = [(german[key], english[key]) for key in english]
    named = [
        pair
        for one, other in pairs
        for pair in (zip(one, other, strict=True) if isinstance(one, list) else [(one, other)])
    ]
    for one, other in sorted(named, key=lambda pair: -len(pair[0])):
        text = re.sub(rf"\b{one}\b", other, text)
    return text


def articles() -> Mapping[str, str]:
    """Return each article, and its translation, which has the same text under the language German."""
    found = {"other.md": OTHER, "references.bib": BIB, "/code.py": CODE}
    for markup in MARKUPS:
        text = (CASES / f"forty.{markup}").read_text(encoding="utf-8")
        found[f"forty-{markup}.{markup}"] = text
        found[f"forty-{markup}-de.{markup}"] = re.sub(
            r'(?i)(^:?lang: |name="lang" content=")en', r"\1de", text, flags=re.M
        )
    return found


def references(html: str) -> list[str]:
    listed = LIST.search(html)
    assert listed, html
    return [words(item) for item in ITEM.findall(listed[0])]


def captions(html: str) -> list[str]:
    return [words(text) for text in NUMBERED.findall(frame.without(html))]


def of_feed(feed: str, page: str) -> str:
    """Return the content that `feed` has of the article with that `page`."""
    entries = re.findall(r"<entry>.*?</entry>", feed, re.DOTALL)
    (entry,) = (one for one in entries if f'/{page}"' in one.partition("<content")[0])
    return unescape(re.findall(r'<content type="html">(.*?)</content>', entry, re.DOTALL)[0])


def test_forty_constructs_in_three_markups(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    site = build(articles(), SETTINGS_OF_BLOG, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    feed = site.read("feeds/all.atom.xml")
    assert len(REFERENCES.splitlines()) > 40
    for name in NAMES:
        for page in (f"{name}.html", f"{name}-de.html"):
            for html in (site.read(page), of_feed(feed, page)):
                assert [in_english(text) for text in references(html)] == REFERENCES.splitlines(), page
                assert [in_english(text) for text in captions(html)] == CAPTIONS.splitlines(), page
                assert not re.search(r"<a [^<>]*></a>", html)
            page_html = site.read(page)
            (note,) = re.findall(r'<span class="research-note"[^<>]*popover role="note">(.*?)</p>', page_html)
            assert in_english(words(note)).endswith("see Theorem 1..")
            assert 'class="research-note-block" role="note"' in page_html
            assert "popover" not in of_feed(feed, page)
            assert "Theorem" in in_english(words(of_feed(feed, page).rpartition("A note")[2]))
