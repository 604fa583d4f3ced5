r"""What refers to numbered elements, and the words that it gets: empty links, templates, ``\ref`` and its kin."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from os.path import normpath
from pathlib import Path
from urllib.parse import quote, unquote

from ..core.diagnostics import Diagnostic, Severity, Source, nearest
from ..core.labels import EQUATION, Label, Labels
from ..core.post import Post, Text
from ..core.text.segments import Edit, Kind, apply_edits, segments
from .checks.anchors import UNKNOWN
from .html.elements import ATTRIBUTES, OPAQUE
from .kinds import SECTION, Kinds

LINK = re.compile(
    rf"(?P<tag><a\b(?P<attributes>{ATTRIBUTES})>)(?P<text>[^<]*+(?:<(?!/?a\b)[^<]*+)*+)</a\s*>", re.IGNORECASE
)
TARGET = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]+)"|'([^']+)')""", re.IGNORECASE)
OTHER_POST = re.compile(r"[{|]filename[}|](?P<file>[^#]*)#?")
#: As Markdown makes it of ``[](#id)``; with other attributes it may be some tool's permalink.
BARE_LINK = re.compile(r"""\s*href=["'][^"']*["'](?:\s+title=["'][^"']*["'])?\s*""")
#: As docutils makes it of ``id_`` and of ```<#id>`__``, whose text is the id.
DOCUTILS_LINK = re.compile(r'class="reference (?:in|ex)ternal"')
TEMPLATE = re.compile(r"%s|\{(?:number|name)\}")
COMMAND = re.compile(
    r"(?:~|&#126;)?(?<![\w/\\])\\?(?P<name>[cC]ref|autoref|nameref|vref|eqref|ref)\*?\{(?P<ids>[^{}<>]+)\}"
)
VERBATIM = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(?:{OPAQUE}|pre)(?=[\s>])[^<>]*>[^<]*+(?:<(?!/(?:{OPAQUE}|pre)\b)[^<]*+)*+",
    re.DOTALL | re.IGNORECASE,
)
#: How many numbers in a row are written as a range.
RANGE = 3


@dataclass(frozen=True)
class Place:
    """The labels of a post, and what they are referred to by in another one."""

    source: Path
    labels: Mapping[str, Label]
    #: What addresses of it begin with: empty in the post itself.
    address: str = ""


@dataclass
class _Resolver:
    text: Text
    post: Post
    registry: Labels
    kinds: Kinds
    edits: list[Edit] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    #: How many references to each target have been reported.
    reported: Counter[str] = field(default_factory=Counter)

    def run(self) -> str:
        html = self.text.html
        if "<a" in html:
            self._links(html)
        if "ref{" in html:
            self._commands(html)
        return apply_edits(html, self.edits)

    def _links(self, html: str) -> None:
        verbatim: list[tuple[int, int]] | None = None
        for found in LINK.finditer(html):
            words = found["text"]
            if words and "%s" not in words and "{n" not in words and "reference" not in found["attributes"]:
                continue
            target = TARGET.search(found["attributes"])
            if not target or target[0].endswith(('#"', "#'")):
                continue
            if verbatim is None:
                verbatim = [one.span() for one in VERBATIM.finditer(html)]
            if not _is_in(found.start(), verbatim):
                self._link(found, unescape(target[1] or target[2]))

    def _link(self, found: re.Match[str], target: str) -> None:
        words = found["text"]
        place, id = self._place(target)
        label = place.labels.get(id) if place else None
        is_bare = not words and BARE_LINK.fullmatch(found["attributes"]) is not None
        if words and not TEMPLATE.search(words):
            is_named = DOCUTILS_LINK.search(found["attributes"]) and unescape(words) in (id, f"#{id}")
            if not label or not is_named:
                return
        elif not words and not is_bare and (not label or label.kind == SECTION):
            return
        elif words and not label and not target.startswith("#"):
            return
        if label and place and (label.number or label.name):
            shown = self._shown(label, words if TEMPLATE.search(words) else "", place)
            href = self._address(label, place)
        else:
            shown, href = self._unknown(target, place, id, words), ""
        self._put(found, shown, href)

    def _put(self, found: re.Match[str], shown: str, href: str) -> None:
        if self.text.is_excerpt:  # stands on other pages than what it refers to
            self.edits.append(Edit(found.start(), found.end(), shown))
            return
        tag = found["tag"]
        if href:
            target = TARGET.search(tag)
            assert target
            tag = f'{tag[: target.start()]}href="{escape(href)}"{tag[target.end() :]}'
        self.edits.append(Edit(found.start(), found.end("text"), tag + shown))

    def _place(self, target: str) -> tuple[Place | None, str]:
        """Return the post that `target` leads to and what it names there; None where it is no post."""
        if target.startswith("#"):
            return Place(self.post.source, self.registry.of(self.post.source)), unquote(target[1:])
        other = OTHER_POST.match(target)
        if not other or not other["file"]:
            return None, ""
        id = unquote(target[other.end() :])
        for path in _paths(self.post.source, unquote(other["file"])):
            if labels := self.registry.of(path):
                return Place(path, labels, other[0].rstrip("#")), id
        return None, id

    def _shown(self, label: Label, template: str, place: Place) -> str:
        if template:
            values = {
                "%s": label.number or label.name,
                "{number}": label.number,
                "{name}": label.name or self.kinds.name(label.kind),
            }
            return TEMPLATE.sub(lambda sign: values[sign[0]], template)
        words = self.kinds.reference(label)
        if not place.address or not label.id or "" not in place.labels:
            return words
        return f"{words} {self.kinds.table['in']} <cite>{place.labels[''].name}</cite>"

    def _address(self, label: Label, place: Place) -> str:
        """Return where a link to `label` leads, if that is not where its author lets it lead."""
        return f"{place.address}#{quote(label.anchor, safe=':')}" if label.anchor else ""

    def _commands(self, html: str) -> None:
        for kind, start, end in segments(html):
            if kind in (Kind.PROSE, Kind.LINK) and "ref{" in html[start:end]:
                for found in COMMAND.finditer(html, start, end):
                    self._command(found, kind is Kind.LINK or self.text.is_excerpt)

    def _command(self, found: re.Match[str], is_plain: bool) -> None:
        ids = [unescape(id).strip() for id in found["ids"].split(",")]
        place = Place(self.post.source, self.registry.of(self.post.source))
        known = [label for id in ids if (label := place.labels.get(id)) and (label.number or label.name)]
        if "\\" not in found[0] and len(known) < len(ids):
            return  # docutils takes backslashes away: it may be a word of the author's
        missing = [id for id in ids if id not in place.labels or place.labels[id] not in known]
        shown = self._listed(known, found["name"], is_plain, place) if known else ""
        marks = ", ".join(self._unknown(f"#{id}", place, id, "", found[0].lstrip("~")) for id in missing)
        before = "\N{NO-BREAK SPACE}" if found[0].startswith(("~", "&#126;")) else ""
        self.edits.append(Edit(*found.span(), before + ", ".join(one for one in (shown, marks) if one)))

    def _listed(self, found: Sequence[Label], name: str, is_plain: bool, place: Place) -> str:
        """Return references to the labels `found`, those of a kind together, as the LaTeX command `name` has them."""

        def link(label: Label, words: str) -> str:
            address = self._address(label, place) or f"#{quote(label.id, safe=':')}"
            return words if is_plain else f'<a href="{escape(address)}">{words}</a>'

        if name in ("ref", "eqref", "nameref"):
            return _joined([link(label, _bare(label, name)) for label in found], self.kinds)
        groups: dict[str, list[Label]] = {}
        order = {id: number for number, id in enumerate(place.labels)}
        for label in sorted(found, key=lambda label: order[label.id]):
            groups.setdefault(label.kind if label.number else "", []).append(label)
        return _joined([self._group(kind, group, link) for kind, group in groups.items()], self.kinds)

    def _group(self, kind: str, group: list[Label], link: Callable[[Label, str], str]) -> str:
        if not kind:
            return _joined([link(label, label.name) for label in group], self.kinds)
        if len(group) == 1:
            name = self.kinds.name(kind) + "\N{NO-BREAK SPACE}" if kind == EQUATION else ""
            return link(group[0], name + self.kinds.reference(group[0]))
        pieces = []
        for run in _runs(group):
            ends = [link(label, _in_list(label)) for label in (run[0], run[-1])]
            pieces += (
                ["–".join(ends)] if len(run) >= RANGE else [link(label, _in_list(label)) for label in run]
            )
        return f"{self.kinds.plural(kind)}\N{NO-BREAK SPACE}{_joined(pieces, self.kinds)}"

    def _unknown(self, target: str, place: Place | None, id: str, words: str, typed: str = "") -> str:
        """Return what stands for a reference that leads nowhere, and report it."""
        if self.post.is_of_author(self.text):
            message, severity = _fault(
                target, place, id, self.post, typed or f"[{words}]({target})", self.kinds
            )
            sought = typed or f"[{words}]({target}"
            file = Source(self.post.source)
            line, column = file.place_of(sought, self.reported[sought], self.text.field)
            self.reported[sought] += 1
            line = line or file.line_of(target)
            self.diagnostics.append(Diagnostic(self.post.source, line, message, severity, column))
        return f"{UNKNOWN}{escape(target.rpartition('#')[2] and unquote(target.rpartition('#')[2]) or target, quote=False)}</mark>"


def resolve(text: Text, post: Post, labels: Labels, kinds: Kinds) -> tuple[str, list[Diagnostic]]:
    """Return the HTML of `text`, which is one of `post`, with words for its references.

    What leads nowhere shows its id, marked, and is reported.
    """
    if text.is_title or ("</a" not in text.html and "ref{" not in text.html):
        return text.html, []
    resolver = _Resolver(text, post, labels, kinds)
    return resolver.run(), resolver.diagnostics


def _is_in(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    place = bisect_right(spans, (at, at))
    return place > 0 and at < spans[place - 1][1]


def _paths(source: Path, file: str) -> Iterator[Path]:
    """Yield the files that a link with ``{filename}`` in `source` may mean."""
    if not file.startswith("/"):
        yield Path(normpath(source.parent / file))
    else:
        yield from (folder / file[1:] for folder in source.parents)


def _bare(label: Label, command: str) -> str:
    if command == "nameref" or not label.number:
        return label.name or label.number
    return f"({label.number})" if command == "eqref" and label.kind == EQUATION else label.number


def _in_list(label: Label) -> str:
    return f"({label.number})" if label.kind == EQUATION else label.number


def _runs(group: Sequence[Label]) -> Iterator[list[Label]]:
    """Yield the labels of `group` whose numbers follow on one another, together."""
    run: list[Label] = []
    for label in group:
        follows = run and run[-1].number.isdigit() and label.number == str(int(run[-1].number) + 1)
        if run and not follows:
            yield run
            run = []
        run.append(label)
    if run:
        yield run


def _joined(pieces: Sequence[str], kinds: Kinds) -> str:
    if len(pieces) < 3:
        return f" {kinds.table['and']} ".join(pieces)
    comma = "," if kinds.language == "en" else ""
    return f"{', '.join(pieces[:-1])}{comma} {kinds.table['and']} {pieces[-1]}"


def _fault(
    target: str, place: Place | None, id: str, post: Post, typed: str, kinds: Kinds
) -> tuple[str, Severity]:
    """Return what is wrong with a reference, as its author `typed` it, and how grave that is."""
    if place is None or (not id and not place.address):
        if OTHER_POST.match(target):
            return f"{typed} leads to no post of this site: check the name of the file", Severity.ERROR
        return f"the link to {target} has no text: write [text]({target})", Severity.WARNING
    ids = [one for one in place.labels if one]
    is_here = not place.address
    where = "this post" if is_here else place.source.name
    if is_here and re.search(rf"""(?<![\w-])id\s*=\s*["']?{re.escape(escape(id))}["'\s>]""", post.body.html):
        return f"{typed} leads to what has no number: write [text](#{id})", Severity.WARNING
    close = nearest(id, ids)
    if kinds.kind_of(id) or close or typed.startswith("\\"):
        name = kinds.name(kinds.kind_of(id)).lower() or "label"
        return f"{typed}: nothing in {where} has the id “{id}”{close or _others(ids, name)}", Severity.ERROR
    return f"{typed} leads nowhere: nothing in {where} has the id “{id}”", Severity.WARNING


def _others(ids: Sequence[str], name: str) -> str:
    """Return which ids there are, where they are few."""
    return f"; the ids are {', '.join(ids)}" if 0 < len(ids) <= 5 else ""
