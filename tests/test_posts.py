"""Every kind of content object that Pelican knows is brought to its published form."""

import pytest
from conftest import Build

KINDS = {
    "article": ("article.md", "Date: 2026-01-01", "article.html"),
    "its translation": ("article-de.md", "Date: 2026-01-01\nLang: de\nSlug: article", "article-de.html"),
    "draft": ("draft.md", "Date: 2026-01-01\nStatus: draft", "drafts/draft.html"),
    "its translation (draft)": (
        "draft-de.md",
        "Date: 2026-01-01\nStatus: draft\nLang: de\nSlug: draft",
        "drafts/draft-de.html",
    ),
    "hidden": ("hidden.md", "Date: 2026-01-01\nStatus: hidden", "hidden.html"),
    "its translation (hidden)": (
        "hidden-de.md",
        "Date: 2026-01-01\nStatus: hidden\nLang: de\nSlug: hidden",
        "hidden-de.html",
    ),
    "page": ("pages/page.md", "", "pages/page.html"),
    "its translation (page)": ("pages/page-de.md", "Lang: de\nSlug: page", "pages/page-de.html"),
    "hidden page": ("pages/hidden-page.md", "Status: hidden", "pages/hidden-page.html"),
    "its translation (hidden page)": (
        "pages/hidden-page-de.md",
        "Status: hidden\nLang: de\nSlug: hidden-page",
        "pages/hidden-page-de.html",
    ),
    "draft page": ("pages/draft-page.md", "Status: draft", "drafts/pages/draft-page.html"),
    "its translation (draft page)": (
        "pages/draft-page-de.md",
        "Status: draft\nLang: de\nSlug: draft-page",
        "drafts/pages/draft-page-de.html",
    ),
}


def sources(front: str, name: str) -> str:
    slug = "" if "Slug" in front else f"Slug: {name.rsplit('/')[-1].removesuffix('.md')}\n"
    return f"Title: {name}\n{slug}{front}".strip() + "\n\nAs [@@vae] show, $x$.\n"


BIB = "@article{vae, author={Kingma, D. P. and Welling, M.}, title={T}, year={2013}, journal={J}}"


@pytest.fixture(scope="module")
def posts() -> dict[str, str]:
    return {name: sources(front, name) for name, front, _ in KINDS.values()} | {"references.bib": BIB}


def test_all_twelve_kinds(build: Build, posts: dict[str, str]) -> None:
    site = build(posts, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    for kind, (_, _, output) in KINDS.items():
        page = site.read(output)
        assert "Welling (2013)" in page, kind
        assert "<mjx-container" in page, kind


@pytest.mark.parametrize("layer", ["reader", "generator"])
def test_caches_of_pelican_keep_sources_not_results(build: Build, posts: dict[str, str], layer: str) -> None:
    settings = f'CACHE_CONTENT = LOAD_CONTENT_CACHE = True\nCONTENT_CACHING_LAYER = "{layer}"'
    first = build(posts, settings).read("article.html")
    assert build({}, settings).read("article.html") == first
    assert "Kingma and Willing" in build(
        {"references.bib": BIB.replace("Welling", "Willing")}, settings
    ).read("article.html")
