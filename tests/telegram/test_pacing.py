"""What people may rely on about the pace: Telegram is never asked for more than it gives, and what must arrive arrives, whatever it says."""

import asyncio
import selectors
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import BadRequest, RetryAfter, TimedOut
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.telegram.pacing import TURN, Pacer, Skipped, Turn, Urgency
from tests.telegram_server import TOKEN, BotApi, Limits

# PTB warns of a change to come whenever it makes a RetryAfter of its own.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

ALICE, BOB = 42, 43
GROUP = -100
SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
SPACING = 1 / 30
TOLERANCE = 1e-6  # seconds, that sums of floats are off by

Result = TypeVar("Result")


# A world in which time passes when nobody has anything to do


class Leap(selectors.SelectSelector):
    """Waits for nothing: it is later at once. Who waits for ever finds the test failed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits, and nobody for a time"
        self.now += max(timeout, 0.0)
        return super().select(0)


class FastLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.leap = Leap()
        super().__init__(self.leap)

    def time(self) -> float:
        return self.leap.now


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """What some work gives, in a world of its own."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(work)


def now() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True)
class Line:
    """Seconds to Telegram, and back."""

    to: float = 0.0
    back: float = 0.0


@dataclass(frozen=True)
class Arrival:
    at: float
    method: str
    chat: Any
    text: str
    taken: bool


@dataclass
class Telegram:
    """Counts as strictly as can be, refuses on command, and writes down what arrived."""

    arrivals: list[Arrival] = field(default_factory=list)
    refusals: list[Callable[[str, Any], float]] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)
    usual: Line = Line()

    async def __call__(self, method: str, parameters: dict[str, Any]) -> bool:
        text = str(parameters.get("text", ""))
        line = self.lines.get(text, self.usual)
        await asyncio.sleep(line.to)
        chat = parameters.get("chat_id")
        seconds = max((refusal(method, chat) for refusal in self.refusals), default=0.0)
        self.arrivals.append(Arrival(now(), method, chat, text, not seconds))
        await asyncio.sleep(line.back)
        if seconds:
            raise RetryAfter(int(seconds))
        return True

    def refuses(self, chat: Any, seconds: float, *, until: float, method: str = "") -> None:
        """Refuse what comes for a chat until a time, for the first so many seconds."""
        self.refusals.append(
            lambda its, whose: seconds if now() < until and whose == chat and method in {"", its} else 0.0
        )

    def times(self, chat: Any = None, *, methods: tuple[str, ...] = ()) -> list[float]:
        return [
            each.at
            for each in self.arrivals
            if chat in {None, each.chat} and (not methods or each.method in methods) and each.taken
        ]

    def texts(self, chat: Any) -> list[str]:
        return [each.text for each in self.arrivals if each.chat == chat and each.taken and each.text]


MESSAGES = ("sendMessage", "editMessageText")
COUNTED = (*MESSAGES, "sendMessageDraft")


def most_within(times: list[float], seconds: float) -> int:
    """How many there are in the fullest stretch of time, both its ends included."""
    times = sorted(times)
    return max((bisect_right(times, at + seconds) - bisect_left(times, at) for at in times), default=0)


def assert_within_limits(telegram: Telegram, chats: set[Any]) -> None:
    assert most_within(telegram.times(methods=COUNTED), SECOND) <= 30
    assert most_within(telegram.times(methods=("sendChatAction",)), SECOND) <= 30
    for chat in chats:
        assert most_within(telegram.times(chat, methods=MESSAGES), SECOND) <= 1
        if chat < 0:
            assert most_within(telegram.times(chat, methods=MESSAGES), MINUTE) <= 20


@dataclass
class World:
    """A pacer between a bot and Telegram."""

    telegram: Telegram = field(default_factory=Telegram)
    patience: float = 600.0
    slept: int = 0

    def __post_init__(self) -> None:
        self.pacer = Pacer(patience=self.patience, clock=now, sleep=self._sleep, jitter=lambda: 0.25)

    async def _sleep(self, seconds: float) -> None:
        self.slept += 1
        await asyncio.sleep(seconds)

    async def call(self, method: str, urgency: Urgency | None = None, **parameters: Any) -> Any:
        return await self.pacer.process_request(self.telegram, (method, parameters), {}, method, parameters, urgency)

    async def send(self, chat: Any, text: str = "", urgency: Urgency | None = None) -> Any:
        return await self.call("sendMessage", urgency, chat_id=chat, text=text)

    async def edit(self, chat: Any, text: str = "") -> Any:
        return await self.call("editMessageText", Urgency.PREVIEW, chat_id=chat, text=text)

    async def draft(self, chat: Any, text: str = "") -> Any:
        return await self.call("sendMessageDraft", Urgency.PREVIEW, chat_id=chat, text=text)

    async def type(self, chat: Any) -> Any:
        return await self.call("sendChatAction", Urgency.SIGN, chat_id=chat)


def later(seconds: float, work: Callable[[], Awaitable[Result]]) -> "asyncio.Task[Result]":
    async def wait() -> Result:
        await asyncio.sleep(seconds)
        return await work()

    return asyncio.ensure_future(wait())


async def was_made(request: Awaitable[object]) -> bool:
    try:
        await request
    except Skipped:
        return False
    return True


async def finished(tasks: list["asyncio.Task[Any]"]) -> list[float]:
    """When each was done."""
    times = [0.0] * len(tasks)

    async def watch(number: int, task: "asyncio.Task[Any]") -> None:
        await task
        times[number] = now()

    await asyncio.gather(*(watch(number, task) for number, task in enumerate(tasks)))
    return times


# Telegram's limits


def test_200_messages_to_200_chats_in_a_second_go_out_at_telegrams_pace_and_in_their_order() -> None:
    async def story() -> Telegram:
        world = World()
        await asyncio.gather(*(later(number / 200, partial(world.send, number + 1)) for number in range(200)))
        return world.telegram

    telegram = run(story())

    assert [each.chat for each in telegram.arrivals] == list(range(1, 201))
    assert most_within(telegram.times(), SECOND) == 30
    assert telegram.times()[-1] < 200 / 30 * 1.03


def test_messages_go_out_evenly_and_on_a_fast_line_one_at_a_time() -> None:
    async def story() -> Telegram:
        world = World(Telegram(usual=Line(0.01, 0.01)))
        await asyncio.gather(*(world.send(number) for number in range(1, 61)))
        return world.telegram

    gaps = [second - first for first, second in pairwise(run(story()).times())]

    assert min(gaps) >= SPACING
    assert max(gaps) < 2 * SPACING


@pytest.mark.parametrize("chat", [ALICE, "43", GROUP, "@channel"])
def test_a_chat_gets_a_message_a_second(chat: Any) -> None:
    async def story() -> Telegram:
        world = World()
        await asyncio.gather(*(world.send(chat, str(number)) for number in range(5)))
        return world.telegram

    telegram = run(story())

    assert telegram.texts(chat) == list("01234")
    assert most_within(telegram.times(), SECOND) == 1
    assert telegram.times()[-1] < 4.2


def test_a_chats_number_is_the_same_chat_as_text() -> None:
    async def story() -> list[float]:
        world = World()
        return await finished([asyncio.ensure_future(world.send(chat)) for chat in (ALICE, str(ALICE))])

    assert run(story())[1] >= SECOND


def test_a_message_waits_for_the_one_before_it_however_long_that_takes() -> None:
    async def story() -> list[str]:
        world = World()
        world.telegram.lines["1"] = Line(to=9.0)
        await asyncio.gather(*(world.send(ALICE, text) for text in "12"))
        return world.telegram.texts(ALICE)

    assert run(story()) == ["1", "2"]


def test_what_is_never_answered_does_not_hold_up_the_other_chats_for_long() -> None:
    async def story() -> float:
        world = World(Telegram(usual=Line(back=100.0)))
        hung = [asyncio.ensure_future(world.send(number)) for number in range(1000, 1030)]
        await asyncio.sleep(2.0)
        world.telegram.usual = Line()
        await world.send(ALICE)
        done = now()
        await asyncio.gather(*hung)
        return done

    assert run(story()) < 6.1


def test_a_slow_line_brings_no_two_messages_together_at_telegrams_end() -> None:
    async def story() -> Telegram:
        world = World()
        for number in range(0, 90, 2):
            world.telegram.lines[str(number)] = Line(to=0.9, back=0.05)
        tasks = [world.send(1 + number % 45, str(number)) for number in range(90)]
        await asyncio.gather(*tasks)
        return world.telegram

    assert_within_limits(run(story()), set(range(1, 46)))


@pytest.mark.parametrize("group", [GROUP, "@channel"])
def test_a_group_gets_twenty_messages_a_minute_and_all_of_them_arrive(group: Any) -> None:
    async def story() -> Telegram:
        world = World()
        await asyncio.gather(*(world.send(group, str(number)) for number in range(50)))
        return world.telegram

    telegram = run(story())

    assert telegram.texts(group) == [str(number) for number in range(50)]
    assert most_within(telegram.times(), MINUTE) == 20
    assert telegram.times()[-1] < 2 * 61 + 10


def test_what_telegram_does_not_count_waits_for_nothing() -> None:
    async def story() -> float:
        world = World()
        for number in range(100):
            await world.call("answerInlineQuery", inline_query_id=str(number))
            await world.call("answerCallbackQuery", callback_query_id=str(number))
            await world.call("deleteMessage", chat_id=GROUP, message_id=number)
        return now()

    assert run(story()) == 0


def test_a_draft_counts_among_all_messages_but_not_in_its_chat() -> None:
    async def story() -> tuple[bool, float, list[bool]]:
        world = World()
        drawn = await was_made(world.draft(ALICE))
        await world.send(ALICE)
        done = now()
        many = [await was_made(world.draft(number)) for number in range(100, 105)]
        return drawn, done, many

    drawn, done, many = run(story())

    assert drawn
    assert done == pytest.approx(SPACING, rel=0.05)
    assert many == [False] * 5


def test_a_chat_gets_a_draft_every_07_seconds() -> None:
    async def story() -> list[float]:
        world = World()
        for _ in range(100):
            await was_made(world.draft(ALICE))
            await asyncio.sleep(0.05)
        return world.telegram.times()

    times = run(story())

    assert most_within(times, 0.7 - TOLERANCE) == 1
    assert len(times) == 7


def test_edits_of_inline_messages_have_no_chat_and_wait_for_each_other_only_if_they_are_of_one() -> None:
    async def story() -> list[float]:
        world = World()
        tasks = [asyncio.ensure_future(world.call("editMessageText", inline_message_id=each)) for each in "aab"]
        return await finished(tasks)

    first, second, other = run(story())

    assert first == 0
    assert second >= SECOND
    assert other < 0.1


# What is urgent, and what can be missed


def with_and_without(
    previews: Callable[[World], Awaitable[object]], finals: Callable[[World], Awaitable[object]]
) -> Any:
    """When finals arrive with previews beside them, and when without."""

    async def story(*, alone: bool) -> list[float]:
        world = World(Telegram(usual=Line(0.02, 0.02)))
        beside = asyncio.ensure_future(previews(world)) if not alone else None
        await finals(world)
        if beside:
            await beside
        return world.telegram.times(methods=("sendMessage",))

    return run(story(alone=False)), run(story(alone=True))


def test_finals_that_wait_are_not_delayed_by_previews() -> None:
    async def previews(world: World) -> None:
        await asyncio.sleep(0.001)
        for number in range(2000):
            await was_made(world.draft(1000 + number % 50) if number % 2 else world.edit(-1000 - number % 50))
            await asyncio.sleep(0.001)

    async def finals(world: World) -> None:
        await asyncio.gather(*(world.send(number) for number in range(1, 61)))

    beside, alone = with_and_without(previews, finals)

    assert beside == pytest.approx(alone)


def test_a_final_that_comes_after_a_preview_is_later_by_no_more_than_a_thirtieth_of_a_second() -> None:
    async def previews(world: World) -> None:
        for number in range(300):
            await was_made(world.draft(1000 + number))
            await asyncio.sleep(0.011)

    async def finals(world: World) -> None:
        await asyncio.gather(*(later(0.217 * number, partial(world.send, number + 1)) for number in range(15)))

    beside, alone = with_and_without(previews, finals)

    assert max(late - early for late, early in zip(beside, alone, strict=True)) <= SPACING * 1.05


def test_edits_in_a_group_leave_room_for_the_answer() -> None:
    async def story() -> tuple[list[float], list[float]]:
        world = World()
        made = [await was_made(later(1.1, lambda: world.edit(GROUP))) for _ in range(40)]
        assert Counter(made) == {True: 15, False: 25}
        began = now()
        await asyncio.gather(*(world.send(GROUP) for _ in range(5)))
        return world.telegram.times(), [at - began for at in world.telegram.times(methods=("sendMessage",))]

    times, finals = run(story())

    assert most_within(times, MINUTE) <= 20
    assert finals[-1] < 4.2


def test_an_edit_does_not_go_before_a_final_that_waits_in_its_chat() -> None:
    async def story() -> list[str]:
        world = World()
        finals = [asyncio.ensure_future(world.send(GROUP, text)) for text in ("1", "2")]
        await asyncio.sleep(1.01)
        assert not await was_made(world.edit(GROUP, "preview"))
        await asyncio.gather(*finals)
        return world.telegram.texts(GROUP)

    assert run(story()) == ["1", "2"]


def test_a_draft_does_not_come_after_the_answer_that_is_on_its_way() -> None:
    async def story() -> None:
        world = World(Telegram(usual=Line(0.5)))
        final = asyncio.ensure_future(world.send(ALICE))
        await asyncio.sleep(0.1)
        assert not await was_made(world.draft(ALICE))
        await final

    run(story())


def test_previews_that_hang_leave_room_for_finals() -> None:
    async def story() -> list[float]:
        world = World()
        previews = []
        for number in range(40):
            world.telegram.lines[f"slow {number}"] = Line(to=4.0)
            previews.append(asyncio.ensure_future(was_made(world.draft(1000 + number, f"slow {number}"))))
            await asyncio.sleep(0.04)
        began = now()
        await asyncio.gather(*(world.send(number) for number in range(1, 6)))
        assert Counter(await asyncio.gather(*previews)) == {True: 25, False: 15}
        return [at - began for at in world.telegram.times(methods=("sendMessage",))]

    assert run(story())[-1] < 0.2


def test_typing_has_thirty_a_second_of_its_own_and_is_left_out_beyond_them() -> None:
    async def story() -> tuple[list[bool], float]:
        world = World()
        typed = await asyncio.gather(*(was_made(world.type(number)) for number in range(1, 41)))
        await world.send(ALICE)
        return typed, now()

    typed, done = run(story())

    assert typed == [True] * 30 + [False] * 10
    assert done == 0


def test_typing_counts_among_all_messages_for_an_hour_after_telegram_has_refused_it() -> None:
    async def story() -> list[bool]:
        world = World()
        world.telegram.refuses(BOB, 2, until=1.0, method="sendChatAction")
        assert not await was_made(world.type(BOB))
        together = []
        for moment in (10.0, HOUR - 10, HOUR + 10):
            await asyncio.sleep(moment - now())
            await asyncio.gather(*(world.send(number) for number in range(1, 27)))
            together.append(await was_made(world.type(ALICE)))
        return together

    assert run(story()) == [False, False, True]


# 429


def test_a_final_that_is_refused_goes_out_again_when_telegram_takes_it_and_the_order_is_kept() -> None:
    async def story() -> Telegram:
        world = World()
        world.telegram.refuses(ALICE, 7, until=5)
        await asyncio.gather(*(world.send(ALICE, text) for text in "123"))
        return world.telegram

    telegram = run(story())

    assert telegram.texts(ALICE) == ["1", "2", "3"]
    assert telegram.times()[0] == pytest.approx(7.25, abs=0.01)
    assert [each.at for each in telegram.arrivals if not each.taken] == [0]


def test_a_chat_that_is_refused_again_and_again_gets_its_message_in_the_end() -> None:
    async def story() -> tuple[int, list[float]]:
        world = World()
        world.telegram.refuses(ALICE, 60, until=500)
        await world.send(ALICE)
        return len(world.telegram.arrivals), world.telegram.times()

    tries, times = run(story())

    assert tries == 10
    assert times[0] < 560 + 10


def test_one_chat_that_is_refused_does_not_delay_another() -> None:
    async def story(*, refused: bool) -> tuple[list[float], list[float]]:
        world = World()
        if refused:
            world.telegram.refuses(ALICE, 30, until=20)
        tasks = [later(0.5 * number, partial(world.send, 100 + number % 20)) for number in range(40)]
        alices = [asyncio.ensure_future(world.send(ALICE)) for _ in range(5)]
        done = await finished(tasks)
        await asyncio.gather(*alices)
        return done, world.telegram.times(ALICE)

    (others, alices), (before, _) = run(story(refused=True)), run(story(refused=False))

    assert all(late <= early + TOLERANCE for late, early in zip(others, before, strict=True))
    assert alices[0] >= 30


def test_a_preview_that_is_refused_has_its_chat_left_alone() -> None:
    async def story() -> tuple[list[float], Telegram]:
        world = World()
        world.telegram.refuses(GROUP, 5, until=1)
        assert not await was_made(world.edit(GROUP))
        final = asyncio.ensure_future(world.send(GROUP, "answer"))
        for _ in range(4):
            await asyncio.sleep(1.0)
            assert not await was_made(world.edit(GROUP))
            assert not await was_made(world.type(GROUP))
        return await finished([final]), world.telegram

    done, telegram = run(story())

    assert len(telegram.arrivals) == 2
    assert done[0] == pytest.approx(5.25, abs=0.01)


def test_patience_has_an_end_and_the_next_of_the_chat_is_tried() -> None:
    async def story() -> tuple[list[Any], float]:
        world = World(patience=100.0)
        world.telegram.refuses(ALICE, 60, until=130)
        first = asyncio.ensure_future(world.send(ALICE, "1"))
        second = asyncio.ensure_future(world.send(ALICE, "2"))
        with pytest.raises(RetryAfter):
            await first
        gave_up = now()
        await second
        return world.telegram.texts(ALICE), gave_up

    texts, gave_up = run(story())

    assert texts == ["2"]
    assert gave_up < 100


def test_who_would_have_to_wait_longer_than_patience_allows_is_told_at_once() -> None:
    async def story() -> None:
        world = World(patience=100.0)
        world.telegram.refuses(ALICE, 700, until=1)
        both = [asyncio.ensure_future(world.send(ALICE)) for _ in range(2)]
        results = await asyncio.gather(*both, return_exceptions=True)
        assert [type(each) for each in results] == [RetryAfter, RetryAfter]
        with pytest.raises(RetryAfter, match=r"70[01]"):
            await world.send(ALICE)
        assert now() == 0
        assert len(world.telegram.arrivals) == 1
        await asyncio.sleep(700.5)
        await world.send(ALICE)

    run(story())


@pytest.mark.parametrize("spread", [0.0, 0.9])
def test_three_chats_refused_within_two_seconds_are_a_flood_and_all_wait_for_a_probe(spread: float) -> None:
    async def story() -> Telegram:
        world = World(Telegram(usual=Line(0.05, 0.05)))
        for number in (1, 2, 3):
            world.telegram.refuses(number, 10, until=5)
        refused = [later(spread * number, partial(world.send, number)) for number in (1, 2, 3)]
        await asyncio.sleep(2 * spread + 1.5)
        others = [asyncio.ensure_future(world.send(number)) for number in range(50, 60)]
        assert not await was_made(world.draft(BOB))
        assert not await was_made(world.type(BOB))
        await world.call("answerCallbackQuery", callback_query_id="1")
        await asyncio.gather(*refused, *others)
        return world.telegram

    taken = [each for each in run(story()).arrivals if each.taken]

    first, second = taken[0].at, taken[1].at
    assert first >= 10
    assert second - first >= 0.05  # the probe has come back
    assert (
        taken[-1].at - second < 13 * SPACING * 1.5
    )  # they have waited for long, so they go although others are on their way
    assert len(taken) == 14


def test_three_chats_refused_over_a_longer_time_are_no_flood() -> None:
    async def story() -> float:
        world = World()
        for number in (1, 2, 3):
            world.telegram.refuses(number, 30, until=20)
        refused = [later(1.5 * number, partial(world.send, number)) for number in (1, 2, 3)]
        await asyncio.sleep(6)
        await world.send(ALICE)
        done = now()
        await asyncio.gather(*refused)
        return done

    assert run(story()) == pytest.approx(6, abs=0.01)


def test_several_refusals_of_one_chat_are_no_flood() -> None:
    async def story() -> float:
        world = World()
        world.telegram.refuses(ALICE, 30, until=1)
        refused = [asyncio.ensure_future(world.call("deleteMessage", chat_id=ALICE)) for _ in range(5)]
        await asyncio.sleep(0.1)
        await world.send(BOB)
        done = now()
        await asyncio.gather(*refused)
        return done

    assert run(story()) < 0.2


def test_a_request_without_chat_that_is_refused_makes_everything_wait() -> None:
    async def story() -> list[float]:
        world = World()
        world.telegram.refuses(None, 3, until=1)
        tasks = [asyncio.ensure_future(world.call("setMyCommands")), later(0.1, lambda: world.send(ALICE))]
        return await finished(tasks)

    assert min(run(story())) == pytest.approx(3.25, abs=0.01)


def test_a_probe_that_is_refused_too_is_followed_by_another_rest() -> None:
    async def story() -> Telegram:
        world = World()
        world.telegram.refusals.append(lambda _, __: 5.0 if now() < 12 else 0.0)
        await asyncio.gather(*(world.send(number) for number in range(1, 30)))
        return world.telegram

    arrivals = run(story()).arrivals

    assert Counter(each.taken for each in arrivals)[False] == 3 + 2
    assert len({each.chat for each in arrivals if each.taken}) == 29


def test_a_probe_that_fails_otherwise_or_is_given_up_ends_the_rest_or_makes_room_for_another() -> None:
    async def story() -> float:
        world = World(Telegram(usual=Line(0.5, 0.0)))
        world.telegram.refuses(None, 3, until=1)
        flood = asyncio.ensure_future(world.call("setMyCommands"))
        await asyncio.sleep(1)
        probe, next_probe, last = (asyncio.ensure_future(world.send(number)) for number in (1, 2, 3))
        await asyncio.sleep(3.0)
        probe.cancel()
        await asyncio.gather(flood, next_probe, last)
        assert probe.cancelled()
        return now()

    assert run(story()) < 6


def test_what_fails_otherwise_fails_as_it_would_without_pacer_and_holds_up_nobody() -> None:
    async def story() -> float:
        world = World()
        errors: Iterator[Exception] = iter([BadRequest("no"), TimedOut()])

        async def fail(*_: object) -> bool:
            raise next(errors)

        for kind in (BadRequest, TimedOut):
            with pytest.raises(kind):
                await world.pacer.process_request(fail, (), {}, "sendMessage", {"chat_id": ALICE}, None)
        await world.send(ALICE)
        assert world.pacer.waiting == 0
        return now()

    assert run(story()) < 2.2


# Whoever waits


def test_a_chat_with_a_hundred_messages_does_not_hold_up_the_others() -> None:
    async def story() -> tuple[list[float], list[float]]:
        world = World()
        long = [asyncio.ensure_future(world.send(ALICE, str(number))) for number in range(100)]
        others = [later(0.2 * number, partial(world.send, 100 + number)) for number in range(400)]
        done = await finished(others)
        await asyncio.gather(*long)
        return [at - 0.2 * number for number, at in enumerate(done)], world.telegram.times(ALICE)

    waited, long = run(story())

    assert max(waited) <= 2 * SPACING
    assert len(long) == 100


def test_500_chats_with_two_messages_each_are_served_in_turn() -> None:
    async def story() -> list[Any]:
        world = World()
        first = [world.send(number, "1") for number in range(1, 501)]
        second = [world.send(number, "2") for number in range(1, 501)]
        await asyncio.gather(*first, *second)
        return [(each.text, each.chat) for each in world.telegram.arrivals]

    arrived = run(story())

    assert [chat for text, chat in arrived if text == "1"] == list(range(1, 501))
    assert [chat for text, chat in arrived if text == "2"] == list(range(1, 501))


def test_who_stops_waiting_leaves_no_hole_and_holds_up_nobody() -> None:
    async def story() -> tuple[Telegram, int]:
        world = World()
        tasks = {text: asyncio.ensure_future(world.send(ALICE, text)) for text in "12345"}
        others = [asyncio.ensure_future(world.send(number)) for number in range(100, 130)]
        await asyncio.sleep(0.5)
        for each in (tasks["2"], tasks["4"], *others[20:25]):
            each.cancel()
        await asyncio.gather(*tasks.values(), *others, return_exceptions=True)
        return world.telegram, world.pacer.waiting

    telegram, waiting = run(story())

    assert telegram.texts(ALICE) == ["1", "3", "5"]
    assert telegram.times(ALICE)[-1] < 2.2
    assert len(telegram.times()) == 3 + 25
    assert waiting == 0


def test_a_turn_that_comes_together_with_its_end_goes_to_the_next() -> None:
    async def story() -> tuple[list[str], float]:
        world = World()
        await world.send(BOB)  # so that the next has to wait a moment
        first, second = (asyncio.ensure_future(world.send(ALICE, text)) for text in "12")
        while not any(lane.is_out for lane in world.pacer._lanes()):  # the turn has come, and it does not know yet
            await asyncio.sleep(0)
            if first.done():
                pytest.fail("it came and went")
            asyncio.get_running_loop().leap.now += SPACING / 50  # type: ignore[attr-defined]
        first.cancel()
        await second
        return world.telegram.texts(ALICE), now()

    texts, done = run(story())

    assert texts == ["2"]
    assert done < 1.5 * SPACING


def test_who_stops_waiting_in_the_moment_of_their_turn_is_passed_over() -> None:
    async def story() -> float:
        world = World()
        await world.send(BOB)
        first = asyncio.ensure_future(world.send(ALICE))
        await asyncio.sleep(0)
        asyncio.get_running_loop().leap.now += 2 * SPACING  # type: ignore[attr-defined]  # the loop was held up
        first.cancel()
        await world.send(BOB + 1)
        return now()

    assert run(story()) < 3 * SPACING


def test_at_the_end_nobody_is_left_waiting() -> None:
    async def story() -> None:
        world = World(Telegram(usual=Line(0.2, 0.2)))
        world.telegram.refuses(BOB, 30, until=1)
        tasks = [asyncio.ensure_future(world.send(chat, text)) for text in "123" for chat in (ALICE, BOB, GROUP)]
        await asyncio.sleep(0.3)
        await world.pacer.shutdown()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert now() < 1
        assert Counter(map(type, results)) == {bool: 2, RetryAfter: 1, Skipped: 6}
        with pytest.raises(Skipped):
            await world.send(ALICE)
        await world.pacer.initialize()
        await world.send(ALICE)

    run(story())


@pytest.mark.parametrize(("takes", "apart"), [(0.04, 0.08), (0.3, 0.1)])
def test_a_message_is_on_its_way_alone_unless_telegram_is_slow(takes: float, apart: float) -> None:
    async def story() -> list[float]:
        world = World(Telegram(usual=Line(takes, takes)))
        await asyncio.gather(*(world.send(chat) for chat in range(1, 6)))
        return [each.at for each in world.telegram.arrivals]

    times = run(story())

    assert [later - sooner for sooner, later in pairwise(times)] == pytest.approx([apart] * 4, abs=0.01)


def test_what_is_done_when_a_turn_comes_is_done_right_before_and_before_another_goes() -> None:
    seen: list[str] = []

    async def story() -> None:
        world = World(Telegram(usual=Line(0.04, 0.04)))

        async def sent(chat: int) -> None:
            async def departs() -> None:
                await asyncio.sleep(0.01)
                seen.append(f"{chat} departs, {len(world.telegram.arrivals)} arrived")

            async def arrived(_: object) -> None:
                await asyncio.sleep(0.01)
                seen.append(f"{chat} arrived")

            TURN.set(Turn(departs, arrived))
            await world.send(chat)

        await asyncio.gather(sent(1), sent(2))

    run(story())

    assert seen == ["1 departs, 0 arrived", "1 arrived", "2 departs, 1 arrived", "2 arrived"]


def test_chats_that_are_idle_are_forgotten() -> None:
    async def story() -> list[int]:
        world = World()
        counts: list[int] = []
        for _ in range(5):
            for number in range(400):
                await world.call("deleteMessage", chat_id=1 + len(counts) * 1000 + number)
            await asyncio.gather(*(world.send(-(1 + len(counts) * 1000 + number)) for number in range(100)))
            counts.append(world.pacer.places)
            await asyncio.sleep(125)
        await world.send(ALICE)
        return [*counts, world.pacer.places]

    counts = run(story())

    assert max(counts) <= 500 + 1
    assert counts[-1] == 1


def test_a_chat_that_is_not_idle_is_not_forgotten() -> None:
    async def story() -> Telegram:
        world = World()
        await world.send(ALICE)
        await asyncio.gather(*(later(40 + 1.5 * number, partial(world.send, GROUP)) for number in range(30)))
        return world.telegram

    assert most_within(run(story()).times(GROUP), MINUTE) <= 20


def test_the_pacer_sleeps_until_there_is_something_to_do() -> None:
    async def story() -> int:
        world = World()
        world.telegram.refuses(BOB, 60, until=200)
        await asyncio.gather(
            *(world.send(number) for number in range(100, 300)),
            *(world.send(GROUP) for _ in range(60)),
            world.send(BOB),
        )
        return world.slept

    assert run(story()) < 2 * (200 + 60 + 5)


# Whatever happens

CHATS = (ALICE, BOB, GROUP, GROUP - 1)


@dataclass(frozen=True)
class Step:
    """Something that is asked for, some time after what came before; and perhaps it is given up."""

    after: float
    what: str
    chat: int
    line: Line
    given_up_after: float | None


seconds = st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.05, 0.3, 1.0, 4.0])
delays = st.sampled_from([0.0, 0.0, 0.03, 0.4, 1.5])
steps = st.lists(
    st.builds(
        Step,
        after=seconds,
        what=st.sampled_from(["final", "final", "edit", "draft", "type", "other"]),
        chat=st.sampled_from(CHATS) | st.integers(1000, 1060),
        line=st.builds(Line, delays, delays),
        given_up_after=st.none() | st.none() | st.none() | seconds,
    ),
    max_size=60,
)
weather = st.lists(st.tuples(st.sampled_from([*CHATS, None]), seconds, st.integers(1, 40)), max_size=5)


@given(steps, weather)
@settings(max_examples=120)
def test_whatever_is_asked_for_limits_are_kept_and_all_finals_arrive_once_in_their_order(
    steps: list[Step], weather: list[tuple[int | None, float, int]]
) -> None:
    asked: dict[int, list[str]] = defaultdict(list)
    given_up: set[str] = set()

    async def story() -> World:
        world = World()
        for chat, until, rest in weather:
            world.telegram.refuses(chat, rest, until=until * 3)
        tasks: list[asyncio.Task[Any]] = []
        for number, step in enumerate(steps):
            await asyncio.sleep(step.after)
            text = f"{step.what} {number}"
            world.telegram.lines[text] = step.line
            tasks.append(asyncio.ensure_future(asked_for(world, step, text)))
            if step.what == "final":
                asked[step.chat].append(text)
            if step.given_up_after is not None:
                given_up.add(text)
                asyncio.get_running_loop().call_later(step.given_up_after, tasks[-1].cancel)
            await asyncio.sleep(0)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(each) for each in results} <= {bool, asyncio.CancelledError}
        return world

    async def asked_for(world: World, step: Step, text: str) -> bool:
        made = {
            "final": lambda: world.send(step.chat, text),
            "edit": lambda: world.edit(step.chat, text),
            "draft": lambda: world.draft(step.chat, text),
            "type": lambda: world.type(step.chat),
            "other": lambda: world.call("getMe"),
        }
        return await was_made(made[step.what]())

    world = run(story())

    assert_within_limits(world.telegram, {step.chat for step in steps})
    for chat, texts in asked.items():
        arrived = [text for text in world.telegram.texts(chat) if text.startswith("final")]
        assert len(set(arrived)) == len(arrived)
        assert [text for text in texts if text in arrived] == arrived
        assert set(texts) - set(arrived) <= given_up
    assert world.pacer.waiting == 0


# python-telegram-bot, over HTTP


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi() as server:
        server.limits = Limits(mode="enforce")
        yield server


def test_a_bot_of_python_telegram_bot_meets_no_429_of_its_own_doing(server: BotApi) -> None:
    alice = server.user(ALICE, "Alice")
    others = [server.user(number, "Bob") for number in range(100, 120)]
    for each in (alice, *others):
        each.says("hei")

    async def story() -> list[bool]:
        bot: ExtBot[Urgency] = ExtBot(
            TOKEN, base_url=server.base_url, request=HTTPXRequest(connection_pool_size=32), rate_limiter=Pacer()
        )
        async with bot:
            previews = [
                was_made(bot.send_message_draft(ALICE, 1, "Ki", rate_limit_args=Urgency.PREVIEW)),
                was_made(bot.send_message_draft(ALICE, 1, "Kim", rate_limit_args=Urgency.PREVIEW)),
                was_made(bot.send_chat_action(ALICE, "typing", rate_limit_args=Urgency.SIGN)),
            ]
            made = [await each for each in previews]
            finals = [bot.send_message(ALICE, f"Svar {number}") for number in (1, 2)]
            await asyncio.gather(*finals, *(bot.send_message(each.account.id, "Svar") for each in others))
        return made

    assert asyncio.run(story()) == [True, False, True]
    assert server.count(429) == 0
    assert [each.text for each in server.messages(alice, by_bot=True)] == ["Svar 1", "Svar 2"]
    assert all(len(server.messages(each, by_bot=True)) == 1 for each in others)
