"""What one may rely on when one presses a button: it does what it says, for whom it is, and it never spins."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from bot.answer import Answer, Citation, Status
from bot.settings import Settings
from bot.telegram.store import Address, Part, State, Store, open_store
from bot.wiring import open_articles
from tests.telegram.conftest import Running, Start
from tests.telegram.test_commands import buttons
from tests.telegram.test_conversation import GIFT, PATIENCE, WHEN, ask, at_rest, soon, toast
from tests.telegram_server import BotApi, User
from vectorstore.article import Span

NOT_YOURS = "Knappen virker bare for den som spurte, så lenge svaret er lagret, og høyst en uke. Still gjerne spørsmålet på nytt."
GROUP = -1001
QUOTE = "Den nordkoreanske diktatoren hadde tatt med et sverd som gave til Putin."


def test_the_buttons_of_an_answer_show_its_sources_and_more_and_take_what_one_thinks(
    server: BotApi, start: Start
) -> None:
    running = start()
    alice = server.user(42)
    answer = ask(alice, GIFT)
    assert buttons(answer) == ["Kilde 1", "Mer", "👍", "👎"]

    assert toast(server, alice.presses(answer, "Kilde 1")) == ""
    in_context = alice.hears(PATIENCE).text
    assert toast(server, alice.presses(answer, "Mer")) == ""
    more = alice.hears(PATIENCE).text

    assert in_context.startswith("Første møte mellom Kim og Putin")
    assert QUOTE in in_context
    assert "[2]" in more
    assert "[1]" not in more  # that is the answer's own
    assert QUOTE not in more
    assert running.store.figures()["answers"] == 1
    assert not server.problems


def test_a_thumb_is_marked_changed_and_taken_back(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42)
    answer = ask(alice, GIFT)

    for pressed, told, shown, judged in (
        ("👍", "Takk for at du sier fra!", ["👍 ✓", "👎"], 1),
        ("👎", "Takk for at du sier fra!", ["👍", "👎 ✓"], -1),
        ("👎 ✓", "Trukket tilbake.", ["👍", "👎"], None),
    ):
        assert toast(server, alice.presses(answer, pressed)) == told
        soon(server, lambda shown=shown: buttons(answer)[-2:] == shown)  # type: ignore[misc]
        assert judgement(running, alice) == judged


def test_a_thumb_pressed_twice_in_a_hurry_stays_up(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42)
    answer = ask(alice, GIFT)

    presses = [alice.presses(answer, "👍") for _ in range(3)]

    assert [toast(server, each) for each in presses] == ["Takk for at du sier fra!"] * 3
    assert judgement(running, alice) == 1


def judgement(running: Running, user: User) -> int | None:
    last = running.store.answers.last(Address(user.id, 0, user.id))
    assert last is not None
    return last.feedback


# Whose they are


class Told:
    """Answers that are in the store from the beginning; every one cites the same sentence."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with open_articles(Settings(home=home, model="none")) as archive:
            article = next(each for each in archive.newest() if QUOTE in each.text)
        self._cited = Citation(1, article, Span(article.text.index(QUOTE), article.text.index(QUOTE) + len(QUOTE)))
        self._number = 0

    def put(self, store: Store, token: str, chat: int, user: int, thread: int = 0) -> None:
        """An answer to a user, sent as the message 5000 and so on."""
        self._number += 1
        answer = Answer(
            f"Spørsmålet til {token}?", Status.ANSWERED, f"{QUOTE} [1]", 0.9, "nb", "quoting", (self._cited,)
        )
        address = Address(chat, thread, user)
        part = Part(self._number, 0, address, {}, State.SENT, 5000 + self._number)
        store.answers.put(self._number, token, address, answer, [part], question_message=self._number, parent=None)


@pytest.fixture
def told(telegram_home: Path) -> Told:
    return Told(telegram_home)


def test_buttons_work_for_a_week(server: BotApi, start: Start, telegram_home: Path, told: Told) -> None:
    days = 86_400.0
    for token, age in (("six-days", 6.99 * days), ("seven-days", 7.01 * days)):
        with open_store(telegram_home, clock=lambda age=age: time.time() - age) as store:  # type: ignore[misc]
            told.put(store, token, 42, 42)
    start()
    alice = server.user(42)
    message = alice.says("Hei")

    assert toast(server, alice.calls_back("s.six-days.1", message)) == ""
    assert toast(server, alice.calls_back("s.seven-days.1", message)) == NOT_YOURS
    assert toast(server, alice.calls_back("u.seven-days.1", message)) == NOT_YOURS


GARBAGE = [
    "", ".", "..", "...", "s", "s.", "s.known", "s.known.1.1", "s.known.x", "s.known.999", "s.known.-1", "x.known.1", "S.known.1",
    "s.unknown.1", "s..1", "s.' OR 1=1--.1", "u.%.1", "u._.1", "a..1", "a.x.1", "a.42.x", "a.-1.0", "l.nb.43", "l.xx.42",
    "l..42", "s.known.99999999999999999999999999", "s.known.१", "\u202e", "🇳🇴" * 8, "\x00", "A" * 64, '{"a": 1}', "m.unknown.0",
]  # fmt: skip


def test_what_was_made_up_does_nothing_and_is_answered(
    server: BotApi, start: Start, telegram_home: Path, told: Told
) -> None:
    with open_store(telegram_home) as store:
        told.put(store, "known", 42, 42)
    running = start()
    alice = server.user(42)
    message = alice.says("Hei")
    alice.hears(PATIENCE)

    presses = [alice.calls_back(data, message) for data in GARBAGE]
    presses += [alice.calls_back("s.known.1", None), alice.calls_back("u.known.1", None)]

    assert {data: toast(server, press) for data, press in zip(GARBAGE, presses, strict=False)} == dict.fromkeys(
        GARBAGE, NOT_YOURS
    )
    assert [toast(server, press) for press in presses[-2:]] == [NOT_YOURS, NOT_YOURS]
    at_rest(server, running)
    assert len(server.messages(alice, by_bot=True)) == 1
    assert running.store.answers.judged() == []
    assert running.store.people.language(42) == "auto"
    assert running.store.inbox.quarantined() == 0


def test_a_button_under_a_message_that_telegram_no_longer_shows_answers_where_it_stood(
    server: BotApi, start: Start, telegram_home: Path, told: Told
) -> None:
    alice = server.user(42)
    group = server.group(GROUP, forum=True, members=[alice])
    topic = group.topic("Saker")
    with open_store(telegram_home) as store:
        told.put(store, "old", group.id, alice.id, topic.id)
    start()

    query = {"id": "9", "from": alice.account.json(), "chat_instance": "1", "data": "s.old.1"}
    server.inject({"callback_query": query | {"message": {"chat": group.json(), "message_id": 5001, "date": 0}}})

    assert server.next_message(group, PATIENCE).thread == topic.id
    assert not server.messages(alice, by_bot=True)


def test_what_an_anonymous_admin_asked_may_be_pressed_in_that_group(
    server: BotApi, start: Start, telegram_home: Path, told: Told
) -> None:
    kari, alice = server.user(1, "Kari"), server.user(42)
    group, other = (server.group(number, admins=[kari], members=[alice]) for number in (GROUP, GROUP - 1))
    with open_store(telegram_home) as store:
        told.put(store, "hidden", group.id, group.id)
    start()

    assert toast(server, kari.calls_back("s.hidden.1", kari.says("?", group))) == ""
    assert toast(server, alice.calls_back("s.hidden.1", alice.says("?", other))) == NOT_YOURS


def test_a_button_does_nothing_for_who_is_no_longer_admitted(
    server: BotApi, start: Start, telegram_home: Path, told: Told
) -> None:
    with open_store(telegram_home) as store:
        told.put(store, "known", 42, 42)
    running = start(allowed="43")
    alice = server.user(42)
    message = server.world.post(alice.chat, server.world.bot, {"text": "svar"})

    assert toast(server, alice.calls_back("u.known.1", message)) == NOT_YOURS
    assert running.store.answers.judged() == []


@contextmanager
def ten_people(server: BotApi, home: Path, told: Told) -> Iterator[list[User]]:
    """Ten members of a group, each with an answer in it and one in private."""
    people = [server.user(100 + number, f"Person {number}") for number in range(10)]
    server.group(GROUP, members=people)
    with open_store(home) as store:
        for each in people:
            told.put(store, f"private{each.id}", each.id, each.id)
            told.put(store, f"group{each.id}", GROUP, each.id)
    yield people


def test_of_ten_people_nobody_reads_judges_or_continues_what_is_another_s(
    server: BotApi, start: Start, telegram_home: Path, told: Told
) -> None:
    with ten_people(server, telegram_home, told) as people:
        running = start()
        group = server.world.chats[GROUP]
        message = {each.id: server.world.post(group, server.world.bot, {"text": "svar"}) for each in people}
        own = {each.id: server.world.post(each.chat, server.world.bot, {"text": "svar"}) for each in people}
        forged = []
        for one, other in product(people, people):
            if one is not other:
                sort = "sumd"[(one.id + other.id) % 4]
                forged += [
                    one.calls_back(f"{sort}.group{other.id}.1", message[other.id]),
                    one.calls_back(f"{sort}.private{other.id}.1", own[other.id]),
                    one.calls_back(f"{sort}.private{other.id}.1", own[one.id]),
                    one.calls_back(f"{sort}.group{other.id}.1", own[one.id]),
                ]

        assert {toast(server, each) for each in forged} == {NOT_YOURS}
        assert running.store.answers.judged() == []
        assert not [each for each in server.calls("sendMessage") if each.ok]

        judged = [each.calls_back(f"u.private{each.id}.1", own[each.id]) for each in people]
        assert {toast(server, each) for each in judged} == {"Takk for at du sier fra!"}
        assert len(running.store.answers.judged()) == 10


def test_of_ten_people_each_exports_and_erases_their_own_alone(
    server: BotApi, start: Start, telegram_home: Path, told: Told
) -> None:
    with ten_people(server, telegram_home, told) as people:
        running = start()
        for each in people:
            each.says("/export")
        exported = {each.id: server.body_of(each.hears(PATIENCE)).decode() for each in people}
        for one, other in product(people, people):
            assert (f"Spørsmålet til private{other.id}?" in exported[one.id]) == (one is other)
            assert (f"Spørsmålet til group{other.id}?" in exported[one.id]) == (one is other)

        for gone in people[:5]:
            gone.says("/forget")
        for each in people[:5]:
            assert "2 svar med spørsmålene" in each.hears(PATIENCE).text

        left = [running.store.answers.last(Address(chat, 0, each.id)) for each in people for chat in (each.id, GROUP)]
        assert [each is not None for each in left] == [False] * 10 + [True] * 10
        people[9].says(f"@kilde_bot {WHEN}", server.world.chats[GROUP], reply_to=None)
        server.next_message(server.world.chats[GROUP], PATIENCE)
        last = running.store.answers.last(Address(GROUP, 0, people[9].id))
        assert running.store.answers.conversation(last).questions == (f"Spørsmålet til group{people[9].id}?", WHEN)
