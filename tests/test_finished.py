"""Finished posts are cached: only those pass the parts again that would become others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Build, Site

#: Notes the file of each post in which citations are looked for.
COUNTING = """
from pathlib import Path
from research.citations import Citations

def register():
    old = Citations.collect
    def collect(self, post):
        with Path("collected").open("a") as file:
            file.write(post.source.stem)
        return old(self, post)
    Citations.collect = collect
"""
FRONT = "Title: {}\nDate: 2026-01-0{}\nSummary: Of *{}*, $x^2$.\n\n"
BODIES = {
    "a": "As [@@vae] shows, $x^2 + y$.\n",
    "b": "$$\\begin{equation} x = y \\label{eq-b} \\end{equation}$$\n\n![A plot]({static}plot.svg)\n",
    "c": "By []({filename}b.md#eq-b), $z$ as in [@other].\n",
    "d": "Nothing but words.\n",
}
POSTS = {
    f"{name}.md": FRONT.format(name.upper(), number, name) + body
    for number, (name, body) in enumerate(BODIES.items(), 1)
}
BIB = """@misc{vae, author={Kingma, D.}, title={$x$-encoding}, year=2013}
@misc{other, title={Other}, year=2014}
"""
FILES = POSTS | {"/references.bib": BIB, "/more/counting.py": COUNTING}
SETTINGS = """
PLUGINS = ["research", "counting"]
PLUGIN_PATHS += ["more"]
RESEARCH = {"references": "references.bib"}
"""
Built = Callable[..., tuple[dict[str, str], str, Site]]


@pytest.fixture
def built(build: Build, tmp_path: Path) -> Built:
    """Return a function that builds the blog; it returns the pages, and which posts passed the parts."""
    noted = tmp_path / "collected"

    def run(files: dict[str, str], settings: str = "", *options: str) -> tuple[dict[str, str], str, Site]:
        noted.unlink(missing_ok=True)
        site = build(files, SETTINGS + settings, *options)
        passed = noted.read_text() if noted.exists() else ""
        pages = sorted((site.root / "output").glob("*.html"))
        return {page.stem: page.read_text("utf-8") for page in pages}, "".join(sorted(passed)), site

    return run


def plot(width: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="10"></svg>'


def test_only_posts_that_would_become_others_pass_the_parts(built: Built) -> None:
    first, passed, site = built(FILES)
    assert passed == "abcd", site.log
    again, passed, _ = built({})
    assert passed == "c"  # it names what stands in another post
    assert again == first
    changed, passed, _ = built({"d.md": POSTS["d.md"] + "\nAnd more, $x^2$.\n"})
    assert passed == "cd"
    assert {name for name in first if first[name] != changed[name]} == {"d", "index"}
    before = "$$\\begin{equation} a \\label{eq-a} \\end{equation}$$\n\n"
    moved = POSTS["b.md"].replace("$$", before + "$$", 1)
    changed, passed, _ = built({"b.md": moved})
    assert passed == "bc"
    assert "(2)" in changed["c"]
    back, passed, _ = built({"b.md": POSTS["b.md"], "d.md": POSTS["d.md"]})
    assert passed == "c"
    assert back == first


def test_bibliographies_settings_and_images_decide(built: Built) -> None:
    first, _, _ = built(FILES)
    _, passed, _ = built({"/references.bib": BIB.replace("2013", "2015")})
    assert passed == "abcd"
    _, passed, _ = built({"/references.bib": BIB}, "RESEARCH['equation_numbers'] = 'all'\n")
    assert passed == "abcd"
    back, passed, _ = built({})
    assert (back, passed) == (first, "c")
    for width in (20, 30):
        sized, passed, _ = built({"plot.svg": plot(width)})
        assert passed == "bc"
        assert f'width="{width}"' in sized["b"]


def test_what_is_wrong_is_reported_by_every_build(built: Built) -> None:
    broken = POSTS | {"a.md": POSTS["a.md"].replace("vae", "nobody")}
    for _ in range(2):
        _, passed, site = built(FILES | broken)
        assert "a.md:5: warning: unknown citation key" in site.log, site.log
        assert "a" in passed
    assert passed == "ac"
    # Where something is wrong in a file that posts share, all of them are looked at.
    twice = BIB + "@misc{vae, title={Again}}\n"
    for _ in range(2):
        _, passed, site = built(POSTS | {"/references.bib": twice})
        assert "references.bib:3: error: " in site.log, site.log
        assert passed == "abcd"


def test_a_page_with_all_references_sees_every_post(built: Built) -> None:
    page = "Title: All\nDate: 2026-01-09\nBibliography: all\n\nWorks.\n"
    for _ in range(2):
        pages, passed, _ = built(FILES | {"e.md": page})
        assert passed == "abcde"
        assert "Other" in pages["all"]
        assert "Kingma" in pages["all"]


def test_formulas_come_with_node_js_and_from_its_cache(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    without, passed, site = built(FILES)
    assert "Node.js" in site.log
    assert "<svg" not in without["a"]
    monkeypatch.undo()
    first, passed, _ = built({})
    assert passed == "abcd"
    assert "<svg" in first["a"]
    for path in (tmp_path / "build" / "cache" / "formulas").iterdir():
        path.unlink()
    again, passed, _ = built({})
    assert passed == "abcd"
    assert again == first


def test_what_cannot_be_compared_is_no_key(built: Built) -> None:
    marking = """
from pelican import signals

class Opaque:
    pass

def mark(generator):
    for article in generator.articles:
        if article.slug == "d":
            article.metadata["opaque"] = Opaque()

def register():
    signals.article_generator_finalized.connect(mark)
"""
    for _ in range(2):
        _, passed, _ = built(FILES | {"/more/marking.py": marking}, "PLUGINS += ['marking']\n")
        assert "d" in passed
