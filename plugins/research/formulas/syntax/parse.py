"""The texts of a post → the formulas in them, and the groups that these are typeset with."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...core.diagnostics import Diagnostic, Source, line_of, nearest
from ...core.post import Origin, Post, Text
from ...core.text.segments import Edit
from ..settings import FORMATS, Macros, Settings, format_said
from . import escapes
from .delimiters import DOLLARS
from .find import Formula, Group, Occurrence, candidates, find_formulas, labels
from .pasted_scripts import removals


@dataclass(frozen=True)
class ParsedText:
    """A text of a post, and what is to be done in it."""

    text: Text
    source: Path
    #: Definitions that its formulas begin with: those of the site, those of its front matter.
    macros: tuple[Macros, ...]
    occurrences: list[Occurrence]
    removals: list[Edit]
    #: What its formulas become: one of `FORMATS`.
    format: str
    #: Whether each of its displayed formulas has a number.
    numbers_all: bool = False
    #: Of an excerpt, the formulas of the body: it uses their macros, labels and numbers.
    body: tuple[Formula, ...] = ()
    #: Pieces of it that come from other files.
    origins: tuple[Origin, ...] = ()
    #: TeX that its reader took for escapes.
    escaped: tuple[escapes.Escaped, ...] = ()

    @cached_property
    def preamble(self) -> tuple[Formula, ...]:
        """The definitions, as its formulas are typeset with them."""
        return tuple(Formula(one.tex, display=False) for one in self.macros)

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """Its formulas, in their order."""
        return tuple(occurrence.formula for occurrence in self.occurrences)

    @cached_property
    def groups(self) -> list[tuple[tuple[str, Group], int]]:
        """For each place, the format and the group that its formula is typeset with, and its index there."""
        return [((self.format, group), index) for group, index in self._groups()]

    def _groups(self) -> list[tuple[Group, int]]:
        first = len(self.preamble)
        if not any(
            formula.depends or (self.numbers_all and formula.display) for formula in self.body + self.formulas
        ):
            return [(Group((*self.preamble, formula)), first) for formula in self.formulas]
        if not self.body:
            group = Group(self.preamble + self.formulas)
            return [(group, first + index) for index in range(len(self.formulas))]
        of_body = set(self.body)
        together = self.body + tuple(formula for formula in self.formulas if formula not in of_body)
        group = Group(self.preamble + together)
        occurrences = {formula: first + index for index, formula in reversed(list(enumerate(together)))}
        return [(group, occurrences[formula]) for formula in self.formulas]

    def origin_of(self, number: int) -> Origin | None:
        """Return where the formula at place `number` comes from; None where that is the post."""
        html, occurrence = self.text.html, self.occurrences[number]
        for origin in self.origins:
            at = html.rfind(
                origin.html, max(0, occurrence.end - len(origin.html)), occurrence.start + len(origin.html)
            )
            if 0 <= at <= occurrence.start:
                return origin
        return None

    def line_of(self, number: int) -> int | None:
        """Return the line of the author's file in which the formula at place `number` begins."""
        first_line, occurrence = self._first_lines[number]
        sought = (delimiter + first_line for delimiter in ("$", r"\(", r"\[", "`", ""))
        found = (self._file.line_of(text, occurrence) for text in sought)
        return next((line for line in found if line), None)

    @cached_property
    def _file(self) -> Source:
        return Source(self.source)

    @cached_property
    def _first_lines(self) -> list[tuple[str, int]]:
        """The first line of each formula, and how many before it have the same."""
        seen: Counter[str] = Counter()
        lines = []
        for occurrence in self.occurrences:
            line = occurrence.formula.tex.partition("\n")[0]
            lines.append((line, seen[line]))
            seen[line] += 1
        return lines


def parse(post: Post, settings: Settings) -> tuple[ParsedText, ...]:
    """Find the formulas of the texts of `post`, and the scripts that they can do without."""
    format = format_of(post, settings)
    macros = post.metadata.get("macros", "")
    own = macros if isinstance(macros, str) else "\n".join(macros)
    all_macros = settings.all_macros
    if own:
        all_macros = (*all_macros, Macros(own, post.source, line_of(post.source, own.partition("\n")[0])))
    dollars = DOLLARS in settings.inline_math
    parsed: list[ParsedText] = []
    known = labels(post.body.html)
    for text in post.texts:
        if format == "off":
            parsed.append(ParsedText(text, post.source, (), [], [], format))
            continue
        found = candidates(text.html, dollars)
        occurrences = find_formulas(text.html, found, known, dollars)
        body = parsed[0].formulas if text.is_excerpt else ()
        escaped, notes = escapes.notes(text.html)
        numbers_all = settings.equation_numbers == "all"
        parsed.append(
            ParsedText(
                text,
                post.source,
                all_macros,
                occurrences,
                [*removals(text.html, found), *notes],
                format,
                numbers_all,
                body,
                post.origins,
                tuple(escaped),
            )
        )
    return tuple(parsed)


def format_of(post: Post, settings: Settings) -> str:
    """Return what formulas of `post` become: what its front matter says, or else the settings."""
    chosen = _chosen(post, settings.formulas)
    if chosen == "on" and settings.formulas == "off":
        return Settings.formulas
    return chosen if chosen in FORMATS else settings.formulas


def _chosen(post: Post, otherwise: str) -> str:
    """Return what the front matter of `post` says of its formulas, in the words of the settings."""
    return format_said(str(post.metadata.get("math", otherwise)))


def unknown_format(post: Post) -> Iterator[Diagnostic]:
    """Yield an error where the front matter of `post` asks for a format that is none."""
    chosen = _chosen(post, "off")
    choices = (*FORMATS, "on")
    if chosen not in choices:
        message = f"Math: {chosen} is none of {', '.join(choices)}{nearest(chosen, choices)}"
        yield Diagnostic(post.source, line_of(post.source, chosen), message)
