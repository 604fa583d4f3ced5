r"""What looks like a formula in a post and is none: TeX that is left in prose when all formulas are found.

Prices, shell variables, paths and regular expressions have the same signs. So between dollars stands a
formula only if it reads as one, and a command counts if TeX has it or an argument in braces follows.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...core.diagnostics import Diagnostic, Severity, Source
from ...core.lazy import lazy_pattern
from ...core.post import Origin, Post
from ...core.prose import BREAK, FORMULA, Prose
from ...core.text.segments import Edit, apply_edits
from ...core.text.tex import SYMBOL, WITH_ARGUMENT, has_words, reads_as_tex
from ..settings import Settings
from .find import unmarked
from .parse import ParsedText
from .signs import BACKSLASH

#: What a text has that is worth a look: TeX, a backslash that was escaped, and braces where one was dropped.
SIGNS = ("\\", "$", BACKSLASH, "{")
#: Line and column, as far as they are known, and what is wrong there.
Report = tuple[int | None, int | None, str]
#: More characters in one formula are none.
LONG = 600

ENVIRONMENT = lazy_pattern(r"\\?\bbegin\{(?P<name>[a-zA-Z]+\*?)\}")
ENVIRONMENT_END = lazy_pattern(r"\\?\bend\{(?P<name>[a-zA-Z]+\*?)\}")
#: docutils takes backslashes away.
WITHOUT_SLASH = lazy_pattern(r"(?<![\w\\])(?:frac|sqrt|math(?:bb|bf|cal|rm|sf|frak))\{[^{}]*\}")
DOUBLE = lazy_pattern(r"(?<![\\$])\$\$(?!\$)")
BLANK_LINE = "a blank line ends a formula: take out the blank lines between $$ and $$"
UNCLOSED = "“$$” opens a formula that nothing closes: write $$ behind it, too"
ESCAPED = lazy_pattern(rf"\\(?P<sign>[(\[])(?P<tex>[^{BREAK}]{{1,{LONG}}}?)\\[)\]]")
DOLLARS = lazy_pattern(rf"(?<![\w\\$])\$(?P<tex>[^${BREAK}]{{1,{LONG}}})(?<!\\)\$(?![\w$({{\[/])", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """``prose[start:end]`` looks like a formula; what is wrong with it."""

    start: int
    end: int
    message: str
    #: By what it is found in the author's file, where that is not all of it.
    located: tuple[int, int] | None = None


def diagnostics(post: Post, parsed: Sequence[ParsedText], settings: Settings) -> Iterator[Diagnostic]:
    """Yield a warning for what looks like a formula in `post`, one per line; `parsed` are its texts."""
    file = Source(post.source)
    lines: set[int | None] = set()
    for text in parsed:
        if not post.is_of_author(text.text):
            continue
        for line, column, message in (
            *_escapes(text, file),
            *_lookalikes(text, post.origins, file, settings),
        ):
            if line is None or line not in lines:
                lines.add(line)
                yield Diagnostic(post.source, line, message, Severity.WARNING, column)


def _escapes(parsed: ParsedText, file: Source) -> Iterator[Report]:
    for escaped in parsed.escaped:
        yield *escaped.place(file, parsed.text.field), escaped.message


def _lookalikes(
    parsed: ParsedText, origins: Sequence[Origin], file: Source, settings: Settings
) -> Iterator[Report]:
    html = _of_author(_with_marks(parsed), origins)
    if _has_signs(html):
        prose = Prose.of(html, parsed.text.field)
        for found in find(prose, settings):
            yield *_place(prose, file, found), found.message


def _with_marks(parsed: ParsedText) -> str:
    """Return the HTML of a text with formulas between single dollars in elements of class ``math``."""
    html = parsed.text.html
    edits = [
        Edit(start, end, f'<span class="math">{formula.source}</span>')
        for formula, start, end in parsed.occurrences
        if html.startswith("$", start) and not html.startswith("$$", start)
    ]
    return apply_edits(html, edits) if edits else html


def find(prose: Prose, settings: Settings) -> list[Found]:
    """Return what looks like a formula in `prose`, in its order; of what overlaps, what says most."""
    found: list[Found] = []
    signs = {opening for opening, _ in (*settings.inline_math, *settings.display_math)}
    for kind in (
        _blocks(prose) if "$$" in signs else (),
        _dollars(prose) if "$" in signs else (),
        _escaped(prose),
        _environments(prose),
        _commands(prose),
    ):
        for one in kind:
            # None of those found overlaps another, so only the last that begins before this one ends can.
            place = bisect_left(found, one.end, key=lambda other: other.start)
            if place == 0 or found[place - 1].end <= one.start:
                found.insert(place, one)
    return found


def _of_author(html: str, origins: Sequence[Origin]) -> str:
    """Return `html` without what comes from other files."""
    for origin in origins:
        html = html.replace(origin.html, "")
    return html


def _has_signs(html: str) -> bool:
    if any(sign in html for sign in SIGNS):
        rest, *_ = unmarked(html)
        return any(sign in rest for sign in SIGNS)
    return False


def _place(prose: Prose, file: Source, found: Found) -> tuple[int | None, int | None]:
    """Return line and column of all that was `found`, or of the longest line of it that the author typed."""
    start, end = found.located or (found.start, found.end)
    place = prose.place(file, start, end)
    if place[0] is not None:
        return place
    lines = re.finditer(
        f"[^\\s{FORMULA}{BREAK}](?:[^{FORMULA}{BREAK}\n]*[^\\s{FORMULA}{BREAK}])?", prose.masked[start:end]
    )
    longest_first = sorted((line.span() for line in lines), key=lambda span: span[0] - span[1])
    places = (prose.place(file, start + first, start + last) for first, last in longest_first)
    return next((place for place in places if place[0] is not None), (None, None))


def _blocks(prose: Prose) -> Iterator[Found]:
    """Yield what stands between ``$$`` in two paragraphs, and what follows a ``$$`` that nothing closes."""
    signs = list(DOUBLE.finditer(prose.masked))
    while signs:
        opening = signs.pop(0)
        paragraph = prose.masked.find(BREAK, opening.end())
        paragraph = paragraph if paragraph >= 0 else len(prose.masked)
        closing = signs[0] if signs and signs[0].start() < opening.end() + 10 * LONG else None
        # “$$” behind words on its line is money, unless what follows reads as TeX.
        line = prose.masked[max(0, opening.start() - LONG) : opening.start()]
        is_alone = not re.split(f"[\n{BREAK}]", line)[-1].strip()
        if closing and _is_displayed(prose.masked[opening.start() : closing.end()], is_alone):
            signs.pop(0)
            located = (opening.start(), paragraph)
            if not prose.masked[opening.end() : paragraph].strip():
                # Displayed formulas, too, had the same sign in the file: what follows it says more.
                located = prose.paragraphs[bisect_left(prose.paragraphs, (paragraph, 0))]
            yield Found(opening.start(), closing.end(), BLANK_LINE, located)
        elif _is_displayed(
            prose.masked[opening.start() : min(paragraph, opening.end() + 10 * LONG)], is_alone
        ):
            yield Found(opening.start(), paragraph, UNCLOSED)


def _is_displayed(text: str, is_alone: bool) -> bool:
    """Return whether `text`, which begins with ``$$``, is meant to be a displayed formula.

    `is_alone` says whether nothing stands before it on its line.
    """
    tex = text.strip("$ \n" + BREAK)
    if not tex:
        return False
    is_block = is_alone and (text.startswith("$$\n") or text.endswith("\n$$"))
    return is_block or reads_as_tex(tex.replace(BREAK, " "), SYMBOL)


def _dollars(prose: Prose) -> Iterator[Found]:
    """Yield TeX between single dollars, which is no formula for a space or a digit, or for what it holds."""
    at = 0
    while match := DOLLARS.search(prose.masked, at):
        at = match.end() - 1
        tex = match["tex"]
        if has_words(tex) and tex == tex.strip():
            at = match.end()
            shown = " ".join(match[0].split())
            advice = "write \\text{…} around words in it, or \\$ for a dollar sign"
            yield Found(*match.span(), f"“{shown}” reads as prose, and is no formula: {advice}")
            continue
        if not reads_as_tex(tex.replace(FORMULA, " "), SYMBOL):
            continue
        at = match.end()
        if FORMULA in tex:
            message = "a formula in a formula: write \\(…\\) instead of the inner dollars"
        elif tex[:1].isspace() or tex[-1:].isspace():
            message = f"“{match[0]}” is no formula for its spaces: write ${tex.strip()}$"
        else:
            message = f"“{match[0]}” is no formula here: write \\({tex.strip()}\\)"
        yield Found(*match.span(), " ".join(message.split()))


def _escaped(prose: Prose) -> Iterator[Found]:
    for match in ESCAPED.finditer(prose.masked):
        if reads_as_tex(match["tex"], SYMBOL):
            shown = " ".join(match["tex"].split())
            opening, closing, sign = ("(", ")", "$") if match["sign"] == "(" else ("[", "]", "$$")
            typed = f"\\\\{opening}{shown}\\\\{closing}"
            message = f"“{typed}” is no formula, since its backslashes are escaped: write {sign}{shown}{sign}"
            yield Found(match.start() + 1, match.end() - 1, message)


def _environments(prose: Prose) -> Iterator[Found]:
    ends: dict[str, list[int]] = {}
    for match in ENVIRONMENT_END.finditer(prose.masked):
        ends.setdefault(match["name"], []).append(match.end())
    for match in ENVIRONMENT.finditer(prose.masked):
        name = match["name"]
        those = ends.get(name, [])
        following = bisect_right(those, match.end())
        is_closed = following < len(those)
        why = "it holds a blank line" if is_closed else f"no \\end{{{name}}} follows"
        end = those[following] if is_closed else match.end()
        yield Found(match.start(), end, f"“\\begin{{{name}}}” is left as text, since {why}", match.span())


def _commands(prose: Prose) -> Iterator[Found]:
    for pattern in (WITH_ARGUMENT, SYMBOL, WITHOUT_SLASH):
        for match in pattern.finditer(prose.masked):
            advice = "write a formula between dollars, and what readers are to see as typed in code"
            yield Found(*match.span(), f"“{match[0]}” is a command of TeX outside of a formula: {advice}")
