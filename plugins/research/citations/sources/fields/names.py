"""Lists of names in BibTeX → names of CSL-JSON."""

import re

from pybtex.bibtex.utils import split_name_list, split_tex_string
from pybtex.database import InvalidNameString, Person

from ....core.lazy import lazy_pattern
from .latex import to_html

Name = dict[str, str]
OTHERS: Name = {"literal": "others"}
EXTENDED_NAME = lazy_pattern(r"\s*(?:family|given|prefix|suffix|useprefix)(?:-i)?\s*=")
ET_AL = lazy_pattern(r"others|et\.?[\s~]+al\.?", re.IGNORECASE)
#: The number by which DBLP tells namesakes apart.
DBLP_NUMBER = lazy_pattern(r"\s+\d{4}$")
#: An accent that a space parts from its letter, at which the name would be split.
PARTED_ACCENT = lazy_pattern(r"""\\([uvHckrdb'`"^~=.])\s+(\\[ij](?![A-Za-z])|[A-Za-z])""")


def names_of(text: str, use_prefix: bool = True) -> list[Name]:
    """Return the CSL names in BibTeX's list `text`; a name in braces is that of a body.

    With `use_prefix`, particles belong to the family name. BibTeX's “and others” becomes `OTHERS`.

    Raises `ValueError` for a name with too many commas.
    """
    found = [_name(name, use_prefix) for name in split_name_list(text) if name.strip()]
    return found if found != [OTHERS] else []  # “and others” of nobody


def _name(name: str, use_prefix: bool) -> Name:
    if ET_AL.fullmatch(name):
        return OTHERS
    if name.startswith("{") and name.endswith("}") and "}" not in name[1:-1]:
        return {"literal": to_html(name)}
    if EXTENDED_NAME.match(name):
        return _extended(name)
    try:
        person = Person(PARTED_ACCENT.sub(r"\\\1{\2}", DBLP_NUMBER.sub("", name)))
    except InvalidNameString as error:
        raise ValueError(f"the name “{name}” has too many commas; join names by “ and ”") from error
    parts = {
        "family": person.last_names,
        "given": person.first_names + person.middle_names,
        "non-dropping-particle" if use_prefix else "dropping-particle": person.prelast_names,
        "suffix": person.lineage_names,
    }
    return {part: to_html(" ".join(words)) for part, words in parts.items() if words}


def _extended(name: str) -> Name:
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
