"""Pages that parts add to the site, as pages of Pelican: in no menu, and otherwise like those of authors.

Themes list the `pages` of a site in menus; these stand in `research_pages` instead, for sitemaps.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import TemplateNotFound
from pelican.contents import Page

from ...core.post import GeneratedPage, PublishedFile

#: What a page of this name in a folder is not called by.
INDEX = "index.html"


def files(pages: Iterable[GeneratedPage]) -> Iterator[PublishedFile]:
    """Yield `pages` as files that links of posts find."""
    return (PublishedFile(Path(page.address), page.address) for page in pages)


def add(generator: Any, pages: Iterable[GeneratedPage]) -> None:
    """Let the `generator` of pages write `pages`, by the templates of the theme."""
    made = [_page(generator, page) for page in pages]
    generator.hidden_pages += made
    generator.context["research_pages"] = made


def _page(generator: Any, page: GeneratedPage) -> Page:
    metadata = {
        "title": page.title,
        "slug": Path(page.address).with_suffix("").as_posix().replace("/", "-"),
        "save_as": page.address,
        "url": page.address.removesuffix(INDEX),
        "summary": page.description,
        "description": page.description,
        "status": "published",
        "template": _template(generator, page.template),
    }
    return Page(page.html, metadata, generator.settings, None, generator.context)


def _template(generator: Any, name: str) -> str:
    """Return `name`, if the theme has a template of that name, else that of pages.

    The template is not loaded: it is to become one of our class.
    """
    for suffix in generator.settings["TEMPLATE_EXTENSIONS"]:
        try:
            generator.env.loader.get_source(generator.env, name + suffix)
        except TemplateNotFound:
            continue
        return name
    return "page"
