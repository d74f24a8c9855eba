"""A passage as what a claim is compared with, and what is looked up in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.proof.facts import Moment, Name, Quantity
from bot.proof.facts.ledger import Facts
from bot.proof.facts.listing import listed
from bot.proof.matching import Text, Word
from vectorstore.article import Span
from vectorstore.language import fold

NEXT = 2  # words to what a negation is near, even in another clause
NEAR = 6  # words from one that belongs to another
NEGATORS = listed(
    "ikke ikkje ingen inga intet inkje aldri uten utan verken korkje hverken neppe not no never none neither nor without nobody nothing cannot t"
    " hardly unable cannot snarere istedenfor isteden stedet staden rather instead avstå avstod la_være mangler manglar lacked lacks fails failed fail nektet nektar nekta refused refuses unngikk unngå unngår avoid avoided avoids"
    " knapt ingenting ingensteds"
)
_SPEECH = listed(
    "si sier seier sa sagt said say says telle tell told tells fortell fortelle forteller fortalte fortel skrive skriver skrev skriv writes wrote write mener"
    " meiner mente mene think thinks believes tror trur believe believed opplyser opplyste hevder hevda claims claimed claim uttaler uttalte states stated"
    " forklarer forklarte explains explained understreker understreket understrekar stresses emphasises emphasizes advarer warns warned melder meldte reports"
    " reported according ifølge ifølgje følge følgje følgje påpeker påpekar notes noted legger la konstaterer bekrefter confirmed confirms svarer svarte answers"
    " replied kaller called calls omtaler roser thanked takket takker foreslår suggests argues varsler announced kunngjorde innrømmer admits spør asks spurte asked"
    " stilte famously regner"
)


@dataclass(frozen=True)
class Ground:
    """A passage as what a claim is compared with: its words, the numbers, dates and names among them, and the words of its title."""

    body: Text
    heading: Text
    facts: Facts

    @cached_property
    def numbers(self) -> tuple[tuple[Quantity, int], ...]:
        """Each number with the place of its first word."""
        return tuple(
            (each, at) for each in self.facts.quantities if (at := word_at(self.body.words, each.span)) is not None
        )

    @cached_property
    def dates(self) -> tuple[tuple[Moment, int], ...]:
        return tuple(
            (each, at) for each in self.facts.moments if (at := word_at(self.body.words, each.span)) is not None
        )

    @cached_property
    def names(self) -> tuple[tuple[Name, int], ...]:
        return tuple((each, at) for each in self.facts.names if (at := word_at(self.body.words, each.span)) is not None)

    @cached_property
    def negated(self) -> frozenset[int]:
        return frozenset(at for at, word in enumerate(self.body.words) if word.text in NEGATORS)

    @cached_property
    def speakers(self) -> Mapping[int, frozenset[str]]:
        """Sentence → the names that stand beside a verb of speech in it."""
        return speakers(self.body, self.names)


def word_at(words: Sequence[Word], span: Span) -> int | None:
    """The first word that a span touches."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high) // 2
        if words[middle].span.end <= span.start:
            low = middle + 1
        else:
            high = middle
    return low if low < len(words) and words[low].span.start < span.end else None


def same_date(one: Moment, other: Moment) -> bool:
    parts = ("weekday", "decade", "century", "clock", "relative", "ago")
    if any(getattr(one, part) is not None for part in parts):
        return any(getattr(one, part) is not None and getattr(one, part) == getattr(other, part) for part in parts)
    if one.month is None:
        return one.year == other.year
    return one.month == other.month and one.day in (None, other.day)


def speakers(text: Text, names: Sequence[tuple[Name, int]]) -> dict[int, frozenset[str]]:
    """Sentence → the names near a verb of speech: the nearest, of equals the one after it."""
    found: dict[int, set[str]] = {}
    words = text.words
    for at, word in enumerate(words):
        if word.text not in _SPEECH:
            continue
        near = [
            (abs(place - at) - 0.5 * (place > at), name)
            for name, place in names
            if words[place].sentence == word.sentence and abs(place - at) <= NEAR + 2
        ]
        if near:
            _, first = min(near, key=lambda each: each[0])
            found.setdefault(word.sentence, set()).update(
                fold(each.text.lower()) for each, _ in names if each.whole == first.whole
            )
    return {number: frozenset(each) for number, each in found.items()}


def same_name(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(short) >= min(4, len(long))
