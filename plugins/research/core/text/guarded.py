"""Patterns that are not tried in vain: where what they must end with does not follow, no match is sought.

A pattern that runs from an opening to a closing reads to the end of a text for each opening that has no
closing, and takes time that grows with the square of the text. Here that is known beforehand.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from ..lazy import lazy_pattern

ENVIRONMENT_OPENING = lazy_pattern(r"\\begin\{([a-zA-Z]+\*?)\}")
ENVIRONMENT_CLOSING = lazy_pattern(r"\\end\{([a-zA-Z]+\*?)\}")
#: Stands for what opens nothing, a character for a character. Markdown and HTML hold none.
NOTHING = "\0"
#: Text → what says of a match in it whether it counts.
Accepts = Callable[[str], Callable[[re.Match[str]], bool]]
#: Characters of texts in which it costs less to seek in vain than to find out.
SHORT = 1_000


def substitute(
    pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str], text: str, closing: str
) -> str:
    """Return `pattern.sub(replacement, text)`; matches of `pattern` end with `closing`, or its line."""
    head = until(closing, text)
    return pattern.sub(replacement, head) + text[len(head) :]


def until(closing: str, text: str) -> str:
    """Return `text` until behind the last `closing` in it, and the end of that line if it ends there."""
    end = text.rfind(closing)
    if end < 0:
        return ""
    end += len(closing)
    return text[: end + text.startswith("\n", end)]


class Closed:
    """A pattern of formulas, of which none is sought at an opening that nothing closes.

    It has those methods of a compiled pattern that we and Markdown use, and finds what the pattern finds.
    """

    def __init__(
        self, pattern: re.Pattern[str], pairs: Sequence[tuple[str, str]], accepts: Accepts | None = None
    ) -> None:
        """Take a `pattern` whose matches are environments of LaTeX, or stand between two of the `pairs`.

        Of its matches in a text, only those count that ``accepts(text)`` returns True for, if that is given.
        """
        self._pattern = pattern
        self._accepts = accepts
        # Where both are the same, all but the last opening have a closing: the next one.
        self._pairs = [(opening, closing) for opening, closing in pairs if opening != closing]

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the beginning of `text`."""
        return self._pattern.match(text)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """Find all matches in `text` from `start`."""
        closed = self._without_open(text, start) if len(text) - start > SHORT else text
        accept = self._accepts(text) if self._accepts else None
        while found := self._pattern.search(closed, start):
            # What has been replaced may stand inside of a formula.
            match = found if closed is text else self._pattern.match(text, found.start())
            if match and (accept is None or accept(match)):
                start = match.end()
                yield match
            else:
                start = found.start() + 1

    def sub(self, replacement: Callable[[re.Match[str]], str], text: str) -> str:
        """Return `text` with its matches replaced."""
        parts: list[str] = []
        at = 0
        for match in self.finditer(text):
            parts += (text[at : match.start()], replacement(match))
            at = match.end()
        return "".join((*parts, text[at:]))

    def _without_open(self, text: str, start: int) -> str:
        """Return `text` with other characters in the place of openings that nothing closes."""
        for opening, closing in self._pairs:
            tail = max(start, text.rfind(closing, start))
            if text.find(opening, tail) >= 0:
                text = text[:tail] + text[tail:].replace(opening, NOTHING * len(opening))
        return _without_open_environments(text, start) if "\\begin{" in text else text


def _without_open_environments(text: str, start: int) -> str:
    closings = {found[1]: found.start() for found in ENVIRONMENT_CLOSING.finditer(text, start)}
    openings = {found[1]: found.start() for found in ENVIRONMENT_OPENING.finditer(text, start)}
    if all(closings.get(name, -1) > at for name, at in openings.items()):
        return text

    def closed(found: re.Match[str]) -> str:
        is_closed = closings.get(found[1], -1) > found.start()
        return found[0] if is_closed else NOTHING * len(found[0])

    return ENVIRONMENT_OPENING.sub(closed, text)
