"""How much of a claim stands in a passage, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.proof.facts.ledger import Facts
from bot.proof.matching import Text, weight_of
from bot.proof.signs.ground import NEAR, Ground, same_date
from vectorstore.article import Span

_FAR_FROM_ITS_WORDS = (
    0.25  # of the words of a claim, that a window may lack beside the best for the sake of its numbers
)
_LONGEST_WINDOW = 3  # neighbouring sentences
_PER_SENTENCE = 0.03  # that another sentence of a window must at least bring
_HEADING = 0.8  # what a word counts that stands in the title only
HALF_HELD = 0.5


@dataclass(frozen=True)
class Coverage:
    """How much of a claim stands in one passage."""

    claim: Text
    facts: Facts
    ground: Ground

    @cached_property
    def content(self) -> tuple[int, ...]:
        """The words of the claim that have to stand in the passage: numbers and dates are looked up as such."""
        taken = [each.span for each in self.facts.quantities] + [each.span for each in self.facts.moments]
        words = self.claim.words
        return tuple(at for at in self.claim.content if not any(words[at].span.overlaps(span) for span in taken))

    @cached_property
    def weights(self) -> dict[int, float]:
        return {
            at: weight_of(self.claim.words[at].text, self.claim.language, self.ground.body.language)
            for at in self.content
        }

    @cached_property
    def places(self) -> dict[int, Mapping[int, float]]:
        """For each of those words, where it stands in the passage."""
        return {at: self.ground.body.places(self.claim.words[at].text, self.claim.language) for at in self.content}

    @cached_property
    def in_heading(self) -> dict[int, float]:
        return {
            at: _HEADING
            * max(self.ground.heading.places(self.claim.words[at].text, self.claim.language).values(), default=0.0)
            for at in self.content
        }

    @cached_property
    def by_sentence(self) -> dict[int, dict[int, float]]:
        """For each of those words, sentence → what its best place there counts."""
        words = self.ground.body.words
        found: dict[int, dict[int, float]] = {}
        for at, places in self.places.items():
            best: dict[int, float] = {}
            for place, weight in places.items():
                number = words[place].sentence
                best[number] = max(best.get(number, 0.0), weight)
            found[at] = best
        return found

    @cached_property
    def best(self) -> tuple[float, range]:
        """The window of neighbouring sentences that holds most of the claim, and how much."""
        return self.best_window(self.content)

    def best_window(self, words: Sequence[int], longest: int = _LONGEST_WINDOW) -> tuple[float, range]:
        count = len(self.ground.body.sentences)
        found = (0.0, range(min(1, count)))
        best = -1.0
        for size in range(1, min(longest, count) + 1):
            for first in range(count - size + 1):
                window = range(first, first + size)
                share = self.share(words, window)
                value = share + self._numbers_in(window) - _PER_SENTENCE * (size - 1)
                if value > best:
                    best, found = value, (share, window)
        return found

    def quoted(self) -> tuple[range, tuple[Span, ...]]:
        """The window to cite: the best one that holds every number and date of the claim that the passage holds.

        Where these stand too far from its words, the best window, and those that it does not hold.
        """
        words = self.ground.body.words
        stand = {span: {words[at].sentence for at in places} for span, places in self.fact_places if places}
        share, best = self.best
        apart = tuple(span for span, sentences in stand.items() if not sentences.intersection(best))
        if not apart:
            return best, ()
        count, chosen, most = len(self.ground.body.sentences), best, share - _FAR_FROM_ITS_WORDS
        for size in range(1, min(_LONGEST_WINDOW, count) + 1):
            for first in range(count - size + 1):
                window = range(first, first + size)
                if all(sentences.intersection(window) for sentences in stand.values()):
                    value = self.share(self.content, window) - _PER_SENTENCE * (size - 1)
                    if value >= most:
                        chosen, most, apart = window, value, ()
        return chosen, apart

    def _numbers_in(self, window: range) -> float:
        """A little for each sentence that holds a number of the claim, so that of two that hold the same words it is this one."""
        words = self.ground.body.words
        held = {words[at].sentence for _, places in self.fact_places for at in places}
        return 0.02 * len(held.intersection(window))

    @cached_property
    def fact_places(self) -> tuple[tuple[Span, tuple[int, ...]], ...]:
        """For each number and date of the claim, where an equal one stands in the passage."""
        numbers = (
            (
                each.span,
                tuple(at for other, at in self.ground.numbers if each.held_by(other) or each.written & other.written),
            )
            for each in self.facts.quantities
        )
        dates = (
            (each.span, tuple(at for other, at in self.ground.dates if same_date(each, other)))
            for each in self.facts.moments
        )
        return (*numbers, *dates)

    def share(self, words: Sequence[int], window: range | None = None, *, heading: bool = True) -> float:
        """How much of some of the claim's words stands in a window, or in the whole passage; 1 where there are none."""
        whole = sum(self.weights[at] for at in words)
        return sum(self.weights[at] * self.held(at, window, heading=heading) for at in words) / whole if whole else 1.0

    def held(self, at: int, window: range | None = None, *, heading: bool = True) -> float:
        best = self.in_heading[at] if heading else 0.0
        for number, weight in self.by_sentence[at].items():
            if (window is None or number in window) and weight > best:
                best = weight
        return best

    @property
    def worth(self) -> float:
        """How much of the claim stands in the passage, roughly: to choose the passages that are looked at closely."""
        held = sum(bool(places) for _, places in self.fact_places)
        return self.share(self.content) + 0.1 * held

    def share_with(self, other: "Coverage") -> float:
        """How much of the claim stands in this passage or another one."""
        whole = sum(self.weights.values())
        return (
            sum(self.weights[at] * max(self.held(at), other.held(at)) for at in self.content) / whole if whole else 1.0
        )

    def is_name(self, at: int) -> bool:
        span = self.claim.words[at].span
        return any(span.overlaps(name.span) for name in self.facts.names)

    def clauses(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for at in self.content:
            found.setdefault(self.claim.words[at].clause, []).append(at)
        return [each for each in found.values() if len(each) >= 2]

    def _worst_clause(self) -> tuple[float, float]:
        """The clause of which least stands in a window of its own, and how much of it is missed."""
        worst, missed = 1.0, 0.0
        for clause in self.clauses():
            share, _ = self.best_window(clause, 2)
            whole = sum(self.weights[at] for at in clause)
            if share < worst:
                worst = share
            missed = max(missed, (1 - share) * whole)
        return worst, missed

    def _neighbours(self, window: range) -> float:
        """The share of neighbouring words of the claim that stand near each other, too."""
        pairs = list(zip(self.content, self.content[1:], strict=False))
        if not pairs:
            return 1.0
        words = self.ground.body.words
        near = 0
        for left, right in pairs:
            here = [at for at in self.places[left] if words[at].sentence in window]
            there = [at for at in self.places[right] if words[at].sentence in window]
            near += any(0 < abs(a - b) <= NEAR for a in here for b in there)
        return near / len(pairs)

    def _order(self, window: range) -> float:
        """The share of pairs of words that stand in the passage in the order of the claim; 1 where nothing can be compared."""
        words = self.ground.body.words
        line: list[int] = []
        for at in self.content:
            places = [(weight, -place) for place, weight in self.places[at].items() if words[place].sentence in window]
            if places:
                line.append(-max(places)[1])
        pairs = [(a, b) for i, a in enumerate(line) for b in line[i + 1 :] if a != b]
        return sum(a < b for a, b in pairs) / len(pairs) if pairs else 1.0

    def _missed_in_a_row(self) -> float:
        """The most that neighbouring words weigh that stand nowhere in the passage."""
        most = run = 0.0
        for at in self.content:
            run = run + self.weights[at] if self.held(at) < HALF_HELD else 0.0
            most = max(most, run)
        return most

    def _order_in_clauses(self, window: range) -> float:
        """The share of pairs of words of one clause that stand in the passage in the same order, each pair where it stands nearest."""
        words = self.ground.body.words
        same = every = 0
        for clause in self.clauses():
            inside = {at: [place for place in self.places[at] if words[place].sentence in window] for at in clause}
            for i, left in enumerate(clause):
                for right in clause[i + 1 :]:
                    pairs = [(abs(a - b), a < b) for a in inside[left] for b in inside[right] if a != b]
                    if pairs:
                        every += 1
                        same += min(pairs)[1]
        return same / every if every else 1.0
