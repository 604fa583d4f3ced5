"""BibTeX and BibLaTeX fields → an item of CSL-JSON.

CSL-JSON (https://docs.citationstyles.org, “Appendix IV”) is the form of entries
outside of this file, whatever file they come from. Its texts are HTML here: escaped, with the few
inline tags that `latex.to_html` writes.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from typing import Any

from pybtex.bibtex.utils import split_name_list, split_tex_string
from pybtex.database import InvalidNameString, Person

from ..styles import links
from .languages import tag_of
from .latex import to_html

Item = dict[str, Any]
Fields = Mapping[str, str]

TYPES = {
    "article": "article-journal",
    "artwork": "graphic",
    "audio": "song",
    "book": "book",
    "booklet": "pamphlet",
    "bookinbook": "chapter",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "image": "graphic",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case",
    "legislation": "legislation",
    "letter": "personal_communication",
    "manual": "report",
    "mastersthesis": "thesis",
    "movie": "motion_picture",
    "music": "song",
    "mvbook": "book",
    "mvcollection": "book",
    "mvproceedings": "book",
    "mvreference": "book",
    "online": "webpage",
    "patent": "patent",
    "performance": "performance",
    "periodical": "periodical",
    "phdthesis": "thesis",
    "proceedings": "book",
    "reference": "book",
    "report": "report",
    "review": "review",
    "software": "software",
    "standard": "standard",
    "suppbook": "chapter",
    "suppcollection": "chapter",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "video": "motion_picture",
    "www": "webpage",
    "xdata": "xdata",  # only inherited from
}
GENRES = {
    "phdthesis": "PhD thesis",
    "mastersthesis": "Master’s thesis",
    "mathesis": "Master’s thesis",
    "techreport": "Technical report",
}
#: CSL variable: the fields that fill it, the first that is there.
TEXTS = {
    "container-title": ("journaltitle", "journal", "booktitle", "maintitle"),
    "collection-title": ("series",),
    "publisher": ("publisher", "school", "institution", "organization"),
    "publisher-place": ("location", "address"),
    "event-title": ("eventtitle",),
    "event-place": ("venue",),
    "title-short": ("shorttitle",),
    "volume": ("volume",),
    "number-of-volumes": ("volumes",),
    "number-of-pages": ("pagetotal",),
    "edition": ("edition",),
    "version": ("version",),
    "chapter-number": ("chapter",),
    "ISBN": ("isbn",),
    "ISSN": ("issn",),
    "note": ("note",),
}
#: Subtitles, by the field of the title that they follow.
SUBTITLES = {
    "title": "subtitle",
    "journaltitle": "journalsubtitle",
    "booktitle": "booksubtitle",
    "maintitle": "mainsubtitle",
}
#: Types whose number is that of the series.
IN_SERIES = frozenset(("book", "chapter", "paper-conference"))
DATES = {"issued": "date", "accessed": "urldate", "original-date": "origdate", "event-date": "eventdate"}
#: Fields that may hold the address of an entry, the best first.
ADDRESSES = ("url", "howpublished")
LANGUAGES = ("langid", "hyphenation", "language")
NAMES = {"author": "author", "editor": "editor", "translator": "translator", "bookauthor": "container-author"}
MONTHS = dict(zip("jan feb mar apr may jun jul aug sep oct nov dec".split(), range(1, 13), strict=True))
#: A date of BibLaTeX (ISO 8601-2, level 1): with a time, and with a mark where it is not certain.
DATE = re.compile(
    r"(?P<year>-?\d{1,4})(?:-(?P<month>\d\d|XX))?(?:-(?P<day>\d\d|XX))?(?:T[\d:.Z+-]+)?(?P<circa>[~?%]?)"
)
#: The first number of a season, where a date has it in the place of a month.
SPRING = 21
EXTENDED_NAME = re.compile(r"\s*(?:family|given|prefix|suffix|useprefix)(?:-i)?\s*=")
DOI = re.compile(r"10\.\d{4,9}/[^\s\"']+")
ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
ARXIV_MENTION = re.compile(rf"\barxiv:\s*({ARXIV.pattern})", re.IGNORECASE)


def item(key: str, kind: str, fields: Fields) -> Item:
    """Return the CSL-JSON item of an entry of type `kind` with `fields`, all in lower case.

    Raises `ValueError` for a name that cannot be read.
    """
    made: Item = {"id": key, "type": TYPES.get(kind, "document")}
    for variable, names in TEXTS.items():
        if text := next((_whole(fields, name) for name in names if fields.get(name)), None):
            made[variable] = to_html(text, is_title=variable.endswith("-title"))
    made |= _title(fields) | _numbers(made["type"], fields) | _links(fields)
    for field, variable in NAMES.items():
        if fields.get(field):
            made[variable] = names_of(fields[field])
    for variable, field in DATES.items():
        if date := _date(fields, field):
            made[variable] = date
    if genre := fields.get("type") or GENRES.get(kind):
        made["genre"] = to_html(GENRES.get(genre, genre))
    return made


def malformed_addresses(fields: Fields) -> Iterator[str]:
    """Yield what is wrong with addresses in `fields`, which `item` leaves out."""
    for name in ADDRESSES:
        try:
            links.web_address(fields.get(name, "").replace("\\", ""))
        except ValueError as error:
            yield f"“{name}” {error}"


def names_of(text: str) -> list[dict[str, str]]:
    """Return the CSL names in BibTeX's list `text`; a name in braces is that of a body.

    BibTeX's “and others” becomes the name ``{"literal": "others"}``.
    """
    found = []
    for name in split_name_list(text):
        if name == "others" or (name.startswith("{") and name.endswith("}") and "}" not in name[1:-1]):
            found.append({"literal": to_html(name)})
            continue
        if EXTENDED_NAME.match(name):
            found.append(_extended(name))
            continue
        try:
            person = Person(name)
        except InvalidNameString as error:
            raise ValueError(f"the name “{name}” has too many commas; join names by “ and ”") from error
        parts = {
            "family": person.last_names,
            "given": person.first_names + person.middle_names,
            "non-dropping-particle": person.prelast_names,
            "suffix": person.lineage_names,
        }
        found.append({part: to_html(" ".join(words)) for part, words in parts.items() if words})
    return found if found != [{"literal": "others"}] else []  # “and others” of nobody


def _extended(name: str) -> dict[str, str]:
    """Return the CSL name of BibLaTeX's ``family=…, given=…, prefix=…, useprefix=…`` (section 2.3.3)."""
    pairs = (part.partition("=") for part in split_tex_string(name, ","))
    given = {key.strip(): to_html(value.strip(' "')) for key, _, value in pairs}
    own = given.get("useprefix", "true") != "false"
    names = {
        "family": "family",
        "given": "given",
        "suffix": "suffix",
        "prefix": "non-dropping-particle" if own else "dropping-particle",
    }
    return {names[part]: text for part, text in given.items() if part in names and text}


def _whole(fields: Fields, name: str) -> str:
    """Return the title or other text in the field `name`, with its subtitle."""
    subtitle = fields.get(SUBTITLES.get(name, ""))
    return f"{fields[name]}: {subtitle}" if subtitle else fields[name]


def _title(fields: Fields) -> Item:
    made: Item = {}
    if fields.get("title"):
        # BibTeX's titles have capitals that a style may drop, outside of braces (see `titles`).
        made = {"title": to_html(_whole(fields, "title"), is_title=True), "headline": True}
    if language := tag_of(next((fields[name] for name in LANGUAGES if fields.get(name)), "")):
        made["language"] = language
    return made


def _numbers(kind: str, fields: Fields) -> Item:
    made: Item = {}
    if issue := fields.get("issue") or (fields.get("number") if kind == "article-journal" else None):
        made["issue"] = to_html(issue)
    elif number := fields.get("number"):
        made["collection-number" if kind in IN_SERIES else "number"] = to_html(number)
    if pages := fields.get("pages") or fields.get("eid"):
        made["page"] = re.sub(r"\s*[-–—]+\s*", "-", to_html(pages))
    return made


def _links(fields: Fields) -> Item:
    """Return DOI, URL and arXiv number; a URL of any scheme but http and https is left out."""
    made: Item = {}
    if doi := DOI.search(fields.get("doi", "")):
        made["DOI"] = escape(doi[0].replace("\\_", "_"), quote=False)
    for name in ADDRESSES:
        with suppress(ValueError):  # reported by `malformed_addresses`
            if url := links.web_address(fields.get(name, "").replace("\\", "")):
                made["URL"] = escape(url, quote=False)
                break
    if arxiv := _arxiv(fields):
        made["arxiv"] = arxiv
        made.setdefault("URL", f"https://arxiv.org/abs/{arxiv}")
    # What reference managers keep in the field file is as a rule on the author's own disk.
    own = fields.get("pdf", "").replace("\\", "") or fields.get("file", "")
    if pdf := links.pdf_address(own, is_ours=bool(fields.get("pdf"))):
        made["pdf"] = pdf
    return made


def _arxiv(fields: Fields) -> str | None:
    archive = fields.get("eprinttype") or fields.get("archiveprefix") or ""
    number = fields.get("eprint", "").lower().removeprefix("arxiv:")
    if ARXIV.fullmatch(number) and archive.lower() in ("arxiv", ""):
        return number
    mention = ARXIV_MENTION.search(fields.get("journal", "") + " " + fields.get("note", ""))
    return mention[1] if mention else None


def _date(fields: Fields, field: str) -> Item | None:
    """Return the CSL date in BibLaTeX's `field`, or in BibTeX's ``year`` and ``month``."""
    text = fields.get(field) or (fields.get("year") if field == "date" else "") or ""
    ends = text.split("/")
    if len(ends) == 2 and ends[1] in ("", "..", "open"):
        return {"literal": f"{ends[0]}–"}
    found = [DATE.fullmatch(end.strip()) for end in ends]
    if not text or len(found) > 2 or not all(end and is_date(*_parts(end)) for end in found):
        return {"literal": to_html(text)} if text else None
    made: Item = {"date-parts": [_parts(end) for end in found if end]}
    first = made["date-parts"][0]
    if len(found) == 1 and len(first) == 1 and field == "date":
        first += _month(fields.get("month", ""))
    if len(first) > 1 and first[1] >= SPRING:
        made["season"] = first.pop() - SPRING + 1
    if any(end["circa"] for end in found if end):
        made["circa"] = True
    return made


def is_date(year: int, month: int = 1, day: int = 1) -> bool:
    """Return whether there may be such a date; months behind the twelfth are seasons."""
    return 1 <= month < SPRING + 4 and 1 <= day <= 31


def _parts(end: re.Match[str]) -> list[int]:
    year, *others = (int(part) for part in end.group("year", "month", "day") if part and part != "XX")
    # ISO 8601 has a year 0, which is 1 BCE; CSL has none.
    return [year if year > 0 else year - 1, *others]


def _month(text: str) -> list[int]:
    number = MONTHS.get(text[:3].lower()) or (int(text) if re.fullmatch("[0-9]{1,2}", text) else 0)
    return [number] if 1 <= number <= 12 else []
