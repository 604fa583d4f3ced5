"""Dates of BibLaTeX and BibTeX → dates of CSL-JSON."""

import re
from collections.abc import Mapping
from typing import Any

from ....core.lazy import lazy_pattern
from .latex import to_html

MONTHS = dict(zip("jan feb mar apr may jun jul aug sep oct nov dec".split(), range(1, 13), strict=True))
#: A date of BibLaTeX (ISO 8601-2, level 1): with a time, and with a mark where it is not certain.
DATE = lazy_pattern(
    r"(?P<year>-?\d{1,4})(?:-(?P<month>\d\d?|XX))?(?:-(?P<day>\d\d?|XX))?(?:T[\d:.Z+-]+)?(?P<circa>[~?%]{0,2})"
)
MONTH = lazy_pattern(rf"\b({'|'.join(MONTHS)})", re.IGNORECASE)
DAY = lazy_pattern(r"\b(\d{1,2})\b")
#: BibTeX's fields for the year, by BibLaTeX's for the date.
YEARS = {"date": "year", "origdate": "origyear"}
#: The first number of a season, where a date has it in the place of a month.
SPRING = 21


def date_of(fields: Mapping[str, str], field: str) -> dict[str, Any] | None:
    """Return the CSL date in BibLaTeX's `field`, or in BibTeX's ``year``, ``month`` and ``day``."""
    text = fields.get(field) or fields.get(YEARS.get(field, "")) or ""
    text = text.strip()
    ends = text.split("/")
    if len(ends) == 2 and ends[1] in ("", "..", "open", "unknown"):
        return {"literal": f"{ends[0]}–"}
    if len(ends) == 2 and ends[0] in ("", "..", "open", "unknown"):
        return {"literal": f"–{ends[1]}"}
    found = [DATE.fullmatch(end.strip()) for end in ends]
    if not text or len(found) > 2 or not all(end and is_date(*_parts(end)) for end in found):
        return {"literal": to_html(text)} if text else None
    made: dict[str, Any] = {"date-parts": [_parts(end) for end in found if end]}
    first = made["date-parts"][0]
    if len(found) == 1 and len(first) == 1 and field == "date" and not fields.get(field):
        first += _month_and_day(fields.get("month", ""), fields.get("day", ""))
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


def _month_and_day(month: str, day: str) -> list[int]:
    """Return the month in ``jan``, ``January``, ``jan # "~10"`` or ``1``, and the day, if they are known."""
    name = MONTH.search(month)
    number = MONTHS[name[1].lower()] if name else int(month) if re.fullmatch(r"\d{1,2}", month) else 0
    if not 1 <= number <= 12:
        return []
    found = DAY.search(day) or (DAY.search(month) if name else None)
    return [number, int(found[1])] if found and 1 <= int(found[1]) <= 31 else [number]
