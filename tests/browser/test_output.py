"""What is written: links that lead somewhere, ids that are one of a kind, headings in order, a sound feed."""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import feedparser
import pytest

from browser.conftest import Blog

ATOM = "{http://www.w3.org/2005/Atom}"


class Outline(HTMLParser):
    """The ids, links, headings and meta data of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.language = ""
        self.metadata: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        self.links += [given[name] for name in ("href", "src", "poster") if name in given]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "html":
            self.language = given["lang"]
        if tag == "meta" and "content" in given:
            self.metadata[given.get("name") or given.get("property", "")] = given["content"]


@cache
def outline(path: Path) -> Outline:
    return Outline(path.read_text(encoding="utf-8"))


def target(page: str, link: str) -> tuple[str, str]:
    """Return the file and the fragment that `link` on `page` leads to."""
    parts = urlsplit(link)
    path = normpath(join(dirname(page), unquote(parts.path))) if parts.path else page
    return path, unquote(parts.fragment)


def test_every_link_leads_somewhere(blog: Blog) -> None:
    broken = []
    for page in blog.pages:
        for link in outline(blog.folder / page).links:
            if urlsplit(link).scheme:
                continue
            path, fragment = target(page, link)
            file = blog.folder / path
            if not file.is_file() or (fragment and fragment not in outline(file).ids):
                broken.append((page, link))
    assert not broken


def test_no_id_is_given_twice(blog: Blog) -> None:
    for page in blog.pages:
        twice = [name for name, count in Counter(outline(blog.folder / page).ids).items() if count > 1]
        assert not twice, page


def test_headings_start_at_one_and_skip_no_level(blog: Blog) -> None:
    for page in blog.pages:
        levels = outline(blog.folder / page).headings
        assert levels.count(1) == 1, page
        assert levels[0] == 1, page
        assert all(below <= above + 1 for above, below in pairwise(levels)), page


def test_pages_say_their_language_and_what_they_are_about(blog: Blog) -> None:
    for page in blog.pages:
        found = outline(blog.folder / page)
        assert found.language == "en", page
        assert not re.search(r"[<>\\{}$]|\[@|&\w+;", found.metadata["description"]), page


@pytest.fixture(scope="module")
def feed(blog: Blog) -> bytes:
    return (blog.folder / "feeds" / "all.atom.xml").read_bytes()


def test_the_feed_is_atom(feed: bytes) -> None:
    parsed = feedparser.parse(feed)

    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert parsed.entries
    for entry in parsed.entries:
        assert entry.id
        assert entry.updated_parsed
        assert entry.author


def test_links_in_the_feed_are_whole(feed: bytes) -> None:
    root = ElementTree.fromstring(feed)
    links = [link.attrib["href"] for link in root.iter(f"{ATOM}link")]
    for name in ("summary", "content"):
        for text in root.iter(ATOM + name):
            links += Outline(text.text or "").links
    assert links
    assert not [link for link in links if not re.match(r"https?://|data:|mailto:", link)]


def test_the_feed_carries_no_script_or_style(feed: bytes) -> None:
    assert b"&lt;script" not in feed
    assert b"&lt;style" not in feed
