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

from pybtex.bibtex.utils import split_tex_string

from ...core.lazy import lazy_pattern
from ..styles import links
from .fields.dates import date_of
from .fields.keys import localized, series
from .fields.languages import tag_of
from .fields.latex import MAX_TEXT_LENGTH, to_html, unknown_commands
from .fields.names import names_of

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
    "legal": "legislation",
    "legislation": "legislation",
    "letter": "personal_communication",
    "manual": "book",
    "mastersthesis": "thesis",
    "mathesis": "thesis",
    "misc": "document",
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
    "suppperiodical": "article-journal",
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
#: Types of articles by what BibLaTeX calls the subtype of the entry.
SUBTYPES = {"magazine": "article-magazine", "newspaper": "article-newspaper"}
#: Types of entries that stand in a book, and those that are one, or a volume of a larger work.
IN_BOOKS = frozenset(
    "bookinbook conference inbook incollection inproceedings inreference suppbook suppcollection".split()
)
BOOKS = frozenset(
    "book booklet collection manual mvbook mvcollection mvproceedings mvreference proceedings "
    "reference".split()
)
#: CSL variable: the fields that fill it, the first that is there.
TEXTS = {
    "event-title": ("eventtitle",),
    "event-place": ("venue",),
    "number-of-volumes": ("volumes",),
    "number-of-pages": ("pagetotal",),
    "edition": ("edition",),
    "version": ("version",),
    "chapter-number": ("chapter",),
    "ISBN": ("isbn",),
    "ISSN": ("issn",),
    "PMID": ("pmid",),
    "original-title": ("origtitle",),
}
#: CSL variable: fields that are joined to fill it, each of them a list whose parts “and” separates.
LISTS = {
    "publisher": ("school", "institution", "organization", "howpublished", "publisher"),
    "publisher-place": ("location", "address"),
    "original-publisher": ("origpublisher",),
    "original-publisher-place": ("origlocation",),
}
#: CSL variable: fields for other programs and for annotated bibliographies.
UNPRINTED = {"annote": ("annotation", "annote"), "keyword": ("keywords",), "abstract": ("abstract",)}
#: The fields of subtitles and additions, by that of their title.
SUBTITLES = {
    "title": ("subtitle", "titleaddon"),
    "journaltitle": ("journalsubtitle", ""),
    "issuetitle": ("issuesubtitle", ""),
    "booktitle": ("booksubtitle", "booktitleaddon"),
    "maintitle": ("mainsubtitle", "maintitleaddon"),
}
#: Types whose number is that of the series.
IN_SERIES = frozenset(("book", "chapter", "paper-conference", "entry-encyclopedia", "pamphlet"))
DATES = {"issued": "date", "accessed": "urldate", "original-date": "origdate", "event-date": "eventdate"}
#: Fields that may hold the address of an entry, the best first.
ADDRESSES = ("url", "howpublished")
LANGUAGES = ("langid", "hyphenation", "language")
NAMES = {"author": "author", "editor": "editor", "translator": "translator", "bookauthor": "container-author"}
#: What editors of BibLaTeX may be instead, by their type, as variables of CSL.
EDITOR_TYPES = {
    **dict.fromkeys(("editor", "redactor", "reviser", "continuator", "collaborator"), "editor"),
    **{"compiler": "compiler", "director": "director", "organizer": "organizer", "founder": "editor"},
}
#: Fields of which a reference shows the LaTeX.
PRINTED = frozenset(
    (
        *(name for names in (*TEXTS.values(), *LISTS.values()) for name in names),
        *(name for title, others in SUBTITLES.items() for name in (title, *others)),
        *(*NAMES, "journal", "shorttitle", "series", "volume", "part", "number", "issue", "type", "note"),
        *("addendum", "pages", "pubstate", "year", "editora", "editorb", "editorc"),
    )
)
DOI = lazy_pattern(r"10\.\d{4,9}/[^\s\"']+")
ARXIV = lazy_pattern(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
ARXIV_ADDRESS = lazy_pattern(
    rf"(?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|\b10\.48550/arxiv\.)({ARXIV.pattern})", re.IGNORECASE
)
ARXIV_MENTION = lazy_pattern(rf"\barxiv:\s*({ARXIV.pattern})", re.IGNORECASE)
#: The addresses that archives have for their numbers.
EPRINTS = {
    "googlebooks": "https://books.google.com?id={}",
    "hdl": "https://hdl.handle.net/{}",
    "jstor": "https://www.jstor.org/stable/{}",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/{}/",
}
EPRINT = lazy_pattern(r"[\w./:-]+", re.ASCII)
AND = re.compile(r"\s+and\s+")


def item(key: str, kind: str, fields: Fields) -> Item:
    """Return the CSL-JSON item of an entry of type `kind` with `fields`, all in lower case.

    Raises `ValueError` for a name or text that cannot be read.
    """
    made: Item = {"id": key, "type": TYPES.get(kind, "document")}
    if kind == "article":
        made["type"] = SUBTYPES.get(fields.get("entrysubtype", "").lower(), made["type"])
    if kind == "periodical" and fields.get("issuetitle"):
        made["type"] = "article-journal"
    for variable, names in TEXTS.items():
        if text := next((fields[name] for name in names if fields.get(name)), None):
            made[variable] = to_html(localized(text), is_title=variable.endswith("-title"))
    made |= _titles(kind, fields) | _lists(kind, fields) | _numbers(made["type"], fields)
    made |= _people(fields) | _notes(kind, fields) | _links(fields) | _unprinted(fields)
    for variable, field in DATES.items():
        if date := date_of(fields, field):
            made[variable] = date
    return made


def problems(fields: Fields) -> Iterator[str]:
    """Yield what is wrong with the values of `fields`, though `item` makes something of them."""
    for name in ADDRESSES:
        try:
            links.web_address(_unescaped(fields.get(name, "")))
        except ValueError as error:
            yield f"“{name}” {error}; it is left out"
    for name in PRINTED.intersection(fields):
        for command in unknown_commands(fields[name]) if "\\" in fields[name] else ():
            yield f"“{name}” holds the unknown command “{command}”, which is left out; write its text"


def _titles(kind: str, fields: Fields) -> Item:
    """Return titles: of the entry, of what it stands in, of the series.

    A volume of a larger work has the title of that work, and its own as “volume-title”.
    """
    made: Item = {}
    title, book, main = (_title(fields, name) for name in ("title", "booktitle", "maintitle"))
    journal = _title(fields, "journaltitle") or localized(fields.get("journal", ""))
    own = fields.get("title", "")
    if kind == "periodical" and (issue := _title(fields, "issuetitle")):
        title, journal, own = issue, title, fields["issuetitle"]
    found = {"title": title, "container-title": journal or ("" if kind in BOOKS else book or main)}
    if main and kind in BOOKS and title:
        found |= {"title": main, "volume-title": title}
        own = ""
    elif main and book:
        found |= {"container-title": main, "volume-title": book}
    found["collection-title"] = (series if kind in ("article", "periodical") else localized)(
        fields.get("series", "")
    )
    if own:
        found["title-short"] = fields.get("shorttitle") or _short(localized(own), title)
    made = {name: to_html(text, is_title=True) for name, text in found.items() if text}
    if title:
        # BibTeX's titles have capitals that a style may drop, outside of braces (see `titles`).
        made["headline"] = True
    if language := tag_of(next((fields[name] for name in LANGUAGES if fields.get(name)), "")):
        made["language"] = language
    return made


def _title(fields: Fields, name: str) -> str:
    """Return the title in the field `name`, with its subtitle and addition."""
    subtitle, addition = (localized(fields.get(other, "")) for other in SUBTITLES[name])
    title = localized(fields.get(name, ""))
    if title and subtitle:
        title += f" {subtitle}" if title.endswith((".", "?", "!", ":", ";")) else f": {subtitle}"
    if title and addition:
        title += f" {addition}" if title.endswith((".", "?", "!")) else f". {addition}"
    return title


def _short(own: str, whole: str) -> str:
    """Return the title without its subtitle; nothing where it has none."""
    if own != whole:
        return own
    begin, colon, _ = whole.partition(": ")
    return begin if colon and begin.count("{") == begin.count("}") and begin.count("$") % 2 == 0 else ""


def _lists(kind: str, fields: Fields) -> Item:
    made: Item = {}
    for variable, names in LISTS.items():
        parts = [part for name in names for part in _parts(name, fields.get(name, ""))]
        if parts:
            made[variable] = to_html("; ".join(dict.fromkeys(parts)))
    if kind == "patent" and "publisher-place" in made:
        made["jurisdiction"] = made.pop("publisher-place")
    return made


def _parts(name: str, text: str) -> list[str]:
    if name == "howpublished":  # an address becomes a link
        return [localized(text)] if text and not links.WEB.search(_unescaped(text)) else []
    if "$" in text:
        return [text]
    return [localized(part) for part in split_tex_string(text, AND) if part.strip()] if text else []


def _numbers(kind: str, fields: Fields) -> Item:
    made: Item = {}
    number, issue = (localized(fields.get(name, "")) for name in ("number", "issue"))
    if kind.startswith("article-") or kind == "periodical":
        number, issue = "", ", ".join(filter(None, (number, issue)))
    if issue:
        made["issue"] = to_html(issue)
    if number:
        made["collection-number" if kind in IN_SERIES else "number"] = to_html(number)
    if volume := ".".join(filter(None, (fields.get("volume"), fields.get("part")))):
        made["volume"] = to_html(volume)
    if pages := fields.get("pages") or fields.get("eid"):
        made["page"] = re.sub(r"\s*[-–—]+\s*", "-", to_html(pages))
    return made


def _people(fields: Fields) -> Item:
    made: Item = {}
    options = re.sub(r"\s", "", fields.get("options", "").lower())
    use_prefix = "useprefix=false" not in options
    for field, variable in NAMES.items():
        if fields.get(field):
            role = EDITOR_TYPES.get(fields.get("editortype", "").lower(), variable)
            made[role if field == "editor" else variable] = names_of(fields[field], use_prefix)
    for field in ("editora", "editorb", "editorc"):
        other = EDITOR_TYPES.get(fields.get(f"{field}type", "").lower())
        if other and other not in made and fields.get(field):
            made[other] = names_of(fields[field], use_prefix)
    return made


def _notes(kind: str, fields: Fields) -> Item:
    made: Item = {}
    if notes := [fields[name] for name in ("note", "addendum") if fields.get(name)]:
        made["note"] = to_html(". ".join((*(note.removesuffix(".") for note in notes[:-1]), notes[-1])))
    if fields.get("pubstate"):
        made["status"] = to_html(localized(fields["pubstate"]))
    if genre := fields.get("type") or GENRES.get(kind):
        made["genre"] = to_html(localized(genre))
    return made


def _unprinted(fields: Fields) -> Item:
    """Return what few styles print, as far as it can be read."""
    made: Item = {}
    for variable, names in UNPRINTED.items():
        text = next((fields[name] for name in names if fields.get(name)), "")
        if text and len(text) <= MAX_TEXT_LENGTH:
            with suppress(ValueError):
                made[variable] = to_html(text)
    return made


def _unescaped(address: str) -> str:
    """Return an `address` without LaTeX's backslashes and braces, as in ``a{\\_}b``."""
    return re.sub(r"[\\{}]", "", address)


def _links(fields: Fields) -> Item:
    """Return DOI, URL and arXiv number; a URL of any scheme but http and https is left out."""
    made: Item = {}
    if doi := DOI.search(fields.get("doi", "")):
        made["DOI"] = escape(_unescaped(doi[0]), quote=False)
    for name in ADDRESSES:
        with suppress(ValueError):  # reported by `problems`
            if url := links.web_address(_unescaped(fields.get(name, ""))):
                made["URL"] = escape(url, quote=False)
                break
    if arxiv := _arxiv(fields):
        made["arxiv"] = arxiv
        made.setdefault("URL", f"https://arxiv.org/abs/{arxiv}")
    archive = (fields.get("eprinttype") or fields.get("archiveprefix") or "").lower()
    if archive in EPRINTS and EPRINT.fullmatch(fields.get("eprint", "")):
        made.setdefault("URL", escape(EPRINTS[archive].format(fields["eprint"])))
    options = re.sub(r"\s", "", fields.get("options", "").lower())
    for name in ("url", "doi"):
        if f"{name}=false" in options:
            made.pop(name.upper(), None)
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
    if address := ARXIV_ADDRESS.search(f"{fields.get('url', '')} {fields.get('doi', '')}"):
        return address[1]
    mention = ARXIV_MENTION.search(fields.get("journal", "") + " " + fields.get("note", ""))
    return mention[1] if mention else None
