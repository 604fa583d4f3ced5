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
            _relate_series(articles)
            for article, related in _related(articles):
                _set(article, "related_posts", related)


def _relate_series(articles: Sequence[Any]) -> None:
    series: dict[str, list[Any]] = defaultdict(list)
    for article in reversed(articles):
        if name := str(article.metadata.get("series") or ""):
            series[name].append(article)
    for name, parts in series.items():
        parts.sort(key=lambda article: _index(article.metadata.get("series_index")))
        for index, article in enumerate(parts, 1):
            found = {"name": name, "index": index, "all": parts}
            found |= {"all_previous": parts[: index - 1], "all_next": parts[index:]}
            found |= {"previous": parts[index - 2] if index > 1 else None}
            found |= {"next": parts[index] if index < len(parts) else None}
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
