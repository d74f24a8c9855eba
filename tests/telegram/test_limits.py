"""What people may rely on about how much one may ask: the limits are kept, told once, and nobody's are another's."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import Limits, Once, Outcome, Quotas, Verdict
from bot.telegram.store import Spent

ALICE, BOB = 42, 43
GROUP = -100
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFF = Quotas(user_minute=0, user_day=0, member_minute=0, group_minute=0, inline_minute=0)


class Clock:
    """The time of day, and the seconds since the start, as the test has them."""

    def __init__(self) -> None:
        self.now = NOON
        self.seconds = 0.0

    def passes(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)


class Counted:
    """The counts of a day, in memory."""

    def __init__(self) -> None:
        self.days: dict[tuple[int, str], Spent] = defaultdict(Spent)

    def spent(self, user: int, day: str) -> Spent:
        return self.days[user, day]

    def book(self, user: int, day: str, spent: Spent) -> None:
        before = self.days[user, day]
        self.days[user, day] = Spent(
            before.questions + spent.questions, before.tokens + spent.tokens, before.dollars + spent.dollars
        )


class Asking:
    """Somebody who asks, each time something new."""

    def __init__(self, quotas: Quotas) -> None:
        self.clock = Clock()
        self.counts = Counted()
        self.limits = Limits(quotas, self.counts, clock=lambda: self.clock.seconds, now=lambda: self.clock.now)
        self._numbers = count()

    def __call__(self, user: int = ALICE, chat: int | None = None, *, is_admin: bool = False) -> Verdict:
        where = user if chat is None else chat
        return self.limits.check(next(self._numbers), user, where, is_admin=is_admin)

    def times(self, number: int, user: int = ALICE, chat: int | None = None) -> list[Outcome]:
        return [self(user, chat).outcome for _ in range(number)]


def test_a_user_asks_so_often_in_a_minute_and_then_waits() -> None:
    ask = Asking(Quotas(user_minute=3))

    assert ask.times(3) == [Outcome.GO] * 3
    ask.clock.passes(20.5)
    assert ask() == Verdict(Outcome.WAIT, 40, tell=True)
    ask.clock.passes(39.5)
    assert ask.times(4) == [*[Outcome.GO] * 3, Outcome.WAIT]


def test_the_minute_slides() -> None:
    ask = Asking(Quotas(user_minute=2))
    outcomes = []
    for _ in range(13):
        outcomes.append(ask().outcome)
        ask.clock.passes(10)

    assert [number for number, each in enumerate(outcomes) if each is Outcome.GO] == [0, 1, 6, 7, 12]


def test_a_group_asks_so_often_in_a_minute_whoever_it_is() -> None:
    ask = Asking(Quotas(group_minute=4))

    outcomes = [ask(user, GROUP).outcome for user in range(1, 7)]

    assert outcomes == [*[Outcome.GO] * 4, *[Outcome.GROUP_WAIT] * 2]
    assert ask(1, 1).goes


def test_one_who_asks_without_end_takes_nothing_from_another() -> None:
    ask = Asking(Quotas(user_minute=30, member_minute=3, group_minute=6))
    ask.times(50, ALICE, GROUP)

    assert ask.times(3, BOB, GROUP) == [Outcome.GO] * 3
    assert ask.times(3, BOB + 1) == [Outcome.GO] * 3


def test_who_types_inline_is_answered_so_often_in_a_minute() -> None:
    ask = Asking(Quotas(inline_minute=3))

    assert [ask.limits.lets_search(ALICE) for _ in range(5)] == [True, True, True, False, False]
    assert ask.limits.lets_search(BOB)
    ask.clock.passes(60)
    assert ask.limits.lets_search(ALICE)


def test_it_is_told_once_in_a_minute_and_then_there_is_silence() -> None:
    ask = Asking(Quotas(user_minute=1))
    ask()

    told = []
    for _ in range(50 * 120):
        told.append(ask().tell)
        ask.clock.passes(1 / 50)

    assert Counter(told)[True] == 2


def test_what_is_told_to_one_is_told_to_the_other_too() -> None:
    ask = Asking(Quotas(user_minute=1))
    for user in (ALICE, BOB):
        ask(user)

    assert [ask(user).tell for user in (ALICE, BOB, ALICE, BOB)] == [True, True, False, False]


def test_a_user_asks_so_often_in_a_day_until_midnight_in_utc() -> None:
    ask = Asking(Quotas(user_minute=0, user_day=5))
    ask.clock.now = NOON.astimezone(timezone(timedelta(hours=14)))  # where it is tomorrow

    assert ask.times(5) == [Outcome.GO] * 5
    assert ask() == Verdict(Outcome.DAY_OVER, 12 * 3600, tell=True)
    assert ask().hours == 12
    ask.clock.passes(11.9 * 3600)
    assert ask() == Verdict(Outcome.DAY_OVER, 360, tell=False)
    assert ask(BOB).goes
    ask.clock.passes(361)
    assert ask().goes


def test_questions_that_are_not_answered_are_not_counted() -> None:
    ask = Asking(Quotas(user_minute=2, user_day=3))
    ask.times(50)
    ask.clock.passes(60)

    assert ask.counts.spent(ALICE, "2026-11-23").questions == 2
    assert ask().outcome is Outcome.GO
    assert ask().outcome is Outcome.DAY_OVER


@pytest.mark.parametrize("quotas", [Quotas(user_tokens=1000), Quotas(user_dollars=0.5)])
def test_who_has_spent_the_money_of_the_day_gets_quotes_and_is_told_so_once(quotas: Quotas) -> None:
    ask = Asking(quotas)
    ask.counts.book(ALICE, "2026-11-23", Spent(0, 999, 0.499))
    assert ask().outcome is Outcome.GO
    ask.counts.book(ALICE, "2026-11-23", Spent(0, 1, 0.001))

    verdicts = [ask(), ask()]

    assert [each.outcome for each in verdicts] == [Outcome.QUOTE_ONLY] * 2
    assert [each.tell for each in verdicts] == [True, False]
    assert all(each.goes for each in verdicts)
    assert ask(BOB).outcome is Outcome.GO
    ask.clock.passes(12 * 3600)
    assert ask().outcome is Outcome.GO


def test_admins_ask_as_often_as_they_like_but_have_no_more_money() -> None:
    ask = Asking(Quotas(user_minute=2, user_day=3, group_minute=2, user_tokens=10))

    assert all(ask(ALICE, GROUP, is_admin=True).outcome is Outcome.GO for _ in range(20))
    assert ask(BOB, GROUP).goes  # the group's minute is not the admin's
    ask.counts.book(ALICE, "2026-11-23", Spent(0, 10, 0))
    assert ask(ALICE, is_admin=True).outcome is Outcome.QUOTE_ONLY


def test_nought_is_no_limit() -> None:
    ask = Asking(OFF)
    ask.counts.book(ALICE, "2026-11-23", Spent(10**6, 10**9, 1e6))

    assert {ask().outcome for _ in range(500)} == {Outcome.GO}


def test_a_question_that_is_tried_again_is_counted_once_and_fares_the_same() -> None:
    ask = Asking(Quotas(user_minute=2))

    first = [ask.limits.check(number, ALICE, ALICE) for number in (100, 100, 100, 101, 102, 102)]

    assert [each.outcome for each in first] == [*[Outcome.GO] * 4, *[Outcome.WAIT] * 2]
    assert ask.counts.spent(ALICE, "2026-11-23").questions == 2


def test_what_is_remembered_is_bounded() -> None:
    ask = Asking(Quotas())
    for user in range(12_000):
        ask(user)
        ask.clock.passes(0.05)

    assert len(ask.limits._of_users) <= 2 * 60 / 0.05
    assert len(ask.limits._of_groups) <= 2 * 60 / 0.05
    assert len(ask.limits._decided) <= 4096


def test_many_threads_count_as_one() -> None:
    ask = Asking(Quotas(user_minute=0, user_day=100))

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(lambda _: ask().outcome, range(300)))

    assert outcomes == {Outcome.GO: 100, Outcome.DAY_OVER: 200}


@given(
    st.lists(st.tuples(st.floats(0, 40), st.sampled_from([ALICE, BOB]), st.sampled_from([0, GROUP])), max_size=80),
    st.integers(1, 4),
    st.integers(1, 6),
)
def test_no_minute_ever_holds_more_than_it_may(steps: list[tuple[float, int, int]], user: int, chat: int) -> None:
    ask = Asking(Quotas(user_minute=user, group_minute=chat))
    gone: list[tuple[float, int, int]] = []
    for after, who, group in steps:
        ask.clock.passes(after)
        verdict = ask(who, group or who)
        if verdict.goes:
            gone.append((ask.clock.seconds, who, group or who))
        else:
            assert 0 < verdict.seconds <= 60

    for start, who, where in gone:
        minute = [each for each in gone if start <= each[0] < start + 60]
        assert sum(each[1] == who for each in minute) <= user
        assert where != GROUP or sum(each[2] == where for each in minute) <= chat


def test_something_is_told_once_until_its_time_is_over_and_very_many_are_not_remembered() -> None:
    clock = Clock()
    once = Once(lambda: clock.seconds, most=100)

    assert [once.first("a", 10), once.first("a", 10), once.first("b", 10)] == [True, False, True]
    clock.passes(10)
    assert once.first("a", 10)
    for number in range(100):
        once.first(number, 10)
    assert once.first("a", 10)
    assert not once.first(99, 10)
