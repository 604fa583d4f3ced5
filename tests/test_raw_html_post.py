"""A post from an older blog: all raw HTML, with a pasted MathJax 2 script, publishes as it is."""

import re
from pathlib import Path

import pytest
from conftest import Build, Site
from markupsafe import Markup

SOURCES = Path(__file__).parent / "sites" / "raw-html"


@pytest.fixture
def site(build: Build) -> Site:
    site = build({path.name: path.read_text() for path in SOURCES.iterdir()}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    return site


def words(html: str) -> str:
    """Return the text of `html`, less its formulas, with single spaces."""
    html = re.sub(r"<mjx-container.*?</mjx-container>", "∎", html, flags=re.DOTALL)
    return " ".join(Markup(html).striptags().split())


def test_its_slug_and_date_are_kept(site: Site) -> None:
    assert "2018-01-02" in site.read("old-post.html")


def test_its_citations_read_as_sentences(site: Site) -> None:
    text = words(site.read("old-post.html"))
    assert "Hinton et al. (1995) developed the Wake-sleep algorithm" in text
    assert "Luckily, Kingma and Welling (2013) offered a better solution" in text


def test_its_formulas_are_set(site: Site) -> None:
    page = site.read("old-post.html")
    assert page.count("<mjx-container") == 3
    assert page.count('display="true"') >= 1
    shown = re.sub("<mjx-tex.*?</mjx-tex>", "", page, flags=re.DOTALL)  # what can be copied is TeX
    assert r"\boldsymbol" not in shown
    assert "$$" not in shown


def test_its_old_script_is_gone_and_no_other_host_is_asked(site: Site) -> None:
    page = site.read("old-post.html")
    assert "mathjaxscript" not in page
    assert "cdn.example" not in page
    assert "x-mathjax-config" not in page


def test_everything_else_is_left_as_it_was(site: Site) -> None:
    page = site.read("old-post.html")
    assert '<h1 class="head"> 2. Scripts </h1>' in page
    assert "&lt;a, b&gt; is an inner product with a &amp; b" in page
    assert '<a href="https://blog.example/energy" style="color:#FF7D33">\nenergy</a>' in page
