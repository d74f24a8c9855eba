"""How much of a number is chance: intervals for shares and means, and tests for two runs over the same questions."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
"""Of the intervals; what lies outside one is called more than chance."""

_RESAMPLES = 2_000  # at least a thousand for the ends of an interval (Efron & Tibshirani 1993, 13.3)
_SEED = 5  # any will do; the same numbers must come out again

Floats = NDArray[np.float64]


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The score interval of a share (E. B. Wilson, JASA 22, 1927), which holds for few trials and near 0 and 1 (Brown, Cai & DasGupta 2001).

    Raises `ZeroDivisionError` where nothing was tried.
    """
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar(lost: int, won: int) -> float:
    """The probability that chance alone divides the changed questions so unevenly, or more (McNemar 1947, exact: a sign test, two-sided)."""
    n = lost + won
    return min(1.0, 2 * sum(comb(n, k) for k in range(min(lost, won) + 1)) / (1 << n))


def bootstrap(totals: Sequence[float], counts: Sequence[float]) -> tuple[float, float]:
    """The percentile interval of sum(totals) / sum(counts) over questions (Efron & Tibshirani 1993, 13.3).

    Raises `ZeroDivisionError` where all counts are 0.
    """
    drawn = _drawn(len(totals))
    return _interval(_ratios(drawn, totals, counts))


def paired_bootstrap(
    before: tuple[Sequence[float], Sequence[float]], after: tuple[Sequence[float], Sequence[float]]
) -> tuple[float, float]:
    """The percentile interval of the difference of two such ratios over the same questions, in the same order.

    In retrieval: Savoy 1997; Smucker, Allan & Carterette, CIKM 2007. Raises `ZeroDivisionError` where all counts of either are 0.
    """
    drawn = _drawn(len(before[0]))
    return _interval(_ratios(drawn, *after) - _ratios(drawn, *before))


@lru_cache(maxsize=1)
def _drawn(n: int) -> Floats:
    """How often each of n questions is drawn, a row for each resample."""
    return np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES).astype(np.float64)


def _ratios(drawn: Floats, totals: Sequence[float], counts: Sequence[float]) -> Floats:
    if not any(counts):
        raise ZeroDivisionError
    below = drawn @ np.asarray(counts, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios: Floats = drawn @ np.asarray(totals, np.float64) / below
    return np.where(below > 0, ratios, np.nan)


def _interval(values: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
