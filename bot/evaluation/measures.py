"""What is counted over the outcomes of a question set.

Each measure is a sum over questions divided by another: of how many questions that have an answer did the first passage hold it?
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

import numpy as np

from bot.answer import Status, Usage
from bot.evaluation.chance import bootstrap, wilson
from bot.evaluation.outcome import Outcome


class Group(StrEnum):
    """What a measure is about."""

    SEARCH = "search"
    ANSWERS = "answers"
    EVIDENCE = "evidence"


@dataclass(frozen=True)
class Measure:
    """`of` gives what an outcome adds to the sum, and what it adds to what it is out of.

    `is_share` if it counts things that are or are not so; else it is a mean, from 0 to 1. `better` is 1 where more is better, and -1
    where less is. `per_question` if each question counts once.
    """

    name: str
    group: Group
    of: Callable[[Outcome], tuple[float, float]]
    better: int = 1
    is_share: bool = True
    per_question: bool = True


@dataclass(frozen=True, slots=True)
class Ratio:
    """A measure's value: `total` out of `n`, and the interval that it lies in with 95 % confidence; None where n is 0."""

    total: float
    n: float
    value: float | None = None
    interval: tuple[float, float] | None = None


def measured(outcomes: Sequence[Outcome]) -> dict[str, Ratio]:
    """Every measure by its name."""
    return {measure.name: ratio(measure, outcomes) for measure in MEASURES}


def ratio(measure: Measure, outcomes: Sequence[Outcome]) -> Ratio:
    """A measure over some outcomes."""
    pairs = [measure.of(each) for each in outcomes]
    total, n = (float(sum(each)) for each in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    if not n:
        return Ratio(total, n)
    if measure.is_share:
        return share(total, n)
    return Ratio(total, n, total / n, bootstrap([a for a, _ in pairs], [b for _, b in pairs]))


def share(total: float, n: float) -> Ratio:
    """So many of `n`, which is not 0."""
    return Ratio(total, n, total / n, wilson(total, n))


def by_sort(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each sort, by its name; of none, where the questions have no sorts."""
    sorts: dict[str, list[Outcome]] = {}
    for each in outcomes:
        sorts.setdefault(each.sort, []).append(each)
    return dict(sorted(sorts.items())) if any(sorts) else {}


def spent(outcomes: Iterable[Outcome]) -> Usage:
    """What was asked of models in all; the dollars are None where a price is not known."""
    return reduce(Usage.__add__, (each.usage for each in outcomes), Usage())


def percentile(seconds: Sequence[float], share: float) -> float:
    """The time within which that share of the questions was done (linear between two; 0 without any)."""
    return float(np.quantile(seconds, share)) if seconds else 0.0


def _within(rank: int) -> Callable[[Outcome], tuple[float, float]]:
    return lambda each: _if_answerable(each, each.rank is not None and each.rank <= rank)


def _if_answerable(each: Outcome, holds: float) -> tuple[float, float]:
    return (float(holds), 1) if each.answerable else (0, 0)


def _if_unanswerable(each: Outcome, holds: bool) -> tuple[float, float]:
    return (0, 0) if each.answerable else (float(holds), 1)


def _right_article(each: Outcome) -> tuple[float, float]:
    if not each.expected_in:
        return 0, 0
    return _if_answerable(each, any(cited.right_article for cited in each.citations[:1]))


MEASURES = (
    Measure("hit_1", Group.SEARCH, _within(1)),
    Measure("hit_3", Group.SEARCH, _within(3)),
    Measure("hit_10", Group.SEARCH, _within(10)),
    # The mean reciprocal rank (Voorhees, TREC-8, 1999) of the first ten; 0 where none holds the answer.
    Measure("mrr", Group.SEARCH, lambda each: _if_answerable(each, 1 / each.rank if each.rank else 0), is_share=False),
    Measure("well", Group.ANSWERS, lambda each: (each.is_well, 1)),
    Measure("right_first", Group.ANSWERS, lambda each: _if_answerable(each, each.right_first)),
    Measure("right_article", Group.ANSWERS, _right_article),
    Measure("right_any", Group.ANSWERS, lambda each: _if_answerable(each, each.right_any)),
    Measure("answered", Group.ANSWERS, lambda each: _if_answerable(each, each.answered)),
    Measure("refused", Group.ANSWERS, lambda each: _if_unanswerable(each, each.refused)),
    Measure("wrongly_refused", Group.ANSWERS, lambda each: _if_answerable(each, each.refused), better=-1),
    Measure("wrongly_answered", Group.ANSWERS, lambda each: _if_unanswerable(each, each.answered), better=-1),
    Measure(
        "quotes_exact",
        Group.EVIDENCE,
        lambda each: (sum(cited.exact for cited in each.citations), len(each.citations)),
        per_question=False,
    ),
    Measure(
        "claims_proven",
        Group.EVIDENCE,
        lambda each: (sum(claim.proven for claim in each.claims), len(each.claims)),
        per_question=False,
    ),
    Measure("partial", Group.EVIDENCE, lambda each: (each.status is Status.PARTIAL, 1), better=-1),
    Measure(
        "fallback",
        Group.EVIDENCE,
        lambda each: (each.trouble is not None and each.status is not Status.PARTIAL, 1),
        better=-1,
    ),
    Measure("failed", Group.EVIDENCE, lambda each: (bool(each.error), 1), better=-1),
)

BY_NAME = {measure.name: measure for measure in MEASURES}
GROUPS = {group: tuple(each for each in MEASURES if each.group is group) for group in Group}
