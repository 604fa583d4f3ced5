"""Warnings of text that looks like a citation and is none."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..core.diagnostics import Diagnostic, Severity, Source
from ..core.lazy import lazy_pattern
from ..core.post import Post
from ..core.prose import Prose
from .output.resolve import ParsedText
from .syntax import lookalikes
from .syntax.lookalikes import Knows, Signs

BRACKETS = lazy_pattern(r"\[[^\[\]]*+\]")
#: What a command of LaTeX or a role of MyST has; it begins with its literal, which is quick to find.
COMMAND = lazy_pattern(r"ite[a-zA-Z:]*\*?[\[{}]")

#: Line and column, from 1.
Location = tuple[int | None, int | None]


def diagnostics(
    post: Post, texts: Iterable[ParsedText], knows: Knows, is_swapped: bool
) -> Iterator[Diagnostic]:
    """Yield a warning for each such thing in `post`, once a line."""
    file = Source(post.source)
    signs = Signs("@@", "@") if is_swapped else Signs()
    seen: set[tuple[int | None, str]] = set()
    for message, (line, column) in _of_texts(post, texts, file, knows, signs):
        if (line, message) not in seen:
            seen.add((line, message))
            yield Diagnostic(post.source, line, message, Severity.WARNING, column)


def _of_texts(
    post: Post, texts: Iterable[ParsedText], file: Source, knows: Knows, signs: Signs
) -> Iterator[tuple[str, Location]]:
    for parsed in texts:
        if not post.is_of_author(parsed.text):
            continue
        yield from _of_affixes(parsed, file, knows)
        if not _has_signs(parsed):
            continue
        prose = Prose.of(parsed.text.html, parsed.text.field)
        found = lookalikes.in_title(prose, knows) if parsed.text.is_title else None
        for one in found or lookalikes.find(prose, knows, signs):
            yield one.message, _place(prose, file, one)


def _of_affixes(parsed: ParsedText, file: Source, knows: Knows) -> Iterator[tuple[str, Location]]:
    before: Counter[str] = Counter()  # how often each text in brackets stands before `at`
    at = 0
    for placeholder, citation in parsed.occurrences:
        message = lookalikes.in_affixes(citation) if citation else ""
        if citation and message and any(knows(cite.key) for cite in citation.cites):
            between = Prose.of(parsed.text.html[at : placeholder.start]).text
            before.update(BRACKETS.findall(between))
            at = placeholder.start
            yield message, file.place_of(placeholder.source, before[placeholder.source], parsed.text.field)


def _has_signs(parsed: ParsedText) -> bool:
    """Return whether an at sign stands outside of citations, or what may be a command."""
    html = parsed.text.html
    if COMMAND.search(html):
        return True
    count = html.count("@") + html.count("&#64;")
    for placeholder, citation in parsed.occurrences:
        if citation or placeholder.is_literal or placeholder.is_echo:
            start, end = placeholder.start, placeholder.end
            count -= html.count("@", start, end) + html.count("&#64;", start, end)
    return count > 0


def _place(prose: Prose, file: Source, found: lookalikes.Found) -> Location:
    """Return line and column: of the whole, or else of its key, where a reader has changed the rest."""
    place = prose.place(file, found.start, found.end)
    if place[0] is None and (key := lookalikes.MENTION.search(prose.masked, found.start, found.end)):
        return prose.place(file, *key.span())
    return place
