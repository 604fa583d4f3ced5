"""Fields that an entry inherits by ``crossref``, as in biber (BibLaTeX manual, appendix B)."""

from collections.abc import Mapping

Fields = Mapping[str, str]

IN_BOOK = frozenset(("inbook", "bookinbook", "suppbook"))
IN_COLLECTION = frozenset(("incollection", "inreference", "suppcollection"))
IN_PROCEEDINGS = frozenset(("inproceedings", "conference"))
#: Types of parents → types of children that take the parent's titles as those of the whole work.
VOLUMES = {
    "mvbook": IN_BOOK | {"book"},
    "mvcollection": IN_COLLECTION | {"collection", "reference"},
    "mvreference": IN_COLLECTION | {"collection", "reference"},
    "mvproceedings": IN_PROCEEDINGS | {"proceedings"},
}
#: Titles of a parent: those of a whole work, of a periodical and of a book.
WHOLE = {"title": "maintitle", "subtitle": "mainsubtitle", "titleaddon": "maintitleaddon"}
PERIODICAL = {"title": "journaltitle", "subtitle": "journalsubtitle", "titleaddon": ""}
BOOK = {"title": "booktitle", "subtitle": "booksubtitle", "titleaddon": "booktitleaddon"}
#: Fields that belong to one entry alone.
OWN = frozenset(
    "ids crossref xref xdata entryset entrysubtype execute label options presort related relatedoptions "
    "relatedstring relatedtype shorthand shorthandintro sortkey shorttitle sorttitle indextitle "
    "indexsorttitle key".split()
)


def inherited(kind: str, parent_kind: str, parent: Fields, parent_own: Fields) -> dict[str, str]:
    """Return the fields that an entry of type `kind` inherits by ``crossref``.

    `parent` are the fields of its parent, some of them inherited, and `parent_own` those written there.
    """
    fields = {name: text for name, text in parent.items() if name not in OWN}
    if kind in VOLUMES.get(parent_kind, ()):
        renamed = WHOLE
    elif parent_kind == "periodical":
        renamed = PERIODICAL
    else:
        renamed = BOOK
    if renamed is BOOK and parent_own.get("booktitle"):
        # BibTeX's proceedings say by which title they are inherited.
        renamed = dict.fromkeys(BOOK, "")
    titles = {new: fields[name] for name, new in renamed.items() if new and fields.get(name)}
    if kind in IN_BOOK and parent_kind in ("book", "mvbook") and fields.get("author"):
        titles["bookauthor"] = fields.get("bookauthor") or fields["author"]
    return {**{name: text for name, text in fields.items() if name not in renamed}, **titles}
