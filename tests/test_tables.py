"""Tables of Markdown, which align their columns without styles in attributes."""

import re

from conftest import Build

POST = """Title: Post
Date: 2026-01-01

| a | b | c | d |
| :-- | :-: | --: | --- |
| 1 | 2 | 3 | 4 |
"""
SETTINGS = 'MARKDOWN = {"extensions": ["markdown.extensions.extra"], "output_format": "html5"}'


def test_columns_are_aligned_by_classes(build: Build) -> None:
    site = build({"post.md": POST}, SETTINGS)
    page = site.read("post.html")
    assert "style=" not in page[page.index("<table") : page.index("</table")]
    assert re.findall(r"<t[hd] class=\"research-align-(\w+)\">", page) == 2 * ["left", "center", "right"]
    assert "<td>4</td>" in page
    (sheet,) = re.findall(r'href="https://blog.example/(research/tables[^"]*)"', page)
    assert "text-align:right" in site.read(sheet)


def test_pages_without_aligned_columns_ask_for_no_style(build: Build) -> None:
    site = build({"post.md": POST.replace(":-", "--").replace("-:", "--")}, SETTINGS)
    page = site.read("post.html")
    assert "<table" in page
    assert "research/tables" not in page
