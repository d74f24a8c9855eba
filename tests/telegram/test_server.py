"""The Bot API server for tests is as strict as Telegram, so that what passes here passes there."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ContextTypes,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from tests.telegram_server import MALFORMED, Backoff, BotApi, Limits, User

Asked = Callable[..., Any]
Handled = Callable[[Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]


@pytest.fixture(autouse=True)
def retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, python-telegram-bot 22.8 warns of its own property in place of raising RetryAfter."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def alice(server: BotApi) -> User:
    return server.user(42, "Alice")


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        yield client


@pytest.fixture
def ask(server: BotApi, client: httpx.Client) -> Asked:
    """One call, as plain HTTP: its result, or its error code and description."""

    def ask(method: str, **said: Any) -> Any:
        answered = client.post(f"{server.base_url}{server.token}/{method}", json=said).json()
        return answered["result"] if answered["ok"] else f"{answered['error_code']} {answered['description']}"

    return ask


def told(server: BotApi, *work: Callable[[ExtBot[None]], Awaitable[Any]]) -> list[Any]:
    """What python-telegram-bot's own bot gets for its calls: results or errors."""

    async def all_of() -> list[Any]:
        found: list[Any] = []
        bot = app_of(server).bot
        async with bot:
            for one in work:
                try:
                    found.append(await one(bot))
                except NetworkError as error:  # BadRequest is one, too
                    found.append(error)
                except (RetryAfter, Forbidden, ChatMigrated, Conflict) as error:
                    found.append(error)
        return found

    return asyncio.run(all_of())


def app_of(server: BotApi, **more: float) -> Application[Any, Any, Any, Any, Any, Any]:
    builder = ApplicationBuilder().token(server.token).base_url(server.base_url).base_file_url(server.base_file_url)
    return builder.read_timeout(more.get("read_timeout", 2)).job_queue(None).build()


def while_polling(server: BotApi, handler: Any, scenario: Callable[[], Any]) -> Any:
    """Runs the scenario beside a bot that python-telegram-bot runs as it always does."""

    async def both() -> Any:
        app = app_of(server)
        app.add_handler(handler)
        async with app:
            await app.start()
            assert app.updater is not None
            await app.updater.start_polling(timeout=10, poll_interval=0)
            try:
                return await asyncio.to_thread(scenario)
            finally:
                await app.updater.stop()
                await app.stop()

    return asyncio.run(both())


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(f"du sa: {update.message.text}", do_quote=True)


# Polling


def test_an_application_polls_answers_and_confirms(server: BotApi, alice: User) -> None:
    def scenario() -> None:
        question = alice.says("Hva sa Kim?")
        answer = alice.hears()
        assert (answer.text, answer.reply_to) == ("du sa: Hva sa Kim?", question.id)
        assert question.answers == [answer]
        server.polled()
        delivery = server.delivery(question)
        assert delivery.confirmed_at is not None
        assert delivery.queued_at <= delivery.delivered_at[0] <= delivery.confirmed_at

    while_polling(server, MessageHandler(filters.TEXT, echo), scenario)
    assert not server.problems


def test_what_is_not_confirmed_is_given_again(ask: Asked, alice: User, server: BotApi) -> None:
    numbers = [alice.says(f"{at}").update_id for at in range(4)]
    assert [one["update_id"] for one in ask("getUpdates", limit=3)] == numbers[:3]
    assert [one["update_id"] for one in ask("getUpdates")] == numbers
    assert [one["update_id"] for one in ask("getUpdates", offset=numbers[1])] == numbers[1:]
    assert [one["update_id"] for one in ask("getUpdates", offset=-1)] == numbers[3:]
    assert server.pending == 1
    assert ask("getUpdates", offset=(numbers[3] or 0) + 1) == []
    assert server.pending == 0


def test_a_bot_that_dies_after_the_next_poll_has_lost_what_it_had(ask: Asked, alice: User, server: BotApi) -> None:
    lost = alice.says("Hva sa Kim?")
    assert ask("getUpdates")
    assert ask("getUpdates", offset=(lost.update_id or 0) + 1) == []  # and now it is killed
    assert ask("getUpdates") == []
    assert server.delivery(lost).confirmed_at is not None
    assert not lost.answers


def test_a_long_poll_waits_for_the_update_and_no_longer(ask: Asked, alice: User) -> None:
    started = time.monotonic()
    threading.Timer(0.1, lambda: alice.says("Hei")).start()
    assert [one["message"]["text"] for one in ask("getUpdates", timeout=4)] == ["Hei"]
    assert 0.09 < time.monotonic() - started < 2


def test_an_offset_from_before_the_numbers_began_anew_confirms_nothing(ask: Asked, alice: User) -> None:
    number = alice.says("Hei").update_id
    assert [one["update_id"] for one in ask("getUpdates", offset=10**8)] == [number]


def test_a_second_poller_ends_the_poll_of_the_first(server: BotApi, ask: Asked, alice: User) -> None:
    first: list[Any] = []
    thread = threading.Thread(target=lambda: first.append(ask("getUpdates", timeout=5)))
    thread.start()
    server.polled()
    threading.Timer(0.1, lambda: alice.says("Hei")).start()
    assert [one["message"]["text"] for one in ask("getUpdates", timeout=5)] == ["Hei"]
    thread.join(2)
    expected = "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    assert first == [expected]


def test_only_the_kinds_of_updates_that_the_bot_asked_for_are_queued(ask: Asked, alice: User, server: BotApi) -> None:
    ask("getUpdates", allowed_updates=["callback_query"])
    assert alice.says("Hei").update_id is None
    ask("getUpdates", allowed_updates=[])
    assert alice.says("Hei").update_id is not None
    ask("getUpdates")
    assert [one["message"]["text"] for one in ask("getUpdates")] == ["Hei"]
    alice.reacts(server.messages(alice)[0], "👍")
    assert server.pending == 1, "reactions come only if asked for"


def test_no_poll_while_a_webhook_is_set(ask: Asked) -> None:
    ask("setWebhook", url="http://127.0.0.1:1/hook")
    assert ask("getUpdates").startswith("409 Conflict: can't use getUpdates method while webhook is active")
    assert ask("deleteWebhook") is True
    assert ask("getUpdates") == []


def test_malformed_updates_come_as_they_are(ask: Asked, server: BotApi) -> None:
    for kind in MALFORMED:
        server.malformed(kind)
    given = ask("getUpdates")
    assert len(given) == len(MALFORMED)
    assert [("update_id" in one) for one in given].count(False) == 1


# Who may call


def test_the_token_and_the_method_are_checked(server: BotApi) -> None:
    with httpx.Client() as client:

        def status(path: str) -> int:
            return client.get(f"{server.base_url}{path}").status_code

        assert status("bogus/getMe") == 404
        assert status("1:wrong/getMe") == 401
        assert status(f"{server.token}/getNothing") == 404
        assert status(f"{server.token}/GETME") == 200
        assert client.get(f"{server.url}/").status_code == 404
    assert [problem.kind for problem in server.problems] == ["method"]


def test_query_form_multipart_and_json_say_the_same(server: BotApi, alice: User) -> None:
    url = f"{server.base_url}{server.token}/sendMessage"
    said = {"chat_id": "42", "text": "Grønnerød 😀"}
    with httpx.Client() as client:
        client.get(url, params=said)
        client.post(url, data=said)
        client.post(url, data=said, files={"unused": b"x"})
        client.post(url, json={**said, "chat_id": 42})
    assert [message.text for message in server.messages(alice)] == ["Grønnerød 😀"] * 4


# Texts and entities

LINK = {"type": "text_link", "url": "https://nrk.no/a"}


@pytest.mark.parametrize(
    ("text", "entities", "refusal"),
    [
        ("😀 Kim", [{"type": "bold", "offset": 1, "length": 2}], "begins in a middle of a UTF-16 symbol"),
        ("Kim 😀", [{"type": "bold", "offset": 0, "length": 5}], "ends in a middle of a UTF-16 symbol"),
        ("Kim", [{"type": "bold", "offset": 1, "length": 3}], "ends after the end of the text at UTF-16 offset 4"),
        ("Kim", [{"type": "bold", "offset": 0, "length": 0}], "length 0"),
        ("Kim", [{"type": "loud", "offset": 0, "length": 3}], "unsupported type"),
        ("Kim", [{**LINK, "url": "javascript:x", "offset": 0, "length": 3}], "no valid URL"),
        ("Kim", [{**LINK, "url": "https://a b.no", "offset": 0, "length": 3}], "no valid URL"),
        (
            "Kim sa",
            [{"type": "bold", "offset": 0, "length": 4}, {"type": "italic", "offset": 2, "length": 4}],
            "overlaps",
        ),
        (
            "Kim sa",
            [
                {"type": "blockquote", "offset": 0, "length": 6},
                {"type": "expandable_blockquote", "offset": 1, "length": 2},
            ],
            "can't be nested",
        ),
        ("Kim", [{"type": "code", "offset": 0, "length": 3}, {**LINK, "offset": 0, "length": 3}], "can't be nested"),
        ("Kim", "bold", "can't parse entities JSON object"),
        ("Kim", {"type": "bold"}, "expected an Array"),
    ],
)
def test_entities_that_are_wrong_are_refused(
    ask: Asked, alice: User, server: BotApi, text: str, entities: object, refusal: str
) -> None:
    answered = ask("sendMessage", chat_id=42, text=text, entities=entities)
    assert answered.startswith("400 Bad Request: ")
    assert refusal in answered
    assert len(server.problems) == 1
    assert not server.messages(alice)


def test_entities_that_are_right_are_kept(ask: Asked, alice: User, server: BotApi) -> None:
    entities = [
        {"type": "expandable_blockquote", "offset": 0, "length": 6},
        {"type": "bold", "offset": 0, "length": 2},
        {**LINK, "offset": 3, "length": 3},
    ]
    ask("sendMessage", chat_id=42, text="😀 Kim, nrk.no", entities=entities)
    (message,) = server.messages(alice)
    assert message.entities == entities
    assert message.link_of("Kim") == "https://nrk.no/a"
    assert message.found == [{"type": "url", "offset": 8, "length": 6}], "what Telegram marks by itself"
    assert not server.problems


def test_white_space_around_a_text_goes_and_entities_stay_in_place(ask: Asked, alice: User, server: BotApi) -> None:
    ask("sendMessage", chat_id=42, text=" \n Kim  ", entities=[{"type": "bold", "offset": 3, "length": 5}])
    (message,) = server.messages(alice)
    assert message.text == "Kim"
    assert message.entities == [{"type": "bold", "offset": 0, "length": 3}]


def test_texts_are_between_one_and_4096_utf16_units(ask: Asked, alice: User, server: BotApi) -> None:
    assert ask("sendMessage", chat_id=42, text="") == "400 Bad Request: message text is empty"
    assert ask("sendMessage", chat_id=42, text=" \n ") == "400 Bad Request: text must be non-empty"
    assert ask("sendMessage", chat_id=42, text="x" * 4097) == "400 Bad Request: message is too long"
    assert ask("sendMessage", chat_id=42, text="😀" * 2049) == "400 Bad Request: message is too long"
    assert ask("sendMessage", chat_id=42, text="😀" * 2048)["text"] == "😀" * 2048
    assert ask("sendMessage", chat_id=42, text=f"<b>{'x' * 4096}</b>", parse_mode="HTML")["text"] == "x" * 4096
    assert [problem.kind for problem in server.problems] == ["text"] * 5


def test_more_than_a_hundred_entities_are_a_problem(ask: Asked, alice: User, server: BotApi) -> None:
    bold = [{"type": "bold", "offset": 2 * at, "length": 1} for at in range(101)]
    assert len(ask("sendMessage", chat_id=42, text="x " * 101, entities=bold)["entities"]) == 100
    assert [problem.kind for problem in server.problems] == ["entities"]


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("HTML", "<b>Kim"),
        ("HTML", "<b>Kim</i>"),
        ("HTML", "<kim>Kim</kim>"),
        ("HTML", "1 < 2"),
        ("HTML", "Kim</b>"),
        ("MarkdownV2", "Kim."),
        ("MarkdownV2", "*Kim"),
        ("MarkdownV2", "[Kim](https://nrk.no"),
        ("MarkdownV2", "`Kim"),
        ("Markdown", "snake_case"),
    ],
)
def test_bad_markup_is_refused(ask: Asked, alice: User, mode: str, text: str) -> None:
    assert "400 Bad Request: can't parse entities: " in ask("sendMessage", chat_id=42, text=text, parse_mode=mode)


def test_good_markup_becomes_entities(ask: Asked, alice: User, server: BotApi) -> None:
    html = '<b>1</b> &lt; <a href="https://nrk.no/?a=1&amp;b=2">to</a> <pre><code class="language-py">x</code></pre>'
    ask("sendMessage", chat_id=42, text=html, parse_mode="HTML")
    ask("sendMessage", chat_id=42, text=r"*1* \< [to](https://nrk.no/) ||x||", parse_mode="MarkdownV2")
    first, second = server.messages(alice)
    assert first.text == second.text == "1 < to x"
    assert [one["type"] for one in first.entities] == ["bold", "text_link", "pre"]
    assert first.entities[1]["url"] == "https://nrk.no/?a=1&b=2"
    assert first.entities[2]["language"] == "py"
    assert [one["type"] for one in second.entities] == ["bold", "text_link", "spoiler"]


# Keyboards


@pytest.mark.parametrize(
    "button",
    [
        {"text": "x", "callback_data": "å" * 33},
        {"text": "x", "callback_data": ""},
        {"text": "", "callback_data": "x"},
        {"text": "x"},
        {"text": "x", "callback_data": "x", "url": "https://nrk.no"},
        {"text": "x", "url": "nope"},
        {"text": "x", "copy_text": {"text": ""}},
        {"text": "x", "callbackdata": "x", "url": "https://nrk.no"},
    ],
)
def test_buttons_that_are_wrong_are_refused(ask: Asked, alice: User, server: BotApi, button: object) -> None:
    answered = ask("sendMessage", chat_id=42, text="x", reply_markup={"inline_keyboard": [[button]]})
    assert answered.startswith("400 Bad Request: ")
    assert [problem.kind for problem in server.problems] == ["keyboard"]


def test_a_message_takes_a_hundred_buttons(ask: Asked, alice: User) -> None:
    def row(number: int) -> dict[str, object]:
        return {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * number}

    assert ask("sendMessage", chat_id=42, text="x", reply_markup=row(100))["message_id"]
    assert (
        ask("sendMessage", chat_id=42, text="x", reply_markup=row(101)) == "400 Bad Request: reply markup is too long"
    )


# Edits, replies, topics


def test_an_edit_must_change_something_and_must_find_it(ask: Asked, alice: User, server: BotApi) -> None:
    number = ask("sendMessage", chat_id=42, text="en")["message_id"]
    assert ask("editMessageText", chat_id=42, message_id=number, text="to")["edit_date"]
    assert "message is not modified" in ask("editMessageText", chat_id=42, message_id=number, text="to")
    assert ask("editMessageText", chat_id=42, message_id=999, text="x") == "400 Bad Request: message to edit not found"
    theirs = alice.says("mitt").id
    assert ask("editMessageText", chat_id=42, message_id=theirs, text="x") == "400 Bad Request: message can't be edited"
    (message,) = server.messages(alice, by_bot=True)
    assert [version.text for version in message.history] == ["en"]
    assert ask("deleteMessage", chat_id=42, message_id=number) is True
    assert ask("deleteMessage", chat_id=42, message_id=number) == "400 Bad Request: message to delete not found"


def test_an_edit_without_markup_takes_the_buttons_away(ask: Asked, alice: User, server: BotApi) -> None:
    markup = {"inline_keyboard": [[{"text": "Mer", "callback_data": "m"}]]}
    number = ask("sendMessage", chat_id=42, text="en", reply_markup=markup)["message_id"]
    ask("editMessageText", chat_id=42, message_id=number, text="to")
    assert server.messages(alice)[0].markup is None


def test_a_reply_needs_its_message_unless_it_may_do_without(ask: Asked, alice: User) -> None:
    gone = {"message_id": 999}
    assert (
        ask("sendMessage", chat_id=42, text="x", reply_parameters=gone)
        == "400 Bad Request: message to be replied not found"
    )
    lenient = {**gone, "allow_sending_without_reply": True}
    assert "reply_to_message" not in ask("sendMessage", chat_id=42, text="x", reply_parameters=lenient)


def test_topics_must_exist_and_be_open(ask: Asked, alice: User, server: BotApi) -> None:
    forum = server.group(-1001, "Redaksjonen", forum=True)
    topic = forum.topic("Saker")
    question = alice.says("@kilde_bot Hva?", forum, thread=topic)
    assert ask("getUpdates")[-1]["message"]["reply_to_message"]["forum_topic_created"]["name"] == "Saker"
    answer = ask("sendMessage", chat_id=-1001, text="x", message_thread_id=topic.id)
    assert (answer["message_thread_id"], answer["is_topic_message"]) == (question.thread, True)
    for number in (77, 1):
        said = {"chat_id": -1001, "text": "x", "message_thread_id": number}
        assert ask("sendMessage", **said) == "400 Bad Request: message thread not found"
    assert ask("sendChatAction", chat_id=-1001, action="typing", message_thread_id=1) is True
    group = server.group(-1003)
    thread = alice.says("Ja", group, reply_to=alice.says("Hei", group)).json()["message_thread_id"]
    said = {"chat_id": -1003, "text": "x", "message_thread_id": thread}
    assert ask("sendMessage", **said) == "400 Bad Request: message thread not found", "a reply's thread is no topic"
    topic.closed = True
    said = {"chat_id": -1001, "text": "x", "message_thread_id": topic.id}
    assert ask("sendMessage", **said) == "400 Bad Request: TOPIC_CLOSED"


def test_chats_that_are_lost_say_why(server: BotApi, alice: User) -> None:
    group, kicked = server.group(-5), server.group(-1002, bot="kicked")
    stranger = server.user(43, "Bo", started=False)
    server.migrates(group, -1005)
    alice.blocks_the_bot()
    errors = told(
        server,
        lambda bot: bot.send_message(42, "x"),
        lambda bot: bot.send_message(kicked.id, "x"),
        lambda bot: bot.send_message(group.id, "x"),
        lambda bot: bot.send_message(777, "x"),
        lambda bot: bot.send_message(stranger.id, "x"),
    )
    assert [str(error) for error in errors[:2]] == [
        "Forbidden: bot was blocked by the user",
        "Forbidden: bot was kicked from the supergroup chat",
    ]
    assert isinstance(errors[2], ChatMigrated)
    assert errors[2].new_chat_id == -1005
    assert str(errors[3]) == "Chat not found"
    assert str(errors[4]) == "Forbidden: bot can't initiate conversation with a user"
    assert not server.problems, "none of it the bot could have known"


def test_drafts_are_for_private_chats(ask: Asked, alice: User, server: BotApi) -> None:
    group = server.group(-1001)
    assert ask("sendMessageDraft", chat_id=42, draft_id=7, text="Kim") is True
    assert ask("sendMessageDraft", chat_id=42, draft_id=7, text="") is True
    assert (
        ask("sendMessageDraft", chat_id=group.id, draft_id=7, text="Kim") == "400 Bad Request: TEXTDRAFT_PEER_INVALID"
    )
    assert ask("sendMessageDraft", chat_id=42, draft_id=0, text="Kim").startswith("400")
    assert ask("sendMessageDraft", chat_id=42, draft_id=7, text="x" * 4097) == "400 Bad Request: message is too long"
    assert [draft.text for draft in server.seen(alice, "draft")] == ["Kim", ""]
    assert not server.messages(alice)
    assert [problem.kind for problem in server.problems] == ["draft", "draft", "text"]


def test_answers_are_found_by_reply_and_else_by_order(ask: Asked, alice: User, server: BotApi) -> None:
    first, second, third = (alice.says(text) for text in ("en", "to", "tre"))
    ask("sendMessage", chat_id=42, text="2", reply_parameters={"message_id": second.id})
    for text in ("1", "3", "3b"):
        ask("sendMessage", chat_id=42, text=text)
    found = [(question.text, [answer.text for answer in answers]) for question, answers in server.exchanges(alice)]
    assert found == [("en", ["1"]), ("to", ["2"]), ("tre", ["3", "3b"])]
    assert (first.answers, [answer.text for answer in second.answers], third.answers) == ([], ["2"], [])


# Groups


def test_with_privacy_mode_on_a_group_is_heard_only_when_it_speaks_to_the_bot(
    ask: Asked, alice: User, server: BotApi
) -> None:
    group = server.group(-1001, members=[alice])
    ours = server.world.post(group, server.world.bot, {"text": "Svar"})
    heard = [
        alice.says("Hei alle", group),
        alice.says("@Kilde_Bot hei", group),
        alice.says("/start", group),
        alice.says("/start@kilde_bot", group),
        alice.says("/start@other_bot", group),
        alice.says("Og så?", group, reply_to=ours),
        alice.says("@kilde_bot_ hei", group),
    ]
    assert [message.update_id is not None for message in heard] == [False, True, True, True, False, True, False]
    alice.changes_the_bot(group, "administrator")
    assert alice.says("Hei alle", group).update_id is not None
    server.user(43, "Bo").changes_the_bot(group, "member")
    server.world.privacy = False
    assert alice.says("Hei alle", group, anonymous=True).update_id is not None
    sender = ask("getUpdates")[-1]["message"]
    assert (sender["from"]["username"], sender["sender_chat"]["id"]) == ("GroupAnonymousBot", -1001)


def test_what_happens_to_the_bot_in_a_group_is_told(ask: Asked, alice: User, server: BotApi) -> None:
    group = server.group(-1001, bot="left")
    alice.adds_the_bot(group)
    alice.removes_the_bot(group)
    told = ask("getUpdates")
    assert [one["my_chat_member"]["new_chat_member"]["status"] for one in told if "my_chat_member" in one] == [
        "member",
        "kicked",
    ]
    assert ask("getChat", chat_id=-1001) == "403 Forbidden: bot was kicked from the supergroup chat"


def test_all_that_people_send_is_what_the_library_knows(server: BotApi, alice: User) -> None:
    channel = server.channel(-1009)
    old = server.group(-7, members=[alice])
    document = alice.sends_document("sak.txt", b"x", caption="@kilde_bot")
    alice.sends_photo(b"jpg")
    alice.sends_voice(b"ogg")
    alice.sends_sticker()
    alice.sends_location(59.9, 10.7)
    alice.sends_contact("+4790000000", "Bo")
    alice.sends_poll("Hvem?", ["Kim", "Putin"])
    alice.forwards("Videresendt", server.user(43, "Bo").account)
    alice.forwards("Videresendt", "Skjult")
    server.posts(channel, "Nytt")
    alice.edits(document, "/ingest")
    server.migrates(old, -1007)
    (updates,) = told(server, lambda bot: bot.get_updates())
    messages = [update.effective_message for update in updates]
    kinds = ["document", "photo", "voice", "sticker", "location", "contact", "poll", "forward_origin", "forward_origin"]
    assert all(getattr(message, kind) for message, kind in zip(messages, kinds, strict=False))
    assert updates[9].channel_post.text == "Nytt"
    assert updates[10].edited_message.caption == "/ingest"
    assert (messages[11].migrate_to_chat_id, messages[12].migrate_from_chat_id) == (-1007, -7)
    assert not any(update.api_kwargs or update.effective_message.api_kwargs for update in updates)


def test_chats_and_members_are_what_the_library_knows(server: BotApi, alice: User) -> None:
    group = server.group(-1001, "Redaksjonen", admins=[alice], username="red")
    bot_id = server.world.bot.id
    me, chat, admins, member = told(
        server,
        lambda bot: bot.get_me(),
        lambda bot: bot.get_chat("@red"),
        lambda bot: bot.get_chat_administrators(-1001),
        lambda bot: bot.get_chat_member(-1001, bot_id),
    )
    assert (me.username, me.can_read_all_group_messages, me.supports_inline_queries) == ("kilde_bot", False, True)
    assert chat.title == "Redaksjonen"
    assert [admin.user.id for admin in admins] == [42]
    assert member.status == "member"
    for status in ("restricted", "administrator", "left", "kicked", "creator"):
        alice.changes_the_bot(group, status)
    (updates,) = told(server, lambda bot: bot.get_updates())
    statuses = [update.my_chat_member.new_chat_member.status for update in updates]
    assert statuses == ["restricted", "administrator", "left", "kicked", "creator"]


# Buttons and inline


def test_a_button_is_answered_once(server: BotApi, alice: User) -> None:
    async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Takk")
        with pytest.raises(BadRequest, match="Query is too old"):
            await update.callback_query.answer("Takk")
        await update.callback_query.edit_message_text("Endret")

    def scenario() -> None:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("👍", callback_data="up")]])
        told(server, lambda bot: bot.send_message(42, "x", reply_markup=markup))
        press = alice.presses(alice.hears(), "👍")
        server.wait_for(lambda: server.seen(alice, "edit"))
        assert press.answer is not None
        assert press.answer["text"] == "Takk"

    while_polling(server, CallbackQueryHandler(pressed), scenario)


def test_a_button_that_was_pressed_long_ago_is_too_old(ask: Asked, alice: User) -> None:
    press = alice.calls_back("x", None)
    press.at -= 600
    assert ask("answerCallbackQuery", callback_query_id=press.id).startswith("400 Bad Request: query is too old")


def test_inline_results_are_offered_and_chosen(server: BotApi, alice: User) -> None:
    async def asked(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.inline_query is not None
        content = InputTextMessageContent(f"svar på {update.inline_query.query}")
        await update.inline_query.answer([InlineQueryResultArticle("1", "Kim", content)])

    def scenario() -> None:
        typed = alice.types_inline("Kim")
        server.wait_for(lambda: typed.results)
        assert alice.chooses(typed).text == "svar på Kim"

    while_polling(server, InlineQueryHandler(asked), scenario)


@pytest.mark.parametrize(
    ("results", "refusal"),
    [
        ([{"id": "1"}, {"id": "1"}], "RESULT_ID_DUPLICATE"),
        ([{"id": "x" * 65}], "RESULT_ID_INVALID"),
        ([{"id": f"{at}"} for at in range(51)], "RESULTS_TOO_MUCH"),
        ([{"title": ""}], "ARTICLE_TITLE_EMPTY"),
        ([{"input_message_content": {"message_text": "x" * 4097}}], "message is too long"),
        ([{"input_message_content": {"message_text": "x", "entities": [{"type": "x"}]}}], "can't parse entities"),
    ],
)
def test_inline_results_that_are_wrong_are_refused(ask: Asked, alice: User, results: list[Any], refusal: str) -> None:
    article = {"type": "article", "id": "1", "title": "Kim", "input_message_content": {"message_text": "x"}}
    typed = alice.types_inline("Kim")
    assert refusal in ask("answerInlineQuery", inline_query_id=typed.id, results=[article | one for one in results])


# Files


def test_documents_go_both_ways(server: BotApi, alice: User) -> None:
    sent = alice.sends_document("sak.txt", "Grønnerød".encode(), caption="/ingest")
    big = alice.sends_document("stor.txt", b"x", size=21 * 1024 * 1024)

    async def fetch(bot: ExtBot[None]) -> bytes:
        return bytes(await (await bot.get_file(sent.content["document"]["file_id"])).download_as_bytearray())

    body, too_big, message, too_long = told(
        server,
        fetch,
        lambda bot: bot.get_file(big.content["document"]["file_id"]),
        lambda bot: bot.send_document(42, b"{}", caption="Dine data", filename="export.json"),
        lambda bot: bot.send_document(42, b"{}", caption="x" * 1025),
    )
    assert body.decode() == "Grønnerød"
    assert str(too_big) == "File is too big"
    assert (message.document.file_name, message.caption) == ("export.json", "Dine data")
    assert server.body_of(server.messages(alice, by_bot=True)[0]) == b"{}"
    assert str(too_long) == "Message caption is too long"


def test_commands_and_descriptions_are_kept_by_scope_and_language(server: BotApi) -> None:
    done = told(
        server,
        lambda bot: bot.set_my_commands([("start", "Begynn")], language_code="nb"),
        lambda bot: bot.get_my_commands(language_code="nb"),
        lambda bot: bot.get_my_commands(),
        lambda bot: bot.set_my_commands([("Start", "Begynn")]),
        lambda bot: bot.set_my_description("Svarer"),
        lambda bot: bot.get_my_description("en"),
        lambda bot: bot.set_my_short_description("x" * 121),
    )
    assert [command.command for command in done[1]] == ["start"]
    assert done[2] == ()
    assert "Bot_command_invalid" in str(done[3])
    assert done[5].description == "Svarer"
    assert isinstance(done[6], BadRequest)


# Limits


def test_a_chat_takes_one_message_a_second_and_stays_shut_as_long_as_it_says(
    ask: Asked, alice: User, server: BotApi
) -> None:
    server.limit(retry_after=1)
    server.user(43, "Bo")
    assert ask("sendMessage", chat_id=42, text="x")["message_id"]
    assert ask("sendMessage", chat_id=42, text="x") == "429 Too Many Requests: retry after 1"
    assert ask("sendMessage", chat_id=43, text="x")["message_id"], "the others go on"
    assert ask("sendChatAction", chat_id=42, action="typing") is True
    (error,) = told(server, lambda bot: bot.send_message(42, "x"))
    assert isinstance(error, RetryAfter)
    time.sleep(1.02)
    assert ask("sendMessage", chat_id=42, text="x")["message_id"]
    assert server.count(429) == 2
    assert [call.retry_after for call in server.calls("sendMessage", ok=False)] == [1, 1]


def test_a_small_burst_may_be_allowed(ask: Asked, alice: User, server: BotApi) -> None:
    server.limit(burst=2)
    answered = [isinstance(ask("sendMessage", chat_id=42, text="x"), dict) for _ in range(4)]
    assert answered == [True, True, True, False]


def test_a_group_takes_twenty_sends_and_edits_a_minute(ask: Asked, server: BotApi) -> None:
    server.group(-1001)
    server.limit(burst=50, overall_per_second=100)
    number = ask("sendMessage", chat_id=-1001, text="x")["message_id"]
    answered = [ask("editMessageText", chat_id=-1001, message_id=number, text=f"{at}") for at in range(20)]
    assert answered[18]["text"] == "18"
    assert answered[19] == "429 Too Many Requests: retry after 60"


def test_all_chats_together_take_thirty_a_second_and_drafts_count(ask: Asked, server: BotApi) -> None:
    server.limit(mode="record")
    for at in range(31):
        server.user(100 + at)
        assert ask("sendMessageDraft", chat_id=100 + at, draft_id=1, text="x") is True
    assert [problem.kind for problem in server.problems] == ["limit"]
    assert server.count(429) == 0


# Faults


def test_a_fault_hits_the_calls_that_it_names_and_as_often(ask: Asked, alice: User, server: BotApi) -> None:
    server.user(43, "Bo")
    server.fault("error", "send*", chat=alice, times=2, description="Bad Request: message is too long")
    answered = [ask("sendMessage", chat_id=chat, text="x") for chat in (42, 43, 42, 42)]
    assert [isinstance(one, dict) for one in answered] == [False, True, False, True]
    server.fault("500", fraction=0.5, seed=1)
    assert 0 < sum(ask("getMe") == "500 Internal Server Error" for _ in range(20)) < 20
    server.clear_faults()
    assert ask("getMe")["username"] == "kilde_bot"


@pytest.mark.parametrize(
    ("kind", "rule", "error", "effect"),
    [
        ("502", {}, NetworkError, False),
        ("500", {}, NetworkError, False),
        ("409", {}, Conflict, False),
        ("429", {"retry_after": 7}, RetryAfter, False),
        ("reset_before", {}, NetworkError, False),
        ("reset_after", {}, NetworkError, True),
        ("garbage", {}, Exception, True),
        ("empty", {}, Exception, True),
        ("hang", {}, TimedOut, False),
        ("hang_after", {}, TimedOut, True),
        ("drip", {"seconds": 0.3}, TimedOut, True),
        ("delay", {"seconds": 0.05}, None, True),
        ("delay_after", {"seconds": 0.05}, None, True),
    ],
)
def test_what_a_bot_sees_of_a_fault_and_what_the_chat_sees(
    server: BotApi, alice: User, kind: Any, rule: dict[str, Any], error: type[Exception] | None, effect: bool
) -> None:
    fault = server.fault(kind, "sendMessage", times=1, **rule)

    async def send() -> Exception | None:
        async with app_of(server, read_timeout=0.2).bot as bot:
            try:
                await bot.send_message(42, "x")
            except Exception as caught:  # noqa: BLE001 (which one it is, is what is tested)
                return caught
        return None

    caught = asyncio.run(send())
    fault.clear()
    assert caught is None if error is None else isinstance(caught, error)
    assert bool(server.messages(alice)) == effect
    (call,) = server.calls("sendMessage")
    assert (call.fault, call.effect) == (kind, effect)


def test_a_poll_that_is_reset_loses_nothing(server: BotApi, alice: User) -> None:
    server.fault("reset_after", "getUpdates", times=1, skip=1)

    def scenario() -> None:
        alice.says("Hva?")
        assert alice.hears(timeout=8).text == "du sa: Hva?"

    while_polling(server, MessageHandler(filters.TEXT, echo), scenario)


def test_a_server_that_is_down_refuses_and_comes_back_with_everything(ask: Asked, alice: User, server: BotApi) -> None:
    server.down()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}{server.token}/getMe")
    alice.says("Er du der?")
    server.up()
    assert [one["message"]["text"] for one in ask("getUpdates")] == ["Er du der?"]


# Webhook


class Hook:
    """A bot's own server: answers what it is told to, 200 after that."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[tuple[dict[str, str], dict[str, Any]]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.seen.append((dict(self.headers.items()), body))
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.seen]


def test_a_webhook_is_pushed_until_it_says_200_in_the_order_of_each_chat(
    server: BotApi, ask: Asked, alice: User
) -> None:
    server.webhook.backoff = Backoff(unit=0.005)
    with Hook(500, 503, 403) as hook:
        first = alice.says("en")
        assert ask("setWebhook", url=hook.url, secret_token="s3cret", max_connections=5) is True
        server.wait_for(lambda: not server.pending)
        assert hook.texts == ["en"] * 4
        headers = hook.seen[0][0]
        assert headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret"
        assert headers["Content-Type"] == "application/json"
        shape = ask("getWebhookInfo")
        assert shape["last_error_message"] == "Wrong response from the webhook: 403 Forbidden"
        assert (shape["url"], shape["pending_update_count"], shape["max_connections"]) == (hook.url, 0, 5)
        assert server.delivery(first).confirmed_at is not None
        bo = server.user(43, "Bo")
        for at in range(10):
            alice.says(f"a{at}")
            bo.says(f"b{at}")
        server.wait_for(lambda: not server.pending)
        assert [text for text in hook.texts[4:] if text[0] == "a"] == [f"a{at}" for at in range(10)]
        assert [text for text in hook.texts[4:] if text[0] == "b"] == [f"b{at}" for at in range(10)]


def test_an_application_is_pushed_to(server: BotApi, alice: User) -> None:
    async def both() -> None:
        app = app_of(server)
        app.add_handler(MessageHandler(filters.TEXT, echo))
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        async with app:
            await app.start()
            assert app.updater is not None
            url = f"http://127.0.0.1:{port}/hook"
            await app.updater.start_webhook("127.0.0.1", port, "hook", webhook_url=url, secret_token="s3cret")
            question = alice.says("Hva?")
            answer = await asyncio.to_thread(server.answer_to, question)
            assert answer.text == "du sa: Hva?"
            await asyncio.to_thread(server.settles, 0.05)
            await app.updater.stop()
            await app.stop()

    asyncio.run(both())
    assert [push.status for push in server.webhook.pushes] == [200]


@pytest.mark.parametrize("kind", ["duplicate", "ack_lost"])
def test_a_webhook_gets_updates_twice_when_told_so(server: BotApi, ask: Asked, alice: User, kind: Any) -> None:
    with Hook() as hook:
        server.fault(kind, "webhook", times=1)
        ask("setWebhook", url=hook.url)
        alice.says("en")
        alice.says("to")
        server.wait_for(lambda: not server.pending)
        assert hook.texts == ["en", "en", "to"]


def test_setting_a_webhook_checks_it_and_may_drop_what_waits(server: BotApi, ask: Asked, alice: User) -> None:
    assert ask("setWebhook", url="ftp://x").startswith("400 Bad Request: invalid webhook URL")
    assert ask("setWebhook", url="http://127.0.0.1:1/", secret_token="å").startswith("400 Bad Request: secret token")
    message = alice.says("Hei")
    assert ask("deleteWebhook", drop_pending_updates=True) is True
    assert ask("getUpdates") == []
    assert server.delivery(message).dropped


# Alone


def test_it_runs_alone_and_is_told_what_to_do_over_http() -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.telegram_server", "--limits", "record"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert started.stdout is not None
        port = int(started.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:

            def tell(verb: str, **said: Any) -> Any:
                answered = client.post(f"/_control/{verb}", json=said).json()
                assert answered["ok"], answered
                return answered["result"]

            tell("user", id=42, first_name="Alice")
            said = tell("says", user=42, text="Hva?")
            bot = f"/bot{BotApi().token}"
            updates = client.get(f"{bot}/getUpdates").json()["result"]
            assert updates[0]["update_id"] == said["update_id"]
            client.post(
                f"{bot}/sendMessage", json={"chat_id": 42, "text": "Svar", "reply_parameters": {"message_id": 1}}
            )
            assert [(one["kind"], one["text"], one["reply_to"]) for one in tell("effects")] == [("send", "Svar", 1)]
            assert tell("summary")["statuses"] == {"getupdates 200": 1, "sendmessage 200": 1}
            assert tell("effects", after=1) == []
            assert client.post("/_control/nothing", json={}).status_code == 400
    finally:
        started.terminate()
        started.communicate(timeout=5)
    assert started.returncode == 0


def test_limits_say_what_they_count() -> None:
    assert "sendmessagedraft" in Limits().overall
    assert "sendmessagedraft" not in Limits().in_chat
