r"""The commands of LaTeX that refer, in prose: ``\ref``, ``\eqref``, ``\nameref``, ``\cref``, ``\autoref``.

The last two, and their kin, name the kind, sort, and write ranges (Cubeta, “The cleveref package”).
"""

import re
from collections.abc import Iterator, Sequence
from html import escape, unescape

from ...core.labels import EQUATION
from ...core.lazy import lazy_pattern
from ...core.text.segments import Edit, Kind, segments
from .context import Context, Target, joined

SIGN = "ref{"
COMMAND = lazy_pattern(
    r"(?P<tie>(?:~|&#126;)?)(?P<typed>(?<![\w/\\])\\?(?P<name>[cC]ref|autoref|nameref|vref|eqref|ref)\*?"
    r"\{(?P<ids>[^{}<>]*)\})"
)
#: Those that do not name the kind.
BARE = ("ref", "eqref", "nameref")
#: How many numbers in a row are written as a range.
RANGE = 3


def edits(html: str, context: Context) -> Iterator[Edit]:
    """Yield the edits that replace the commands in the prose of `html`."""
    if SIGN not in html:
        return
    for kind, start, end in segments(html):
        if kind in (Kind.PROSE, Kind.LINK):
            is_plain = kind is Kind.LINK or context.text.is_excerpt
            for found in COMMAND.finditer(html, start, end):
                yield from _edit(found, _Writer(context, is_plain))


def _edit(found: re.Match[str], writer: "_Writer") -> Iterator[Edit]:
    context = writer.context
    targets = [context.target(f"#{unescape(id).strip()}") for id in found["ids"].split(",")]
    missing = [target for target in targets if not target.label]
    if missing and "\\" not in found["typed"]:
        return  # docutils takes backslashes away, but this may be a word of its author
    for target in missing:
        context.report(target, unescape(found["typed"]))
    known = [target for target in targets if target.label]
    shown = writer.listed(known, found["name"]) if known else ""
    space = "\N{NO-BREAK SPACE}" if found["tie"] else ""
    words = ", ".join(filter(None, (shown, *(target.shown for target in missing))))
    yield Edit(*found.span(), space + words)


class _Writer:
    """Writes references to several labels."""

    def __init__(self, context: Context, is_plain: bool) -> None:
        self.context = context
        self.kinds = context.kinds
        #: Whether no links may be written.
        self.is_plain = is_plain

    def listed(self, targets: Sequence[Target], command: str) -> str:
        """Return what the LaTeX `command` says of `targets`, which all have labels."""
        if command in BARE:
            return joined([self._link(target, _bare(target, command)) for target in targets], self.kinds)
        place = {id: number for number, id in enumerate(targets[0].labels)}
        groups: dict[str, list[Target]] = {}
        for target in sorted(targets, key=lambda target: place[target.id]):
            groups.setdefault(_kind(target), []).append(target)
        return joined([self._group(kind, group) for kind, group in groups.items()], self.kinds)

    def _link(self, target: Target, words: str) -> str:
        return words if self.is_plain else f'<a href="{escape(target.href)}">{words}</a>'

    def _group(self, kind: str, group: Sequence[Target]) -> str:
        """Return references to the `group` of targets of one `kind`; those without numbers have none."""
        if not kind:
            return joined([self._link(target, _bare(target, "nameref")) for target in group], self.kinds)
        if len(group) == 1 and kind != EQUATION:
            label = group[0].label
            assert label
            return self._link(group[0], self.kinds.reference(label))
        name = self.kinds.name(kind) if len(group) == 1 else self.kinds.plural(kind)
        pieces: list[str] = []
        for run in _runs(group):
            numbers = [self._link(target, _bare(target, "eqref")) for target in run]
            pieces += [f"{numbers[0]}–{numbers[-1]}"] if len(run) >= RANGE else numbers
        return f"{name}\N{NO-BREAK SPACE}{joined(pieces, self.kinds)}"


def _kind(target: Target) -> str:
    return target.label.kind if target.label and target.label.number else ""


def _bare(target: Target, command: str) -> str:
    """Return what a `command` that does not name the kind says."""
    label = target.label
    assert label
    if command == "nameref" or not label.number:
        return label.name or label.number
    return f"({label.number})" if command == "eqref" and label.kind == EQUATION else label.number


def _runs(group: Sequence[Target]) -> Iterator[list[Target]]:
    """Yield the targets whose numbers follow on one another, together."""
    run: list[Target] = []
    last = ""
    for target in group:
        number = target.label.number if target.label else ""
        if run and not (last.isdigit() and number == str(int(last) + 1)):
            yield run
            run = []
        run.append(target)
        last = number
    yield run
