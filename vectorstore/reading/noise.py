"""Which lines of a text are not the article's, and what they say about it before they go.

Where a line could be the article's own, it is left.
"""

import re
from dataclasses import dataclass

from vectorstore.article import UNKNOWN_DATE, Genre, Published
from vectorstore.reading import patterns
from vectorstore.reading.dates import leading_date
from vectorstore.reading.fields import is_web_address
from vectorstore.reading.labels import FURNITURE, MENU, ROLES, genre_of, is_section, outlet_called, outlet_credited


@dataclass(frozen=True, slots=True)
class Found:
    """What a removed line said. What it did not say is empty."""

    published: Published = UNKNOWN_DATE
    outlet: str = ""
    genre: Genre | None = None
    url: str = ""


NOTHING = Found()
# No menu word, byline or teaser is longer; an ordinary paragraph is.
LONGEST = 300
LONGEST_NAME = 40
_ENGLISH_KINDS = {
    "opinion": Genre.OPINION,
    "editorial": Genre.EDITORIAL,
    "commentary": Genre.COMMENTARY,
    "column": Genre.COMMENTARY,
    "op-ed": Genre.OPINION,
}


def anywhere(line: str) -> Found | None:
    """What a line that is never the article's says; None for every other line."""
    if len(line) > 2 * LONGEST:
        return None
    if line.casefold().strip(" .:…>»→|•*-–") in FURNITURE:
        return NOTHING
    return _begging(line) or _footer(line) or _disclaimer(line) or _times(line)


def in_head(line: str) -> Found | None:
    """The same for a line among the first: bylines, addresses, lines with outlet and date."""
    if len(line) > LONGEST:
        return None
    word = line.casefold().strip(" .:|•")
    if (
        patterns.BYLINE.fullmatch(line)
        or patterns.ADDRESS.fullmatch(line)
        or word in ROLES
        or patterns.COUNTS.fullmatch(line)
    ):
        return NOTHING
    return _masthead(line)


def at_edge(line: str) -> Found | None:
    """The same for a line above the article's first sentence or below its last: menus, desks, breadcrumbs, newspapers' names."""
    if len(line) > LONGEST:
        return None
    line = line.strip(" |•·>»")
    if outlet := outlet_called(line):
        return Found(outlet=outlet)
    if is_section(line):
        return Found(genre=genre_of(line))
    if line.casefold() in MENU or patterns.BARE_NUMBER.fullmatch(line) or patterns.COUNTS.fullmatch(line):
        return NOTHING
    return _breadcrumbs(line)


def at_bottom(line: str) -> Found | None:
    """The same for a line below the article's last sentence: «Mer fra …», topics, signatures, copyright."""
    if len(line) > LONGEST:
        return None
    if found := patterns.MORE_FROM.fullmatch(line):
        return Found(outlet=outlet_credited(found["name"]))
    if patterns.TOPICS.fullmatch(line) or patterns.ADDRESS.fullmatch(line) or patterns.BYLINE.fullmatch(line):
        return NOTHING
    if found := patterns.COPYRIGHT.fullmatch(line):
        return Found(outlet=outlet_credited(found["name"]))
    edge = at_edge(line)
    return edge and Found(outlet=edge.outlet)


def header_field(line: str) -> tuple[str, str] | None:
    """Name (in English, as `Article` has it) and value of a `Dato: 2019-04` line at the top of an archived text."""
    found = patterns.HEADER_FIELD.fullmatch(line)
    if not found:
        return None
    key = found["key"].lower()
    return next(name for name, keys in patterns.HEADER_NAMES.items() if key in keys), found["value"] or ""


def signed(line: str) -> tuple[str, str]:
    """The line without the agency's signature `(©NTB)` at its end, and the agency."""
    found = patterns.SIGNATURE.search(line)
    return (line[: found.start()], found["name"]) if found else (line, "")


def is_bare_date(line: str) -> Found | None:
    """A line that is a date or a time and nothing else, behind a name at most: `Vestavind, lørdag 2. mai 2020`, `to timer siden`."""
    if len(line) > LONGEST:
        return None
    name, comma, rest = line.partition(", ")
    for said, dated in (("", line), (name, rest)) if comma and len(name) <= LONGEST_NAME else (("", line),):
        found = leading_date(dated)
        if found and patterns.BESIDE_DATES.fullmatch(dated, found.end):
            return Found(published=found.published, outlet=outlet_credited(said))
    return NOTHING if patterns.RELATIVE_IN_WORDS.fullmatch(line) else None


def web_address(value: str) -> str:
    return value if is_web_address(value) else ""


def _begging(line: str) -> Found | None:
    teaser = len(line) <= LONGEST and (patterns.TEASER.fullmatch(line) or patterns.LOUD_TEASER.fullmatch(line))
    return NOTHING if teaser or patterns.BEGGING.fullmatch(line) else None


def _footer(line: str) -> Found | None:
    if found := patterns.FEED_FOOTER.fullmatch(line):
        return Found(outlet=found["name"].strip())
    if found := patterns.FIRST_IN.fullmatch(line):
        name = found["name"] or found["english"]
        return Found(outlet=outlet_credited(name)) if name[0].isupper() else None
    if found := patterns.WEB_COPY.fullmatch(line):
        return Found(url=web_address(found["url"]))
    return None


def _disclaimer(line: str) -> Found | None:
    """`Dette er en kommentar. Kommentaren gir uttrykk for skribentens holdning.`: the kind, if every sentence is of this sort."""
    genre = None
    for sentence in re.split(r"(?<=\.)\s+", line):
        if stated := patterns.KIND_STATED.fullmatch(sentence):
            genre = _stated_kind(stated)
        elif not patterns.STANDPOINT.fullmatch(sentence):
            return None
    return Found(genre=genre)


def _stated_kind(stated: re.Match[str]) -> Genre:
    if stated["kind"]:
        return genre_of(stated["kind"]) or Genre.OPINION
    return _ENGLISH_KINDS.get(stated["english"].lower().split()[0], Genre.ANALYSIS)


def _times(line: str) -> Found | None:
    """`Publisert 12. september 2023 kl. 14:05`, `Updated 3 hours ago`: when it was published, if that is written."""
    if len(line) > LONGEST:
        return None
    if found := patterns.PUBLISHED.fullmatch(line):
        date = leading_date(found["rest"])
        if date and patterns.BESIDE_DATES.fullmatch(found["rest"], date.end):
            return Found(published=date.published)
        return NOTHING if found["rest"] and patterns.BESIDE_DATES.fullmatch(found["rest"]) else None
    if found := patterns.UPDATED.fullmatch(line):
        date = leading_date(found["rest"])
        return _published_after(found["rest"], date.end if date else 0)
    return NOTHING if patterns.RELATIVE.fullmatch(line) else None


def _published_after(line: str, start: int) -> Found | None:
    """What stands behind the date of an update: nothing, or the date of publication."""
    rest = line[start:].strip(" ,;|•·()–-")
    if patterns.PUBLISHED.fullmatch(rest):
        return _times(rest)
    return NOTHING if (start or rest) and patterns.BESIDE_DATES.fullmatch(rest) else None


def _masthead(line: str) -> Found | None:
    """`Nordlys, 12.09.2023, side 4`: a newspaper we know, and a date."""
    outlet, _, rest = line.partition(",") if "," in line else line.partition(" ")
    for name, tail in ((outlet, rest), *((line[:at], line[at:]) for at in _digits(line))):
        if known := outlet_called(name.strip(" ,|–-:")):
            date = is_bare_date(tail.strip(" ,|–-:"))
            if date:
                return Found(published=date.published, outlet=known)
    return None


def _digits(line: str) -> list[int]:
    found = re.search(r"\d", line)
    return [found.start()] if found else []


def _breadcrumbs(line: str) -> Found | None:
    parts = [part.strip() for part in re.split(r"\s*[>›»|•·]\s*|\s+/\s+", line) if part.strip()]
    if len(parts) < 2 or not all(is_section(part) or part.casefold() in MENU or outlet_called(part) for part in parts):
        return None
    genres = [genre for part in parts if (genre := genre_of(part))]
    outlets = [outlet for part in parts if (outlet := outlet_called(part))]
    opinions = [genre for genre in genres if genre is not Genre.NEWS]
    return Found(genre=(opinions or genres or [None])[-1], outlet=(outlets or [""])[0])
