"""Two runs over the same questions: what differs, whether it is more than chance, and which questions changed sides."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.evaluation.chance import LEVEL, mcnemar, paired_bootstrap
from bot.evaluation.measures import MEASURES, Measure, Ratio, measured
from bot.evaluation.outcome import Outcome

Pair = tuple[Outcome, Outcome]


class Verdict(StrEnum):
    """What may be said of a difference."""

    BETTER = "better"
    WORSE = "worse"
    CHANCE = "chance"  # it may be chance
    SAME = "same"
    NONE = "none"  # one of the two has nothing to compare


@dataclass(frozen=True, slots=True)
class Change:
    """A measure in both runs, over the questions that both have.

    `p` is how probable chance makes it, where questions are won and lost one by one (McNemar); else `interval` tells, that of the
    difference (bootstrap over the questions).
    """

    measure: Measure
    before: Ratio
    after: Ratio
    verdict: Verdict
    difference: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs' outcomes of the questions that both have, in the order of the first; what changed; how many only one has."""

    pairs: tuple[Pair, ...]
    changes: tuple[Change, ...]
    only_before: int
    only_after: int

    @property
    def lost(self) -> list[Pair]:
        """The questions that went from right to wrong."""
        return [pair for pair in self.pairs if pair[0].is_well and not pair[1].is_well]

    @property
    def won(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair[1].is_well and not pair[0].is_well]


def compared(before: Sequence[Outcome], after: Sequence[Outcome]) -> Comparison:
    """Two runs, the earlier first. A question is the same if it is asked in the same words after the same ones, with the same answer to it."""
    found = dict(_keyed(after))
    pairs = tuple((each, found[key]) for key, each in _keyed(before) if key in found)
    sums = [measured([pair[side] for pair in pairs]) for side in (0, 1)]
    changes = tuple(_change(each, pairs, sums[0][each.name], sums[1][each.name]) for each in MEASURES)
    return Comparison(pairs, changes, len(before) - len(pairs), len(after) - len(pairs))


def _keyed(outcomes: Sequence[Outcome]) -> Iterator[tuple[tuple[object, ...], Outcome]]:
    """Each with what makes it the same question; one that stands in a set twice is told apart by its turn."""
    seen: Counter[tuple[object, ...]] = Counter()
    for each in outcomes:
        key = (each.question, each.earlier, each.answerable, each.expected, each.expected_in)
        seen[key] += 1
        yield (*key, seen[key]), each


def _change(measure: Measure, pairs: Sequence[Pair], before: Ratio, after: Ratio) -> Change:
    if before.value is None or after.value is None:
        return Change(measure, before, after, Verdict.NONE)
    sums = [[measure.of(pair[side]) for pair in pairs] for side in (0, 1)]
    difference = after.value - before.value
    totals, counts = ([[each[part] for each in side] for side in sums] for part in (0, 1))
    interval = paired_bootstrap((totals[0], counts[0]), (totals[1], counts[1]))
    p = None
    if measure.is_share and measure.per_question:
        changed = [(a, b) for (a, _), (b, _) in zip(*sums, strict=True) if a != b]
        p = mcnemar(lost=sum(a > b for a, b in changed), won=sum(b > a for a, b in changed))
    return Change(measure, before, after, _verdict(measure, difference, interval, p), difference, interval, p)


def _verdict(measure: Measure, difference: float, interval: tuple[float, float], p: float | None) -> Verdict:
    if not difference:
        return Verdict.SAME
    real = p < 1 - LEVEL if p is not None else interval[0] > 0 or interval[1] < 0
    if not real:
        return Verdict.CHANCE
    return Verdict.BETTER if difference * measure.better > 0 else Verdict.WORSE
