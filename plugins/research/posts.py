"""The content objects of a Pelican run: which there are, and how their text is taken and given back."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pelican.contents import Article, Content

from .citations.identity import Identity
from .documents import Document

#: Where Pelican's generators keep content objects. No signal and no list of Pelican's names all.
COLLECTIONS = (
    "articles",
    "translations",
    "drafts",
    "drafts_translations",
    "hidden_articles",
    "hidden_translations",
    "pages",
    "draft_pages",
    "draft_translations",
    "hidden_pages",
)


def content_objects(generators: Iterable[Any]) -> Iterator[Content]:
    """Yield each content object of the article and page generators once."""
    seen: set[int] = set()
    for generator in generators:
        for name in COLLECTIONS:
            for content in getattr(generator, name, ()):
                if id(content) not in seen:
                    seen.add(id(content))
                    yield content


def body(content: Content, title: Document | None = None) -> Document:
    """Return the text of `content` as its reader left it; its `title` where formulas are marked in that."""
    document = _document(content, content._content or "", is_summary=False)
    return replace(document, metadata={**document.metadata, "title": title.html}) if title else document


def summary(content: Content, html: str) -> Document:
    """Return `html` as the summary of `content`."""
    return _document(content, html, is_summary=True)


def title(content: Content, html: str) -> Document:
    """Return `html` as the title of `content`."""
    return replace(_document(content, html, is_summary=False), is_title=True)


def identity(content: Content) -> Identity | None:
    """Return what `content` is cited by; None where it is no dated article."""
    if not isinstance(content, Article) or not hasattr(content, "date"):
        return None
    settings = content.settings
    has_address = settings["SITEURL"].startswith("http")
    return Identity(
        title=content.title,
        authors=tuple(str(author) for author in getattr(content, "authors", ())),
        date=content.date.date(),
        url=f"{settings['SITEURL']}/{content.url}" if has_address else "",
        site=settings["SITENAME"],
        language=getattr(content, "lang", "en"),
        slug=content.slug,
    )


def give_title(content: Content, title: Document) -> None:
    """Make `title` that of `content`. Its slug has been made before."""
    content.title = content.metadata["title"] = title.html


def give_back(content: Content, body: Document, summary: Document) -> None:
    """Make `body` and `summary` what Pelican publishes of `content`."""
    content._content = body.html
    content._summary = content.metadata["summary"] = summary.html
    for memoized in (content.get_content, content.get_summary):
        for key in [key for key in memoized.cache if key[0] is content]:
            del memoized.cache[key]


def _document(content: Content, html: str, is_summary: bool) -> Document:
    return Document(
        html=html,
        source=Path(content.source_path),
        language=getattr(content, "lang", "en"),
        is_summary=is_summary,
        metadata=content.metadata,
    )
