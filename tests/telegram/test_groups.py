"""What one may rely on in groups: who is answered, where, and that nothing else that is written there is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.telegram.store import Address
from tests.telegram.conftest import Running, Start
from tests.telegram.test_conversation import (
    ANOTHER,
    GIF_BOT,
    GIFT,
    NOTHING,
    SOLDIERS,
    SWORD,
    WHEN,
    answer_to,
    at_rest,
    origin,
    via,
)
from tests.telegram_server import BotApi, Chat, Message, User

GROUP = -1001
HINT = "Jeg svarer på spørsmål som er skrevet som tekst."


def kept(home: Path) -> bytes:
    """Every byte of the Telegram store, its log included."""
    return b"".join(file.read_bytes() for file in sorted(home.glob("telegram.sqlite3*")))


def texts(server: BotApi, chat: Chat) -> list[str]:
    return [each.text for each in server.messages(chat, by_bot=True)]


def conversation(running: Running, chat: Chat, user: User, thread: int = 0) -> tuple[str, ...]:
    """What was asked in a conversation, oldest first."""
    answers = running.store.answers
    return answers.conversation(answers.last(Address(chat.id, thread, user.id))).questions


# Who is answered

Says = Callable[[User, Chat, Message], object]

OUTCOMES: dict[str, tuple[Says, str | None]] = {
    "a mention": (lambda who, group, _: who.says(f"@kilde_bot, {GIFT}", group), SWORD),
    "a mention in other letters, at the end": (lambda who, group, _: who.says(f"{GIFT} @Kilde_Bot", group), SWORD),
    "a reply to the bot": (lambda who, group, ours: who.says(GIFT, group, reply_to=ours), SWORD),
    "a command": (lambda who, group, _: who.says("/sources", group), "Ingen kilder å vise"),
    "a command that names the bot": (lambda who, group, _: who.says("/sources@kilde_bot", group), "Ingen kilder"),
    "a command that the bot has not": (lambda who, group, _: who.says("/weather@kilde_bot", group), "Den kommandoen"),
    "a command of nobody's in particular": (lambda who, group, _: who.says("/weather", group), None),
    "a command of another bot's": (lambda who, group, _: who.says("/sources@other_bot", group), None),
    "nothing of it": (lambda who, group, _: who.says(GIFT, group), None),
    "a mention of another bot": (lambda who, group, _: who.says(f"@kilde_bot2 {GIFT}", group), None),
    "a reply to somebody else": (lambda who, group, _: who.says(GIFT, group, reply_to=who.says("?", group)), None),
    "an address like the bot's name": (lambda who, group, _: who.says(f"x@kilde_bot.no {GIFT}", group), None),
    "an anonymous admin": (lambda who, group, _: who.says(f"@kilde_bot {GIFT}", group, anonymous=True), SWORD),
    "an anonymous admin, to nobody": (lambda who, group, _: who.says(GIFT, group, anonymous=True), None),
    "the post of a channel that the group belongs to": (
        lambda who, group, _: who.says(f"@kilde_bot {GIFT}", group, is_automatic_forward=True, **origin(ANOTHER)),
        None,
    ),
    "a forwarded mention": (lambda who, group, _: who.forwards(f"@kilde_bot {GIFT}", ANOTHER, group), None),
    "a forwarded command": (lambda who, group, _: who.forwards("/forget@kilde_bot", ANOTHER, group), None),
    "an answer that somebody chose inline": (lambda who, group, _: who.says(GIFT, group, **via(who.world.bot)), None),
    "what another bot made": (lambda who, group, _: who.says(f"@kilde_bot {GIFT}", group, **via(GIF_BOT)), None),
    "another bot": (lambda who, group, _: _by_a_bot(who, group), None),
    "a sticker": (lambda who, group, _: who.sends_sticker(chat=group), None),
    "a photo with a caption": (lambda who, group, _: who.sends_photo(b"x", group, caption=GIFT), None),
    "a photo whose caption mentions the bot": (
        lambda who, group, _: who.sends_photo(b"x", group, caption=f"@kilde_bot {GIFT}"),
        SWORD,
    ),
    "a sticker in reply to the bot": (
        lambda who, group, ours: who.sends_sticker(chat=group, reply_to=ours),
        HINT,
    ),
    "a document": (lambda who, group, _: who.sends_document("a.txt", b"x", group), None),
    "a poll": (lambda who, group, _: who.sends_poll("Hva?", ["a", "b"], group), None),
    "a new title": (lambda who, group, _: who.sends("new_chat_title", "Ny", group), None),
    "a pinned message": (lambda who, group, ours: who.sends("pinned_message", ours.json(), group), None),
}  # fmt: skip


def _by_a_bot(who: User, group: Chat) -> None:
    message = who.says("hei", group).json() | {"from": GIF_BOT.json(), "text": f"@kilde_bot {GIFT}", "message_id": 77}
    message["entities"] = [{"type": "mention", "offset": 0, "length": 10}]
    who.world.updates.inject({"message": message})


def test_in_a_group_the_bot_answers_those_who_address_it_and_nobody_else(server: BotApi, start: Start) -> None:
    running = start()
    server.world.privacy = False  # it is given everything
    groups = {}
    for number, (kind, (says, _)) in enumerate(OUTCOMES.items()):
        alice = server.user(100 + number, "Alice")
        group = groups[kind] = server.group(-100_000 - number, kind, members=[alice])
        ours = server.world.post(group, server.world.bot, {"text": "Jeg er her."})
        says(alice, group, ours)

    at_rest(server, running)

    for kind, (_, expected) in OUTCOMES.items():
        heard = [each for each in texts(server, groups[kind]) if each != "Jeg er her."]
        assert len(heard) == (0 if expected is None else 1), f"{kind}: {heard}"
        assert expected is None or expected in heard[0], f"{kind}: {heard}"
    assert running.store.inbox.quarantined() == 0
    assert not server.problems


def test_answers_in_a_group_reply_to_the_question(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    group = server.group(GROUP, members=[alice])

    question = alice.says(f"@kilde_bot {GIFT}", group)

    assert SWORD in answer_to(server, question).text


def test_an_answer_to_a_channel_has_no_buttons_for_nobody_could_press_them(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    group = server.group(GROUP, members=[alice])
    channel = {"id": -1_009_900, "type": "channel", "title": "Kanal"}
    message = alice.says("hei", group).json() | {"sender_chat": channel, "text": f"@kilde_bot {GIFT}"}
    message["from"] = {"id": 136_817_688, "is_bot": True, "first_name": "Channel"}
    message["entities"] = [{"type": "mention", "offset": 0, "length": 10}]
    server.inject({"message": message})

    answer = alice.hears(chat=group)
    assert SWORD in answer.text
    assert answer.markup is None
    assert answer_to(server, alice.says(f"@kilde_bot {GIFT}", group, anonymous=True)).markup


# What is kept

CANARY = "KANARIFUGL"


def test_what_is_not_for_the_bot_is_never_on_disk_nor_what_it_replies_to(server: BotApi, start: Start) -> None:
    running = start()
    server.world.privacy = False
    alice, bob = server.user(42, "Alice"), server.user(43, f"{CANARY}NAVN")
    group = server.group(GROUP, members=[alice, bob])
    said = [
        bob.says(f"{CANARY} tekst", group),
        bob.sends_photo(b"x", group, caption=f"{CANARY} bildetekst"),
        bob.says(f"/weather {CANARY}", group),
        bob.says(f"/start@other_bot {CANARY}", group),
        bob.forwards(f"@kilde_bot {CANARY} videre", ANOTHER, group),
        bob.sends_poll(f"{CANARY}?", ["a", "b"], group),
        bob.sends_document(f"{CANARY}.txt", b"x", group),
    ]
    bob.edits(said[0], f"{CANARY} rettet")
    server.inject({"message": said[0].json() | {"date": f"{CANARY} kan ikke leses"}})

    quote = {"text": CANARY, "position": 0}
    asked = [alice.says(f"@kilde_bot {GIFT}", group, reply_to=each, quote=quote) for each in (said[0], said[-1])]
    answered = [answer_to(server, each) for each in asked]
    at_rest(server, running)

    bytes_kept = kept(running.settings.home)
    assert len(texts(server, group)) == len(answered)
    assert b"Alice" in bytes_kept  # the log is looked through: it has what was there for a moment
    for encoded in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode("utf-16-be")):
        assert encoded not in bytes_kept


# Whose conversation it is


def test_in_a_group_everybody_has_a_conversation_of_their_own(server: BotApi, start: Start) -> None:
    running = start()
    alice, bob = server.user(42), server.user(43, "Bob")
    group = server.group(GROUP, members=[alice, bob])
    answer_to(server, alice.says(f"@kilde_bot {GIFT}", group))

    alone = answer_to(server, bob.says(f"@kilde_bot {WHEN}", group))
    followed = answer_to(server, alice.says(f"@kilde_bot {WHEN}", group))

    assert NOTHING in alone.text
    assert "Vladivostok" in followed.text
    assert conversation(running, group, alice) == (GIFT, WHEN)


def test_one_may_go_on_from_an_answer_that_somebody_else_got_but_not_from_what_was_said_before_it(
    server: BotApi, start: Start
) -> None:
    running = start()
    alice, bob = server.user(42), server.user(43, "Bob")
    group = server.group(GROUP, members=[alice, bob])
    answer_to(server, alice.says(f"@kilde_bot {SOLDIERS}", group))
    public = answer_to(server, alice.says(f"@kilde_bot {GIFT}", group))

    question = bob.says(WHEN, group, reply_to=public)

    assert "Vladivostok" in answer_to(server, question).text
    assert conversation(running, group, alice) == (SOLDIERS, GIFT)


def test_what_was_said_to_somebody_else_is_no_part_of_ones_conversation(server: BotApi, start: Start) -> None:
    running = start()
    alice, bob = server.user(42), server.user(43, "Bob")
    group = server.group(GROUP, members=[alice, bob])
    public = answer_to(server, alice.says(f"@kilde_bot {GIFT}", group))

    answer_to(server, bob.says(WHEN, group, reply_to=public))

    assert conversation(running, group, bob) == (WHEN,)


def test_each_topic_has_its_conversations_and_is_answered_in_itself(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42)
    group = server.group(GROUP, forum=True, members=[alice])
    one, other = group.topic("Saker"), group.topic("Annet")

    answer = answer_to(server, alice.says(f"@kilde_bot {GIFT}", group, thread=one))
    elsewhere = answer_to(server, alice.says(f"@kilde_bot {WHEN}", group, thread=other))
    general = answer_to(server, alice.says(f"@kilde_bot {WHEN}", group))
    followed = answer_to(server, alice.says(f"@kilde_bot {WHEN}", group, thread=one))

    assert [each.thread for each in (answer, elsewhere, general, followed)] == [one.id, other.id, None, one.id]
    assert [NOTHING in each.text for each in (elsewhere, general, followed)] == [True, True, False]
    assert conversation(running, group, alice, one.id) == (GIFT, WHEN)
    assert not server.problems


@pytest.mark.parametrize("by", [42, 66])
def test_a_group_that_becomes_a_supergroup_keeps_its_conversations_whoever_did_it(
    server: BotApi, start: Start, by: int
) -> None:
    running = start(allowed="42")
    alice, stranger = server.user(42), server.user(66, "Per")
    group = server.group(-5, members=[stranger if by == 66 else alice])
    answer_to(server, alice.says(f"@kilde_bot {GIFT}", group))

    grown = server.migrates(group, GROUP)
    at_rest(server, running)

    assert "Vladivostok" in answer_to(server, alice.says(f"@kilde_bot {WHEN}", grown)).text
    assert len(texts(server, grown)) == 1


# Coming and going


def test_a_group_that_the_bot_is_brought_into_is_told_how_to_ask(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42, started=False)
    group = server.group(GROUP, bot="left", members=[alice])

    alice.adds_the_bot(group)
    at_rest(server, running)
    alice.changes_the_bot(group, "administrator")
    at_rest(server, running)

    assert len(texts(server, group)) == 1
    assert "@kilde_bot" in texts(server, group)[0]
    assert texts(server, alice.chat) == []


@pytest.mark.parametrize(("leave", "leaves"), [(True, True), (False, False)])
def test_a_group_that_is_not_answered_in_hears_nothing_and_is_left_where_that_was_chosen(
    server: BotApi, start: Start, leave: bool, leaves: bool
) -> None:
    running = start(groups="-1009", leave_groups=leave)
    alice = server.user(42)
    group = server.group(GROUP, bot="left", members=[alice])

    alice.adds_the_bot(group)
    at_rest(server, running)
    alice.says(f"@kilde_bot {GIFT}", group)
    at_rest(server, running)

    assert bool(server.calls("leaveChat", ok=True)) == leaves
    assert texts(server, group) == []
