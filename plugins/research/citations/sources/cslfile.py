"""A file of CSL-JSON or CSL-YAML, as Zotero and Pandoc write them."""

import datetime
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from html import escape, unescape
from itertools import takewhile
from pathlib import Path
from typing import Any

from ...core.diagnostics import Diagnostic
from ...core.lazy import lazy_pattern
from ..styles import links
from .entry import normal
from .fields.dates import SPRING, is_date
from .fields.latex import CONTROLS, MAX_TEXT_LENGTH
from .items import ARXIV_ADDRESS, ARXIV_MENTION, DOI

#: CSL's variables that hold names and dates (CSL 1.0.2, appendix IV). All others hold texts.
NAMES = frozenset(
    "author chair collection-editor compiler composer container-author contributor curator director editor "
    "editor-translator editorial-director executive-producer guest host illustrator interviewer narrator "
    "organizer original-author performer producer recipient reviewed-author script-writer series-creator "
    "translator".split()
)
DATES = frozenset("accessed available-date event-date issued original-date submitted".split())
#: An id, in JSON or YAML.
ID = lazy_pattern(r"""\bid["']?[ \t]*:\s*(?:(["'])(?P<quoted>(?:(?!\1).)*+)\1|(?P<plain>[^"'\n,}]+))""")
#: Variables that are read elsewhere, or are for other programs.
OTHERS = frozenset("id type URL DOI custom categories".split())
#: A variable of CSL, or one that a program has added.
VARIABLE = lazy_pattern(r"[A-Za-z][\w-]{0,99}", re.ASCII)
#: Digits of the largest number that is read as one; a larger one stays text.
MAX_DIGITS = 18
#: Pairs of a mapping in YAML. “<<” multiplies them, by another factor at each level.
MAX_PAIRS = 1_000
#: The parts of a name and of a date in CSL-YAML.
NAME_PARTS = "family given non-dropping-particle dropping-particle suffix comma-suffix literal".split()
DATE_PARTS = "year month day".split()
SEASONS = "spring summer autumn winter spring summer fall winter".split()
SURROGATE = lazy_pattern(r"[\ud800-\udfff]")
NO_CHARACTER = "holds half a surrogate pair, which is no character"
#: The tags that CSL-JSON allows in texts, and what reference managers write for them, and publishers in JATS.
#: Empty are those without meaning for CSL.
TAGS = {
    **dict.fromkeys(("i", "em", "italic"), "i"),
    **dict.fromkeys(("b", "strong", "bold"), "b"),
    **{"sup": "sup", "sub": "sub", "inf": "sub"},
    **dict.fromkeys(("sc", "scp", "smallcaps", "small-caps"), "smallcaps"),
    **{"nocase": "nocase", "nodecor": "nodecor", "roman": "nodecor"},
    **dict.fromkeys(("u", "underline", "tt", "monospace", "span"), ""),
}
#: All else in angle brackets is text, but for tags of JATS and MathML with their prefix.
TAG = lazy_pattern(
    rf"<(?P<close>/)?(?P<name>(?P<prefix>jats:|mml:)[a-z][\w-]*|(?:{'|'.join(TAGS)}))"
    r"(?P<attributes>(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?P<empty>/)?>",
    re.IGNORECASE,
)
#: A reference to a character, as in what publishers tell Crossref.
REFERENCE = lazy_pattern(r"&(?:amp;)?(?:[a-zA-Z]{2,8}|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});")
#: Our tags that are classes of a span, by which citeproc-js knows them.
CLASSES = ("smallcaps", "nocase", "nodecor")


class CslFile:
    """The items of a file, by their ids."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self._diagnostics: list[Diagnostic] = []
        self._items: dict[str, Mapping[str, Any]] = {}
        for number, item in enumerate(self._load(), 1):
            if not isinstance(item, Mapping) or not isinstance(item.get("id"), str | int):
                self._diagnostics.append(Diagnostic(path, None, f"item {number} has no id"))
                continue
            key = normal(str(item["id"]))
            if SURROGATE.search(key):
                self._diagnostics.append(Diagnostic(path, None, f"the id of item {number} {NO_CHARACTER}"))
                continue
            if key in self._items:
                self.note(self.offset(key), f"the id “{key}” is used twice; the later item is left out")
            else:
                self._items[key] = item

    def offsets(self) -> dict[str, int]:
        """Return the ids of the file, and where their items are."""
        return {key: self.offset(key) for key in self._items}

    def line(self, offset: int) -> int:
        """Return the line, from 1, of `offset`."""
        return bisect_left(self._ends, offset) + 1

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the file end."""
        return [end.start() for end in re.finditer("\n", self.text)]

    def note(self, offset: int, message: str) -> None:
        """Keep what is wrong at `offset`."""
        self._diagnostics.append(Diagnostic(self.path, self.line(offset), message))

    def diagnostics(self) -> list[Diagnostic]:
        """Return what has been found wrong so far."""
        return self._diagnostics

    def item(self, key: str, find: object = None) -> dict[str, Any]:
        """Return the item `key`, its texts as HTML. It inherits nothing: there is nothing to `find`.

        Values that CSL-JSON does not allow are left out and reported.
        """
        given = self._items[key]
        kind = given.get("type")
        has_type = isinstance(kind, str) and VARIABLE.fullmatch(kind)
        made: dict[str, Any] = {"id": key, "type": kind if has_type else "document"}
        for name, value in given.items():
            if value is None or name in OTHERS:
                continue
            if not isinstance(name, str) or not VARIABLE.fullmatch(name):
                self.note(self.offset(key), f"the item “{key}”: {ascii(name)[:60]} is no variable of CSL")
                continue
            try:
                read = _names(value) if name in NAMES else _date(value) if name in DATES else _html(value)
            except ValueError as error:
                self.note(self.offset(key), f"the item “{key}”: “{name}” {error}")
            else:
                made |= {name: read} if read else {}
        return made | self._links(key, given)

    def _links(self, key: str, given: Mapping[str, Any]) -> dict[str, str]:
        texts = {
            name: str(given[name]) for name in ("DOI", "URL", "number", "note") if _is_text(given.get(name))
        }
        found = {}
        try:
            found["URL"] = links.web_address(texts.get("URL", ""))
        except ValueError as error:
            self.note(self.offset(key), f"the item “{key}”: “URL” {error}; it is left out")
        if doi := DOI.search(texts.get("DOI", "")):
            found["DOI"] = doi[0]
        made = {name: escape(CONTROLS.sub("", text), quote=False) for name, text in found.items() if text}
        addresses = (ARXIV_ADDRESS.search(made.get(name, "")) for name in ("URL", "DOI"))
        mentions = (ARXIV_MENTION.search(texts.get(name, "")) for name in ("number", "note"))
        if arxiv := next(filter(None, (*addresses, *mentions)), None):
            made["arxiv"] = arxiv[1]
        return made

    def _load(self) -> list[Any]:
        import yaml  # takes longer to import than a .bib file to read

        try:
            if self.path.suffix == ".json":
                content = json.loads(self.text, parse_int=_number)
            else:
                content = yaml.load(self.text, _yaml_loader())
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            self._diagnostics.append(
                Diagnostic(self.path, _line_of(error), f"the file cannot be read: {error}")
            )
            return []
        items = content.get("references", [content]) if isinstance(content, Mapping) else content
        if content is not None and not isinstance(items, list):
            self._diagnostics.append(Diagnostic(self.path, None, "the file holds no list of items of CSL"))
        return items if isinstance(items, list) else []

    def offset(self, key: str) -> int:
        """Return where the item `key` is."""
        return self._places.get(key, 0)

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where in the file each id is, the first place of it."""
        places: dict[str, int] = {}
        for match in ID.finditer(self.text):
            key = match["quoted"] if match["quoted"] is not None else match["plain"].rstrip()
            places.setdefault(normal(key), match.start())
        return places


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits


@lru_cache(maxsize=1)
def _yaml_loader() -> Any:
    """Return PyYAML's safe loader, to which what is no value of its kind, as the 45th of May, is text."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        def flatten_mapping(self, node: Any) -> None:
            super().flatten_mapping(node)
            if len(node.value) > MAX_PAIRS:
                problem = f"a mapping of more than {MAX_PAIRS:,} pairs"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)

    def constructor_of(kind: str) -> Any:
        construct = yaml.SafeLoader.yaml_constructors[f"tag:yaml.org,2002:{kind}"]

        def constructed(loader: Any, node: Any) -> Any:
            if len(node.value) > MAX_DIGITS and kind == "int":
                return node.value
            try:
                return construct(loader, node)
            except (ValueError, OverflowError):
                return node.value

        return constructed

    for kind in ("int", "float", "timestamp"):
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", constructor_of(kind))
    return Loader


def _line_of(error: BaseException) -> int | None:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else getattr(error, "lineno", None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float | datetime.date)


def _html(value: Any) -> str:
    """Return `value` escaped, but for the tags of CSL-JSON; of several texts the first.

    Raises `ValueError` where it is no text.
    """
    if isinstance(value, list) and value and _is_text(value[0]):
        value = value[0]
    if not _is_text(value):
        raise ValueError("is no text")
    text = REFERENCE.sub(lambda found: unescape(unescape(found[0])), str(value))
    if SURROGATE.search(text):
        raise ValueError(NO_CHARACTER)
    if len(text := CONTROLS.sub("", text)) > MAX_TEXT_LENGTH:
        raise ValueError(f"is {len(text):,} characters long, more than {MAX_TEXT_LENGTH:,}")
    return _tagged(text)


def _tagged(text: str) -> str:
    """Return `text` escaped, with the tags that CSL-JSON allows; one without its counterpart is text."""
    parts: list[str] = []
    opened: list[tuple[str, int, str, str]] = []  # name, place in `parts`, source, closing tag
    at = 0
    for tag in TAG.finditer(text):
        parts.append(escape(text[at : tag.start()], quote=False))
        at = tag.end()
        name = tag["name"].lower()
        if tag["empty"]:
            parts.append("" if tag["prefix"] else escape(tag[0], quote=False))
        elif not tag["close"]:
            opening, closing = _tags(name, tag["attributes"].lower())
            opened.append((name, len(parts), tag[0], closing))
            parts.append(opening)
        elif opened and opened[-1][0] == name:
            parts.append(opened.pop()[3])
        else:
            parts.append(escape(tag[0], quote=False))
    for _, place, source, _ in opened:
        parts[place] = escape(source, quote=False)
    return "".join((*parts, escape(text[at:], quote=False)))


def _tags(name: str, attributes: str) -> tuple[str, str]:
    """Return our tags for an element; those without meaning for CSL are empty."""
    ours = TAGS.get(name.rpartition(":")[2], "")
    if name == "span":
        said = attributes.replace("small-caps", "smallcaps")
        ours = next((each for each in CLASSES if each in said), "")
    if not ours:
        return "", ""
    return (f'<span class="{ours}">', "</span>") if ours in CLASSES else (f"<{ours}>", f"</{ours}>")


def _names(value: Any) -> list[dict[str, Any]]:
    """Return names, each of at least one part. Raises `ValueError` where `value` is no list of names.

    A single name may stand without a list.
    """
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(name, Mapping) for name in value):
        raise ValueError("is no list of names, such as [{family: Lovelace, given: Ada}]")
    names: Iterator[dict[str, Any]] = (
        {part: _name_part(part, name[part]) for part in NAME_PARTS if name.get(part)} for name in value
    )
    return [name for name in names if name]


def _name_part(part: str, value: Any) -> bool | str:
    """Return a part of a name: text, but for `comma-suffix`, which may be true.

    Raises `ValueError` for another value, such as the family name Yes without quotes in CSL-YAML.
    """
    if value is True and part != "comma-suffix":
        raise ValueError(f"has a name whose {part} is true; put the name in quotes")
    return True if value is True else _html(value)


def _date(value: Any) -> dict[str, Any]:
    """Return a date in CSL-JSON's form; CSL-YAML also writes 2013, 2013-12-20 and {year: 2013}.

    Raises `ValueError` where it is none.
    """
    traits: dict[str, Any] = {}
    if isinstance(value, Mapping):
        traits = {"circa": True} if isinstance(value.get("circa"), int) and value["circa"] else {}
        traits |= _season_of(value)
        if literal := value.get("literal"):
            return {"literal": _html(literal)}
        value = value.get("date-parts") or value.get("raw") or value
    written = (
        value
        if isinstance(value, list)
        else re.split("(?<=.)/", value)
        if isinstance(value, str)
        else [value]
    )
    if len(written) == 2 and _is_open(written[1]) and (begin := _parts(written[0])):
        return {"literal": "-".join(f"{part:02}" for part in begin) + "–"}
    dates = [_parts(date) for date in written]
    if all(dates) and 0 < len(dates) <= 2:
        for date in written:
            traits |= _season_of(date) if isinstance(date, Mapping) else {}
        if len(dates) == 1 and len(dates[0]) > 1 and dates[0][1] >= SPRING:
            traits["season"] = dates[0].pop() - SPRING + 1
        return {"date-parts": dates, **traits}
    if _is_text(value):
        return {"literal": _html(value)}
    raise ValueError("is no date, such as {date-parts: [[2013, 12, 20]]}")


def _is_open(end: Any) -> bool:
    """Return whether `end` of a range of dates says that it has none."""
    return end in (0, "0", "", "..", "open") or end in ([0], ["0"], [""])


def _parts(date: Any) -> list[int]:
    """Return year, month and day of `date`, as far as they are given; nothing where it is none."""
    if isinstance(date, Mapping):
        date = [date.get(name) for name in DATE_PARTS]
    written = date if isinstance(date, list) else re.split(r"(?<=.)-", str(date)) if _is_text(date) else []
    given = list(takewhile(lambda part: part not in (None, "", 0, "0", "00"), written[:3]))
    if not all(_is_text(part) and re.fullmatch(r"-?\d{1,4}", str(part).strip()) for part in given):
        return []
    parts = [int(part) for part in given]
    return parts if parts and is_date(*parts) else []


def _season_of(date: Mapping[str, Any]) -> dict[str, int]:
    season = _season(date.get("season"))
    return {"season": season} if season else {}


def _season(value: Any) -> int:
    """Return the number of a season, given as such or by its English name; 0 for none."""
    if isinstance(value, str) and value.lower() in SEASONS:
        return SEASONS.index(value.lower()) % 4 + 1
    number = int(value) if isinstance(value, int | str) and re.fullmatch(r"\d{1,2}", str(value)) else 0
    return number if 1 <= number <= 4 else number - 20 if 21 <= number <= 24 else 0
