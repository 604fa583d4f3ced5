"""Content objects that another plugin makes, without a file and with odd metadata, are published."""

from typing import Any

import pytest
from conftest import Build

PLUGIN = """
from datetime import datetime
from pelican import signals
from pelican.contents import Article, Page
from pelican.utils import SafeDatetime


def add(generator):
    metadata = dict(title="Made", date=SafeDatetime(2026, 1, 2), category=generator.readers_category())
    metadata.update(METADATA)
    generator.articles.append(
        Article("<p>[@@nobody] and \\\\(x\\\\), {{ m.elbo }}</p>", metadata, generator.settings,
                context=generator.context)
    )


def pages(generator):
    generator.pages.append(
        Page("<p>[@@nobody]</p>", {"title": "A page"}, generator.settings, context=generator.context)
    )


def category(self):
    from pelican.urlwrappers import Category
    return Category("misc", self.settings)


def register():
    from pelican.generators import ArticlesGenerator
    ArticlesGenerator.readers_category = category
    signals.article_generator_pretaxonomy.connect(add)
    signals.page_generator_finalized.connect(pages)
"""
POST = "Title: Post\nDate: 2026-01-01\n\nA word."


@pytest.mark.parametrize(
    ("metadata", "page"),
    [
        ({}, "made.html"),
        ({"lang": None}, "made-None.html"),
        ({"summary": 5}, "made.html"),
        ({"summary": None}, "made.html"),
        ({"title": 5}, "5.html"),
    ],
    ids=str,
)
def test_an_article_without_a_file_is_published(build: Build, metadata: dict[str, Any], page: str) -> None:
    plugin = {"/own.py": PLUGIN.replace("METADATA", repr(metadata))}
    settings = "PLUGINS = ['research', 'own']\nRESEARCH = {'cite_this_post': True, 'formulas': 'mathml'}\n"
    site = build({**plugin, "post.md": POST, "references.bib": ""}, "PLUGIN_PATHS.append('.')\n" + settings)
    assert site.exit_code == 0, site.log
    assert site.exists("post.html")
    assert 'class="citation-unknown"' in site.read(page)
    assert "<math" in site.read(page)
    assert f"article {page}: warning: " in site.log
    assert "page pages/a-page.html: warning: " in site.log
    assert f"article {page}: error: {{{{ m.elbo }}}}" in site.log
