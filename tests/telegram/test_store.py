"""What people may rely on about the Telegram store: what came is there after the process, once, in order, and no longer than was said."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Answer, Status
from bot.telegram.store import FILE, Address, Part, State, Store, Waiting, open_store
from tests.telegram_server.shapes import Json
from vectorstore.article import Article, Span
from vectorstore.database import Database

DAY = 86_400.0
ALICE = Address(42, 0, 42)


class Clock:
    """The time of day, as the test has it; in seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with open_store(tmp_path, clock) as store:
        yield store


def update(number: int | None, chat: int = 42, **more: Any) -> bytes:
    """An update with a message, as JSON."""
    message: Json = {"message_id": 1, "chat": {"id": chat, "type": "private"}, "from": {"id": chat}, "text": "?"}
    return json.dumps(({} if number is None else {"update_id": number}) | {"message": message} | more).encode()


def answered(store: Store, number: int, state: State = State.SENT, *, parts: int = 1) -> None:
    """Puts an answer there, whose last part is as said and whose others were sent."""
    answer = Answer(f"question {number}", Status.NOT_FOUND, "Nei.", 0.0, "nb", "quoting")
    rows = [Part(number, each, ALICE, {"text": "Nei."}) for each in range(parts)]
    store.answers.put(number, f"token{number}", ALICE, answer, rows, question_message=number, parent=None)
    for row in rows[:-1]:
        store.outbox.sent(row, 1)
    {State.SENT: lambda: store.outbox.sent(rows[-1], 1), State.SENDING: lambda: store.outbox.sending(rows[-1])}.get(
        state, lambda: None
    )()


def take(store: Store, *updates: bytes) -> list[Waiting]:
    return store.inbox.receive(updates)


# What came


def test_an_update_that_comes_again_is_taken_in_once(store: Store) -> None:
    (first,) = take(store, update(7))
    assert take(store, update(7), update(7)) == []
    assert store.inbox.depth() == 1
    store.inbox.done(first)
    assert take(store, update(7)) == []  # and also when it is done
    assert store.inbox.depth() == 0


def test_what_was_received_outlives_the_process_in_the_order_in_which_it_came(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        take(store, update(9), update(7, chat=43))
        take(store, update(8))
    with open_store(tmp_path) as store:
        waiting = store.inbox.waiting()
    assert [each.update_id for each in waiting] == [9, 7, 8]
    assert [each.raw for each in waiting] == [update(9), update(7, chat=43), update(8)]


def test_each_chat_and_each_topic_has_a_lane_of_its_own(store: Store) -> None:
    topic = update(3)[:-2] + b', "message_thread_id": 5, "is_topic_message": true}}'
    taken = take(store, update(1), update(2, chat=43), topic, update(4))
    assert len({each.lane for each in taken}) == 3
    assert taken[0].lane == taken[3].lane


def test_an_update_that_nobody_can_read_is_kept_under_its_number(store: Store) -> None:
    deep = b'{"update_id": 5, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    garbled = b'{"update_id":6,"message":{"text":"\xff"}}'
    taken = take(store, deep, garbled, b"\xff", b"[]", b"{}", update(2**70))
    assert [each.update_id for each in taken] == [5, 6, None, None, None, None]
    assert [each.raw for each in store.inbox.waiting()] == [deep, garbled, b"\xff", b"[]", b"{}", update(2**70)]
    assert take(store, deep, garbled) == []


def test_a_lone_surrogate_is_kept_as_it_came(store: Store) -> None:
    raw = update(1).replace(b'"?"', b'"\\ud83d"')
    take(store, raw)
    assert store.inbox.waiting()[0].raw == raw


def test_updates_without_a_number_have_numbers_of_their_own_in_the_outbox(store: Store) -> None:
    first, second = take(store, update(None), update(None))
    assert max(first.number, second.number) < 0
    assert first.number != second.number


# Work on it


def test_how_often_the_program_ended_over_an_update_is_known_at_the_next_start(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        (waiting,) = take(store, update(1))
    for _ in range(3):
        with open_store(tmp_path) as store:
            store.inbox.begin(waiting)  # and the program is killed
    with open_store(tmp_path) as store:
        assert store.inbox.waiting()[0].begun == 3
        store.inbox.begin(waiting)
        store.inbox.release(waiting)
        assert store.inbox.waiting()[0].begun == 3  # to put it off in order is no crash
        store.inbox.begin(waiting)
        assert store.inbox.fail(waiting) == 1
        assert (store.inbox.waiting()[0].begun, store.inbox.waiting()[0].failed) == (3, 1)


@pytest.mark.parametrize("number", [1, None])
def test_what_has_its_answer_is_not_suspected_however_often_the_program_ends_before_it_is_sent(
    store: Store, number: int | None
) -> None:
    (waiting,) = take(store, update(number))
    store.inbox.begin(waiting)
    assert store.inbox.waiting()[0].begun == 1
    store.outbox.show(waiting.number, ALICE, 5)  # a preview is not the answer
    assert store.inbox.waiting()[0].begun == 1
    store.outbox.put([Part(waiting.number, 0, ALICE, {"text": "Nei."})])
    assert store.inbox.waiting()[0].begun == 0


def test_what_is_done_leaves_nothing_but_its_number(store: Store, tmp_path: Path) -> None:
    (waiting,) = take(store, update(1, secret="kanarifugl"))
    store.inbox.done(waiting)
    store.empty_log()
    with Database(tmp_path / FILE, store._database._schema).reading() as connection:
        row = dict(connection.execute("SELECT * FROM inbox").fetchone())
    assert (row["update_id"], row["raw"], row["chat"], row["user"], row["lane"]) == (1, None, None, None, "")
    assert b"kanarifugl" not in b"".join(each.read_bytes() for each in tmp_path.glob(f"{FILE}*"))


def test_what_is_put_aside_is_kept_and_not_tried_again(store: Store) -> None:
    (waiting,) = take(store, update(1))
    store.inbox.quarantine(waiting)
    assert store.inbox.waiting() == []
    assert store.inbox.quarantined() == 1


# How long


def test_answers_are_gone_after_the_days_that_were_said_and_not_before(store: Store, clock: Clock) -> None:
    answered(store, 1)
    clock.now += 30 * DAY
    answered(store, 2)
    before = clock.now - 30 * DAY
    assert store.people.forget_old(before, "2023-12-14", 100) == 0
    clock.now += 1
    assert store.people.forget_old(before + 1, "2023-12-14", 100) == 1
    assert store.answers.of_update(1) is None
    assert store.outbox.parts(1) == []
    assert store.answers.of_update(2) is not None


def test_the_numbers_of_updates_are_remembered_for_three_days_and_longer_than_telegram_sends_them(
    store: Store, clock: Clock
) -> None:
    (waiting,) = take(store, update(1))
    store.inbox.done(waiting)
    clock.now += 3 * DAY - 1
    assert store.inbox.forget_old(clock.now, 100) == 0
    assert take(store, update(1)) == []
    clock.now += 2
    assert store.inbox.forget_old(clock.now, 100) == 1


def test_what_waits_is_kept_however_old_it_is(store: Store, clock: Clock) -> None:
    take(store, update(1))
    clock.now += 365 * DAY
    assert store.inbox.forget_old(clock.now, 100) == 0
    assert store.inbox.depth() == 1


def test_what_was_put_aside_goes_with_what_is_as_old(store: Store, clock: Clock) -> None:
    (waiting,) = take(store, update(1))
    store.inbox.quarantine(waiting)
    clock.now += 30 * DAY
    assert store.inbox.forget_old(clock.now - 31 * DAY, 100) == 0
    assert store.inbox.forget_old(clock.now - 29 * DAY, 100) == 1


@pytest.mark.parametrize("state", [State.READY, State.SENDING])
def test_an_answer_that_is_not_wholly_sent_is_never_too_old(store: Store, clock: Clock, state: State) -> None:
    (waiting,) = take(store, update(1))
    answered(store, 1, state, parts=2)
    clock.now += 365 * DAY
    assert store.people.forget_old(clock.now, "2024-11-13", 100) == 0
    assert store.outbox.parts(1)[-1].state is state
    store.inbox.quarantine(waiting)  # it is given up: nobody will send the rest
    assert store.people.forget_old(clock.now, "2024-11-13", 100) == 1


def test_an_answer_that_a_second_try_will_look_for_is_never_too_old(store: Store, clock: Clock) -> None:
    (waiting,) = take(store, update(1))
    answered(store, 1)
    clock.now += 365 * DAY
    assert store.people.forget_old(clock.now, "2024-11-13", 100) == 0
    store.inbox.done(waiting)
    assert store.people.forget_old(clock.now, "2024-11-13", 100) == 1


def test_a_clock_that_jumps_ahead_erases_no_more_than_the_limit_at_once_and_the_oldest_first(
    store: Store, clock: Clock
) -> None:
    for number in range(10):
        answered(store, number)
        clock.now += 1
        (waiting,) = take(store, update(number))
        store.inbox.done(waiting)
    clock.now += 1_000 * DAY
    assert store.people.forget_old(clock.now, "2026-08-10", 3) == 3
    assert store.inbox.forget_old(clock.now, 3) == 10  # of these nothing is left but numbers
    assert [number for number in range(10) if store.answers.of_update(number)] == [3, 4, 5, 6, 7, 8, 9]
    clock.now -= 1_000 * DAY  # it was set right again
    assert store.people.forget_old(clock.now - 30 * DAY, "2023-11-14", 3) == 0
    assert store.inbox.forget_old(clock.now - 30 * DAY, 3) == 0


def test_what_is_too_old_goes_faster_than_it_can_have_come(store: Store, clock: Clock) -> None:
    """A tenth of it at each look, and a look an hour: however many ask in thirty days, the first of them are gone in time."""
    for number in range(100):
        answered(store, number)
    clock.now += 31 * DAY
    assert store.people.forget_old(clock.now - 30 * DAY, "2023-12-15", 3) == 10


def test_the_language_that_somebody_chose_is_kept_where_nothing_else_is(store: Store, clock: Clock) -> None:
    store.people.choose(42, "en")
    clock.now += DAY
    store.people.forget_old(clock.now, "2023-11-15", 100)
    assert store.people.language(42) == "en"
    clock.now += 30 * DAY
    store.people.forget_old(clock.now, "2023-12-15", 100)
    assert store.people.language(42) == "auto"


def test_of_what_was_said_to_an_update_nothing_stays_once_it_is_done_but_an_answer(store: Store) -> None:
    command, question = take(store, update(1), update(2))
    store.outbox.put([Part(1, 0, ALICE, {"text": "Alt er slettet."})])
    answered(store, 2)
    for each in (command, question):
        store.inbox.done(each)
    assert store.outbox.parts(1) == []
    assert len(store.outbox.parts(2)) == 1


def test_nothing_is_shown_for_an_update_that_is_gone(store: Store) -> None:
    (waiting,) = take(store, update(1))
    assert store.outbox.show(1, ALICE, 7)
    store.people.forget(42)
    assert not store.outbox.show(1, ALICE, 8)
    assert store.outbox.parts(1) == []
    assert not store.inbox.waits(waiting.number)


def test_where_links_led_in_an_article_that_is_gone_is_erased(store: Store) -> None:
    article = Article("a", "Tittel", "En setning.")
    token = store.places.token(article, Span(0, 3))
    assert store.answers.articles() == ["a"]
    store.answers.withdraw("a")
    assert store.places.find(token) is None


def test_a_clock_that_jumps_back_erases_nothing_and_takes_in_as_ever(store: Store, clock: Clock) -> None:
    answered(store, 1)
    take(store, update(2))
    clock.now -= 10 * DAY
    take(store, update(3))
    assert store.people.forget_old(clock.now - 30 * DAY, "2023-11-04", 100) == 0
    assert [each.update_id for each in store.inbox.waiting()] == [2, 3]


# The file


def test_a_commit_is_on_the_disk_when_it_returns(store: Store) -> None:
    assert store._database.synchronous == 2  # FULL: https://sqlite.org/pragma.html#pragma_synchronous


def test_the_file_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    take(store, update(1))
    files = [*tmp_path.glob(f"{FILE}*")]
    assert len(files) == 3  # with its log, and the log's index
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
