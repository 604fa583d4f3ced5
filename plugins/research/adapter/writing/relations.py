"""What themes say of a post's place among others: its neighbours, its series, related posts, how long it is.

The attributes are those that themes know from the plugins “neighbors”, “series” and “related posts”. What
one of these plugins has set stays as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from pelican.generators import ArticlesGenerator

from ...core.lazy import lazy_pattern

WORDS_PER_MINUTE = 220
#: How many posts are called related, and of how many posts of a tag they are chosen.
RELATED, FREQUENT = 3, 50
TAGS = lazy_pattern(r"<[^>]*>")
#: Characters of scripts that have no spaces between words, of which two count as a word.
UNSPACED = lazy_pattern(r"[\u3040-\u30ff\u3400-\u9fff]")


def measure(contents: Iterable[Any]) -> None:
    """Give `contents` the time that it takes to read them, before formulas are typeset."""
    for content in contents:
        text = TAGS.sub(" ", str(content._content or ""))
        words = len(text.split()) + (0 if text.isascii() else len(UNSPACED.findall(text)) / 2)
        content.reading_minutes = max(1, round(words / WORDS_PER_MINUTE))


def relate(generators: Iterable[Any]) -> None:
    """Give each published article its neighbours, its series and related posts."""
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            articles = generator.articles
            for newer, older in pairwise(articles):
                _set(newer, "prev_article", older)
                _set(older, "next_article", newer)
            _relate_series(generator)
            for article, related in _related(articles):
                _set(article, "related_posts", related)


def _relate_series(generator: ArticlesGenerator) -> None:
    """Give each article of a series its place there.

    Translations are a series of their own in each language; a draft and a hidden article see their place,
    and are not seen.
    """
    series: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for key, article in _keyed(generator.articles, generator.translations):
        series[key].append(article)
    for (_, name), parts in series.items():
        _place(name, parts, parts)
    for key, article in (
        *_keyed(generator.hidden_articles, generator.hidden_translations),
        *_keyed(generator.drafts, generator.drafts_translations),
    ):
        _place(key[1], [*series.get(key, ()), article], [article])


def _keyed(articles: Sequence[Any], translations: Sequence[Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield each article, the oldest first, behind what its series is known by: language and name."""
    found = (*((article, "") for article in articles), *((article, article.lang) for article in translations))
    for article, language in reversed(found):
        if name := str(article.metadata.get("series") or ""):
            yield (language, name), article


def _place(name: str, parts: Sequence[Any], articles: Sequence[Any]) -> None:
    """Give `articles`, some of the `parts` of the series `name`, their places in it."""
    ordered = sorted(parts, key=lambda article: _index(article.metadata.get("series_index")))
    for article in articles:
        index = ordered.index(article) + 1
        found = {"name": name, "index": index, "all": ordered}
        found |= {"all_previous": ordered[: index - 1], "all_next": ordered[index:]}
        found |= {"previous": ordered[index - 2] if index > 1 else None}
        found |= {"next": ordered[index] if index < len(ordered) else None}
        # The front matter has set the name alone.
        if not isinstance(getattr(article, "series", None), dict):
            article.series = found


def _related(articles: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield each article with those that share most tags with it, rare tags first; of equals the newest."""
    tagged: dict[str, list[int]] = defaultdict(list)
    for index, article in enumerate(articles):
        for tag in getattr(article, "tags", ()):
            tagged[str(tag)].append(index)
    for index, article in enumerate(articles):
        scores: dict[int, float] = defaultdict(float)
        for tag in getattr(article, "tags", ()):
            others = tagged[str(tag)]
            # A tag of very many posts says little, and would cost much.
            for other in others[:FREQUENT]:
                scores[other] += 1 / len(others)
        scores.pop(index, None)
        best = sorted(scores, key=lambda other: (-scores[other], other))[:RELATED]
        if best:
            yield article, [articles[other] for other in best]


def _index(value: Any) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("inf")


def _set(article: Any, name: str, value: Any) -> None:
    if not getattr(article, name, None):
        setattr(article, name, value)
