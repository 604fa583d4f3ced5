"""BibLaTeX's localization keys in fields (manual, section 4.9.2) → English text."""

import re

from ....core.lazy import lazy_pattern

COUNTRIES = {
    "de": ("German", "Germany"),
    "eu": ("European", "European Union"),
    "ep": ("European", "European Union"),
    "fr": ("French", "France"),
    "uk": ("British", "United Kingdom"),
    "us": ("U.S.", "United States of America"),
}
TEXTS = {
    "mathesis": "Master’s thesis",
    "bathesis": "Bachelor’s thesis",
    "phdthesis": "PhD thesis",
    "candthesis": "Candidate thesis",
    "techreport": "technical report",
    "resreport": "research report",
    "software": "computer software",
    "datacd": "Data CD",
    "audiocd": "Audio CD",
    "inpreparation": "in preparation",
    "submitted": "submitted",
    "forthcoming": "forthcoming",
    "inpress": "in press",
    "prepublished": "pre-published",
    "newseries": "New series",
    "oldseries": "Old series",
    "patent": "Patent",
    "patreq": "Patent request",
    "file": "file",
    "library": "library",
    "version": "version",
    **{f"patent{code}": f"{adjective} patent" for code, (adjective, _) in COUNTRIES.items()},
    **{f"patreq{code}": f"{adjective} patent request" for code, (adjective, _) in COUNTRIES.items()},
    **{f"country{code}": country for code, (_, country) in COUNTRIES.items()},
}
BIBSTRING = lazy_pattern(r"\\bibstring\s*\{(\w+)\}")


def localized(text: str) -> str:
    r"""Return `text` with localization keys written out: a key that is all of it, or is in ``\bibstring``."""
    text = BIBSTRING.sub(lambda key: TEXTS.get(key[1].lower(), key[1]), text)
    return TEXTS.get(text.strip().lower(), text)


def series(text: str) -> str:
    """Return the series of a journal: a key, or a number such as ``3``, which is the 3rd series."""
    if re.fullmatch(r"[0-9]{1,3}", text.strip()):
        return f"{ordinal(int(text))} series"
    return localized(text)


def ordinal(number: int) -> str:
    """Return the English ordinal of `number`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
