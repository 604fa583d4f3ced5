"""What references are resolved with: the labels that they may mean, the words of their post, diagnostics."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from os.path import normpath
from pathlib import Path
from urllib.parse import quote, unquote

from ...core.diagnostics import Diagnostic, Severity, Source, nearest
from ...core.labels import Label, Labels
from ...core.lazy import lazy_pattern
from ...core.post import Post, Text
from ..checks.anchors import UNKNOWN
from ..html.elements import ids
from ..kinds import Kinds

OTHER_POST = lazy_pattern(r"[{|]filename[}|](?P<file>[^#]*)#?")
CONTROL = lazy_pattern(r"[\x00-\x1f\x7f-\x9f]")
#: How many ids a message names.
MAX_NAMED = 5


@dataclass(frozen=True)
class Target:
    """What a reference leads to."""

    #: As its author wrote the address.
    address: str
    #: What it names in the post; empty for the post itself.
    id: str
    #: The file of the post; None where the address is that of no post.
    source: Path | None
    labels: Mapping[str, Label]
    #: What the address begins with; empty for a target in the post itself.
    base: str = ""

    @property
    def label(self) -> Label | None:
        """The label that it means; None where there is none that could be named."""
        found = self.labels.get(self.id) if self.id or self.base else None
        return found if found and (found.number or found.name) else None

    @property
    def href(self) -> str:
        """Where a link to its label leads."""
        anchor = (self.label and self.label.anchor) or self.id
        return f"{self.base}#{quote(anchor, safe=':')}" if anchor else self.base

    @property
    def shown(self) -> str:
        """What stands, as HTML, for a target that is not there."""
        return f"{UNKNOWN}{escape(self.id or self.address or '?', quote=False)}</mark>"


@dataclass
class Context:
    """The references of one text of a post."""

    text: Text
    post: Post
    registry: Labels
    kinds: Kinds
    diagnostics: list[Diagnostic] = field(default_factory=list)
    #: How many references that read the same have been reported.
    _reported: Counter[str] = field(default_factory=Counter)

    def target(self, address: str) -> Target:
        """Return what `address` leads to."""
        own = self.post.source
        if address.startswith("#"):
            return Target(address, _decoded(address[1:]), own, self.registry.of(own))
        other = OTHER_POST.match(address)
        if not other or not other["file"]:
            return Target(address, "", None, {})
        id = _decoded(address[other.end() :])
        for path in _paths(own, unquote(other["file"])):
            if labels := self.registry.of(path):
                return Target(address, id, path, labels, other[0].rstrip("#"))
        return Target(address, id, None, {}, other[0].rstrip("#"))

    def report(self, target: Target, typed: str) -> None:
        """Report the reference that its author `typed`, and that leads to no label."""
        # The number of an equation is not known where its formula could not be typeset, which is reported.
        is_equation = f"\\label{{{escape(target.id, quote=False)}}}" in self.post.body.html
        if is_equation or not self.post.is_of_author(self.text):
            return
        message, severity = self._fault(target, typed)
        file = Source(self.post.source)
        sought = typed if typed in file.text else typed.removesuffix(")")  # a title may stand behind it
        line, column = file.place_of(sought, self._reported[sought], self.text.field)
        self._reported[sought] += 1
        if not line:  # not in Markdown: links are written in other ways
            key = target.id or target.address
            line, column = file.place_of(key, self._reported[key], self.text.field)
            self._reported[key] += 1
        self.diagnostics.append(Diagnostic(self.post.source, line, message, severity, column))

    def may_be_foreign(self, link: str, target: Target) -> bool:
        """Say whether the HTML `link`, which leads to no label, may be without words on purpose."""
        return link in Source(self.post.source).text and self._fault(target, "")[1] is Severity.WARNING

    def _fault(self, target: Target, typed: str) -> tuple[str, Severity]:
        """Return what is wrong, and how grave that is."""
        id, address = target.id, target.address
        if not id and typed.startswith("\\"):
            return f"{typed} names nothing: write an id between the braces", Severity.WARNING
        if not target.source or not (id or target.base):
            if target.base:
                return f"{typed} leads to no post of this site: check the name of the file", Severity.ERROR
            where = address or "nowhere"
            return f"the link to {where} has no text: write [text]({address})", Severity.WARNING
        where = target.source.name if target.base else "this post"
        if not target.base and id in ids(self.post.body.html):
            return f"{typed} leads to what has no number: write [text](#{id})", Severity.WARNING
        known = [one for one in target.labels if one]
        hint = nearest(id, known)
        if hint or self.kinds.kind_of(id) or not address.startswith("#") or typed.startswith("\\"):
            others = f"; there are {', '.join(known)}" if 0 < len(known) <= MAX_NAMED else ""
            return f"{typed}: nothing in {where} has the id “{id}”{hint or others}", Severity.ERROR
        return f"{typed} leads nowhere: nothing in {where} has the id “{id}”", Severity.WARNING


def _decoded(id: str) -> str:
    """Return the `id` that an address has, decoded; as it is where that holds what no page can."""
    found = unquote(id)
    return id if CONTROL.search(found) else found


def joined(pieces: Sequence[str], kinds: Kinds) -> str:
    """Return `pieces` as a list in a sentence."""
    if len(pieces) < 3:
        return f" {kinds.table['and']} ".join(pieces)
    comma = "," if kinds.language == "en" else ""
    return f"{', '.join(pieces[:-1])}{comma} {kinds.table['and']} {pieces[-1]}"


def _paths(source: Path, file: str) -> Iterator[Path]:
    """Yield the files that a link with ``{filename}`` in `source` may mean."""
    if not file.startswith("/"):
        yield Path(normpath(source.parent / file))
    else:
        yield from (folder / file[1:] for folder in source.parents)
