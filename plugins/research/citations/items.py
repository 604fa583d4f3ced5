"""BibTeX and BibLaTeX fields → the item of CSL-JSON that says the same.

CSL-JSON (https://docs.citationstyles.org, “Appendix IV”) is the one form in which works are known
beyond this file, whatever file they come from. Its texts are HTML here: escaped, with the few
inline tags that `latex.to_html` writes.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from pybtex.bibtex.utils import split_name_list
from pybtex.database import InvalidNameString, Person

from .latex import to_html

Item = dict[str, Any]
Fields = Mapping[str, str]

TYPES = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "bookinbook": "chapter",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "report",
    "mastersthesis": "thesis",
    "mvbook": "book",
    "online": "webpage",
    "patent": "patent",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "software": "software",
    "suppbook": "chapter",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "www": "webpage",
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
    "volume": ("volume",),
    "edition": ("edition",),
    "chapter-number": ("chapter",),
    "note": ("note",),
}
NAMES = {"author": "author", "editor": "editor", "translator": "translator", "bookauthor": "container-author"}
MONTHS = dict(zip("jan feb mar apr may jun jul aug sep oct nov dec".split(), range(1, 13), strict=True))
DATE = re.compile(r"(?P<year>-?\d{4})(?:-(?P<month>\d\d))?(?:-(?P<day>\d\d))?")
DOI = re.compile(r"10\.\d{4,9}/[^\s\"']+")
WEB = re.compile(r"https?://[^\s<>\"'{}|\\^`]+", re.IGNORECASE)
ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
ARXIV_MENTION = re.compile(rf"\barxiv:\s*({ARXIV.pattern})", re.IGNORECASE)


def item(key: str, kind: str, fields: Fields) -> Item:
    """Return the CSL-JSON item of an entry of type `kind` with `fields`, all in lower case.

    Raises `ValueError` for a name that cannot be read.
    """
    made: Item = {"id": key, "type": TYPES.get(kind, "document")}
    for variable, names in TEXTS.items():
        if text := next((fields[name] for name in names if fields.get(name)), None):
            made[variable] = to_html(text, is_title=variable.endswith("-title"))
    made |= _titles(fields) | _numbers(made["type"], fields) | _links(fields)
    for field, variable in NAMES.items():
        if fields.get(field):
            made[variable] = names_of(fields[field])
    if date := _date(fields):
        made["issued"] = date
    if genre := fields.get("type") or GENRES.get(kind):
        made["genre"] = to_html(GENRES.get(genre, genre))
    return made


def names_of(text: str) -> list[dict[str, str]]:
    """Return the CSL names in BibTeX's list `text`; a name in braces is that of a body.

    BibTeX's “and others” becomes the name ``{"literal": "others"}``.
    """
    found = []
    for name in split_name_list(text):
        if name == "others" or (name.startswith("{") and name.endswith("}") and "}" not in name[1:-1]):
            found.append({"literal": to_html(name)})
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
    return found


def _titles(fields: Fields) -> Item:
    title = fields.get("title", "")
    if title and fields.get("subtitle"):
        title = f"{title}: {fields['subtitle']}"
    return {"title": to_html(title, is_title=True)} if title else {}


def _numbers(kind: str, fields: Fields) -> Item:
    made: Item = {}
    if issue := fields.get("issue") or (fields.get("number") if kind == "article-journal" else None):
        made["issue"] = to_html(issue)
    elif number := fields.get("number"):
        made["number"] = to_html(number)
    if pages := fields.get("pages") or fields.get("eid"):
        made["page"] = re.sub(r"\s*[-–—]+\s*", "-", to_html(pages))
    return made


def _links(fields: Fields) -> Item:
    """Return DOI, URL and arXiv number; a URL of any scheme but http and https is left out."""
    made: Item = {}
    if doi := DOI.search(fields.get("doi", "")):
        made["DOI"] = escape(doi[0].replace("\\_", "_"), quote=False)
    for name in ("url", "howpublished", "note"):
        if (url := WEB.search(fields.get(name, "").replace("\\", ""))) and (name != "note"):
            made["URL"] = escape(url[0], quote=False)
            break
    if arxiv := _arxiv(fields):
        made["arxiv"] = arxiv
        made.setdefault("URL", f"https://arxiv.org/abs/{arxiv}")
    return made


def _arxiv(fields: Fields) -> str | None:
    archive = fields.get("eprinttype") or fields.get("archiveprefix") or ""
    number = fields.get("eprint", "").lower().removeprefix("arxiv:")
    if ARXIV.fullmatch(number) and archive.lower() in ("arxiv", ""):
        return number
    mention = ARXIV_MENTION.search(fields.get("journal", "") + " " + fields.get("note", ""))
    return mention[1] if mention else None


def _date(fields: Fields) -> Item | None:
    """Return the CSL date in BibLaTeX's ``date`` or BibTeX's ``year`` and ``month``."""
    text = fields.get("date") or fields.get("year") or ""
    ends = [DATE.fullmatch(end) for end in text.split("/")]
    if not text or len(ends) > 2 or None in ends:
        return {"literal": to_html(text)} if text else None
    parts = [[int(part) for part in end.groups() if part] for end in ends if end]
    month = fields.get("month", "")
    if len(parts) == 1 and len(parts[0]) == 1 and month:
        number = MONTHS.get(month[:3].lower()) or (int(month) if month.isdigit() else 0)
        parts[0] += [number] if 1 <= number <= 12 else []
    return {"date-parts": parts}
