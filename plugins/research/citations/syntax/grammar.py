"""The grammar of citations: the text between two brackets → frozen records.

It is Pandoc's (Pandoc User's Guide, “Citation syntax”), with ``@@`` for a citation that is part of
the sentence. docs/citations.md writes it down in full.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from ...core.lazy import lazy_pattern

#: CSL's locator types (CSL 1.0.2, appendix I) and the forms in which an author may write them.
LABELS = {
    "act": "act acts",
    "appendix": "app. apps. appendix appendices",
    "article-locator": "art. arts. article articles",
    "book": "bk. bks. book books",
    "canon": "canon canons",
    "chapter": "ch. chs. chap. chaps. chapter chapters",
    "column": "col. cols. column columns",
    "elocation": "loc. locs. location locations",
    "equation": "eq. eqs. equation equations",
    "figure": "fig. figs. figure figures",
    "folio": "fol. fols. folio folios",
    "issue": "no. nos. number numbers issue issues",
    "line": "l. ll. line lines",
    "note": "n. nn. note notes",
    "opus": "op. opp. opus opera",
    "page": "p. pp. p pp page pages",
    "paragraph": "para. paras. paragraph paragraphs ¶ ¶¶",
    "part": "pt. pts. part parts",
    "rule": "r. rr. rule rules",
    "scene": "sc. scs. scene scenes",
    "section": "sec. secs. sect. sects. section sections § §§",
    "sub-verbo": "s.v. s.vv.",
    "supplement": "supp. supps. supplement supplements",
    "table": "tbl. tbls. table tables",
    "timestamp": "timestamp timestamps",
    "title-locator": "tit. tits. title titles",
    "verse": "v. vv. verse verses",
    "volume": "vol. vols. volume volumes",
}
LABEL_OF_FORM = {form: label for label, forms in LABELS.items() for form in forms.split()}

KEY = r"\{(?P<braced>[^{}]+)\}|(?P<plain>\w+(?:[:.#$%&\-+?<>~/]+\w+)*)"
#: Of a person on a server, as in ``@ann@example.org``: no key.
HANDLE = r"(?![\w.+-]*@\w)"
CITE = lazy_pattern(
    rf"(?P<prefix>.*?)(?<![\w\\@.+])(?P<minus>-?)(?P<at>@@?)(?:{KEY}){HANDLE}(?P<rest>.*)", re.DOTALL
)
SEPARATOR = lazy_pattern(r";(?![^{}]*\})")

NUMBER = r"\(?[\w.:/]*\d[\w.:/]*\)?"
ROMAN = r"\(?(?:[ivxlcdm]+|[IVXLCDM]+|[A-Z])(?!\w)\)?"
JOIN = r"\s*(?:-+|[–—,&]|and\b)\s*"
NUMBERS = rf"{NUMBER}(?:{JOIN}{NUMBER})*"
# “Fig. 3” is as good as “fig. 3”; of single letters only the small ones are labels.
FORMS = "|".join(
    re.escape(form) if len(form) < 3 else f"(?i:{re.escape(form)})"
    for form in sorted(LABEL_OF_FORM, key=len, reverse=True)
)
LABELLED = lazy_pattern(
    rf"\s*,?\s*(?P<form>{FORMS})(?<!\w(?=\w))\s*(?P<numbers>(?:{NUMBER}|{ROMAN})"
    rf"(?:{JOIN}(?:{NUMBER}|{ROMAN}))*)"
)
UNLABELLED = lazy_pattern(rf"\s*,\s*(?P<numbers>{NUMBERS})")
BRACED = lazy_pattern(rf"\s*,?\s*\{{\s*(?:(?P<form>{FORMS})(?<!\w(?=\w))\s*)?(?P<numbers>[^{{}}]*)\}}")


@dataclass(frozen=True, slots=True)
class Cite:
    """One reference, cited once: ``see @key, pp. 3–5, in passing``."""

    key: str
    prefix: str = ""
    #: A CSL locator type such as ``page``; empty where there is no locator.
    label: str = ""
    locator: str = ""
    suffix: str = ""
    #: Written ``-@key``: the sentence has named the author already.
    suppress_author: bool = False
    #: Written ``@@key``: a narrative citation, whose author and year are part of the sentence.
    is_narrative: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """What stands in one pair of brackets: one cite or several."""

    cites: tuple[Cite, ...]
    #: As the author typed it, brackets included.
    source: str

    @property
    def is_narrative(self) -> bool:
        """Whether the citation is narrative, as its first cite is."""
        return self.cites[0].is_narrative

    def clusters(self) -> list[tuple[Cite, ...]]:
        """Return the cites, split before each further narrative cite."""
        if len(self.cites) == 1 or not self.is_narrative:
            return [self.cites]
        starts = [number for number, cite in enumerate(self.cites) if cite.is_narrative]
        return [self.cites[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]

    def swapped(self) -> "Citation":
        """Return the citation as pelican-cite reads it: there ``@`` and ``@@`` change places."""
        cites = tuple(replace(cite, is_narrative=not cite.is_narrative) for cite in self.cites)
        return Citation(cites, self.source)


@lru_cache(maxsize=4096)
def parse(source: str) -> Citation | None:
    """Read `source`, which is ``[…]``; None when it is not a citation."""
    cites = []
    for part in SEPARATOR.split(source[1:-1]):
        found = CITE.fullmatch(part)
        if found is None:
            return None
        label, locator, suffix = _locator(found["rest"])
        cites.append(
            Cite(
                key=found["braced"] or found["plain"],
                prefix=_collapse(found["prefix"]),
                label=label,
                locator=locator,
                suffix=suffix,
                suppress_author=bool(found["minus"]),
                is_narrative=found["at"] == "@@",
            )
        )
    return Citation(tuple(cites), source)


def _locator(rest: str) -> tuple[str, str, str]:
    """Split what follows a key into locator type, locator and suffix."""
    found = BRACED.match(rest) or LABELLED.match(rest) or UNLABELLED.match(rest)
    if found is None:
        return "", "", _collapse(rest)
    groups = found.groupdict()
    locator = groups["numbers"].rstrip(".: ")
    suffix = groups["numbers"][len(locator) :].strip() + rest[found.end() :]
    label = LABEL_OF_FORM[(groups.get("form") or "p.").lower()] if locator else ""
    return label, _collapse(locator), _collapse(suffix)


def _collapse(text: str) -> str:
    return " ".join(text.split())
