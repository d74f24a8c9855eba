"""What one may rely on while an answer is written, and when it is there: it is seen as it comes, and stands there once."""

import queue
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from bot.settings import Settings
from bot.wiring import open_articles
from tests.cli.conftest import ARTICLES
from tests.telegram.conftest import Running, Start
from tests.telegram_server import BotApi, Chat, Message, User
from tests.written.speaker import Saying, Speaker, failing
from vectorstore.article import Article, Genre, Published

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

QUESTION = "Hvor mange biler tar fergen Heilhorn?"
CARS, MINUTES, PUPILS = "Fergen Heilhorn tar 60 biler", "Overfarten tar 25 minutter", "Skolen på Leka har 41 elever"
FERRY_PAGE = "https://namdalsposten.example/ferge#:~:text="
A_MOMENT = 0.6  # seconds; what is written is looked at twice a second
SOON = 1.5  # seconds; it is a hundredth of that on an idle machine, and an edit in a group would wait for 3
Ask = Callable[..., Running]


class Model:
    """A chat model that says what it is told to, when it is told to; what it is told after an end is for the next question."""

    def __init__(self) -> None:
        self._scripts = [Script()]
        self.speaker = Speaker(self._speak)

    def says(self, text: str) -> None:
        """A part of the answer."""
        self._scripts[-1].put(text)

    def ends(self, text: str = "", finish: str | None = "stop") -> float:
        """The rest of the answer; gives when it was said."""
        self._scripts[-1].put(text)
        self._scripts[-1].end(finish)
        self._scripts.append(Script())
        return time.monotonic()

    def breaks_off(self) -> None:
        """Ends without an end, so that it is asked once more."""
        self.ends(finish=None)

    def is_gone(self) -> None:
        """Does nothing but fail, from now on."""
        self.speaker.script = failing(401)

    def _speak(self, speaker: Speaker, _: dict[str, Any]) -> Saying:
        script = self._scripts[len(speaker.requests) - 1]
        script.saying.chunks = cast("list[str]", script)
        return script.saying


class Script:
    """What a model says to one question."""

    def __init__(self) -> None:
        self.saying = Saying()
        self._texts: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def put(self, text: str) -> None:
        self._texts.put(text)

    def end(self, finish: str | None) -> None:
        self.saying.finish = finish
        self._texts.put(None)

    def __iter__(self) -> Iterator[str]:
        """The texts; the last letter of each comes a moment later, so that all of it is looked at."""
        while (text := self._texts.get()) is not None:
            yield text[:-1]
            if text and self._texts.empty():
                time.sleep(A_MOMENT)
            yield text[-1:]


@pytest.fixture
def model() -> Iterator[Model]:
    model = Model()
    with model.speaker:
        yield model
        model.ends()


@pytest.fixture(scope="session")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose archive holds some made-up articles; to be copied."""
    home = tmp_path_factory.mktemp("ferries") / "kildebot"
    with open_articles(Settings(home=home, model="none")) as archive:
        archive.ingest([_article(**each) for each in ARTICLES], origin="test")
    return home


def _article(published: str = "", genre: str = "", **fields: str) -> Article:
    return Article(**fields, published=Published.parse(published) if published else Published(), genre=Genre(genre))


@pytest.fixture
def written(start: Start, ferries: Path, home: Path, model: Model) -> Ask:
    """Starts a bot whose answers are written by the model."""

    def begin(**chosen: Any) -> Running:
        copy = home / "ferries"
        if not copy.exists():
            shutil.copytree(ferries, copy)
        written = {"model": "openai:speaker", "openai_api_key": "sk-test", "openai_base_url": model.speaker.address}
        return start(**({"home": copy} | written | chosen))

    return begin


@pytest.fixture
def alice(server: BotApi) -> User:
    return server.user(42)


@pytest.fixture
def group(server: BotApi, alice: User) -> Chat:
    return server.group(-1001, members=[alice])


def drafts(server: BotApi, user: User) -> list[str]:
    return [each.text for each in server.seen(user, "draft")]


def changes(server: BotApi, chat: Chat | User) -> list[str]:
    """What happened in a chat, in order."""
    kinds = {"action", "draft", "send", "edit", "delete"}
    return [each.kind for each in server.effects if each.chat == chat.id and each.kind in kinds]


def is_shown(server: BotApi, user: User) -> bool:
    return bool({"send", "draft"} & {*changes(server, user)})


def stand(server: BotApi, chat: Chat | User) -> list[str]:
    """The first lines of what stands there of the bot's."""
    return [each.text.partition("\n")[0] for each in server.messages(chat, by_bot=True)]


def answered(server: BotApi, chat: Chat | User) -> Message:
    """The answer, as soon as the last message there is one, and not what there is of one."""

    def last() -> Message | None:
        messages = server.messages(chat, by_bot=True)
        return messages[-1] if messages and messages[-1].markup else None

    found = server.wait_for(last, 10)
    assert found is not None
    return found


# Private chats


def test_a_written_answer_is_typed_then_drafted_then_sent_once(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    question = alice.says(QUESTION)
    server.wait_for(lambda: server.seen(alice, "action"))
    model.says(CARS)
    server.wait_for(lambda: f"{CARS} …" in drafts(server, alice))
    model.says(" [1]. Og ")
    server.wait_for(lambda: f"{CARS} [1]. Og …" in drafts(server, alice))
    model.ends("overfarten tar 25 minutter [1].")
    answer = alice.hears()

    assert answer.text.startswith(f"{CARS} [1]. Og overfarten tar 25 minutter [2].\n\nKilder")
    assert str(answer.link_of("[1]")).startswith(FERRY_PAGE)
    assert answer.reply_to == question.id
    assert changes(server, alice)[0] == "action"
    assert changes(server, alice)[-1] == "send"
    assert changes(server, alice).count("send") == 1
    assert len({each.message for each in server.seen(alice, "draft")}) == 1, "one draft grows"
    assert not server.problems


def test_drafts_link_what_was_looked_at_to_where_the_answer_does(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    alice.says("Hvor mange elever har skolen på Leka?")
    model.says(f"{PUPILS} [1]. Og")
    server.wait_for(lambda: f"{PUPILS} [1]. Og …" in drafts(server, alice))
    shown = server.calls("sendMessageDraft")[-1].parameters["entities"]
    model.ends()

    [link] = [each["url"] for each in shown if each["type"] == "text_link"]
    assert link.startswith("https://t.me/kilde_bot?start=")
    assert alice.hears().link_of("[1]") == link


def test_an_answer_comes_as_soon_as_the_model_has_ended(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    alice.says(QUESTION)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: f"{CARS} [1]. Og …" in drafts(server, alice))
    ended = model.ends(" det er alt [1].")

    assert alice.hears().at - ended < SOON


def test_while_the_model_says_nothing_it_is_typed_all_the_time(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    alice.says(QUESTION)
    first, second = server.wait_for(lambda: server.seen(alice, "action")[:2][1:] and server.seen(alice, "action"), 6)
    model.ends(f"{CARS} [1].")

    assert second.at - first.at < 5, "seconds that Telegram shows it for"
    assert alice.hears().text.startswith(CARS)


def test_a_model_that_begins_anew_is_shown_anew(server: BotApi, written: Ask, model: Model, alice: User) -> None:
    written()
    alice.says(QUESTION)
    model.says(f"{MINUTES} [1]. Og")
    server.wait_for(lambda: f"{MINUTES} [1]. Og …" in drafts(server, alice))
    model.breaks_off()
    model.says(CARS)
    server.wait_for(lambda: drafts(server, alice)[-1] == f"{CARS} …", 15)
    model.ends(" [1].")

    assert answered(server, alice).text.startswith(f"{CARS} [1].\n")
    assert changes(server, alice).count("send") == 1


def test_a_model_that_dies_leaves_what_was_proven_and_says_so(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    alice.says(QUESTION)
    model.says(f"{CARS} [1]. Og kapteinen")
    server.wait_for(lambda: drafts(server, alice))
    model.is_gone()
    model.breaks_off()
    answer = alice.hears(10)

    assert answer.text.startswith(f"{CARS} [1].\n\n")
    assert "kapteinen" not in answer.text
    assert "ble ikke ferdig" in answer.text or "avbrutt" in answer.text, answer.text


def test_without_a_model_there_are_quotes_and_why(server: BotApi, written: Ask, model: Model, alice: User) -> None:
    model.is_gone()
    written()
    alice.says(QUESTION)
    answer = alice.hears()

    assert "Den tar 60 biler, sier reder Ola Nordmo. [1]" in answer.text
    assert "nøkkel" in answer.text
    assert not server.problems


def test_an_answer_in_quotes_needs_no_sign_before_it(server: BotApi, written: Ask, alice: User) -> None:
    written(model="none")
    alice.says(QUESTION)

    assert "60 biler" in alice.hears().text
    assert changes(server, alice) == ["send"]


def test_an_answer_that_may_come_twice_says_so_in_its_own_language(server: BotApi, written: Ask, alice: User) -> None:
    server.fault("reset_after", "sendMessage", times=1)
    written(model="none")
    alice.says("How long was the whale?")
    first, second = alice.hears(), alice.hears()

    assert "14 metres" in first.text
    assert second.text == f"(Sent again after a break; the answer may have come before.)\n\n{first.text}"


# Servers and chats that do not take drafts


def test_a_server_without_drafts_is_asked_once_and_answers_are_seen_by_edits(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    server.fault("error", "sendMessageDraft", code=404, description="Not Found: method not found")
    written()
    bob = server.user(43, "Bob")
    for user in (alice, bob):
        user.says(QUESTION)
        model.says(f"{CARS} [1]. Og")
        seen = user.hears()
        assert seen.text.startswith(f"{CARS} [1]. O")
        model.ends(f" {MINUTES.lower()} [1].")
        assert answered(server, user) is seen
        assert seen.text.startswith(f"{CARS} [1]. Og overfarten")

    assert len(server.calls("sendMessageDraft")) == 1
    assert not server.problems


def test_a_chat_that_takes_no_drafts_is_shown_edits_and_others_get_drafts(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    server.fault("error", "sendMessageDraft", chat=alice, description="Bad Request: TEXTDRAFT_PEER_INVALID")
    written()
    bob = server.user(43, "Bob")
    for user in (alice, bob):
        user.says(QUESTION)
        model.says(f"{CARS} [1]. Og")
        server.wait_for(partial(is_shown, server, user))
        model.ends(f" {MINUTES.lower()} [1].")
        answered(server, user)

    assert changes(server, alice) == ["action", "send", "edit"]
    assert set(changes(server, bob)) == {"action", "draft", "send"}


def test_a_draft_that_fails_does_not_disturb_the_answer(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    server.fault("reset_after", "sendMessageDraft")
    server.fault("500", "sendChatAction")
    written()
    alice.says(QUESTION)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: server.calls("sendMessageDraft"))
    model.ends(f" {MINUTES.lower()} [1].")

    assert alice.hears().text.startswith(f"{CARS} [1]. Og overfarten")
    assert changes(server, alice)[-1] == "send"
    assert changes(server, alice).count("send") == 1


def test_a_draft_that_hangs_holds_the_answer_up_for_a_second_at_most(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    hanging = server.fault("hang", "sendMessageDraft")
    written()
    alice.says(QUESTION)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: server.calls("sendMessageDraft"))
    ended = model.ends(f" {MINUTES.lower()} [1].")

    assert alice.hears().at - ended < 1 + A_MOMENT + SOON
    hanging.clear()


def test_a_draft_that_is_late_does_not_come_after_the_answer(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    server.fault("delay", "sendMessageDraft", seconds=0.8)
    written()
    alice.says(QUESTION)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: server.calls("sendMessageDraft"))
    model.ends(f" {MINUTES.lower()} [1].")
    alice.hears()
    server.settles(1.0)

    assert changes(server, alice) == ["action", "draft", "send"]


# Groups


def test_in_a_group_one_message_grows_and_becomes_the_answer(
    server: BotApi, written: Ask, model: Model, alice: User, group: Chat
) -> None:
    written()
    question = alice.says(f"@kilde_bot {QUESTION}", group)
    model.says("Ja. ")
    model.says(f"{CARS} [1]. Og")
    seen = alice.hears(chat=group)
    assert f"Ja. {CARS} [1]. Og …".startswith(seen.text.removesuffix(" …"))
    server.wait_for(lambda: seen.text == f"Ja. {CARS} [1]. Og …", 6)
    assert str(seen.link_of("[1]")).startswith(FERRY_PAGE)
    model.says(f" {MINUTES.lower()} [1]. Så")
    server.wait_for(lambda: seen.text.endswith("Så …"), 6)
    model.ends(" er det slutt.")

    assert answered(server, group) is seen
    assert changes(server, group)[:2] == ["action", "send"]
    assert set(changes(server, group)[2:]) == {"edit"}
    assert seen.reply_to == question.id
    *shown, last = (each.at for each in server.calls("editMessageText"))
    assert all(after - before >= 3 for before, after in pairwise([seen.at, *shown])), "a group has 20 messages a minute"
    assert last - shown[-1] < 1 + SOON
    assert not server.problems


def test_in_a_topic_it_grows_there(server: BotApi, written: Ask, model: Model, alice: User) -> None:
    forum = server.group(-1002, members=[alice], forum=True)
    topic = forum.topic("Ferger")
    written()
    alice.says(f"@kilde_bot {QUESTION}", forum, thread=topic)
    model.says(f"{CARS} [1]. Og")
    seen = alice.hears(chat=forum)
    model.ends(" det er alt [1].")

    assert answered(server, forum) is seen
    assert seen.thread == topic.id
    assert {each.parameters.get("message_thread_id") for each in server.calls("sendChatAction")} == {str(topic.id)}
    assert not server.problems


def test_a_message_that_somebody_deletes_while_it_grows_is_no_loss(
    server: BotApi, written: Ask, model: Model, alice: User, group: Chat
) -> None:
    written()
    alice.says(f"@kilde_bot {QUESTION}", group)
    model.says(f"{CARS} [1]. Og")
    alice.deletes(alice.hears(chat=group))
    model.ends(f" {MINUTES.lower()} [1].")

    assert answered(server, group).text.startswith(f"{CARS} [1]. Og overfarten")


def test_what_was_perhaps_shown_is_not_shown_again_before_the_answer(
    server: BotApi, written: Ask, model: Model, alice: User, group: Chat
) -> None:
    server.fault("reset_after", "sendMessage", times=1)
    written()
    alice.says(f"@kilde_bot {QUESTION}", group)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: server.calls("sendMessage"))
    time.sleep(3)  # an edit would be due
    model.says(" det er")
    server.settles(1.0)
    model.ends(" alt [1].")

    assert answered(server, group).text.startswith(CARS)
    assert changes(server, group).count("send") == 2
    assert "edit" not in changes(server, group)


def test_an_edit_that_is_late_does_not_come_after_the_answer(
    server: BotApi, written: Ask, model: Model, alice: User, group: Chat
) -> None:
    server.fault("delay", "editMessageText", seconds=3, times=1)
    written()
    alice.says(f"@kilde_bot {QUESTION}", group)
    model.says(f"{CARS} [1]. Og")
    seen = alice.hears(chat=group)
    model.says(f" {MINUTES.lower()} [1]. Så")
    server.wait_for(lambda: server.calls("editMessageText"), 6)
    model.ends(" er det slutt.")
    answered(server, group)
    server.settles(1.0)

    assert "Kilder" in seen.text
    assert seen.markup
    assert changes(server, group)[-2:] == ["edit", "edit"]


def test_what_is_shown_when_the_program_ends_becomes_the_answer_of_the_next(
    server: BotApi, written: Ask, model: Model, alice: User, group: Chat
) -> None:
    running = written()
    alice.says(f"@kilde_bot {QUESTION}", group)
    model.says(f"{CARS} [1]. Og")
    seen = alice.hears(chat=group)
    running.signal()
    running.signal()
    running.ended()
    model.breaks_off()

    written()
    model.ends(f"{MINUTES} [1].")

    assert answered(server, group) is seen
    assert seen.text.startswith(f"{MINUTES} [1].\n")
    assert stand(server, group) == [f"{MINUTES} [1]."]


# Floods


@pytest.mark.parametrize(("method", "in_group"), [("sendMessageDraft", False), ("sendMessage", True)])
def test_a_chat_that_has_to_wait_gets_its_answer_and_others_get_theirs_at_once(
    method: str, in_group: bool, server: BotApi, written: Ask, model: Model, alice: User, group: Chat
) -> None:
    chat = group if in_group else alice.chat
    flood = server.fault("429", method, chat=chat, retry_after=2, times=1)
    written(paced=True)
    alice.says(f"@kilde_bot {QUESTION}", chat)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: flood.hits)
    refused = server.calls(method)[0].at
    model.ends(f" {MINUTES.lower()} [1].")
    bob = server.user(43, "Bob")
    bob.says(QUESTION)
    model.ends(f"{CARS} [1].")

    bobs = bob.hears()
    assert answered(server, chat).text.startswith(f"{CARS} [1]. Og overfarten")
    assert answered(server, chat).at - refused >= 1.9
    assert bobs.at < answered(server, chat).at
    assert len(stand(server, chat)) == 1
    assert server.count(429) == 1


# Edited questions


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1)])
def test_an_edited_question_is_answered_in_the_place_of_its_answer(
    before: int, after: int, server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    question = alice.says(QUESTION)
    model.ends(long_answer(before))
    server.wait_for(lambda: len(stand(server, alice)) == before and answered(server, alice), 15)
    old = server.messages(alice, by_bot=True)

    alice.edits(question, "Hvor lang tid tar overfarten?")
    model.ends(f"{MINUTES} [1].\n\n" + long_answer(after))
    server.wait_for(lambda: old[0].text.startswith(MINUTES), 15)
    server.wait_for(lambda: len(stand(server, alice)) == after and answered(server, alice), 15)
    server.settles()

    new = server.messages(alice, by_bot=True)
    assert [each.id for each in new[: len(old)]] == [each.id for each in old[: len(new)]]
    assert len(new) == after
    assert [bool(each.markup) for each in new] == [False] * (after - 1) + [True]
    assert [each.reply_to for each in old] == [question.id] + [None] * (before - 1), "one reply is enough"
    assert not any("…" in each.text for each in new)


def long_answer(messages: int) -> str:
    """An answer that takes so many messages."""
    return "\n\n".join(f"{CARS} [1]." for _ in range(1 + 110 * (messages - 1)))


def test_a_question_that_is_edited_while_it_is_answered_is_answered_in_place(
    server: BotApi, written: Ask, model: Model, alice: User
) -> None:
    written()
    question = alice.says(QUESTION)
    model.says(f"{CARS} [1]. Og")
    server.wait_for(lambda: drafts(server, alice))
    alice.edits(question, "Hvor lang tid tar overfarten?")
    model.ends(" det er alt [1].")
    model.ends(f"{MINUTES} [1].")
    server.wait_for(lambda: stand(server, alice) == [f"{MINUTES} [1]."], 8)
    server.settles()

    assert answered(server, alice).markup
    assert stand(server, alice) == [f"{MINUTES} [1]."]
