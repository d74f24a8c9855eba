"""What one may rely on in a conversation: what goes on from what, and what becomes of what is no question."""

from collections.abc import Callable
from typing import Any

from tests.telegram.conftest import Running, Start
from tests.telegram_server import Account, BotApi, Message, Press, User

PATIENCE = 20.0  # seconds: the machine may be busy
GIFT = "Hvilken gave hadde Kim med til Putin?"
SOLDIERS = "Hvor mange soldater sendte Nord-Korea?"
WHEN = "Når var det?"  # means nothing to the archive but after another question
SWORD, TEN_THOUSAND, NOTHING = "et sverd", "10 000 soldater", "Artiklene sier ingenting om dette."


def ask(user: User, question: str, **more: Any) -> Message:
    """A question in a private chat, and the answer."""
    user.says(question, **more)
    return user.hears(PATIENCE)


def test_a_question_goes_on_from_the_one_before_it(server: BotApi, start: Start) -> None:
    start()
    alice, bob = server.user(42), server.user(43, "Bob")
    ask(alice, GIFT)

    followed, alone = ask(alice, WHEN), ask(bob, WHEN)

    assert "Vladivostok" in followed.text
    assert NOTHING in alone.text
    assert not server.problems


def test_after_new_nothing_is_known_of_what_was_said(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    ask(alice, GIFT)

    begun = ask(alice, "/new")

    assert begun.text == "Ny samtale. Hva lurer du på?"
    assert NOTHING in ask(alice, WHEN).text


def test_a_reply_to_an_older_answer_goes_on_from_that_one(server: BotApi, start: Start) -> None:
    start()
    alice, bob = server.user(42), server.user(43, "Bob")
    for each in (alice, bob):
        each.says(GIFT)
        each.says("/new")
    answers = [each.hears(PATIENCE) for each in (alice, bob)]
    assert [each.hears(PATIENCE).text for each in (alice, bob)]

    replied, new = ask(alice, WHEN, reply_to=answers[0]), ask(bob, WHEN)

    assert "Vladivostok" in replied.text
    assert NOTHING in new.text
    assert SWORD in ask(alice, "/sources", reply_to=answers[0]).text


def test_an_edited_question_is_answered_anew_in_the_place_of_its_answer(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    question = alice.says(GIFT)
    answer = alice.hears(PATIENCE)
    assert SWORD in answer.text

    alice.edits(question, SOLDIERS)
    soon(server, lambda: TEN_THOUSAND in answer.text)

    assert len(server.messages(alice, by_bot=True)) == 1
    assert TEN_THOUSAND in ask(alice, "Hvor mange var det?").text


def test_a_changed_message_that_is_no_changed_question_changes_nothing(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42)
    question = alice.says(GIFT)
    answer = alice.hears(PATIENCE)

    alice.edits(question, "/forget")
    alice.edits(question, GIFT)
    at_rest(server, running)

    assert answer.history == []
    assert len(server.messages(alice, by_bot=True)) == 1
    assert SWORD in ask(alice, "/sources").text


def test_what_had_no_answer_is_answered_once_it_is_changed_to_a_question(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    hello = alice.says("Hei")
    greeting = alice.hears(PATIENCE)

    alice.edits(hello, SOLDIERS)

    assert TEN_THOUSAND in alice.hears(PATIENCE).text
    assert greeting.history == []


SMALL_TALK = {
    "Hei!": "Hei! Spør om noe",
    "Takk!": "Bare hyggelig!",
    "thank you": "You are welcome!",
    "Hva kan du?": "Jeg finner svar i artiklene",
}


def test_small_talk_is_answered_in_its_language_and_is_no_question(server: BotApi, start: Start) -> None:
    running = start()

    for number, (said, answered) in enumerate(SMALL_TALK.items()):
        assert ask(server.user(100 + number), said).text.startswith(answered)

    assert running.store.figures()["answers"] == 0


def test_an_answer_is_in_the_language_of_the_question_unless_one_was_chosen(server: BotApi, start: Start) -> None:
    start()
    alice, bob = server.user(42), server.user(43, "Bob")
    ask(bob, "/language norsk")

    asked_in_english = ask(alice, "What gift did Kim bring to Putin?"), ask(bob, "What gift did Kim bring to Putin?")

    assert ["Sources\n" in each.text for each in asked_in_english] == [True, False]
    assert "Kilder\n" in asked_in_english[1].text


def answer_to(server: BotApi, message: Message) -> Message:
    """What the bot says in reply to a message in a group."""
    return server.answer_to(message, PATIENCE)


def soon(server: BotApi, ready: Callable[[], object]) -> None:
    """Wait until it is so."""
    server.wait_for(ready, PATIENCE)


def at_rest(server: BotApi, running: Running) -> None:
    """Wait until everything that came has been worked on, and what is to be said has been: messages to one chat wait for each other."""
    server.settles(timeout=PATIENCE)
    server.wait_for(lambda: running.store.inbox.depth() == 0, PATIENCE)


def toast(server: BotApi, press: Press) -> str:
    """What is shown for a moment to who pressed a button; every press is answered, or the button spins."""
    soon(server, lambda: press.answer is not None)
    assert press.answer is not None
    return str(press.answer["text"])


# What else comes, in a private chat: the beginning of what is answered, or nothing.

HINT = "Jeg svarer på spørsmål som er skrevet som tekst."
NOT_PASSED_ON = "Videresendte kommandoer og dokumenter"
GIF_BOT = Account(555, "gif", username="gif", is_bot=True)
ANOTHER = Account(77, "Per")


def via(account: Account) -> dict[str, Any]:
    return {"via_bot": account.json()}


def origin(account: Account) -> dict[str, Any]:
    return {"forward_origin": {"type": "user", "date": 1, "sender_user": account.json()}}


_PLACE = {"latitude": 59.9, "longitude": 10.7}
OTHERS: dict[str, tuple[Callable[[User], Any], str | None]] = {
    "a sticker": (lambda who: who.sends_sticker(), HINT),
    "a voice message": (lambda who: who.sends_voice(b"ogg"), HINT),
    "a photo": (lambda who: who.sends_photo(b"jpg"), HINT),
    "a photo with a question": (lambda who: who.sends_photo(b"jpg", caption=GIFT), "Den nordkoreanske diktatoren"),
    "a video": (lambda who: who.sends("video", _media(width=1, height=1)), HINT),
    "a round video": (lambda who: who.sends("video_note", _media(length=1)), HINT),
    "an animation": (lambda who: who.sends("animation", _media(width=1, height=1)), HINT),
    "music": (lambda who: who.sends("audio", _media()), HINT),
    "a poll": (lambda who: who.sends_poll("Hva?", ["ja", "nei"]), HINT),
    "a contact": (lambda who: who.sends_contact("12345678", "Per"), HINT),
    "a location": (lambda who: who.sends_location(59.9, 10.7), HINT),
    "a venue": (lambda who: who.sends("venue", {"location": _PLACE, "title": "Plass", "address": "Vei 1"}), HINT),
    "dice": (lambda who: who.sends("dice", {"emoji": "🎲", "value": 6}), HINT),
    "a story": (lambda who: who.sends("story", {"chat": who.chat.json(), "id": 1}), HINT),
    "a document of somebody who is no admin": (lambda who: who.sends_document("a.txt", b"x"), HINT),
    "nothing but the bot's name": (lambda who: who.says("@kilde_bot"), "Hva lurer du på?"),
    "a forwarded text": (lambda who: who.forwards(GIFT, ANOTHER), "Den nordkoreanske diktatoren"),
    "a forwarded command": (lambda who: who.forwards("/forget", ANOTHER), NOT_PASSED_ON),
    "a forwarded document": (lambda who: who.sends_document("a.txt", b"x", **origin(ANOTHER)), NOT_PASSED_ON),
    "a command of another bot's": (lambda who: who.says("/start@another_bot"), "Den kommandoen har jeg ikke."),
    "what another bot made for somebody": (lambda who: who.says(GIFT, **via(GIF_BOT)), HINT),
    "an answer of ours that somebody chose inline": (lambda who: who.says(GIFT, **via(who.world.bot)), None),
    "a channel's post": (lambda who: who.world.updates.inject({"channel_post": _channel_post()}), None),
    "another bot": (lambda who: who.world.updates.inject({"message": _by(GIF_BOT, who)}), None),
    "an update of the future": (lambda who: who.world.updates.inject({"of_the_future": {"id": 1}}), None),
}


def _media(**more: int) -> dict[str, Any]:
    return {"file_id": "x", "file_unique_id": "x", "duration": 1, **more}


def _channel_post() -> dict[str, Any]:
    return {"message_id": 1, "date": 1, "chat": {"id": -1009, "type": "channel", "title": "Kanal"}, "text": GIFT}


def _by(account: Account, who: User) -> dict[str, Any]:
    return {"message_id": 9, "date": 1, "chat": who.chat.json(), "from": account.json(), "text": GIFT}


def test_each_kind_of_message_has_its_outcome_in_a_private_chat(server: BotApi, start: Start) -> None:
    running = start()
    people = {kind: server.user(1000 + number, "Alice") for number, kind in enumerate(OTHERS)}

    for kind, (does, _) in OTHERS.items():
        does(people[kind])
    at_rest(server, running)

    heard = {kind: [each.text for each in server.messages(who, by_bot=True)] for kind, who in people.items()}
    for kind, (_, expected) in OTHERS.items():
        assert len(heard[kind]) == (0 if expected is None else 1), f"{kind}: {heard[kind]}"
        assert expected is None or heard[kind][0].startswith(expected), f"{kind}: {heard[kind]}"
    assert running.store.inbox.quarantined() == 0
    assert not server.problems


def test_one_is_told_how_to_ask_once_a_minute_at_most(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42)

    for _ in range(3):
        alice.sends_photo(b"jpg", media_group_id="1")
    at_rest(server, running)

    assert len(server.messages(alice, by_bot=True)) == 1
