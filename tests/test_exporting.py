"""The command ``export``: a built page with all that it needs inside."""

import re
from pathlib import Path

import pytest
from conftest import Build
from research import cli

POST = """Title: A post
Date: 2026-01-01

![A]({static}/images/a.svg){#fig-a} ![B]({static}/images/b.svg){loading=lazy}

[other]({filename}other.md), [there](https://example.org/), [below](#fig-a), $x^2$, [](#fig-a).
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{0}"></svg>'
#: A theme whose style sheet names a font and another style sheet.
THEME = {
    "/theme/templates/base.html": '<!DOCTYPE html><html><head><meta charset="utf-8"><title>T</title>'
    '<link rel="canonical" href="{{ SITEURL }}/{{ output_file }}"><link rel="next" href="x.html">'
    '<link rel="stylesheet" href="{{ SITEURL }}/theme/a.css">'
    '<script src="{{ SITEURL }}/theme/a.js"></script>'
    '<script src="https://example.org/far.js"></script></head>'
    "<body>{% block text %}{% endblock %}</body></html>",
    "/theme/templates/article.html": '{% extends "base.html" %}'
    "{% block text %}{{ article.content }}{% endblock %}",
    "/theme/static/a.css": '@import "b.css" screen;\n@font-face { font-family: F; src: url(f.woff2) }',
    "/theme/static/b.css": "p { color: red }",
    "/theme/static/f.woff2": b"wOF2",
    "/theme/static/a.js": 'document.title = "</script>"',
}
SETTINGS = """
THEME, THEME_STATIC_DIR, STATIC_PATHS = "theme", "theme", ["images"]
DIRECT_TEMPLATES, ARTICLE_URL, ARTICLE_SAVE_AS = [], "posts/{slug}.html", "posts/{slug}.html"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
MARKDOWN = {"extension_configs": {"markdown.extensions.extra": {}}}
"""


@pytest.mark.parametrize("relative", [True, False])
def test_a_page_in_one_file(
    relative: bool, build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"post.md": POST, "other.md": "Title: Other\nDate: 2026-01-02\n\nText.\n", **THEME}
    files |= {f"images/{name}.svg": SVG.format(size) for name, size in (("a", 10), ("b", 20))}
    settings = f'{SETTINGS}RELATIVE_URLS = {relative}\nSITEURL = "https://blog.example/deep"\n'
    site = build(files, settings)
    assert site.exit_code == 0, site.log
    target = tmp_path / "exported"
    page = tmp_path / "output" / "posts" / "a-post.html"
    assert cli.main(["export", str(page), "--to", str(target)]) == 0
    said = capsys.readouterr()
    assert "the script https://example.org/far.js is of another site" in said.out
    html = (target / "a-post.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href|srcset)="([^"]*)"', re.sub(r"<style.*?</style>", "", html, flags=re.S))
    ours = [name for name in named if not name.startswith(("data:", "#"))]
    assert sorted(name for name in set(ours) if "a-post" not in name) == [
        "https://blog.example/deep/posts/other.html",
        "https://example.org/",
        "https://example.org/far.js",
    ]
    assert html.count("data:image/svg+xml;base64,") == 2
    assert 'url("data:font/woff2;base64,d09GMg==")' in html
    assert "@media screen {p { color: red }}" in html
    assert 'document.title = "<\\/script>"' in html
    assert "loading=" not in html
    assert "mjx-container" in html
    assert ".research-number" in html
    assert 'rel="next"' not in html


def test_what_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(tmp_path / "none.html"), "--to", str(tmp_path)]) == 1
    assert "there is no page" in capsys.readouterr().err
    (tmp_path / "a.html").write_text("<p>A</p>")
    arguments = [
        "export",
        "--pdf",
        "--browser",
        "no-browser",
        str(tmp_path / "a.html"),
        "--to",
        str(tmp_path),
    ]
    assert cli.main(arguments) == 1
    assert "there is no browser no-browser: install one" in capsys.readouterr().err
    assert cli.main(["export", str(tmp_path / "a.html"), "--to", str(tmp_path / "b")]) == 0
    assert (tmp_path / "b" / "a.html").read_text() == "<p>A</p>"
