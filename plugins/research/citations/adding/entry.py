"""An item of CSL-JSON, as a registry has it → an entry of a .bib file, in fields that BibTeX knows too."""

import re
import unicodedata
from collections.abc import Container, Mapping
from html import unescape
from typing import Any

from ..sources.fields.titles import is_headline
from .registry import arxiv_of
from .to_latex import TAG, to_latex

Item = Mapping[str, Any]

#: CSL's types, and Crossref's own, which its answers have: the type of the entry.
TYPES = {
    **dict.fromkeys("article-journal journal-article article-magazine article-newspaper".split(), "article"),
    **dict.fromkeys("paper-conference proceedings-article".split(), "inproceedings"),
    **dict.fromkeys("chapter book-chapter book-section book-part".split(), "incollection"),
    **dict.fromkeys("book monograph edited-book reference-book".split(), "book"),
    **dict.fromkeys("thesis dissertation".split(), "phdthesis"),
    **dict.fromkeys("report report-component".split(), "techreport"),
    "dataset": "dataset",
    "software": "software",
    "webpage": "online",
}
#: The fields of the title of the container, and of the publisher.
CONTAINERS = {
    "article": "journal",
    "inproceedings": "booktitle",
    "incollection": "booktitle",
    "book": "series",
}
PUBLISHERS = {"phdthesis": "school", "techreport": "institution"}
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
#: Words at the beginning of a title that do not identify it.
EMPTY = frozenset(
    "a an the on of in for to and towards toward der die das ein eine le la les un une el".split()
)


def key_of(item: Item, taken: Container[str]) -> str:
    """Return a key for `item` that is not `taken`: family name, year, and first word of the title."""
    first = next(iter(_people(item.get("author")) or _people(item.get("editor"))), {})
    family = _letters(str(first.get("family") or first.get("literal") or first.get("name") or ""))
    words = [_letters(word) for word in re.findall(r"[^\W_]+", _text(_first(item.get("title"))))]
    word = next((word for word in words if word and word not in EMPTY), "")
    stem = f"{family}{year_of(item)}{word}" or "reference"
    letters = ("", *"abcdefghijklmnopqrstuvwxyz")
    return next((key for letter in letters if (key := stem + letter) not in taken), f"{stem}-another")


def year_of(item: Item) -> str:
    """Return the year of `item`; nothing where it has none."""
    return str(parts[0]) if (parts := _date(item)) else ""


def entry(item: Item, key: str, doi: str) -> str:
    """Return the text of the entry `key` for `item`, whose number is `doi`."""
    kind = TYPES.get(str(item.get("type")), "misc")
    fields = {
        "author": _names(item.get("author")),
        "editor": _names(item.get("editor")),
        "title": _title(item),
        CONTAINERS.get(kind, "howpublished"): to_latex(_first(item.get("container-title"))),
        "volume": to_latex(_first(item.get("volume"))),
        "number": to_latex(_first(item.get("issue"))),
        "pages": re.sub(r"\s*[-–]+\s*", "--", to_latex(_first(item.get("page")))),
        PUBLISHERS.get(kind, "publisher"): to_latex(_first(item.get("publisher"))),
        "year": year_of(item),
    }
    if arxiv := arxiv_of(doi):
        fields |= {"publisher": "", "eprint": arxiv, "eprinttype": "arxiv"}
    fields["doi"] = doi
    lines = [f"  {name:<10} = {{{text}}},\n" for name, text in fields.items() if text]
    if len(parts := _date(item)) > 1 and 1 <= parts[1] <= 12:
        lines.append(f"  {'month':<10} = {MONTHS[parts[1] - 1]},\n")
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def _title(item: Item) -> str:
    """Return the title with its subtitle; in braces what has to keep its capitals."""
    title, subtitle = _first(item.get("title")), _first(item.get("subtitle"))
    whole = f"{title}: {subtitle}" if subtitle and subtitle not in title else title
    return to_latex(whole, keeps_all=not is_headline(_text(whole)))


def _people(names: Any) -> list[Mapping[str, Any]]:
    return [name for name in names if isinstance(name, Mapping)] if isinstance(names, list) else []


def _names(names: Any) -> str:
    return " and ".join(filter(None, map(_name, _people(names))))


def _name(name: Mapping[str, Any]) -> str:
    given, family = (to_latex(str(name.get(part) or "")) for part in ("given", "family"))
    if not family:
        body = to_latex(str(name.get("literal") or name.get("name") or given))
        return f"{{{body}}}" if body else ""
    particle = to_latex(str(name.get("non-dropping-particle") or ""))
    family = f"{particle} {family}".strip()
    family = f"{{{family}}}" if re.search(r",|\band\b", family) else family
    return ", ".join(filter(None, (family, to_latex(str(name.get("suffix") or "")), given)))


def _first(value: Any) -> str:
    """Return a text that a registry gives as such or in a list."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None else str(value)


def _text(html: str) -> str:
    return unescape(TAG.sub("", html))


def _date(item: Item) -> list[int]:
    for name in ("issued", "published", "published-print", "published-online"):
        try:
            return [int(part) for part in item[name]["date-parts"][0]]
        except (KeyError, IndexError, TypeError, ValueError):
            continue
    return []


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if char.isalnum())
