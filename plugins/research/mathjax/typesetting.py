"""Documents → documents whose formulas are set: what a build knows is looked up, the rest MathJax sets."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

from ..documents import Document
from ..faults import Fault, Source, line_of, nearest
from ..kept import Kept
from ..markup import Edit, splice
from .client import mark_for_client, with_macros
from .formulas import Formula, Group, Place, Refusal, SetFormula, candidates, find_formulas
from .hints import hint
from .node import (
    MODULES,
    NodeEndedError,
    NodeError,
    NodeMissingError,
    Result,
    typeset_groups,
    versions,
)
from .page import mark
from .scripts import removals
from .settings import FORMATS, Settings

#: Characters of TeX. No formula that a reader could read is longer.
LONGEST = 20_000

#: Text on either side of a formula, with no space between: no line breaks there.
BEFORE, AFTER = re.compile(r"[^\s<>&;\\$`]{1,20}\Z"), re.compile(r"[^\s<>&\\$`]{1,20}")


@dataclass(frozen=True)
class SetGroup:
    """What MathJax made of the formulas of a group, one after another."""

    #: What a page needs to show each.
    keys: list[str]
    outcomes: list[SetFormula | Refusal]
    #: What stands for each in posts.
    html: list[str]

    @classmethod
    def read(cls, group: Group, key: str, results: Iterable[Result], format: str) -> "SetGroup":
        """Read the `results` of typeset.mjs for the `group`, whose hash is `key`."""
        keys = [f"{format}-{key}-{index}" for index in range(len(group))]
        outcomes = [_outcome(result, format) for result in results]
        html = [
            mark(key, formula.source) if isinstance(outcome, SetFormula) else _unset(formula, outcome.reason)
            for key, formula, outcome in zip(keys, group, outcomes, strict=True)
        ]
        return cls(keys, outcomes, html)

    @property
    def refuses(self) -> bool:
        """Whether there is a formula that MathJax does not set."""
        return any(isinstance(outcome, Refusal) for outcome in self.outcomes)

    def in_title(self, index: int) -> str:
        """Return what stands for a formula in a title: its text, in an element that `page.show` finds."""
        outcome = self.outcomes[index]
        return (
            mark(self.keys[index], escape(outcome.text))
            if isinstance(outcome, SetFormula)
            else self.html[index]
        )


#: What MathJax made of each group in each format.
Known = Mapping[tuple[str, Group], SetGroup]


@dataclass(frozen=True)
class Post:
    """A document, and what is to be done in it."""

    document: Document
    #: Definitions that its formulas begin with: those of the site, those of its front matter.
    preamble: tuple[Formula, ...]
    places: list[Place]
    removals: list[Edit]
    #: What its formulas become: one of `FORMATS`.
    format: str
    #: Whether each of its displayed formulas has a number.
    numbers_all: bool = False
    #: Of a summary, the formulas of the body: it uses their macros, labels and numbers.
    body: tuple[Formula, ...] = ()

    @classmethod
    def read(cls, document: Document, settings: Settings) -> "Post":
        """Find the formulas of `document`, and the scripts that it can do without."""
        format = format_of(document, settings)
        if format == "off":
            return cls(document, (), [], [], format)
        found = candidates(document.html)
        macros = document.metadata.get("macros", "")
        texts = (settings.all_macros, macros if isinstance(macros, str) else "\n".join(macros))
        preamble = tuple(Formula(text, display=False) for text in texts if text)
        places = find_formulas(document.html, found)
        numbers_all = settings.equation_numbers == "all"
        return cls(document, preamble, places, removals(document.html, found), format, numbers_all)

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """Its formulas, in their order."""
        return tuple(place.formula for place in self.places)

    @cached_property
    def groups(self) -> list[tuple[tuple[str, Group], int]]:
        """For each place, the format and the group that its formula is set with, and its index there."""
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
        places = {formula: first + index for index, formula in reversed(list(enumerate(together)))}
        return [(group, places[formula]) for formula in self.formulas]

    def line_of(self, number: int) -> int | None:
        """Return the line of the author's file in which the formula at place `number` begins."""
        first_line, occurrence = self._first_lines[number]
        sought = (delimiter + first_line for delimiter in ("$", r"\(", r"\[", "`", ""))
        found = (self._source.line_of(text, occurrence) for text in sought)
        return next((line for line in found if line), None)

    @cached_property
    def _source(self) -> Source:
        return Source(self.document.source)

    @cached_property
    def _first_lines(self) -> list[tuple[str, int]]:
        """The first line of each formula, and how many before it have the same."""
        seen: Counter[str] = Counter()
        lines = []
        for place in self.places:
            line = place.formula.tex.partition("\n")[0]
            lines.append((line, seen[line]))
            seen[line] += 1
        return lines


def typeset(
    documents: Sequence[Document], settings: Settings
) -> tuple[list[Document], list[Fault], dict[str, SetFormula]]:
    """Set the formulas of `documents`.

    In the documents given back, a formula is a mark that `page.show` finds in a written page; what
    to put there is the third thing given back. A formula that cannot be set is shown as its source
    and named in a fault.
    """
    posts = [Post.read(document, settings) for document in documents]
    bodies = {post.document.source: post.formulas for post in posts if post.document.is_body}
    posts = [
        replace(post, body=bodies.get(post.document.source, ())) if post.document.is_summary else post
        for post in posts
    ]
    groups = list(dict.fromkeys(group for post in posts for group, _ in post.groups))
    known: dict[tuple[str, Group], SetGroup] = {}
    faults = [fault for post in posts if (fault := _unknown_format(post.document))]
    in_browser = False
    try:
        for format in FORMATS:
            chosen = [group for name, group in groups if name == format]
            for group, set_group in _set(chosen, format, settings):
                known[format, group] = set_group
    except NodeError as error:
        in_browser = isinstance(error, NodeMissingError)
        faults.append(_trouble(error, posts, known))
    if any(set_group.refuses for set_group in known.values()):
        for post in posts:
            faults += _faults(post, known)
    formulas = {
        key: outcome
        for set_group in known.values()
        for key, outcome in zip(set_group.keys, set_group.outcomes, strict=True)
        if isinstance(outcome, SetFormula)
    }
    return [_write(post, known, in_browser) for post in posts], faults, formulas


def format_of(document: Document, settings: Settings) -> str:
    """Return what formulas of `document` become: what its front matter says, or else the settings."""
    chosen = str(document.metadata.get("math", settings.formulas)).strip().lower()
    if chosen == "on" and settings.formulas == "off":
        return Settings.formulas
    return chosen if chosen in FORMATS else settings.formulas


def _unknown_format(document: Document) -> Fault | None:
    chosen = str(document.metadata.get("math", "off")).strip().lower()
    choices = (*FORMATS, "on")
    if chosen in choices or not document.is_body:
        return None
    message = f"Math: {chosen} is none of {', '.join(choices)}{nearest(chosen, choices)}"
    return Fault(document.source, line_of(document.source, chosen), message)


def _set(groups: Sequence[Group], format: str, settings: Settings) -> Iterator[tuple[Group, SetGroup]]:
    if not groups:
        return
    tex = {"packages": settings.tex_packages, "tags": settings.equation_numbers}
    how = {"format": format, "tex": tex}
    kept = Kept(
        settings.cache / "formulas",
        json.dumps([versions(), how], sort_keys=True),
        *(module.read_text("utf-8") for module in MODULES),
    )
    missing: dict[Group, str] = {}
    for group in groups:
        key = kept.key([[formula.tex, formula.display] for formula in group])
        if any(len(formula.tex) > LONGEST for formula in group):
            refusal = {"error": f"more than {LONGEST:,} characters"}
            yield group, SetGroup.read(group, key, [refusal] * len(group), format)
        elif results := kept.get(key):
            yield group, SetGroup.read(group, key, results, format)
        else:
            missing[group] = key
    if not missing:
        return
    for group, results in _typeset(list(missing), how):
        kept.put(missing[group], results)
        yield group, SetGroup.read(group, missing[group], results, format)


def _typeset(groups: Sequence[Group], how: dict[str, Any]) -> Iterator[tuple[Group, list[Result]]]:
    done = 0
    try:
        for group, results in zip(groups, typeset_groups(groups, how), strict=True):
            yield group, results
            done += 1
    except NodeEndedError:
        # Once more, and last what it ended over: that may be to blame.
        again = [*groups[done + 1 :], groups[done]]
        yield from zip(again, typeset_groups(again, how), strict=True)


def _outcome(result: Result, format: str) -> SetFormula | Refusal:
    if "error" in result:
        return Refusal(result["error"], result.get("column"))
    html, text, parts = result["html"], result["text"], result["parts"]
    if format == "chtml":
        return SetFormula(html, text, {}, parts)
    return SetFormula(html, text, {name: f'<path id="{name}" d="{path}"/>' for name, path in parts.items()})


def _unset(formula: Formula, reason: str) -> str:
    return f'<code class="math-error" title="{escape(reason)}">{formula.source}</code>'


def _write(post: Post, known: Known, in_browser: bool) -> Document:
    edits = list(post.removals)
    at = 0
    for (formula, start, end), (group, index) in zip(post.places, post.groups, strict=True):
        if group in known:
            html = known[group].in_title(index) if post.document.is_title else known[group].html[index]
        else:
            html = mark_for_client(formula.source) if in_browser else _unset(formula, "not set")
        edit = Edit(start, end, html)
        is_alone = formula.display or post.document.is_title
        if not is_alone and html.startswith("<mjx-container"):
            edit = _with_neighbours(edit, post.document.html, at)
        edits.append(edit)
        at = edit.end
    if not edits:
        return post.document
    html = splice(post.document.html, edits)
    if in_browser and post.places and post.preamble:
        html = with_macros(html, " ".join(formula.tex for formula in post.preamble))
    return replace(post.document, html=html)


def _with_neighbours(edit: Edit, source: str, at: int) -> Edit:
    """Bind the formula to the text that it touches, not before `at`: a comma, an opening bracket."""
    stands_apart = source[edit.start - 1 : edit.start].isspace()
    before = None if stands_apart else BEFORE.search(source, max(at, edit.start - 20), edit.start)
    after = AFTER.match(source, edit.end)
    if not before and not after:
        return edit
    start = before.start() if before else edit.start
    end = after.end() if after else edit.end
    html = source[start : edit.start] + edit.html + source[edit.end : end]
    return Edit(start, end, f'<span class="math-nobr">{html}</span>')


def _faults(post: Post, known: Known) -> Iterator[Fault]:
    source = post.document.source
    for number, (group, index) in enumerate(post.groups):
        outcomes = known[group].outcomes if group in known else []
        for formula, outcome in zip(post.preamble, outcomes, strict=False):
            if isinstance(outcome, Refusal):
                line = line_of(source, formula.tex.partition("\n")[0])
                yield Fault(source, line, f"MathJax, of the macros: {outcome.reason}")
        if outcomes and isinstance(refusal := outcomes[index], Refusal):
            yield _fault(post, number, refusal)


def _fault(post: Post, number: int, refusal: Refusal) -> Fault:
    tex, line, at = post.places[number].formula.tex, post.line_of(number), ""
    if refusal.column is not None:
        at = f", at character {refusal.column}"
        line = line and line + tex.count("\n", 0, refusal.column)
    shown = tex if len(tex) <= 60 else f"{tex[:60]}…"
    reason = refusal.reason + hint(refusal.reason)
    return Fault(post.document.source, line, f"MathJax, of the formula “{shown}”{at}: {reason}")


def _trouble(error: NodeError, posts: Sequence[Post], known: Known) -> Fault:
    unset = [
        (post, number)
        for post in posts
        for number, (group, _) in enumerate(post.groups)
        if group not in known
    ]
    post, number = unset[0]
    fate = "set by each reader's browser" if isinstance(error, NodeMissingError) else "shown as their source"
    message = f"{error}; until then {len(unset)} formulas of this site are {fate}"
    return Fault(post.document.source, post.line_of(number), message)
