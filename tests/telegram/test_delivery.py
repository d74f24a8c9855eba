"""What one may rely on when something is sent: it comes whatever Telegram says, in order, with its links, and once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.telegram.delivery import Delivery
from bot.telegram.pacing import Pacer, Urgency
from bot.telegram.reaching import TelegramRefused
from bot.telegram.rendering import Styled, split
from bot.telegram.rendering.styled import joined
from bot.telegram.store import Address, Part, State, Store, open_store
from tests.telegram.conftest import hasty_pacer
from tests.telegram_server import BotApi, Chat, Message, Topic, User

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

UPDATE = 7
AGAIN = "(sendt på nytt)"
PAGE = "https://avis.example/ferge"
BUTTONS = {"inline_keyboard": [[{"text": "Mer", "callback_data": "m"}]]}
MIGRATED = -1002
Result = TypeVar("Result")
Work = Callable[[Delivery], Awaitable[Result]]

# After each of these, nobody can know whether the message came.
UNKNOWN = ("reset_before", "reset_after", "502", "500", "garbage", "empty", "hang", "hang_after")
CAME = {"reset_after", "garbage", "empty", "hang_after"}
NO_ENTRY = (
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
    "have no rights to send a message",
    "not enough rights to send text messages to the chat",
    "PEER_ID_INVALID",
    "TOPIC_CLOSED",
)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store(home / "kildebot") as store:
        yield store


class Place:
    """Where Alice asks: in private, in a group, or in a topic of one."""

    def __init__(self, kind: str, server: BotApi) -> None:
        self.alice = server.user(42)
        self.topic: Topic | None = None
        self.chat = self.alice.chat
        if kind != "private":
            number = -1001 if kind == "topic" else -5
            self.chat = server.group(number, forum=kind == "topic", members=[self.alice])
            self.topic = self.chat.topic("Ferger") if kind == "topic" else None
        self.question = self.alice.says("/start", self.chat, thread=self.topic)
        self.address = Address(self.chat.id, self.topic.id if self.topic else 0, 42)

    @property
    def messages(self) -> list[Message]:
        """The bot's, as they stand there."""
        return [each for each in self.chat.visible() if each.by_bot]

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.messages]

    def parts(self, *texts: str, over: Sequence[int | None] = ()) -> list[Part]:
        """An answer in some messages, with a link in each, and buttons under the last; in place of those that it is put `over`."""
        payloads = [payload(each) for each in texts]
        payloads[0]["reply_to"] = self.question.id
        payloads[-1]["keyboard"] = BUTTONS
        over = [*over, *[None] * len(texts)]
        return [Part(UPDATE, at, self.address, each, message=over[at]) for at, each in enumerate(payloads)]

    def shown(self, delivered: list[Part], *texts: str) -> None:
        """Assert that these, and nothing else, stand there, each of them recorded, with a link in each and buttons under the last."""
        assert self.texts == [*texts]
        assert [each.message for each in delivered] == [each.id for each in self.messages]
        assert all(each.link_of("[1]") == PAGE for each in self.messages)
        assert all(each.link_preview == {"is_disabled": True} for each in self.messages)
        assert [bool(each.markup) for each in self.messages] == [False] * (len(texts) - 1) + [True]
        assert {each.thread for each in self.messages} <= {self.topic.id if self.topic else None}


@pytest.fixture(params=["private", "group", "topic"])
def place(request: pytest.FixtureRequest, server: BotApi) -> Place:
    return Place(request.param, server)


@pytest.fixture
def private(server: BotApi) -> Place:
    return Place("private", server)


@pytest.fixture
def topic(server: BotApi) -> Place:
    return Place("topic", server)


def payload(text: str) -> dict[str, Any]:
    """A text, its last [1] a link."""
    at = len(text[: text.rindex("[1]")].encode("utf-16-le")) // 2
    return {"text": text, "entities": [{"type": "text_link", "offset": at, "length": 3, "url": PAGE}], "language": "nb"}


def with_bot(server: BotApi, store: Store, work: Work[Result], pacer: Pacer | None = None) -> Result:
    """What some work with a delivery gives, in a loop of its own, as after a start of the program."""
    plain, polling = (
        HTTPXRequest(read_timeout=0.3, httpx_kwargs={"verify": False}, connection_pool_size=8) for _ in range(2)
    )

    async def main() -> Result:
        bot: ExtBot[Urgency] = ExtBot(
            server.token,
            server.base_url,
            request=plain,
            get_updates_request=polling,
            rate_limiter=pacer or hasty_pacer(),
        )
        async with bot:
            return await work(Delivery(bot, store, lambda language: AGAIN if language == "nb" else "?", pause=0.01))

    return asyncio.run(main())


def put(store: Store, parts: Sequence[Part]) -> None:
    store.outbox.put(parts)


def deliver(server: BotApi, store: Store, parts: Sequence[Part] = (), pacer: Pacer | None = None) -> list[Part]:
    """Put them there, and have them delivered; without parts, try a second time, as a program does that starts."""
    if parts:
        put(store, parts)
    return with_bot(server, store, lambda delivery: delivery.deliver(UPDATE), pacer)


def sends(server: BotApi) -> int:
    return len(server.calls("sendMessage"))


# As it should be


def test_the_parts_of_an_answer_come_in_order_with_links_and_buttons(
    server: BotApi, store: Store, place: Place
) -> None:
    delivered = deliver(server, store, place.parts("Én [1]", "To 😀 [1]", "Tre [1]"))

    place.shown(delivered, "Én [1]", "To 😀 [1]", "Tre [1]")
    assert [each.reply_to for each in place.messages] == [place.question.id, None, None]
    assert {each.state for each in delivered} == {State.SENT}
    assert not any(each.payload for each in delivered), "what was sent is not kept"
    assert not server.problems


def test_a_second_try_repeats_nothing(server: BotApi, store: Store, place: Place) -> None:
    first = deliver(server, store, place.parts("Én [1]", "To [1]"))
    assert deliver(server, store, place.parts("Noe annet [1]")) == first

    place.shown(first, "Én [1]", "To [1]")
    assert sends(server) == 2


def test_an_answer_in_place_of_another_leaves_no_message_of_it(server: BotApi, store: Store, place: Place) -> None:
    old = deliver(server, store, place.parts("Én [1]", "To [1]", "Tre [1]"))
    new = [replace(each, update_id=8) for each in place.parts("Ny [1]", over=[old[0].message])]
    gone = [replace(each, update_id=8, payload={}, state=State.READY) for each in old[1:]]
    put(store, [*new, *gone])

    delivered = with_bot(server, store, lambda delivery: delivery.deliver(8))

    place.shown(delivered[:1], "Ny [1]")
    assert [each.message for each in delivered] == [old[0].message, None, None]
    assert with_bot(server, store, lambda delivery: delivery.deliver(8)) == delivered


def test_what_is_to_be_deleted_may_be_gone(server: BotApi, store: Store, private: Place) -> None:
    parts = [*private.parts("Én [1]"), Part(UPDATE, 1, private.address, {}, message=999)]
    private.shown(deliver(server, store, parts)[:1], "Én [1]")


# Interrupted


def test_a_part_that_may_have_come_says_so_and_those_after_it_do_not(
    server: BotApi, store: Store, place: Place
) -> None:
    put(store, place.parts("Én 😀 [1]", "To [1]"))
    store.outbox.sending(store.outbox.parts(UPDATE)[0])

    place.shown(deliver(server, store), f"{AGAIN}\n\nÉn 😀 [1]", "To [1]")
    assert place.messages[0].reply_to == place.question.id


def test_it_says_so_once_however_often_it_was_interrupted(server: BotApi, store: Store, private: Place) -> None:
    put(store, private.parts("Én [1]"))
    for _ in range(3):
        store.outbox.sending(store.outbox.parts(UPDATE)[0])
        server.fault("hang", "sendMessage", times=1)
        with pytest.raises(TimeoutError):
            with_bot(server, store, lambda delivery: asyncio.wait_for(delivery.deliver(UPDATE), 0.1))

    private.shown(deliver(server, store), f"{AGAIN}\n\nÉn [1]")


def test_an_edit_that_may_have_been_made_is_made_again_and_says_nothing(
    server: BotApi, store: Store, place: Place
) -> None:
    [old] = deliver(server, store, place.parts("Gammel [1]"))
    store.outbox.rewrite(old, place.parts("Ny [1]")[0].payload, message=old.message)
    store.outbox.sending(store.outbox.parts(UPDATE)[0])

    place.shown(deliver(server, store), "Ny [1]")


def test_what_says_that_it_may_come_twice_is_never_too_long(server: BotApi, store: Store, private: Place) -> None:
    text = "Avsnitt [2].\n\n" * 100
    text += "🚢" * ((4096 - len(text) - 3) // 2) + "[1]"
    put(store, private.parts(text))
    store.outbox.sending(store.outbox.parts(UPDATE)[0])

    first, second = (each.text for each in private.messages) if deliver(server, store) else ("", "")

    assert "".join((first + second).split()) == "".join((AGAIN + text).split())
    assert private.messages[1].link_of("[1]") == PAGE
    assert private.messages[1].markup
    assert not private.messages[0].markup
    assert not server.problems


def test_a_document_that_may_have_come_says_so_above_its_caption(server: BotApi, store: Store, private: Place) -> None:
    document = {"text": "Alt.", "document": {"name": "alt.json", "content": "{}"}, "language": "nb"}
    put(store, [Part(UPDATE, 0, private.address, document)])
    store.outbox.sending(store.outbox.parts(UPDATE)[0])
    deliver(server, store)

    assert private.texts == [f"{AGAIN}\n\nAlt."]
    assert server.body_of(private.messages[0]) == b"{}"


# Telegram cannot be reached


def test_what_was_never_sent_comes_once_when_telegram_is_back(server: BotApi, store: Store, place: Place) -> None:
    put(store, place.parts("Én [1]", "To [1]"))

    async def outage(delivery: Delivery) -> list[Part]:
        await asyncio.to_thread(server.down)
        sending = asyncio.create_task(delivery.deliver(UPDATE))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(server.up)
        return await sending

    place.shown(with_bot(server, store, outage), "Én [1]", "To [1]")


@pytest.mark.parametrize("fault", UNKNOWN)
def test_what_may_have_come_is_sent_again_and_comes_twice_at_most(
    fault: Any, server: BotApi, store: Store, private: Place
) -> None:
    rule = server.fault(fault, "sendMessage", times=1)
    delivered = deliver(server, store, private.parts("Én [1]", "To [1]"))
    rule.clear()

    again = f"{AGAIN}\n\nÉn [1]"
    assert private.texts == [*(["Én [1]"] if fault in CAME else []), again, "To [1]"]
    assert [each.message for each in delivered] == [each.id for each in private.messages[-2:]]
    assert private.messages[-2].link_of("[1]") == PAGE


@pytest.mark.parametrize("fault", UNKNOWN)
def test_an_edit_that_may_have_been_made_is_made_again(
    fault: Any, server: BotApi, store: Store, private: Place
) -> None:
    [old] = deliver(server, store, private.parts("Gammel [1]"))
    new = [replace(each, update_id=8) for each in private.parts("Ny [1]", over=[old.message])]
    put(store, new)
    rule = server.fault(fault, "editMessageText", times=1)

    private.shown(with_bot(server, store, lambda delivery: delivery.deliver(8)), "Ny [1]")
    rule.clear()


def test_while_telegram_does_not_answer_nothing_is_sent_that_may_come_twice(
    server: BotApi, store: Store, private: Place
) -> None:
    server.fault("502", "sendMessage", times=1)
    server.fault("502", "getMe", times=3, skip=1)

    private.shown(deliver(server, store, private.parts("Én [1]")), f"{AGAIN}\n\nÉn [1]")
    asked = [call.method for call in server.calls()]
    assert asked == ["getme", "sendmessage", *["getme"] * 4, "sendmessage"]


def test_a_message_that_telegram_always_fails_at_holds_nobody_up_for_ever(
    server: BotApi, store: Store, private: Place
) -> None:
    server.fault("500", "sendMessage")
    [part] = deliver(server, store, private.parts("Én [1]"))

    assert part.state is State.DROPPED
    assert private.texts == []


# Telegram says no


def test_a_message_that_says_so_already_is_not_sent_again(server: BotApi, store: Store, place: Place) -> None:
    [old] = deliver(server, store, place.parts("Én [1]"))
    put(store, [replace(each, update_id=8) for each in place.parts("Én [1]", over=[old.message])])

    place.shown(with_bot(server, store, lambda delivery: delivery.deliver(8)), "Én [1]")
    assert sends(server) == 1


@pytest.mark.parametrize("why", ["gone", "not ours", "MESSAGE_ID_INVALID"])
def test_what_cannot_be_edited_is_sent(why: str, server: BotApi, store: Store, place: Place) -> None:
    [old] = deliver(server, store, place.parts("Gammel [1]"))
    number = place.question.id if why == "not ours" else old.message
    if why == "gone":
        place.alice.deletes(place.messages[0])
    elif why != "not ours":
        server.fault("error", "editMessageText", times=1, description=f"Bad Request: {why}")
    put(store, [replace(each, update_id=8) for each in place.parts("Ny [1]", over=[number])])

    delivered = with_bot(server, store, lambda delivery: delivery.deliver(8))

    kept = ["Gammel [1]"] if why == "not ours" else []
    assert place.texts == [*kept, "Ny [1]"]
    assert delivered[0].message == place.messages[-1].id
    assert place.messages[-1].link_of("[1]") == PAGE


def test_where_one_part_is_sent_anew_so_are_those_under_it(server: BotApi, store: Store, place: Place) -> None:
    old = deliver(server, store, place.parts("Én [1]", "To [1]", "Tre [1]"))
    place.alice.deletes(place.messages[1])
    over = [each.message for each in old]
    put(store, [replace(each, update_id=8) for each in place.parts("1 [1]", "2 [1]", "3 [1]", over=over)])

    place.shown(with_bot(server, store, lambda delivery: delivery.deliver(8)), "1 [1]", "2 [1]", "3 [1]")
    assert place.messages[0].id == old[0].message


@pytest.mark.parametrize("over", [False, True], ids=["sent", "edited"])
def test_markup_that_is_refused_goes_out_as_plain_text_once(
    over: bool, server: BotApi, store: Store, place: Place
) -> None:
    numbers = [each.message for each in deliver(server, store, place.parts("Gammel [1]"))] if over else []
    server.fault("error", times=1, skip=1, description="Bad Request: can't parse entities: unsupported start tag")
    parts = [replace(each, update_id=8) for each in place.parts("Ny [1]", "To [1]", over=numbers)]
    put(store, parts)

    delivered = with_bot(server, store, lambda delivery: delivery.deliver(8))

    assert place.texts == ["Ny [1]", "To [1]"]
    plain, other = place.messages
    assert (plain.entities, other.link_of("[1]")) == ([], PAGE)
    assert [each.message for each in delivered] == [plain.id, other.id]


def test_a_text_that_is_refused_however_it_is_sent_leaves_an_apology(
    server: BotApi, store: Store, place: Place
) -> None:
    server.fault("error", "sendMessage", times=2, description="Bad Request: MESSAGE_STRANGE")
    deliver(server, store, place.parts("Én [1]"))

    assert [each[:10] for each in place.texts] == ["Beklager, "]


def test_an_edit_that_is_refused_however_it_is_made_becomes_a_message(
    server: BotApi, store: Store, place: Place
) -> None:
    [old] = deliver(server, store, place.parts("Gammel [1]"))
    server.fault("error", "editMessageText", description="Bad Request: MESSAGE_STRANGE")
    put(store, [replace(each, update_id=8) for each in place.parts("Ny [1]", over=[old.message])])
    with_bot(server, store, lambda delivery: delivery.deliver(8))

    assert place.texts == ["Ny [1]"]


LONG = Styled("Ulv. ") + joined((Styled(f"Setning {n} ") + Styled(f"[{n}]").linked(PAGE) for n in range(60)), ". ")


@pytest.mark.parametrize("over", [False, True], ids=["sent", "edited"])
def test_what_is_too_long_goes_out_in_pieces_with_its_links(
    over: bool, server: BotApi, store: Store, place: Place
) -> None:
    numbers = [each.message for each in deliver(server, store, place.parts("Gammel [1]"))] if over else []
    put(store, [replace(each, update_id=8) for each in long_parts(place, numbers)])
    server.fault("error", times=2, skip=1, description="Bad Request: message is too long")

    delivered = with_bot(server, store, lambda delivery: delivery.deliver(8))

    *pieces, last = place.messages
    assert len(pieces) > 1
    assert " ".join(each.text for each in pieces) == LONG.text
    assert all(each.link_of(f"[{n}]") == PAGE for each in pieces for n in range(60) if f" [{n}]" in each.text)
    assert last.text == "Til slutt [1]"
    assert [each.message for each in delivered] == [each.id for each in place.messages]


def long_parts(place: Place, over: Sequence[int | None] = ()) -> list[Part]:
    first, last = place.parts("[1]", "Til slutt [1]", over=over)
    [message] = split(LONG)
    entities = [each.to_dict() for each in message.entities]
    return [replace(first, payload=first.payload | {"text": message.text, "entities": entities}), last]


def test_no_piece_is_lost_when_the_program_ends_between_two(server: BotApi, store: Store, private: Place) -> None:
    put(store, long_parts(private))
    server.fault("error", "sendMessage", times=1, description="Bad Request: message is too long")
    hanging = server.fault("hang", "sendMessage", times=1, skip=1)
    with pytest.raises(TimeoutError):
        with_bot(server, store, lambda delivery: asyncio.wait_for(delivery.deliver(UPDATE), 0.2))
    hanging.clear()
    assert len(private.texts) == 1

    deliver(server, store)

    assert (
        " ".join(private.texts)
        == LONG.text.replace(private.texts[0], f"{private.texts[0]} {AGAIN}\n\n").replace("\n\n ", "\n\n")
        + " Til slutt [1]"
    )


@pytest.mark.parametrize("why", ["closed", "deleted"])
@pytest.mark.parametrize("over", [False, True], ids=["sent", "edited"])
def test_what_a_topic_does_not_take_goes_to_its_group(
    why: str, over: bool, server: BotApi, store: Store, topic: Place
) -> None:
    numbers = [each.message for each in deliver(server, store, topic.parts("Ulv …[1]"))] if over else []
    assert topic.topic
    setattr(topic.topic, why, True)
    if over and why == "deleted":
        topic.messages[0].deleted = True
    put(store, [replace(each, update_id=8) for each in topic.parts("Én [1]", "To [1]", over=numbers)])
    with_bot(server, store, lambda delivery: delivery.deliver(8))

    assert topic.texts == ["Én [1]", "To [1]"]
    assert [each.thread for each in topic.messages] == [None, None]
    assert [each.reply_to for each in topic.messages] == [None, None]


@pytest.mark.parametrize("over", [False, True], ids=["sent", "edited"])
def test_a_group_that_has_become_a_supergroup_gets_its_answer_there(over: bool, server: BotApi, store: Store) -> None:
    place = Place("group", server)
    numbers = [each.message for each in deliver(server, store, place.parts("Ulv … [1]"))] if over else []
    new = server.migrates(place.chat, MIGRATED)
    place.question = place.alice.says("Noe annet.", new)  # the question's number names another message there
    put(store, [replace(each, update_id=8) for each in place.parts("Én [1]", "To [1]", "Tre [1]", over=numbers)])
    delivered = with_bot(server, store, lambda delivery: delivery.deliver(8))

    there = [each for each in new.visible() if each.by_bot]
    assert [each.text for each in there] == ["Én [1]", "To [1]", "Tre [1]"]
    assert [each.reply_to for each in there] == [None, None, None]
    assert [(each.address.chat, each.message) for each in delivered] == [(MIGRATED, each.id) for each in there]


def test_numbers_of_messages_in_a_group_that_moved_name_nothing_any_more(server: BotApi, store: Store) -> None:
    place = Place("group", server)
    [sent] = deliver(server, store, place.parts("Én [1]"))
    store.outbox.migrate(place.chat.id, MIGRATED)

    assert [(each.address.chat, each.message) for each in store.outbox.parts(UPDATE)] == [(MIGRATED, None)]
    assert sent.message


def shut(server: BotApi, chat: Chat, user: User, how: str) -> None:
    if how == "blocked":
        user.blocks_the_bot()
    elif how == "deactivated":
        chat.deactivated = True
    elif how == "unknown":
        del server.world.chats[chat.id]
    else:
        chat.send_refused = how


@pytest.mark.parametrize("how", ["blocked", "deactivated", "unknown", *NO_ENTRY])
def test_where_the_bot_may_not_write_it_tries_once(how: str, server: BotApi, store: Store, private: Place) -> None:
    shut(server, private.chat, private.alice, how)
    delivered = deliver(server, store, private.parts("Én [1]", "To [1]", "Tre [1]"))

    assert {each.state for each in delivered} == {State.DROPPED}
    assert sends(server) == 1
    assert deliver(server, store) == delivered


@pytest.mark.parametrize("status", ["kicked", "left"])
def test_a_group_that_has_put_the_bot_out_is_not_written_to(status: str, server: BotApi, store: Store) -> None:
    place = Place("group", server)
    place.chat.members[server.world.bot.id] = status

    assert {each.state for each in deliver(server, store, place.parts("Én [1]", "To [1]"))} == {State.DROPPED}
    assert sends(server) == 1


# The token, and others who have it


def test_a_token_that_is_no_good_ends_the_program_and_drops_nothing(
    server: BotApi, store: Store, private: Place
) -> None:
    put(store, private.parts("Én [1]"))
    server.fault("401", skip=1)

    async def watched(delivery: Delivery) -> None:
        sending = asyncio.create_task(delivery.deliver(UPDATE))
        try:
            await delivery.watch()
        finally:
            assert not sending.done()
            sending.cancel()

    with pytest.raises(TelegramRefused):
        with_bot(server, store, watched)
    server.clear_faults()

    private.shown(deliver(server, store), "Én [1]")


@pytest.mark.parametrize("fault", ["401", "409"])
def test_a_request_that_is_refused_by_mistake_is_made_again(
    fault: Any, server: BotApi, store: Store, private: Place
) -> None:
    server.fault(fault, "sendMessage", times=2)
    private.shown(deliver(server, store, private.parts("Én [1]")), "Én [1]")


# Floods


def test_a_chat_that_has_to_wait_gets_its_answer_and_others_do_not_wait(
    server: BotApi, store: Store, private: Place
) -> None:
    bob = server.user(43, "Bob")
    put(store, private.parts("Én [1]"))
    put(store, [replace(each, update_id=8, address=Address(43)) for each in private.parts("To [1]")])
    server.fault("429", "sendMessage", chat=private.chat, retry_after=1, times=1)

    async def both(delivery: Delivery) -> tuple[list[Part], list[Part]]:
        return await asyncio.gather(delivery.deliver(UPDATE), delivery.deliver(8))

    alices, _ = with_bot(server, store, both, Pacer())

    private.shown(alices, "Én [1]")
    [refused, taken] = server.calls("sendMessage", chat=private.chat)
    [other] = server.calls("sendMessage", chat=bob)
    assert taken.at - refused.at >= 1
    assert other.at < taken.at


def test_a_wait_that_nobody_has_the_patience_for_loses_nothing(server: BotApi, store: Store, private: Place) -> None:
    server.fault("429", "sendMessage", retry_after=1, times=1)

    private.shown(deliver(server, store, private.parts("Én [1]"), Pacer(patience=0.5)), "Én [1]")


def test_a_wait_beyond_the_pacers_patience_is_waited_too(server: BotApi, store: Store, private: Place) -> None:
    server.fault("429", "*", skip=1, retry_after=1, times=1)

    private.shown(deliver(server, store, private.parts("Én [1]"), Pacer(patience=0.0)), "Én [1]")
    refused, taken = server.calls("sendMessage")
    assert taken.at - refused.at >= 1
