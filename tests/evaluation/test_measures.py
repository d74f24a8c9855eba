"""What is counted, out of how many, and how much of it is chance."""

import pytest

from bot.answer import Claim, Status, Usage
from bot.errors import Trouble
from bot.evaluation import MEASURES, Outcome, by_sort, measured, percentile, spent
from bot.evaluation.chance import bootstrap, mcnemar, paired_bootstrap, wilson
from tests.evaluation.samples import found, missed, outcome, quoted, refused


def counted(name: str, *outcomes: Outcome) -> tuple[float, float]:
    ratio = measured(outcomes)[name]
    return ratio.total, ratio.n


def ranked(place: int) -> Outcome:
    return outcome(passages=tuple(found(right=at >= place) for at in range(1, 11)))


def test_a_hit_counts_where_the_answer_is_among_the_first_passages() -> None:
    outcomes = [ranked(1), ranked(3), ranked(10), outcome(passages=(found(right=False),)), refused()]

    assert counted("hit_1", *outcomes) == (1, 4)
    assert counted("hit_3", *outcomes) == (2, 4)
    assert counted("hit_10", *outcomes) == (3, 4)
    assert counted("mrr", *outcomes) == pytest.approx((1 + 1 / 3 + 1 / 10, 4))


def test_answers_count_for_the_questions_that_have_one() -> None:
    second = missed(citations=(quoted(right=False), quoted(right=True, number=2)))
    outcomes = [outcome(), second, missed(), refused(answerable=True), refused()]

    assert counted("right_first", *outcomes) == (1, 4)
    assert counted("right_any", *outcomes) == (2, 4)
    assert counted("answered", *outcomes) == (3, 4)
    assert counted("wrongly_refused", *outcomes) == (1, 4)
    assert counted("well", *outcomes) == (2, 5)


def test_refusals_count_for_the_questions_that_have_no_answer() -> None:
    outcomes = [refused(), refused(status=Status.ANSWERED), refused(status=Status.PARTIAL), outcome()]

    assert counted("refused", *outcomes) == (1, 3)
    assert counted("wrongly_answered", *outcomes) == (2, 3)


def test_a_right_article_is_asked_for_only_where_one_is_named() -> None:
    assert counted("right_article", outcome(), missed(), outcome(expected_in=(), citations=())) == (1, 2)


def test_quotes_and_claims_count_one_by_one() -> None:
    claims = (Claim("a", (1,), True), Claim("b", (1,), True), Claim("c", (), False))
    two = outcome(citations=(quoted(right=True), quoted(right=True, number=2, exact=False)), claims=claims)

    assert counted("quotes_exact", two, outcome()) == (2, 3)
    assert counted("claims_proven", two, outcome()) == (3, 4)


def test_an_answer_that_was_cut_off_is_told_from_one_that_a_model_did_not_write() -> None:
    outcomes = [
        outcome(status=Status.PARTIAL, trouble=Trouble.CUT_OFF),
        outcome(trouble=Trouble.LATE),
        outcome(),
        outcome(error="the archive is locked"),
    ]

    assert counted("partial", *outcomes) == (1, 4)
    assert counted("fallback", *outcomes) == (1, 4)
    assert counted("failed", *outcomes) == (1, 4)


def test_no_share_is_told_of_nothing() -> None:
    assert all((each.n, each.value, each.interval) == (0, None, None) for each in measured([]).values())
    assert measured([outcome()])["refused"].value is None


def test_every_interval_holds_its_value() -> None:
    for ratio in measured([outcome(), missed(), refused(), refused(status=Status.ANSWERED)]).values():
        if ratio.value is not None:
            assert ratio.interval
            assert ratio.interval[0] <= ratio.value + 1e-12
            assert ratio.value <= ratio.interval[1] + 1e-12


def test_what_is_better_is_known_of_every_measure() -> None:
    worse_if_more = {each.name for each in MEASURES if each.better < 0}

    assert worse_if_more == {"wrongly_refused", "wrongly_answered", "partial", "fallback", "failed"}


def test_a_price_that_is_not_known_makes_the_sum_unknown() -> None:
    known, unknown = outcome(usage=Usage(10, 5, 0.25)), outcome(usage=Usage(1, 1, None))

    assert spent([known, known]) == Usage(20, 10, 0.5)
    assert spent([known, unknown]) == Usage(11, 6, None)
    assert spent([]) == Usage(0, 0, 0.0)


def test_sorts_are_told_apart_where_there_are_any() -> None:
    assert by_sort([outcome(), missed()]) == {}
    assert [(name, len(each)) for name, each in by_sort([outcome(sort="b"), missed(sort="a"), missed()]).items()] == [
        ("", 1),
        ("a", 1),
        ("b", 1),
    ]


def test_a_percentile_is_the_time_that_so_many_were_done_within() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0, 5.0], 0.5) == 3
    assert percentile([1.0, 2.0], 0.95) == pytest.approx(1.95)
    assert percentile([], 0.5) == 0


# From the tables of Newcombe (1998), Statistics in Medicine 17, which has these with Wilson's method.
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)
    assert wilson(n - hits, n) == pytest.approx((1 - high, 1 - low), abs=1e-4)


@pytest.mark.parametrize(
    ("lost", "won", "p"), [(0, 0, 1), (1, 1, 1), (0, 5, 0.0625), (0, 6, 0.03125), (1, 9, 0.0215), (9, 1, 0.0215)]
)
def test_the_test_for_questions_won_and_lost_is_mcnemars_exact_one(lost: int, won: int, p: float) -> None:
    assert mcnemar(lost, won) == pytest.approx(p, abs=1e-4)


def test_many_questions_do_not_overflow_it() -> None:
    assert mcnemar(600, 600) == pytest.approx(1)
    assert mcnemar(0, 4_000) == pytest.approx(0)


def test_the_same_run_gives_the_same_interval_and_more_questions_a_narrower_one() -> None:
    few, many = [1.0, 0.5, 0.0, 1.0], [1.0, 0.5, 0.0, 1.0] * 25
    ends = bootstrap(few, [1] * 4), bootstrap(many, [1] * 100)

    assert ends[0] == bootstrap(few, [1] * 4)
    assert ends[1][1] - ends[1][0] < ends[0][1] - ends[0][0]
    assert ends[1] == pytest.approx((0.54, 0.71), abs=0.02)  # 0.625 ± 1.96 x 0.41 / 10


def test_a_difference_is_taken_question_by_question() -> None:
    """Hard and easy questions are so in both runs; what each gained is all that counts."""
    before = [float(n % 10) for n in range(50)]
    after = [each + 0.1 for each in before]

    low, high = paired_bootstrap((before, [1] * 50), (after, [1] * 50))

    assert (low, high) == pytest.approx((0.1, 0.1))
