"""Whether what a claim says of a name or a number the passage says of it, too, and not of another."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from bot.proof.facts import Name
from bot.proof.matching import Word
from bot.proof.signs.coverage import Coverage
from bot.proof.signs.ground import NEAR, word_at

Anchor = tuple[int, tuple[int, ...], tuple[int, ...]]
"""A name or a number: its place in the claim, its places in the passage, and the places of others there that it might be taken for."""

_PRONOUNS = frozenset(
    {"han", "hun", "ho", "hans", "hennes", "hennar", "he", "she", "his", "her", "they", "their", "it", "its"}
)
_ALMOST = 0.7
_FAR = 16  # words
_DECAY = tuple(0.85**away for away in range(_FAR + 1))
_OTHER_SIDE = 0.5  # what a word counts that stands on the other side of a name, or in another sentence


@dataclass(frozen=True)
class Relations(Coverage):
    """The signs about who does what, and which number is whose."""

    def _stranger(self, part: Callable[[Word], int]) -> float:
        """How much more of what a clause says stands in a sentence (or clause) about other names than in one about its own; the most of all."""
        by_clause: dict[int, list[int]] = {}
        for at in self.content:
            by_clause.setdefault(self.claim.words[at].clause, []).append(at)
        return max((self._stranger_to(clause, part) for clause in by_clause.values()), default=0.0)

    def _stranger_to(self, clause: Sequence[int], part: Callable[[Word], int]) -> float:
        words = self.ground.body.words
        named = [at for at in clause if self.is_name(at)]
        others = [at for at in clause if at not in named]
        whole = sum(self.weights[at] for at in others)
        places = {place for at in named for place, weight in self.places[at].items() if weight > _ALMOST}
        if not places or not whole:
            return 0.0
        held = self._held_by_part(others, part)
        strangers = {
            part(words[place])
            for name, place in self.ground.names
            if place not in places and (name.sure or not name.opening)
        }
        own = self._about(places, strangers, part)
        best = max((held.get(number, 0.0) for number in own), default=0.0)
        other = max((held.get(number, 0.0) for number in strangers - own), default=0.0)
        return max(0.0, other - best) / whole

    def _held_by_part(self, content: Sequence[int], part: Callable[[Word], int]) -> dict[int, float]:
        """Sentence (or clause) → how much some words of the claim weigh that stand in it."""
        words = self.ground.body.words
        held: dict[int, float] = {}
        for at in content:
            best: dict[int, float] = {}
            for place, weight in self.places[at].items():
                number = part(words[place])
                best[number] = max(best.get(number, 0.0), weight * self.weights[at])
            for number, weight in best.items():
                held[number] = held.get(number, 0.0) + weight
        return held

    def _about(self, places: Collection[int], strangers: Collection[int], part: Callable[[Word], int]) -> set[int]:
        """The sentences (or clauses) that have one of these names, or go on about them: without another name, or with a pronoun."""
        words = self.ground.body.words
        named = {part(words[place]) for place in places}
        pronouns = {part(word) for word in words if word.text in _PRONOUNS}
        own: set[int] = set()
        for number in sorted({part(word) for word in words}):
            if number in named or (number - 1 in own and (number not in strangers or number in pronouns)):
                own.add(number)
        return own

    # Anchors: names and numbers, and whether what the claim says beside them stands beside them in the passage.

    def _name_anchors(self) -> Iterator[Anchor]:
        """Clause of the claim, places of the name in the passage, places of other names that the claim could have meant."""
        whole: dict[int, list[Name]] = {}
        for name in self.facts.names:
            whole.setdefault(name.whole, []).append(name)
        for parts in whole.values():
            here: set[int] = set()
            at = None
            for part in parts:
                word = word_at(self.claim.words, part.span)
                if word is None:
                    continue
                at = word if at is None else at
                here.update(
                    place
                    for place, weight in self.ground.body.places(
                        self.claim.words[word].text, self.claim.language
                    ).items()
                    if weight >= 0.6
                )
            if at is None or not here:
                continue
            clause = self.claim.words[at].clause
            beside = {
                place for each in self.content if self.claim.words[each].clause == clause for place in self.places[each]
            }
            others = tuple(
                place
                for _, place in self.ground.names
                if place not in here and place not in beside and not is_beside(place, here)
            )
            yield at, tuple(here), others

    def _number_anchors(self) -> Iterator[Anchor]:
        every = tuple(at for _, at in (*self.ground.numbers, *self.ground.dates))
        for span, places in self.fact_places:
            at = word_at(self.claim.words, span)
            if at is not None and places:
                yield at, places, tuple(place for place in every if place not in places)

    def _bound(self, anchors: Iterator[Anchor]) -> float:
        """How much nearer the claim's words stand to its names (or numbers) than to others; the least of all, 1 where there are none."""
        least = 1.0
        for at, here, others in anchors:
            clause = self.claim.words[at].clause
            beside = [
                each
                for each in self.content
                if self.claim.words[each].clause == clause and each != at and not self.is_name(each)
            ]
            whole = sum(self.weights[each] for each in beside if self.places[each])
            if not whole:
                continue
            own = max((self._around(place, beside) for place in here), default=0.0) / whole
            other = max((self._around(place, beside) for place in others), default=0.0) / whole
            least = min(least, own - other)
        return least

    def _around(self, place: int, beside: Sequence[int]) -> float:
        words = self.ground.body.words
        centre = words[place]
        total = 0.0
        for each in beside:
            best = 0.0
            for at, weight in self.places[each].items():
                if at == place:
                    continue
                other = words[at]
                if other.clause == centre.clause:
                    near = 1.0
                elif other.sentence == centre.sentence:
                    near = 0.7 if abs(at - place) <= NEAR else 0.55
                elif abs(other.sentence - centre.sentence) == 1:
                    near = 0.3
                else:
                    continue
                best = max(best, near * weight)
            total += best * self.weights[each]
        return total

    def _swapped(self, window: range) -> float:
        """Pairs of names that stand the other way round about a word that both sentences have between or before them."""
        words = self.ground.body.words
        inside = [{place for place in here if words[place].sentence in window} for _, here, _ in self._name_anchors()]
        pairs = combinations([here for here in inside if here], 2)
        return float(sum(not here & there and min(here) > max(there) for here, there in pairs))

    def _voice_changed(self, window: range) -> float:
        """Whether one of the two says what is done, the other what is done to somebody."""
        there = self.ground.body.sentences[window.start : window.stop]
        text = self.ground.body.text[there[0].start : there[-1].end] if there else ""
        return float(bool(_PASSIVE.search(self.claim.text)) != bool(_PASSIVE.search(text)))

    def _name_places(self) -> list[tuple[int, frozenset[int]]]:
        """Each name of the claim, by the place of its first word, with its places in the passage."""
        return [(at, frozenset(here)) for at, here, _ in self._name_anchors()]

    def _number_places(self) -> list[tuple[int, frozenset[int]]]:
        found = []
        for span, places in self.fact_places:
            at = word_at(self.claim.words, span)
            if at is not None and places:
                found.append((at, frozenset(places)))
        return found

    def _in_place(self, anchors: Sequence[tuple[int, frozenset[int]]]) -> float:
        """How much better two names (or numbers) fit where they stand in the claim than each in the place of the other; the least of all pairs."""
        least = 1.0
        taken = {at for at, _ in anchors}
        for i, (left, here) in enumerate(anchors):
            for right, there in anchors[i + 1 :]:
                if here & there:
                    continue
                own = self._fit(left, here, taken) + self._fit(right, there, taken)
                turned = self._fit(left, there, taken) + self._fit(right, here, taken)
                if own + turned:
                    least = min(least, (own - turned) / (own + turned))
        return least

    def _of_others(self) -> float:
        """How much better a name fits where it stands than a name that the claim does not have; the least of all."""
        least = 1.0
        anchors = self._name_places()
        taken = {at for at, _ in anchors}
        claimed = {place for _, here in anchors for place in here}
        others = [place for _, place in self.ground.names if place not in claimed and not is_beside(place, claimed)]
        for at, here in anchors:
            own = self._fit(at, here, taken)
            other = max((self._fit(at, (place,), taken) for place in others), default=0.0)
            if own + other:
                least = min(least, (own - other) / (own + other))
        return least

    def _words_in_place(self, window: range) -> float:
        """The same for the telling words of the claim that are no names: how much better they fit than in each other's place, the least of all."""
        words = self.ground.body.words
        anchors = []
        for at in self.content:
            places = frozenset(
                place
                for place, weight in self.places[at].items()
                if words[place].sentence in window and weight > _ALMOST
            )
            if places and self.weights[at] > _ALMOST and not self.is_name(at):
                anchors.append((at, places))
        least = 1.0
        for i, (left, here) in enumerate(anchors):
            for right, there in anchors[i + 1 :]:
                if here & there:
                    continue
                both = {left, right}
                own = self._fit(left, here, both) + self._fit(right, there, both)
                turned = self._fit(left, there, both) + self._fit(right, here, both)
                if own + turned:
                    least = min(least, (own - turned) / (own + turned))
        return least

    def _fit(self, at: int, places: Iterable[int], taken: Collection[int]) -> float:
        """How well what stands about a word of the claim stands about some place of the passage, on the same side and as near."""
        key = (at, frozenset(places), frozenset(taken))
        if key not in self._fits:
            self._fits[key] = max((self._fit_at(at, place, taken) for place in key[1]), default=0.0)
        return self._fits[key]

    @cached_property
    def _fits(self) -> dict[tuple[int, frozenset[int], frozenset[int]], float]:
        return {}

    def _fit_at(self, at: int, place: int, taken: Collection[int]) -> float:
        words = self.ground.body.words
        sentence = words[place].sentence
        total = 0.0
        for each in self.content:
            if each in taken:
                continue
            by = each - at
            if abs(by) > _FAR:
                continue
            best = 0.0
            for other, weight in self.places[each].items():
                away = other - place
                if not away or abs(away) > _FAR or abs(words[other].sentence - sentence) > 1:
                    continue
                near = weight * _DECAY[abs(away)] * (1.0 if (away > 0) == (by > 0) else _OTHER_SIDE)
                if words[other].sentence != sentence:
                    near *= _OTHER_SIDE
                best = max(best, near)
            total += best * _DECAY[abs(by)] * self.weights[each]
        return total


_PASSIVE = re.compile(
    r"\b(?:was|were|been|being|is|are|be)\s+(?:\w+ly\s+)?\w+(?:ed|en|wn|ld|de|pt|nt|ught|un|ne)\b"
    r"|\b(?:ble|blir|blitt|bli|vart|blei|verte|vorte|vert)\b[^.]{0,60}?\w+(?:et|t|dd|d|en|a)\b|\w{3,}(?:es|as|ast)\b\s+av\b|\w+(?:et|t|a)\s+av\b",
    re.IGNORECASE,
)


def is_beside(place: int, here: set[int]) -> bool:
    """Whether it stands next to the name, and may be a part of it: the first name of a family name."""
    return place + 1 in here or place - 1 in here
