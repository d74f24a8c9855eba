"""What people may rely on between inbox and handlers: order in a chat, chats beside each other, nothing given up but what cannot be done."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.dispatcher import TRIES, Dispatcher, PutOff
from bot.telegram.store import Store, Waiting, open_store
from tests.telegram.test_store import update
from vectorstore.errors import ArchiveDamaged, ArchiveUnusable, IndexBroken

pytestmark = pytest.mark.anyio

_PATIENCE = 10.0

Do = Callable[[Waiting], Awaitable[None]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as store:
        yield store


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Bench:
    """A dispatcher, with what was handled, done elsewhere and given up, by the number of the update."""

    def __init__(self, store: Store, do: Do | None = None, apart: Do | None = None) -> None:
        self.store = store
        self.begun: list[int] = []
        self.handled: list[int] = []
        self.apart: list[int] = []
        self.given_up: list[int] = []
        self._do = do
        self._do_apart = apart
        self.dispatcher = Dispatcher(
            store, self._handle, self._give_up, apart=self._handle_apart, pause=0.001, disk_pause=0.001
        )

    async def take(self, *updates: bytes) -> list[Waiting]:
        fresh = await self.store.keep(lambda: self.store.inbox.receive(updates))
        self.dispatcher.take(fresh)
        return fresh

    async def finish(self) -> None:
        """Until nothing waits."""
        await self.until(lambda: not self.store.inbox.depth())
        await self.dispatcher.stop(_PATIENCE)

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not ready():  # noqa: ASYNC110 (it changes in the store's thread)
                await asyncio.sleep(0.002)

    async def _handle(self, waiting: Waiting) -> None:
        self.begun.append(waiting.number)
        if self._do:
            await self._do(waiting)
        self.handled.append(waiting.number)

    async def _handle_apart(self, waiting: Waiting) -> None:
        self.apart.append(waiting.number)
        if self._do_apart:
            await self._do_apart(waiting)

    async def _give_up(self, waiting: Waiting) -> None:
        self.given_up.append(waiting.number)


def failing(*numbers: int, error: Exception | None = None, times: int = 1_000) -> Do:
    """Raises an error for these updates, so many times each."""
    raised: Counter[int] = Counter()

    async def do(waiting: Waiting) -> None:
        raised[waiting.number] += 1
        if waiting.number in numbers and raised[waiting.number] <= times:
            raise error or ValueError("poison")

    return do


async def test_a_chat_is_answered_in_order_and_chats_beside_each_other(store: Store) -> None:
    free = asyncio.Event()

    async def do(waiting: Waiting) -> None:
        if waiting.number == 1:
            await free.wait()

    bench = Bench(store, do)
    await bench.take(update(1, chat=42), update(2, chat=42), update(3, chat=43), update(4, chat=42))
    await bench.take(*(update(number, chat=number) for number in range(100, 200)))
    await bench.until(lambda: len(bench.handled) == 101)
    assert {1, 2, 4}.isdisjoint(bench.handled)
    assert 2 not in bench.begun
    free.set()
    await bench.finish()
    assert [number for number in bench.handled if number in {1, 2, 4}] == [1, 2, 4]


STEPS = st.lists(
    st.one_of(
        st.lists(
            st.integers(1, 12), min_size=1, max_size=4
        ),  # numbers of updates that come, for the first time or again
        st.just("restart"),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_each_update_is_done_once_in_the_order_of_its_chat_however_often_and_whenever_it_comes(
    steps: list[list[int] | str],
) -> None:
    """Three chats, one malformed update among them; duplicates in a batch, in a later one, and across restarts."""
    came = [number for step in steps if step != "restart" for number in step]
    handled: list[int] = []
    given_up: list[int] = []

    async def live(store: Store, batches: list[list[int]]) -> None:
        bench = Bench(store, failing(5))
        await bench.dispatcher.replay()
        for batch in batches:
            await bench.take(*(update(number, chat=number % 3 + 1) for number in batch))
        await bench.finish()
        handled.extend(bench.handled)
        given_up.extend(bench.given_up)

    with TemporaryDirectory() as folder:
        for is_restart, batches in groupby(steps, lambda step: step == "restart"):
            if not is_restart:
                with open_store(Path(folder)) as store:
                    asyncio.run(live(store, [batch for batch in batches if isinstance(batch, list)]))

    first = list(dict.fromkeys(number for number in came if number != 5))
    assert sorted(handled) == sorted(first)
    for chat in range(3):
        assert [each for each in handled if each % 3 == chat] == [each for each in first if each % 3 == chat]
    assert given_up == [5] * (5 in came)


@pytest.mark.parametrize("error", [ArchiveDamaged("a page is damaged"), IndexBroken("no vectors")])
async def test_what_no_waiting_mends_is_put_aside_after_three_tries_and_the_chat_goes_on(
    store: Store, error: Exception
) -> None:
    bench = Bench(store, failing(1, error=error))
    await bench.take(update(1, chat=42), update(2, chat=42))
    await bench.finish()
    assert (bench.begun, bench.handled, bench.given_up) == ([1] * TRIES + [2], [2], [1])


async def test_a_handler_that_never_ends_holds_up_its_own_chat_alone(store: Store) -> None:
    async def do(waiting: Waiting) -> None:
        if waiting.number == 1:
            await asyncio.Event().wait()

    bench = Bench(store, do)
    await bench.take(update(1, chat=42), *(update(number, chat=43) for number in range(2, 102)))
    await bench.until(lambda: store.inbox.depth() == 1)
    await bench.dispatcher.stop(0)
    assert [each.number for each in store.inbox.waiting()] == [1]


async def test_what_raises_an_error_is_tried_three_times_and_then_put_aside_with_an_apology(store: Store) -> None:
    bench = Bench(store, failing(2))
    await bench.take(update(1), update(2), update(3))
    await bench.finish()
    assert bench.handled == [1, 3]
    assert bench.begun.count(2) == TRIES
    assert bench.given_up == [2]
    assert store.inbox.quarantined() == 1


async def test_what_goes_well_at_the_third_try_is_done(store: Store) -> None:
    bench = Bench(store, failing(1, times=2))
    await bench.take(update(1))
    await bench.finish()
    assert bench.handled == [1]
    assert bench.given_up == []


async def test_tries_are_counted_over_starts(store: Store) -> None:
    (waiting,) = store.inbox.receive([update(1)])
    store.inbox.fail(waiting)
    store.inbox.fail(waiting)
    bench = Bench(store, failing(1))
    await bench.dispatcher.replay()
    await bench.finish()
    assert bench.begun == [1]
    assert bench.given_up == [1]


async def test_an_apology_that_fails_leaves_the_update_put_aside(store: Store) -> None:
    bench = Bench(store, failing(1))

    async def give_up(_: Waiting) -> None:
        raise ValueError("nobody is there")

    dispatcher = Dispatcher(store, failing(1), give_up, pause=0.001)
    dispatcher.take(store.inbox.receive([update(1)]))
    await bench.until(lambda: store.inbox.quarantined() == 1)
    await dispatcher.stop(0)


async def test_what_is_in_the_way_of_an_update_does_not_count_against_it(store: Store) -> None:
    bench = Bench(store, failing(1, error=PutOff(0.001), times=10))
    await bench.take(update(1))
    await bench.finish()
    assert bench.begun.count(1) == 11
    assert bench.handled == [1]
    assert bench.given_up == []


async def test_a_full_disk_does_not_count_against_an_update(store: Store) -> None:
    bench = Bench(store, failing(1, error=ArchiveUnusable("the disk is full"), times=10))
    await bench.take(update(1))
    await bench.finish()
    assert bench.handled == [1]
    assert bench.given_up == []


async def test_what_was_not_done_is_taken_up_at_the_next_start_in_order(store: Store) -> None:
    store.inbox.receive([update(1, chat=42), update(2, chat=43), update(3, chat=42)])
    bench = Bench(store)
    await bench.dispatcher.replay()
    await bench.finish()
    assert [number for number in bench.handled if number != 2] == [1, 3]
    assert sorted(bench.handled) == [1, 2, 3]


async def test_from_the_third_end_of_the_program_on_an_update_is_worked_on_apart_and_the_others_are_not(
    store: Store,
) -> None:
    one, *_ = store.inbox.receive([update(1), update(2), update(3, chat=43)])
    for _ in range(3):
        store.inbox.begin(one)
    bench = Bench(store)
    await bench.dispatcher.replay()
    await bench.finish()
    assert bench.apart == [1]
    assert sorted(bench.handled) == [2, 3]


@pytest.mark.parametrize("kills", [2, 6, 100])
async def test_kills_alone_never_have_an_update_put_aside(store: Store, kills: int) -> None:
    (one,) = store.inbox.receive([update(1)])
    for _ in range(kills):
        store.inbox.begin(one)
    bench = Bench(store)
    await bench.dispatcher.replay()
    await bench.finish()
    assert bench.given_up == []
    assert store.inbox.quarantined() == 0


async def test_what_dies_of_an_update_three_times_while_this_program_lives_is_put_aside(store: Store) -> None:
    one, *_ = store.inbox.receive([update(1), update(2)])
    for _ in range(3):
        store.inbox.begin(one)
    bench = Bench(store, apart=failing(1))
    await bench.dispatcher.replay()
    await bench.finish()
    assert bench.apart == [1] * TRIES
    assert bench.begun == [2]  # in this process, the poison is not touched
    assert bench.given_up == [1]


async def test_one_update_at_a_time_is_worked_on_apart_and_holds_up_no_other_chat(store: Store) -> None:
    suspects = store.inbox.receive([update(number, chat=number) for number in (1, 2, 3)])
    store.inbox.receive([update(number, chat=number) for number in range(10, 20)])
    for each in suspects * 3:
        store.inbox.begin(each)
    free, running, most = asyncio.Event(), 0, 0

    async def slowly(_: Waiting) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await free.wait()
        running -= 1

    bench = Bench(store, apart=slowly)
    await bench.dispatcher.replay()
    await bench.until(lambda: len(bench.handled) == 10)
    free.set()
    await bench.finish()
    assert bench.apart == [1, 2, 3]
    assert most == 1


async def test_a_stop_lets_what_is_worked_on_come_to_an_end_and_begins_nothing_new(store: Store) -> None:
    free = asyncio.Event()

    async def do(_: Waiting) -> None:
        await free.wait()

    bench = Bench(store, do)
    await bench.take(update(1), update(2))
    await bench.until(lambda: bench.begun == [1])
    stopping = asyncio.create_task(bench.dispatcher.stop(_PATIENCE))
    await asyncio.sleep(0)
    await bench.take(update(3), update(4, chat=43))
    free.set()
    await stopping
    assert bench.begun == bench.handled == [1]
    assert [each.number for each in store.inbox.waiting()] == [2, 3, 4]


async def test_what_outlasts_the_grace_is_left_for_the_next_start_and_is_no_crash(store: Store) -> None:
    async def do(_: Waiting) -> None:
        await asyncio.Event().wait()

    bench = Bench(store, do)
    await bench.take(update(1))
    await bench.until(lambda: bench.begun == [1])
    await bench.dispatcher.stop(0.01)
    (waiting,) = store.inbox.waiting()
    assert (waiting.begun, waiting.failed) == (0, 0)


async def test_a_stop_does_not_wait_for_pauses(store: Store) -> None:
    bench = Bench(store, failing(1, error=PutOff(3_600)))
    await bench.take(update(1))
    await bench.until(lambda: bench.begun == [1])
    async with asyncio.timeout(2):
        await bench.dispatcher.stop(_PATIENCE)
    assert store.inbox.depth() == 1


async def test_whatever_a_handler_raises_the_chat_goes_on(store: Store) -> None:
    bench = Bench(store, failing(1, error=RecursionError()))
    await bench.take(update(1), update(2))
    await bench.finish()
    assert bench.handled == [2]
