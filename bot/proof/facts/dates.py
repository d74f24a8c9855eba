"""The dates and times of a text as values that can be compared, at the precision stated.

12. september 2023 = September 12, 2023 = 12.9.2023 = 2023-09-12; 1990-tallet = the 1990s; 1700-tallet = the 18th century; kl. 07.30 = 7:30.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.proof.facts.listing import ordered
from vectorstore.article import Span


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or time of day as it stands in a text; what is not said is None."""

    span: Span
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    """0 for Monday."""

    decade: int | None = None
    """The year that it begins with."""

    century: int | None = None
    """Its hundreds: 17 for the 1700s."""

    clock: tuple[int, int] | None = None
    """Hour and minute, counted to twelve hours, for a text may leave out which half of the day it is."""

    relative: int | None = None
    """Years from the article's own: -1 for last year."""

    ago: int | None = None
    """Days from the article's own: -1 for yesterday."""


_MONTH_WORDS = (
    "januar january jan januari", "februar february feb", "mars march mar", "april apr", "mai may", "juni june jun", "juli july jul",
    "august aug", "september sept sep", "oktober october okt oct", "november nov", "desember december des dec",
)  # fmt: skip
_MONTHS = {word: at for at, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_LONG = "|".join(
    sorted(
        (word for word in _MONTHS if len(word) > 4 or word in ("mars", "mai", "juni", "juli", "june", "july", "may")),
        key=len,
        reverse=True,
    )
)
_ANY = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_WORDS = ("mandag måndag monday", "tirsdag tysdag tuesday", "onsdag wednesday", "torsdag thursday", "fredag friday",
              "lørdag laurdag saturday", "søndag sundag sunday")  # fmt: skip
_WEEKDAYS = {word: at for at, words in enumerate(_DAY_WORDS) for word in words.split()}
_HOLIDAYS = {
    r"nyttårsaften|new year[’']s eve": (12, 31), r"(?:første|1\.) nyttårsdag|new year[’']s day": (1, 1), r"julaften|julekvelden|christmas eve": (12, 24),
    r"(?:første|fyrste|1\.) juledag|christmas day": (12, 25), r"(?:andre|annen|2\.) juledag|boxing day": (12, 26),
    r"grunnlovsdagen|constitution day|syttende mai": (5, 17), r"sankthansaften|midsummer eve": (6, 23), r"independence day": (7, 4),
}  # fmt: skip
_CENTURIES = {word: at for at, word in enumerate(ordered("fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
                                                 " seventeenth eighteenth nineteenth twentieth twenty-first"), 4)}  # fmt: skip
_CENTURIES |= {word: at for at, word in enumerate(ordered("femte sjette sjuende åttende niende tiende ellevte tolvte trettende fjortende femtende sekstende"
                                                  " syttende attende nittende tjuende tjueførste"), 4)}  # fmt: skip
_CENTURIES |= {word: at for at, word in enumerate(ordered("first second third fourth"))} | {
    word: at for at, word in enumerate(ordered("første andre tredje fjerde"))
}
_DECADES = {
    word: 1900 + 10 * at
    for at, word in enumerate(ordered("twenties thirties forties fifties sixties seventies eighties nineties"), 2)
}
_DECADES |= {f"{word}{end}": 1900 + 10 * at for at, word in enumerate(ordered("tjue tretti førti femti seksti sytti åtti nitti"), 2)
             for end in ("årene", "åra", "tallet", "talet")}  # fmt: skip
_YEAR = r"(?:1\d{3}|20\d{2}|2100)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"\b(?P<y>\d{4})-(?P<m>0\d|1[0-2])-(?P<d>[0-3]\d)\b"),
    ("dmy", rf"\b(?P<d>[0-3]?\d)(?:\.|st|nd|rd|th|de)?(?:[ \u00a0]+(?:of[ \u00a0]+)?|-)(?P<mon>{_ANY})\b\.?(?:,?\s*(?P<y>\d{{4}})\b)?"),
    ("mdy", rf"\b(?P<mon>{_ANY})\.?[ \u00a0]+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\b(?![.:]\d|\s*(?:prosent|%|per))(?:,?\s+(?P<y>{_YEAR})\b)?"),
    ("my", rf"\b(?P<mon>{_ANY})\.?,?\s+(?:i\s+|of\s+|in\s+)?(?P<y>{_YEAR})\b"),
    ("numeric", r"\b(?P<d>[0-3]?\d)[./](?P<m>[01]?\d)[./](?P<y>\d{4}|\d{2})\b"),
    ("short", r"\b(?P<d>[0-3]?\d)\.(?P<m>1[0-2]|[1-9])\.(?=\s|$|,)"),
    ("century", r"\b(?P<h>\d{1,2})00[- ]?(?:tallet|talet|tals|talls|åra|årene)\w*|\bthe (?P<hs>\d{2})00s\b"),
    ("century2", r"\b(?:det )?(?P<ordinal>[^\W\d_]+|\d{1,2})(?:\.|st|nd|rd|th)?[ -](?:århundre\w*|hundreår\w*|centur(?:y|ies))\b"),
    ("decade", r"\b(?P<y>\d{3}0)(?:[- ]?(?:tallet|talet|tals|talls|åra|årene)\w*|[’']?s\b)"),
    ("decade3", r"(?<![\d.,])(?P<short>\d0)(?:-?(?:tallet|talet|åra|årene)\w*|-(?=\s(?:og|eller)\s\d0-?(?:tall|tal|år)))|[’'](?P<shorter>\d0)s\b"),
    ("century3", r"(?<![\d.,])(?P<first>1\d)-(?=\s(?:og|eller)\s1\d00-?(?:tall|tal))"),
    ("decade2", rf"\b(?P<word>{'|'.join(_DECADES)})\b"),
    ("clock", (r"\b(?:kl(?:okk[ae]n?|\.)?\s*)(?P<h>[0-2]?\d)(?:[.:](?P<min>[0-5]\d))?\b|\b(?P<h2>[0-2]?\d)[.:](?P<min2>[0-5]\d)(?=-ti(?:den|da)|\s*(?:[ap]\.?m\b))"
              r"|\b(?P<h3>[0-2]?\d):(?P<min3>[0-5]\d)(?![:.]?\d)|\b(?P<h4>1?\d)\s*(?=[ap]\.?m\b)")),
    ("month", rf"\b(?P<mon>{_LONG})\b"),
    ("weekday", rf"\b(?P<wd>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})(?:s|en|ens|er|ene)?(?=\W|$|s?\w*(?:kveld|morgen|morgon|natt|ettermiddag))"),
    ("last", (r"\b(?P<last>i fjor|fjorår\w*|fjoråret\w*|i forfjor|last year|(?:forrige|førre|siste) år)\b|\b(?P<this>i år|this year|årets|inneværende år)\b"
             r"|\b(?P<next>next year|neste år|til neste år)\b")),
    ("ago", r"\b(?:(?P<yesterday>i går|yesterday)|(?P<today>i dag|today)|(?P<tomorrow>i morgen|i morgon|tomorrow))\b"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS)
_FEASTS = tuple((re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), day) for pattern, day in _HOLIDAYS.items())
_WORTH_A_LOOK = re.compile(
    r"\d|dag|day|århun|hundreår|centur|fjor|year|\bår|mai|may|går|morg|morrow|jul|ties\b|å(?:ra|rene)\b|tal|evening|sankt|"
    + _LONG,
    re.IGNORECASE,
)


def moments(text: str) -> tuple[Moment, ...]:
    """Every date and time of a text, in order; none overlaps another."""
    if not _WORTH_A_LOOK.search(text):
        return ()
    found: list[Moment] = []
    for moment in _all(text):
        if not any(moment.span.overlaps(other.span) for other in found):
            found.append(moment)
    return tuple(sorted(found, key=lambda each: each.span))


def _all(text: str) -> Iterator[Moment]:
    for pattern, (month, day) in _FEASTS:
        for match in pattern.finditer(text):
            year = re.match(rf"\s*(?:i\s+)?({_YEAR})\b", text[match.end() :])
            end = match.end() + (year.end() if year else 0)
            yield Moment(Span(match.start(), end), int(year[1]) if year else None, month, day)
    for name, pattern in _COMPILED:
        for match in pattern.finditer(text):
            moment = _READ[name](match)
            if moment:
                yield moment


def _calendar(match: re.Match[str]) -> Moment | None:
    groups = match.groupdict()
    word = groups.get("mon")
    if word is not None and not _is_month(match, word):
        return None
    month = _MONTHS[word.lower()] if word else int(groups["m"])
    day = int(groups["d"]) if groups.get("d") else None
    year = int(groups["y"]) if groups.get("y") else None
    if year is not None and year < 100 and word is None:
        year += 2000 if year < 50 else 1900
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return Moment(Span(*match.span()), year, month, day)


def _is_month(match: re.Match[str], word: str) -> bool:
    """`May` and `March` are months with a capital, `mai` and `mars` without one, or beside a number; so are the short forms."""
    if match.re.groups > 1 and (match.groupdict().get("d") or match.groupdict().get("y")):
        return (
            word.lower() not in ("may", "march", "mar", "jan", "jun", "des", "sep")
            or word[0].isupper()
            or word.lower() in ("jan", "jun", "sep", "des")
        )
    if word.lower() in ("may", "march"):
        return (
            word[0].isupper()
            and match.start() > 0
            and bool(
                re.search(
                    r"\b(?:in|of|since|until|till|by|last|next|late|early|mid|this|from|to|and|every)[ -]$",
                    match.string[max(0, match.start() - 8) : match.start()],
                    re.IGNORECASE,
                )
            )
        )
    if word.lower() == "mars":
        return word[0].islower() or bool(re.search(r"\bi $", match.string[max(0, match.start() - 2) : match.start()]))
    return word.lower() != "august" or match.start() > 0


def _century(match: re.Match[str]) -> Moment | None:
    if match["h"] is not None and len(match["h"]) == 2 and match["h"] == "20":
        return Moment(Span(*match.span()), century=20)
    return Moment(Span(*match.span()), century=int(match["h"] or match["hs"]))


def _century_in_words(match: re.Match[str]) -> Moment | None:
    word = match["ordinal"].lower()
    if word.isdecimal():
        return Moment(Span(*match.span()), century=int(word) - 1)
    return Moment(Span(*match.span()), century=_CENTURIES[word]) if word in _CENTURIES else None


def _decade(match: re.Match[str]) -> Moment | None:
    return Moment(Span(*match.span()), decade=int(match["y"]))


def _clock(match: re.Match[str]) -> Moment | None:
    groups = match.groupdict()
    hour = next(int(groups[each]) for each in ("h", "h2", "h3", "h4") if groups[each])
    minute = next((int(groups[each]) for each in ("min", "min2", "min3") if groups[each]), 0)
    return Moment(Span(*match.span()), clock=(hour % 12, minute)) if hour <= 24 else None


def _relative(match: re.Match[str]) -> Moment:
    last = match["last"]
    years = (-2 if "forfjor" in last.lower() else -1) if last else 1 if match["next"] else 0
    return Moment(Span(*match.span()), relative=years)


_READ: dict[str, Callable[[re.Match[str]], Moment | None]] = {
    "iso": _calendar, "dmy": _calendar, "mdy": _calendar, "my": _calendar, "numeric": _calendar, "short": _calendar, "month": _calendar,
    "century": _century, "century2": _century_in_words, "decade": _decade,
    "decade3": lambda match: Moment(Span(*match.span()), decade=1900 + int(match["short"] or match["shorter"])),
    "century3": lambda match: Moment(Span(*match.span()), century=int(match["first"])),
    "decade2": lambda match: Moment(Span(*match.span()), decade=_DECADES[match["word"].lower()]),
    "clock": _clock,
    "weekday": lambda match: Moment(Span(*match.span()), weekday=_WEEKDAYS[match["wd"].lower()]),
    "last": _relative,
    "ago": lambda match: Moment(Span(*match.span()), ago=-1 if match["yesterday"] else 0 if match["today"] else 1),
}  # fmt: skip
