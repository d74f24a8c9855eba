"""What people may rely on when a model fails again and again: it is left alone for a while, and found again when it is well."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from bot.breaker import Breaker


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock, failures: int = 5) -> Breaker:
    breaker = Breaker(failures=failures, rest=30, clock=clock)
    for _ in range(failures):
        breaker.failed()
    return breaker


def probing(clock: Clock) -> Breaker:
    breaker = opened(clock)
    clock.now += 30
    assert breaker.allows()
    return breaker


def seconds_until_allowed(breaker: Breaker, clock: Clock) -> float:
    began = clock.now
    while not breaker.allows():
        clock.now += 1
        assert clock.now - began < 1_000
    return clock.now - began


def test_a_model_that_works_is_always_asked() -> None:
    breaker = Breaker(clock=Clock())

    for _ in range(100):
        assert breaker.allows()
        breaker.succeeded()


def test_a_model_that_failed_five_times_in_a_row_is_left_alone() -> None:
    breaker = Breaker(clock=Clock())

    for _ in range(5):
        assert breaker.allows()
        breaker.failed()

    assert not breaker.allows()


def test_failures_with_an_answer_among_them_are_not_in_a_row() -> None:
    breaker = Breaker(failures=5, clock=Clock())

    for _ in range(20):
        for _ in range(4):
            breaker.failed()
        breaker.succeeded()

    assert breaker.allows()


def test_a_question_that_the_user_stopped_says_nothing_about_the_model() -> None:
    breaker = Breaker(failures=2, clock=Clock())
    for _ in range(100):
        breaker.undecided()
    breaker.failed()
    breaker.undecided()
    assert breaker.allows()

    breaker.failed()

    assert not breaker.allows()


def test_it_is_left_alone_for_thirty_seconds() -> None:
    clock = Clock()

    assert seconds_until_allowed(opened(clock), clock) == 30


def test_after_its_rest_one_asks_and_the_others_wait_for_what_comes_of_it() -> None:
    breaker = probing(Clock())

    assert not any(breaker.allows() for _ in range(100))


def test_it_is_asked_again_when_the_probe_was_answered() -> None:
    breaker = probing(Clock())

    breaker.succeeded()

    assert all(breaker.allows() for _ in range(100))


def test_after_it_was_well_it_takes_as_many_failures_as_before() -> None:
    clock = Clock()
    breaker = probing(clock)
    breaker.succeeded()

    for _ in range(4):
        breaker.failed()
    assert breaker.allows()
    breaker.failed()

    assert seconds_until_allowed(breaker, clock) == 30


def test_a_probe_that_fails_makes_the_rest_twice_as_long_up_to_five_minutes() -> None:
    clock = Clock()
    breaker = probing(clock)
    rests = []
    for _ in range(6):
        breaker.failed()
        rests.append(seconds_until_allowed(breaker, clock))

    assert rests == [60, 120, 240, 300, 300, 300]


def test_a_rest_that_was_chosen_longer_than_that_does_not_become_shorter() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=600, clock=clock)
    breaker.failed()

    assert seconds_until_allowed(breaker, clock) == 600
    breaker.failed()
    assert seconds_until_allowed(breaker, clock) == 600


def test_the_rest_is_short_again_after_the_model_was_well() -> None:
    clock = Clock()
    breaker = probing(clock)
    breaker.failed()
    seconds_until_allowed(breaker, clock)
    breaker.succeeded()

    for _ in range(5):
        breaker.failed()

    assert seconds_until_allowed(breaker, clock) == 30


def test_when_the_user_stops_the_probe_the_next_who_asks_makes_one() -> None:
    breaker = probing(Clock())

    breaker.undecided()

    assert [breaker.allows() for _ in range(3)] == [True, False, False]


def test_a_probe_that_is_never_heard_of_does_not_lock_the_model_for_ever() -> None:
    clock = Clock()
    breaker = probing(clock)

    assert seconds_until_allowed(breaker, clock) == 30
    breaker.succeeded()
    assert all(breaker.allows() for _ in range(10))


def test_what_comes_late_of_questions_from_before_changes_nothing_while_it_rests() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    for _ in range(20):
        breaker.failed()
        breaker.succeeded()
        breaker.undecided()

    assert not breaker.allows()
    assert seconds_until_allowed(breaker, clock) == 20


def test_of_many_threads_that_ask_at_once_one_makes_the_probe() -> None:
    class SlowClock(Clock):
        def __call__(self) -> float:
            time.sleep(0.005)  # so that the threads meet here
            return self.now

    clock = SlowClock()
    breaker = opened(clock)
    clock.now += 30
    together = threading.Barrier(8)

    def ask(_: int) -> bool:
        together.wait()
        return breaker.allows()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


def test_of_many_tasks_that_ask_at_once_one_makes_the_probe_and_the_rest_follow_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 30

    async def ask() -> bool:
        allowed = breaker.allows()
        await asyncio.sleep(0)
        if allowed:
            breaker.succeeded()
        return allowed

    async def ask_together() -> int:
        return sum(await asyncio.gather(*(ask() for _ in range(16))))

    assert asyncio.run(ask_together()) == 1
    assert asyncio.run(ask_together()) == 16


def test_every_failure_of_many_threads_counts() -> None:
    breaker = Breaker(failures=8_000, clock=Clock())

    def fail(times: int) -> None:
        for _ in range(times):
            breaker.failed()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, [1_000] * 7 + [999]))
    assert breaker.allows()
    breaker.failed()

    assert not breaker.allows()
