"""What may be relied on where pieces are looked at now and then: nothing is lost, reordered or held back."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from bot.portions import portions

PACE = 0.05
LONG = 60.0


class Broken(Exception):
    pass


async def comes(*steps: str | float | Exception) -> AsyncGenerator[str, None]:
    """Pieces, pauses in seconds, and errors."""
    for step in steps:
        if isinstance(step, float):
            await asyncio.sleep(step)
        elif isinstance(step, Exception):
            raise step
        else:
            yield step


def taken(pace: float, *steps: str | float | Exception) -> list[list[str]]:
    async def take() -> list[list[str]]:
        async with aclosing(portions(comes(*steps), pace)) as all_of_it:
            return [portion async for portion, _ in all_of_it]

    return asyncio.run(take())


@pytest.mark.parametrize("pace", [0.0, PACE])
@pytest.mark.parametrize("steps", [(), ("a",), ("a", "b"), ("a", 0.1, "b"), (0.1, "a", "b", 0.1, "c", "d")])
def test_everything_comes_in_order(pace: float, steps: Sequence[str | float]) -> None:
    together = [piece for portion in taken(pace, *steps) for piece in portion]

    assert together == [each for each in steps if isinstance(each, str)]


def test_what_comes_within_the_pace_comes_together() -> None:
    assert taken(LONG, "a", 0.01, "b", 0.01, "c") == [["a"], ["b", "c"]]


def test_a_pause_holds_nothing_back() -> None:
    """What came within the pace is given when the pace is over, not when something more comes."""

    async def scenario() -> list[str]:
        async with aclosing(portions(comes("a", 0.001, "b", LONG, "c"), PACE)) as all_of_it:
            seen = [await anext(all_of_it), await asyncio.wait_for(anext(all_of_it), LONG / 10)]
        return [piece for portion, _ in seen for piece in portion]

    assert asyncio.run(scenario()) == ["a", "b"]


def test_the_last_portion_is_known_to_be_the_last() -> None:
    async def scenario() -> list[bool]:
        async with aclosing(portions(comes("a", 0.01, "b", 0.01), LONG)) as all_of_it:
            return [is_last async for _, is_last in all_of_it]

    assert asyncio.run(scenario()) == [False, True]


def test_an_error_comes_after_all_that_came_before_it() -> None:
    seen: list[str] = []

    async def scenario() -> None:
        async with aclosing(portions(comes("a", 0.01, "b", Broken()), LONG)) as all_of_it:
            async for portion, _ in all_of_it:
                seen.extend(portion)

    with pytest.raises(Broken):
        asyncio.run(scenario())
    assert seen == ["a", "b"]


def test_whoever_looks_no_more_closes_what_comes() -> None:
    closed: list[str] = []

    async def endless() -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "a"
                await asyncio.sleep(0.001)
        finally:
            closed.append("closed")

    async def scenario() -> None:
        async with aclosing(portions(endless(), PACE)) as all_of_it:
            await anext(all_of_it)

    asyncio.run(scenario())
    assert closed == ["closed"]


def test_who_is_called_off_while_waiting_leaves_nothing_running() -> None:
    async def scenario() -> int:
        async with aclosing(portions(comes(LONG), PACE)) as all_of_it:
            waiting = asyncio.ensure_future(anext(all_of_it))
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        return len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == 1
