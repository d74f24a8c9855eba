"""Dates as newspapers write them, in Norwegian (both forms) and English.

Only what is written is read: an hour is dropped, a time zone is not applied, `3 hours ago` is no date.
"""

import re
from typing import NamedTuple

from vectorstore.article import Provenance, Published

MONTH_NAMES = (
    "januar january jan",
    "februar february feb",
    "mars march mar",
    "april apr",
    "mai may",
    "juni june jun",
    "juli july jul",
    "august aug",
    "september sept sep",
    "oktober october okt oct",
    "november nov",
    "desember december des dec",
)
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, start=1) for name in names.split()}
WEEKDAYS = (
    "mandag|måndag|tirsdag|tysdag|onsdag|torsdag|fredag|lørdag|laurdag|søndag|sundag"
    "|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun"
)
# Two digits for a year: newspapers on the web begin in the nineties, so 70-99 is the last century (POSIX strptime has 69).
CENTURY_PIVOT = 70

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:1[5-9]|2[01])\d\d(?!\d)"
_DAY = r"[0-3]?\d"
_FORMS = tuple(
    re.compile(form.replace("YEAR", _YEAR).replace("MONTH", _MONTH).replace("DAY", _DAY), re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})-(?P<m>\d{2})(?:-(?P<d>\d{2}))?(?![\d-])",
        r"(?P<y>YEAR)[./](?P<m>\d{2})[./](?P<d>\d{2})(?!\d)",
        r"(?P<d>DAY)\.\s?(?P<m>[01]?\d)\.\s?(?P<y>YEAR|\d\d(?![\d:.]))",
        r"(?P<d>DAY)/(?P<m>[01]?\d)\s?[- ]\s?(?P<y>YEAR)",
        r"(?P<d>DAY)(?:\.|st|nd|rd|th)?\s*(?:of\s)?(?P<n>MONTH),?\s+(?P<y>YEAR)",
        r"(?P<n>MONTH)\s+(?P<d>DAY)(?:st|nd|rd|th)?,?\s+(?P<y>YEAR)",
        r"(?P<n>MONTH),?\s+(?P<y>YEAR)",
    )
)
# Any of the forms, without names: for patterns in which a date is one part.
DATE = rf"(?:\d{{4}}-\d\d(?:-\d\d)?(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?|{_DAY}[./]\s?[01]?\d[./ -]\s?(?:{_YEAR}|\d\d(?!\d))|{_DAY}(?:\.|st|nd|rd|th)?\s*{_MONTH},?\s+{_YEAR}|{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR})"
MONTH = _MONTH
# 03/04/2023 is March in one country and April in another.
_SLASHED = re.compile(rf"(?P<a>[0-3]?\d)/(?P<b>[0-3]?\d)/(?P<y>{_YEAR})")
_COMPACT = re.compile(rf"(?P<y>{_YEAR[: _YEAR.index('(?!')]})(?P<m>\d\d)(?P<d>\d\d)(?!\d)")
_BEFORE = re.compile(rf"\s*(?:(?:på\s+)?(?:{WEEKDAYS})\b[.,]?\s*)?(?:(?:den|the|on)\s+)?", re.IGNORECASE)
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:\(?(?:Z|UTC|GMT|CES?T|B?ST|E[SD]?T|P[SD]?T)\)?|(?:UTC|GMT)?[+-]\d{2}:?\d{2})"
_AFTER = re.compile(
    rf"(?:\s*[,|·•T–-]?\s*(?:kl(?:okken|okka)?\b\.?|at)?\s*{_CLOCK}(?:\s*[ap]\.?m\.?)?\s*{_ZONE}?)?[.,]?",
    re.IGNORECASE,
)


class Leading(NamedTuple):
    """A date at the beginning of a text, and where it ends. An impossible one is unknown."""

    published: Published
    end: int


def leading_date(text: str) -> Leading | None:
    """The date that the text begins with, a weekday before it and a time of day after it included."""
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    for form in (*_FORMS, _SLASHED):
        found = form.match(text, start)
        if found:
            after = _AFTER.match(text, found.end())
            return Leading(_published(found), after.end() if after else found.end())
    return None


def read_date(text: str, provenance: Provenance = Provenance.STATED) -> Published:
    """The date that the whole text is: `2019`, `2019-04`, `2019-04-25T10:00Z`, `25.04.2019`, `25. april 2019`, `April 25, 2019`.

    Raises `ValueError` for anything else, and for a date that no calendar has.
    """
    text = text.strip()
    if re.fullmatch(r"\d{4}", text, re.ASCII):
        return Published(int(text), provenance=provenance)
    compact = _COMPACT.fullmatch(text)
    found = Leading(_published(compact), compact.end()) if compact else leading_date(text)
    if found is None or text[found.end :].strip():
        raise ValueError(f"not a date: {text[:40]!r}")
    if found.published.year is None:
        raise ValueError(f"no calendar has the date {text[:40]!r}")
    return Published(found.published.year, found.published.month, found.published.day, provenance)


def _published(found: re.Match[str]) -> Published:
    parts = found.groupdict()
    try:
        if "a" in parts:
            return _slashed(int(parts["a"]), int(parts["b"]), int(parts["y"]))
        month = MONTHS[parts["n"].rstrip(".").lower()] if parts.get("n") else int(parts["m"])
        day = int(parts["d"]) if parts.get("d") else None
        return Published(_full_year(parts["y"]), month, day, Provenance.STATED)
    except ValueError:
        return Published()


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= CENTURY_PIVOT else 2000)


def _slashed(first: int, second: int, year: int) -> Published:
    """Day and month are taken where only one reading is possible; otherwise only the year is known."""
    if first > 12 >= second or first == second:
        return Published(year, second, first, Provenance.STATED)
    if second > 12 >= first:
        return Published(year, first, second, Provenance.STATED)
    if first > 12:
        return Published()
    return Published(year, provenance=Provenance.STATED)
