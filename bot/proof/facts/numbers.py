"""The numbers of a text as values that can be compared, in digits or in letters, Norwegian or English, with what they count.

10 000 = 10.000 = 10,000 = ti tusen = ten thousand; 1,5 = halvannen; 2 timer = to timer = 120 minutes; 25 % = en firedel = a quarter.
A number whose marks may mean two things (1.500) has both values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.proof.facts.listing import listed, ordered
from vectorstore.article import Span
from vectorstore.language import ENGLISH, FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it stands in a text. `values` are what it may be worth in the base unit of its `dimension`; `written` without the unit."""

    span: Span
    values: frozenset[float]
    written: frozenset[float]
    dimension: str = ""
    ordinal: bool = False
    vague: bool = False
    """Whether the word may be no number at all: `en`, `one`, `andre`, `second`, `half`."""

    counted: str = ""
    """The word after it, which it may count."""

    def held_by(self, other: "Quantity") -> bool:
        """Whether another number says what this one says; where one has no unit, it is taken to mean that of the other."""
        if self.dimension == other.dimension and self.dimension:
            return bool(self.values & other.values)
        if (
            (self.dimension and other.dimension)
            or SHARE in (self.dimension, other.dimension)
            or self.dimension == SECONDS
        ):
            return False
        if other.ordinal and not self.ordinal and self.counted:
            return False
        return bool(self.written & other.written)


def _table(words: str, first: int) -> dict[str, int]:
    """Each word with its value, counting from `first`; variants are joined by a stroke."""
    return {word: first + at for at, variants in enumerate(words.split()) for word in variants.split("/")}


_UNITS_NB = _table("en/én/ett/et/ein/éin/eitt/éitt/ei/éi to/tvo tre fire fem seks sju/syv åtte ni ti elleve tolv tretten fjorten femten"
                   " seksten sytten/søtten atten nitten", 1)  # fmt: skip
_TENS_NB = {
    word: 10 * value
    for word, value in _table("tjue/tyve tretti/tredve førti/førr femti seksti sytti/søtti åtti nitti", 2).items()
}
_UNITS_EN = _table("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
                   " eighteen nineteen", 1)  # fmt: skip
_TENS_EN = {
    word: 10 * value
    for word, value in _table("twenty thirty forty/fourty fifty sixty seventy eighty ninety", 2).items()
}
_ORDINALS_NB = _table("første/fyrste andre/annen/anna tredje fjerde femte sjette sjuende/syvende/sjuande åttende/åttande niende/niande"
                      " tiende/tiande ellevte/ellefte tolvte/tolvde trettende/trettande fjortende/fjortande femtende/femtande"
                      " sekstende/sekstande syttende/syttande attende/attande nittende/nittande tjuende/tyvende/tjuande", 1)  # fmt: skip
_ORDINALS_NB |= {"treer": 3, "firer": 4, "femmer": 5, "sekser": 6, "seksar": 6}
_ORDINALS_EN = _table("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
                      " sixteenth seventeenth eighteenth nineteenth twentieth", 1)  # fmt: skip
_TENTHS = {"trettiende": 30, "trettiande": 30, "førtiende": 40, "femtiende": 50, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundrede": 100, "hundredth": 100}  # fmt: skip
_MANY_NB = {"hundre": 1e2, "tusen": 1e3, "million": 1e6, "millioner": 1e6, "millionar": 1e6, "mill": 1e6, "milliard": 1e9, "milliarder": 1e9,
            "milliardar": 1e9, "mrd": 1e9, "billion": 1e12, "billioner": 1e12, "billionar": 1e12}  # fmt: skip
_MANY_EN = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9, "trillion": 1e12,
            "m": 1e6, "k": 1e3, "dozen": 12.0, "dusin": 12.0}  # fmt: skip
_MANY_NB["dusin"] = 12.0
_VAGUE = listed(
    "en et ei ein eit ett eitt one andre annen anna second første fyrste first half halv halve halvt dobbelt double both begge to-og-to quarter"
    " kvart attende"
)
_PART_NB = {"tredel": 3, "tredjedel": 3, "firedel": 4, "fjerdedel": 4, "femdel": 5, "femtedel": 5, "sjettedel": 6, "tiendedel": 10, "tidel": 10,
            "hundredel": 100}  # fmt: skip
_PART_EN = {
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fourths": 4,
    "fifth": 5,
    "fifths": 5,
    "sixth": 6,
    "tenth": 10,
    "tenths": 10,
}
_HALVES = listed("halv halve halvt half halvparten helvta halvdelen halvdel halves")

SHARE, MONTHS, SECONDS = "share", "months", "seconds"
_DIMENSIONS: tuple[tuple[str, str, float], ...] = (
    (r"prosents?(?:en|poeng)?|per ?cent(?:age)?|pst|%", SHARE, 1.0),
    (r"promille|‰", SHARE, 0.1),
    (r"sekund(?:er|ar|et|ers|s)?|seconds?", SECONDS, 1.0),
    (r"minutt(?:er|ers|ar|et|a|s)?|min|minutes?", SECONDS, 60.0),
    (r"kvarter(?:er|et)?", SECONDS, 900.0),
    (r"tim(?:e|er|ar|en|ene|ane|ers|ars|es)|t|hours?", SECONDS, 3600.0),
    (r"dag(?:er|ar|en|ene|ane|ers|ars|s)?|døgn(?:et|ene|s)?|days?", SECONDS, 86_400.0),
    (r"uk(?:e|er|en|a|ene|ers|es)|vek(?:e|er|a|ene|ers|es)|weeks?", SECONDS, 604_800.0),
    (r"måned(?:er|en|ene|ers|s)?|månad(?:er|en|ene|ers|ar|ars|s)?|months?", MONTHS, 1.0),
    (r"år(?:et|ene|a|s|ig|ige|igs)?|åring(?:en|er|ar|ane|s|ens)?|years?|year", MONTHS, 12.0),
    (r"tiår(?:et|ene|a|s)?|decades?", MONTHS, 120.0),
    (r"århundre(?:r|t|ne)?|hundreår(?:et|a|ene)?|centur(?:y|ies)", MONTHS, 1200.0),
    (r"millimet(?:er|re|res|ers)|mm", "metres", 0.001),
    (r"centimet(?:er|re|res|ers)|cm", "metres", 0.01),
    (r"met(?:er|re|res|ers|eren|ar)|m", "metres", 1.0),
    (r"kilomet(?:er|re|res|ers|eren)|km", "metres", 1000.0),
    (r"mil", "metres", 10_000.0),
    (r"gram|g", "grams", 1.0),
    (r"kilo(?:s|gram|grams)?|kg", "grams", 1000.0),
    (r"tonn(?:s|es|e)?|tons?", "grams", 1e6),
    (r"kron(?:e|er|or|a|ene)|kr|nok|crowns?|kroners", "kroner", 1.0),
    (r"dollar(?:s|en)?|usd|\$", "dollars", 1.0),
    (r"euros?|eur|€", "euros", 1.0),
    (r"pund|pounds?|£", "pounds", 1.0),
)
_DIMENSION = re.compile("|".join(f"(?P<u{at}>{pattern})" for at, (pattern, _, _) in enumerate(_DIMENSIONS)))
_SHORT = frozenset({"m", "t", "g", "min", "mil"})  # units only after digits

_TOKEN = re.compile(
    r"(?P<digits>(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f\u2009’']\d{3})+(?!\d)(?:,\d+)?|\d{1,3}(?:[.,]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+)|(?P<sign>[%‰$€£½¼¾])|(?P<mark>[.,;:!?()«»“”\"\n]|[–—-](?=\s))"
)
_PLACED = re.compile(r"([^\W\d_]+?)(?:plass\w*|runde\w*|gangs\w*|omgang\w*|divisjon\w*|klass\w*|mann\w*|premie\w*)")
_RANGE = re.compile(r"\s*(?:[-–—−/]|til|to|og|and|or|eller)\s*")
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_COMPOUND = re.compile(
    r"(?P<count>[^\W\d_]+?)(?P<rest>åring\w*|årige?s?|års\w*|år|dagers\w*|dagars\w*|ukers\w*|vekers\w*|timers?\w*|timars?\w*|minutters\w*"
    r"|månede?rs\w*|månads\w*|sekunders\w*|meters\w*|kilometer\w*|millioners\w*|tiår\w*|tall\w*|sifret\w*|delt\w*|doble\w*|dobling\w*|plass\w*|ganger|gonger)"
)


def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """Every number of a text, in order; `language` decides whether «to» is two. In «5 to 6 hours» both are hours."""
    found = list(_Reader(text, language).read())
    for at in range(len(found) - 2, -1, -1):
        first, second = found[at : at + 2]
        if second.dimension and not first.dimension and _RANGE.fullmatch(text, first.span.end, second.span.start):
            value, written = max(second.values), max(second.written)
            factor = value / written if written else 1.0
            worth = frozenset(_rounded(each * factor) for each in first.written)
            found[at] = replace(first, values=worth, dimension=second.dimension)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    kind: str


class _Reader:
    """Goes through the tokens of a text once."""

    def __init__(self, text: str, language: str) -> None:
        self._english = language == ENGLISH
        self._units, self._tens = (_UNITS_EN, _TENS_EN) if self._english else (_UNITS_NB, _TENS_NB)
        self._many = _MANY_EN if self._english else _MANY_NB
        self._ordinals = _ORDINALS_EN if self._english else _ORDINALS_NB
        self._parts = _PART_EN if self._english else _PART_NB
        self._raw = text
        self._tokens = [
            _Token(found[0].lower(), found.start(), found.end(), found.lastgroup or "")
            for found in _TOKEN.finditer(text)
        ]

    def read(self) -> Iterator[Quantity]:
        at = 0
        while at < len(self._tokens):
            found, after = self._number(at)
            if found:
                yield found
            at = max(after, at + 1)

    def _at(self, at: int) -> _Token:
        return self._tokens[at] if at < len(self._tokens) else _Token("", len(self._raw), len(self._raw), "")

    def _number(self, at: int) -> tuple[Quantity | None, int]:
        token = self._at(at)
        if token.kind == "digits":
            return self._of_digits(at)
        if token.kind == "sign":
            if token.text in _FRACTIONS:
                return self._finished(at, at + 1, {_FRACTIONS[token.text]})
            return None, at + 1
        if token.kind == "word":
            return self._of_words(at)
        return None, at + 1

    def _of_digits(self, at: int) -> tuple[Quantity | None, int]:
        token = self._at(at)
        values, after = _digits(token.text), at + 1
        following = self._at(after)
        if following.kind == "sign" and following.text in _FRACTIONS:
            values, after = {value + _FRACTIONS[following.text] for value in values}, after + 1
            following = self._at(after)
        if self._joined(after) and following.text in ("st", "nd", "rd", "th", "e", "de", "te"):
            return self._finished(at, after + 1, values, ordinal=True)
        while following.text in self._many and (
            len(following.text) > 2 or self._money(at) or following.text in ("mrd", "bn")
        ):
            values, after = {value * self._many[following.text] for value in values}, after + 1
            if self._at(after).text == "." and following.text in ("mill", "mrd"):
                after += 1
            following = self._at(after)
        return self._finished(at, after, values)

    def _in_a_name(self, at: int) -> bool:
        """Whether a number in letters is a word of a name: `Three Mountains Press`, `Intro to Whole Health`."""
        token, before = self._at(at), self._at(at - 1) if at else None
        if (
            self._raw[token.end : token.end + 1] != " "
            or not self._raw[self._at(at + 1).start : self._at(at + 1).start + 1].isupper()
        ):
            return False
        after_name = before is not None and before.kind == "word" and self._raw[before.start].isupper()
        return (self._raw[token.start].isupper() and at > 0) or (token.text == "to" and after_name)

    def _money(self, at: int) -> bool:
        return at > 0 and self._at(at - 1).text in ("$", "€", "£")

    def _of_words(self, at: int) -> tuple[Quantity | None, int]:
        """The first that reads a number here, of those that may."""
        if self._in_a_name(at):
            return None, at + 1
        ways = (
            self._whole_number,
            self._halved,
            self._part,
            self._in_order,
            self._in_compound,
            self._one_unit,
            self._multiple,
        )
        return next((found for way in ways if (found := way(at)) is not None), (None, at + 1))

    def _whole_number(self, at: int) -> tuple[Quantity, int] | None:
        value, after = self._spelt(at)
        token = self._at(at)
        if value is None or self._part_follows(after) or token.text in _HALVES:
            return None
        if self._texts(after) in _AND_A_HALF and self._at(after + 2).text in _HALVES:
            return self._finished(at, after + 3, {value + 0.5})
        return self._finished(at, after, {value}, vague=token.text in _VAGUE and after == at + 1)

    def _texts(self, at: int) -> tuple[str, str]:
        return self._at(at).text, self._at(at + 1).text

    def _halved(self, at: int) -> tuple[Quantity, int] | None:
        token = self._at(at)
        if token.text in _FIXED:
            return self._finished(at, at + 1, {_FIXED[token.text]})
        if token.text in _HALF_UNITS:
            dimension, worth = _HALF_UNITS[token.text]
            return Quantity(Span(token.start, token.end), frozenset({worth}), frozenset({0.5}), dimension), at + 1
        return self._half(at) if token.text in _HALVES else None

    def _in_order(self, at: int) -> tuple[Quantity, int] | None:
        """`tredje`, `third`, `treer`, `tredjeplass`."""
        word = self._at(at).text
        ordinal = self._ordinal(word)
        if ordinal is not None:
            return self._finished(at, at + 1, {float(ordinal)}, ordinal=True, vague=word in _VAGUE)
        placed = _PLACED.fullmatch(word)
        if placed and placed[1] in self._ordinals:
            return self._finished(at, at + 1, {float(self._ordinals[placed[1]])}, ordinal=True, vague=True)
        return None

    def _in_compound(self, at: int) -> tuple[Quantity | None, int] | None:
        compound = _COMPOUND.fullmatch(self._at(at).text)
        counted = self._whole(compound["count"]) if compound else None
        return self._compound(at, counted, compound["rest"]) if compound and counted is not None else None

    def _one_unit(self, at: int) -> tuple[Quantity | None, int] | None:
        """`a week after`, `dagen etter`."""
        token = self._at(at)
        if (
            self._english
            and token.text in ("a", "an")
            and (unit := self._unit(at + 1))
            and unit[0] in (SECONDS, MONTHS)
        ):
            return self._finished(at, at + 1, {1.0}) if self._at(at + 2).text in _OFFSETS else None
        if token.text in _THAT_AFTER and self._at(at + 1).text in _OFFSETS:
            dimension, worth = _THAT_AFTER[token.text]
            span = Span(token.start, self._at(at + 1).end)
            return Quantity(span, frozenset({worth}), frozenset({1.0}), dimension, vague=True), at + 2
        return None

    def _multiple(self, at: int) -> tuple[Quantity, int] | None:
        word = self._at(at).text
        return self._finished(at, at + 1, {_MULTIPLES[word]}, vague=True) if word in _MULTIPLES else None

    def _part_follows(self, after: int) -> bool:
        return any(self._at(after).text.startswith(each) for each in self._parts) and self._at(after).kind == "word" and (
            not self._english or self._at(after).text.endswith("s") or self._at(after + 1).text == "of"
        )  # fmt: skip

    def _half(self, at: int) -> tuple[Quantity, int]:
        following = self._at(at + 1).text
        skipped = 1 + (following in ("a", "an"))
        unit = self._unit(at + skipped)
        if unit and unit[0] != SHARE:
            return self._finished(at, at + skipped, {0.5})
        if following in ("million", "milliard", "billion") or self._at(at + skipped).text in self._many:
            return self._finished(at, at + skipped + 1, {0.5 * self._many.get(self._at(at + skipped).text, 1e6)})
        word = self._at(at)
        vague = following != "of" if self._english else word.text in ("halv", "halve", "halvt")
        return Quantity(
            Span(word.start, word.end), frozenset({50.0}), frozenset({50.0, 0.5}), SHARE, vague=vague
        ), at + 1

    def _part(self, at: int) -> tuple[Quantity, int] | None:
        """A third, tre firedeler."""
        value, after = self._spelt(at)
        if value is None:
            article = self._at(at).text in ("a", "an", "en", "ein", "ei")
            value, after = 1.0, at + 1 if article else at
        for word, parts in self._parts.items():
            found = self._at(after)
            if found.text.startswith(word) and self._part_follows(after):
                share = _rounded(100 * value / parts)
                written = frozenset({share, float(round(share)), _rounded(value / parts)})
                return Quantity(Span(self._at(at).start, found.end), written, written, SHARE), after + 1
        return None

    def _ordinal(self, word: str) -> int | None:
        if word in self._ordinals:
            return self._ordinals[word]
        if word in _TENTHS:
            return _TENTHS[word]
        for tens, value in self._tens.items():
            rest = word.removeprefix(tens)
            if rest != word and rest in self._ordinals and self._ordinals[rest] < 10:
                return value + self._ordinals[rest]
        return None

    def _compound(self, at: int, counted: float, rest: str) -> tuple[Quantity | None, int]:
        token = self._at(at)
        if rest.startswith("tall"):
            return None, at + 1
        span = Span(token.start, token.end)
        unit = next(
            ((dimension, factor) for pattern, dimension, factor in _DIMENSIONS if re.match(rf"(?:{pattern})", rest)),
            None,
        )
        written = frozenset({counted})
        if unit is None:
            return Quantity(span, written, written), at + 1
        if rest.startswith("tiår"):
            counted *= 1.0
        return Quantity(span, frozenset({_rounded(counted * unit[1])}), written, unit[0]), at + 1

    def _spelt(self, at: int) -> tuple[float | None, int]:
        """A number in letters: `to hundre og femti tusen`; where it ends."""
        total, current, start = 0.0, None, at
        while self._at(at).kind == "word":
            word = self._at(at).text
            if word in ("og", "and") and current is not None:
                if not self._goes_on(at):
                    break
            elif word in self._many and len(word) > 2 and word not in ("mill", "mrd"):
                if current is None and not self._counts_alone(at):
                    break
                times = self._many[word]
                if times >= _THOUSAND:
                    total, current = total + (current or 1.0) * times, 0.0
                else:
                    current = (current or 1.0) * times
            else:
                value = self._whole(word)
                if value is None or not _follows(value, current, total):
                    break
                current = (current or 0.0) + value
                if unit := self._unit_after_ten(at, value):
                    current, at = current + unit, at + 1
            at += 1
        return (None, start) if current is None else (total + current, at)

    def _goes_on(self, at: int) -> bool:
        """Whether «og» stands within a number: `hundre og fem`."""
        following = self._at(at + 1).text
        return self._at(at - 1).text in _BEFORE_AND and self._whole(following) is not None and following not in _VAGUE

    def _counts_alone(self, at: int) -> bool:
        """Whether `hundre`, or `hundred` after `a`, is a number by itself."""
        return self._at(at - 1).text == "a" if self._english else self._at(at).text in ("hundre", "tusen")

    def _unit_after_ten(self, at: int, value: float) -> int:
        """The rest of `twenty-five`; 0 where there is none."""
        if not self._hyphen_after(at) or value not in self._tens.values():
            return 0
        unit = self._units.get(self._at(at + 1).text, 0)
        return unit if unit < _TEN else 0

    def _hyphen_after(self, at: int) -> bool:
        return self._raw[self._at(at).end : self._at(at + 1).start] in ("-", " ") and self._at(at + 1).kind == "word"

    def _joined(self, at: int) -> bool:
        """Whether nothing stands between this token and the one before."""
        return self._at(at).start == self._at(at - 1).end

    def _whole(self, word: str) -> float | None:
        """The value of one word: `åtte`, `trettiåtte`, `åtteogtyve`, `tohundre`."""
        if word in self._units:
            return float(self._units[word])
        if word in self._tens:
            return float(self._tens[word])
        if self._english:
            return None
        for tens, value in self._tens.items():
            if word.startswith(tens) and word[len(tens) :] in self._units and self._units[word[len(tens) :]] < 10:
                return float(value + self._units[word[len(tens) :]])
            if word.endswith("og" + tens) and word[: -len(tens) - 2] in self._units:
                return float(value + self._units[word[: -len(tens) - 2]])
        for many in ("hundre", "tusen"):
            before, found, after = word.partition(many)
            if found and before in self._units and not after:
                return self._units[before] * self._many[many]
        return None

    def _unit(self, at: int) -> tuple[str, float] | None:
        token = self._at(at)
        if token.kind not in ("word", "sign"):
            return None
        text = token.text
        if text == "per" and self._at(at + 1).text == "cent":
            return SHARE, 1.0
        found = _DIMENSION.fullmatch(text)
        if not found or (text in _SHORT and self._at(at - 1).kind != "digits"):
            return None
        _, dimension, factor = _DIMENSIONS[int((found.lastgroup or "u0")[1:])]
        return dimension, factor

    def _finished(
        self, at: int, after: int, values: set[float], *, ordinal: bool = False, vague: bool = False
    ) -> tuple[Quantity, int]:
        """With the unit that follows, maybe after one word («to hele år»), or the sign before («$8 billion»)."""
        first, last = self._at(at), self._at(after - 1)
        unit = self._unit(after) if not ordinal else None
        beyond = after + (2 if self._at(after).text == "per" else 1)
        if unit is None and not ordinal and self._at(after).kind == "word" and self._at(after).text in _BETWEEN:
            unit, beyond = self._unit(after + 1), after + 2
        if (
            unit is None
            and self._at(after).text == "."
            and self._joined(after)
            and self._at(after + 1).text in ("minutt", "minute")
        ):
            unit, beyond = self._unit(after + 1), after + 2
        if unit is None and self._money(at):
            unit, beyond = self._unit(at - 1), after
        if unit is None:
            written = frozenset(map(_rounded, values))
            following = self._at(after)
            counted = (
                following.text if following.kind in ("word", "digits") and following.text not in FUNCTION_WORDS else ""
            )
            return Quantity(Span(first.start, last.end), written, written, "", ordinal, vague, counted), after
        if unit[0] == "metres" and self._at(after).text == "m" and last.kind != "digits":
            unit = None
        written = frozenset(map(_rounded, values))
        dimension, factor = unit or ("", 1.0)
        worth = frozenset(_rounded(value * factor) for value in values)
        return Quantity(
            Span(first.start, max(last.end, self._at(beyond - 1).end)), worth, written, dimension, ordinal, vague
        ), beyond


_OFFSETS = listed("after before later earlier ago etter før senere seinere tidligere tidlegare siden sidan")
_THAT_AFTER = {word: (dimension, worth) for words, dimension, worth in (
    ("dagen day døgnet", SECONDS, 86_400.0), ("uken uka veka week", SECONDS, 604_800.0), ("måneden månaden month", MONTHS, 1.0),
    ("året year", MONTHS, 12.0), ("timen hour", SECONDS, 3600.0)) for word in words.split()}  # fmt: skip
_HALF_UNITS = {f"halv{unit}": (dimension, worth) for units, dimension, worth in (
    ("time timen timers", SECONDS, 1800.0), ("år året års", MONTHS, 6.0), ("annet", "", 1.5), ("meter meteren", "metres", 0.5),
    ("minutt", SECONDS, 30.0), ("døgn", SECONDS, 43_200.0), ("liter", "", 0.5)) for unit in units.split()}  # fmt: skip
_TEN, _HUNDRED, _THOUSAND = 10, 100, 1000
_BEFORE_AND = frozenset({"hundre", "hundred", "tusen", "thousand"})
_AND_A_HALF = frozenset((one, other) for one in ("og", "and") for other in ("en", "ein", "a", "an", "et"))
_FIXED = {"halvannen": 1.5, "halvanna": 1.5, "halvannet": 1.5, "trekvart": 0.75}
_MULTIPLES = dict.fromkeys(ordered("twice tvillinger twins par couple begge both dobbelt doble double duo pair"), 2.0)
_MULTIPLES |= dict.fromkeys(ordered("thrice trippel hattrick trillinger hat"), 3.0)
_BETWEEN = listed(
    "hele heile norske norwegian amerikanske american australske australian us full whole fulle siste last svenske swedish danske danish"
    " kanadiske canadian additional more flere fleire ekstra"
)


def _follows(value: float, current: float | None, total: float) -> bool:
    """Whether a number may go on with this value: five after a hundred, not after six."""
    if current is None:
        return True
    if current % _HUNDRED or (not current and not total) or value >= _HUNDRED:
        return False
    return not (current and current % 10 == 0 and current % _HUNDRED and value >= _TEN)


def _digits(text: str) -> set[float]:
    """What digits with marks may be worth."""
    plain = re.sub(r"[ \u00a0\u202f\u2009’']", "", text)
    if "." not in plain and "," not in plain:
        return {float(plain)}
    if "." in plain and "," in plain:
        decimal = max(plain.rfind("."), plain.rfind(","))
        whole = re.sub(r"[.,]", "", plain[:decimal])
        return {float(f"{whole}.{plain[decimal + 1 :]}")}
    parts = re.split(r"[.,]", plain)
    grouped = all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0"
    if len(parts) > 2:
        return {float("".join(parts))}
    decimal_value = float(f"{parts[0]}.{parts[1]}")
    return {float("".join(parts)), decimal_value} if grouped else {decimal_value}


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")
