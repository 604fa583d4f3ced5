"""Documents → documents whose formulas are set: what a build knows is looked up, the rest MathJax sets."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from ..documents import Document
from ..faults import Fault, line_of
from ..markup import Edit, splice, stretches
from ..settings import Settings
from .cache import Cache
from .formulas import Place, Refusal, SetFormula, find_formulas
from .node import Group, NodeEndedError, NodeError, Result, typeset_groups
from .page import mark
from .scripts import removals

#: MathJax's TeX packages that posts may use. Left out are those that load, run or style
#: (require, autoload, html, action, unicode, setoptions, texhtml) and those that turn errors into
#: red text (noerrors, noundefined).
PACKAGES = (
    "base ams amscd bbox begingroup boldsymbol braket bussproofs cancel cases centernot color colortbl "
    "empheq enclose extpfeil gensymb mathtools mhchem newcommand textcomp textmacros units upgreek verb"
).split()

#: The ids of numbered lines, to which references link.
ID = re.compile(r' id="mjx-eqn:[^"]*"')

#: Characters of TeX. No formula that a reader could read is longer.
LONGEST = 20_000


@dataclass(frozen=True)
class SetGroup:
    """What MathJax made of the formulas of a group, and the hash that names the group."""

    key: str
    outcomes: list[SetFormula | Refusal]

    @classmethod
    def read(cls, key: str, results: list[Result]) -> "SetGroup":
        """Read what typeset.mjs wrote of the group."""
        return cls(key, [_outcome(result) for result in results])


@dataclass(frozen=True)
class Post:
    """A document, and what is to be done in it."""

    document: Document
    places: list[Place]
    removals: list[Edit]

    @classmethod
    def read(cls, document: Document) -> "Post":
        """Find the formulas of `document`, and the scripts that it can do without."""
        found = stretches(document.html)
        return cls(document, find_formulas(document.html, found), removals(document.html, found))

    @cached_property
    def groups(self) -> list[tuple[Group, int]]:
        """For each place, the group that its formula is set with, and its index there."""
        formulas = tuple(place.formula for place in self.places)
        if any(formula.depends for formula in formulas):
            return [(formulas, index) for index in range(len(formulas))]
        return [(formula.alone, 0) for formula in formulas]

    def line_of(self, number: int) -> int | None:
        """Return the line of the author's file in which the formula at place `number` begins."""
        lines = [place.formula.tex.partition("\n")[0] for place in self.places[: number + 1]]
        occurrence = lines[:number].count(lines[number])
        sought = (delimiter + lines[number] for delimiter in ("$", r"\(", r"\[", "`", ""))
        found = (line_of(self.document.source, text, occurrence) for text in sought)
        return next((line for line in found if line), None)


def typeset(
    documents: Sequence[Document], settings: Settings
) -> tuple[list[Document], list[Fault], dict[str, SetFormula]]:
    """Set the formulas of `documents`.

    In the documents given back, a formula is a mark that `page.show` finds in a written page; what
    to put there is the third thing given back. A formula that cannot be set is shown as its source
    and named in a fault.
    """
    posts = [Post.read(document) for document in documents]
    groups = list(dict.fromkeys(group for post in posts for group, _ in post.groups))
    known: dict[Group, SetGroup] = {}
    formulas: dict[str, SetFormula] = {}
    faults: list[Fault] = []
    try:
        for group, set_group in _set(groups, settings.cache):
            known[group] = set_group
    except NodeError as error:
        faults.append(_trouble(error, posts, known))
    done = [_write(post, known, formulas, faults) for post in posts]
    return done, faults, formulas


def _set(groups: Sequence[Group], folder: Path) -> Iterator[tuple[Group, SetGroup]]:
    if not groups:
        return
    tex = {"packages": PACKAGES, "tags": "ams"}
    cache = Cache(folder, tex)
    missing: dict[Group, str] = {}
    for group in groups:
        key = cache.key(group)
        if any(len(formula.tex) > LONGEST for formula in group):
            yield group, SetGroup(key, [Refusal(f"more than {LONGEST:,} characters")] * len(group))
        elif kept := cache.get(key):
            yield group, SetGroup.read(key, kept)
        else:
            missing[group] = key
    if not missing:
        return
    for group, results in _typeset(list(missing), tex):
        cache.put(missing[group], results)
        yield group, SetGroup.read(missing[group], results)


def _typeset(groups: Sequence[Group], tex: dict[str, Any]) -> Iterator[tuple[Group, list[Result]]]:
    done = 0
    try:
        for group, results in zip(groups, typeset_groups(groups, tex), strict=True):
            yield group, results
            done += 1
    except NodeEndedError:
        # Once more, and last what it ended over: that may be to blame.
        again = [*groups[done + 1 :], groups[done]]
        yield from zip(again, typeset_groups(again, tex), strict=True)


def _outcome(result: Result) -> SetFormula | Refusal:
    if "error" in result:
        return Refusal(result["error"], result.get("column"))
    return SetFormula(result["html"], result["glyphs"])


def _write(
    post: Post, known: Mapping[Group, SetGroup], formulas: dict[str, SetFormula], faults: list[Fault]
) -> Document:
    edits = list(post.removals)
    for number, (place, (group, index)) in enumerate(zip(post.places, post.groups, strict=True)):
        outcome = known[group].outcomes[index] if group in known else Refusal("not set")
        if isinstance(outcome, SetFormula):
            key = f"{known[group].key}-{index}"
            if post.document.is_summary and ID.search(outcome.html):
                key, outcome = f"{key}-summary", replace(outcome, html=ID.sub("", outcome.html))
            formulas[key] = outcome
            html = mark(key, place.formula.source)
        else:
            html = f'<code class="math-error" title="{escape(outcome.reason)}">{place.formula.source}</code>'
            if group in known:
                faults.append(_fault(post, number, outcome))
        edits.append(Edit(place.start, place.end, html))
    return replace(post.document, html=splice(post.document.html, edits))


def _fault(post: Post, number: int, refusal: Refusal) -> Fault:
    tex, line, at = post.places[number].formula.tex, post.line_of(number), ""
    if refusal.column is not None:
        at = f", at character {refusal.column}"
        line = line and line + tex.lstrip().count("\n", 0, refusal.column)
    shown = tex if len(tex) <= 60 else f"{tex[:60]}…"
    message = f"MathJax, of the formula “{shown}”{at}: {refusal.reason}"
    return Fault(post.document.source, line, message)


def _trouble(error: NodeError, posts: Sequence[Post], known: Mapping[Group, SetGroup]) -> Fault:
    unset = [
        (post, number)
        for post in posts
        for number, (group, _) in enumerate(post.groups)
        if group not in known
    ]
    post, number = unset[0]
    message = f"{error}; until then {len(unset)} formulas of this site are shown as their source"
    return Fault(post.document.source, post.line_of(number), message)
