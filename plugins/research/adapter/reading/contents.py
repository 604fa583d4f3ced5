"""The content objects of a Pelican run: which there are, and how their texts are taken and set."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pelican.contents import Article, Content

from ...core.post import BODY, SUMMARY, TITLE, Post, Publication, Site, Text
from . import summaries

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

#: Title and file → the title with what is a part's marked in it.
TitleMarker = Callable[[str, Path], str]


def content_objects(generators: Iterable[Any]) -> Iterator[Content]:
    """Yield each content object of the article and page generators once."""
    seen: set[int] = set()
    for generator in generators:
        for name in COLLECTIONS:
            for content in getattr(generator, name, ()):
                if id(content) not in seen:
                    seen.add(id(content))
                    yield content


def post(content: Content, markers: Iterable[TitleMarker] = ()) -> Post:
    """Return `content` as its reader left it, with its title as `markers` mark it up."""
    source = _source(content)
    title = title_of(content)
    for marker in markers:
        title = marker(title, source)
    body = str(content._content or "")
    given = _given_summary(content)
    summary = summaries.cut(body, content.settings) if given is None else str(given)
    texts = [Text(body, BODY), Text(summary, SUMMARY), Text(title, TITLE)]
    texts += (Text(html, name) for name, html in _formatted_fields(content))
    return Post(
        source=source,
        texts=tuple(texts),
        language=_language(content),
        metadata=content.metadata,
        publication=publication(content),
    )


def publication(content: Any) -> Publication | None:
    """Return what `content` is cited by; None where it is no dated article."""
    if not isinstance(content, Article) or not isinstance(getattr(content, "date", None), datetime):
        return None
    settings = content.settings
    has_address = settings["SITEURL"].startswith("http")
    return Publication(
        title=title_of(content),
        authors=tuple(str(author) for author in getattr(content, "authors", None) or ()),
        date=content.date.date(),
        url=f"{settings['SITEURL']}/{content.url}" if has_address else "",
        site=settings["SITENAME"],
        root=f"{settings['SITEURL']}/" if has_address else "",
        language=_language(content),
        slug=content.slug,
        metadata=content.metadata,
    )


def site(settings: Mapping[str, Any]) -> Site:
    """Return what pages may say of the site that has Pelican's `settings`."""
    address = settings["SITEURL"]
    return Site(
        name=settings["SITENAME"],
        author=str(settings.get("AUTHOR") or ""),
        root=f"{address}/" if address.startswith("http") else "",
        language=settings["DEFAULT_LANG"],
    )


def give(content: Content, post: Post) -> None:
    """Make the texts of `post` what Pelican publishes of `content`, whose slug has been made before."""
    for text in post.texts:
        if text.name == BODY:
            content._content = text.html
        elif text.name == SUMMARY:
            if _given_summary(content) is not None:
                content._summary = content.metadata["summary"] = text.html
            else:
                content.get_summary = Summary(content, text.html)
        elif str(getattr(content, text.name, None) or "") != text.html:
            content.metadata[text.name] = text.html
            setattr(content, text.name, text.html)
    for memoized in (Content.get_content, Content.get_summary):
        for key in [key for key in memoized.cache if key[0] is content]:
            del memoized.cache[key]


class Summary:
    """The summary that was cut from a content object, for pages in any folder: its links lead on from each.

    Pelican makes the links of what stands in the front matter relative once, to the folder of the site.
    """

    def __init__(self, content: Content, html: str) -> None:
        self._content = content
        self._html = html
        #: By the address of the site, as Pelican memoizes summaries.
        self.cache: dict[Any, str] = {}

    def __call__(self, siteurl: str) -> str:
        """Return the summary for a page from which the site has the address `siteurl`."""
        if siteurl not in self.cache:
            self.cache[siteurl] = self._content._update_content(self._html, siteurl)
        return self.cache[siteurl]


def title_of(content: Content) -> str:
    """Return the title of `content`; objects of other plugins may have none, or no text."""
    return str(getattr(content, "title", None) or "")


def _given_summary(content: Content) -> Any:
    """Return the summary that the author wrote, if only nothing, or another plugin made; None for none."""
    return content.metadata.get("summary", getattr(content, "_summary", None))


def _source(content: Content) -> Path:
    """Return the file that `content` was read from, or else the page that it becomes, for messages."""
    return Path(content.source_path or f"{type(content).__name__.lower()} {content.save_as}")


def _language(content: Content) -> str:
    return str(getattr(content, "lang", None) or "en")


def _formatted_fields(content: Content) -> Iterator[tuple[str, str]]:
    for name in content.settings.get("FORMATTED_FIELDS", ()):
        value = content.metadata.get(name)
        if name not in (SUMMARY, TITLE) and isinstance(value, str) and "<" in value:
            yield name, value
