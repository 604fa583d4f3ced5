"""The content objects of a Pelican run: which there are, and how their text is taken and given back."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
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
    document = _document(content, str(content._content or ""), is_summary=False)
    return replace(document, metadata={**document.metadata, "title": title.html}) if title else document


def summary(content: Content, html: str) -> Document:
    """Return `html` as the summary of `content`."""
    return _document(content, html, is_summary=True)


def title(content: Content, html: str) -> Document:
    """Return `html` as the title of `content`."""
    return replace(_document(content, html, is_summary=False), is_title=True)


def identity(content: Content) -> Identity | None:
    """Return what `content` is cited by; None where it is no dated article."""
    if not isinstance(content, Article) or not isinstance(getattr(content, "date", None), datetime):
        return None
    settings = content.settings
    has_address = settings["SITEURL"].startswith("http")
    return Identity(
        title=title_of(content),
        authors=tuple(str(author) for author in getattr(content, "authors", None) or ()),
        date=content.date.date(),
        url=f"{settings['SITEURL']}/{content.url}" if has_address else "",
        site=settings["SITENAME"],
        language=_language(content),
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


def title_of(content: Content) -> str:
    """Return the title of `content`; objects of other plugins may have none, or no text."""
    return str(getattr(content, "title", None) or "")


def source(content: Content) -> Path:
    """Return the file that `content` was read from, or else the page that it becomes, for messages."""
    return Path(content.source_path or f"{type(content).__name__.lower()} {content.save_as}")


def _language(content: Content) -> str:
    return str(getattr(content, "lang", None) or "en")


def _document(content: Content, html: str, is_summary: bool) -> Document:
    return Document(
        html=html,
        source=source(content),
        language=_language(content),
        is_summary=is_summary,
        metadata=content.metadata,
    )
