"""What people may rely on about the bot as a program: how it ends, and that faults of Telegram, of the disk and of others lose nothing."""

import resource
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.telegram.kills import PUBLIC, SECRET, behind_a_proxy, variables
from bot.messages import Language, say
from tests.telegram.conftest import Start
from tests.telegram.forking import Child, Nursery
from tests.telegram.test_kills import QUESTION, free_port
from tests.telegram_server import MALFORMED, BotApi
from tests.telegram_server.faults import WEBHOOK
from tests.written.speaker import Saying, Speaker

pytestmark = [
    pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning"),
    # A request that is called off while Telegram is gone leaves its socket to the garbage collector: httpcore's way.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ANSWER = "Kim ga Putin et sverd. [1]"
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
NOISE = ("Traceback", "Task was destroyed", "never retrieved", "never awaited")


@pytest.fixture(scope="module")
def one_nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


class Programs:
    """Starts the bot as a process, in a home of the test's."""

    def __init__(self, nursery: Nursery, server: BotApi, home: Path, said: Path) -> None:
        self._nursery = nursery
        self._variables = variables(server, home, None) | {"KILDEBOT_LOG_LEVEL": "warning"}
        self._said = said

    def __call__(self, **more: str) -> Child:
        return self._nursery.spawn(self._variables | more, self._said)


@pytest.fixture
def program(one_nursery: Nursery, server: BotApi, telegram_home: Path, tmp_path: Path) -> Iterator[Programs]:
    yield Programs(one_nursery, server, telegram_home, tmp_path / "said")
    one_nursery.clear()


def ends(child: Child, within: float) -> None:
    """It ends well, in time, and without a word about what it left undone."""
    began = time.monotonic()
    assert child.wait() == 0
    assert time.monotonic() - began <= within
    assert not any(each in child.said for each in NOISE), child.said


def writing(pause: float) -> Speaker:
    """A chat model that takes so long between two words."""
    return Speaker(lambda *_: Saying(ANSWER.split(" "), pause=pause))


def asks(speaker: Speaker) -> dict[str, str]:
    return {"KILDEBOT_MODEL": "openai:speaker", "OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": speaker.address}


# How it ends


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_an_idle_bot_at_once(server: BotApi, program: Programs, number: int) -> None:
    child = program()
    server.polled(timeout=20)
    child.signal(number)
    ends(child, within=2)


def test_what_is_being_answered_when_a_signal_comes_is_answered(server: BotApi, program: Programs) -> None:
    alice = server.user(42)
    with writing(pause=0.1) as speaker:
        child = program(**asks(speaker))
        asked = alice.says(QUESTION)
        waiting = alice.says("Og hva spiste de?")
        server.wait_for(lambda: speaker.first_chunk_at, timeout=20)
        child.signal(signal.SIGTERM)
        ends(child, within=10)
    server.answer_to(asked)
    assert not waiting.answers  # nothing new is begun
    program()
    server.answer_to(waiting, timeout=20)
    assert len(asked.answers) == 1


def test_a_second_signal_ends_it_in_two_seconds_and_the_question_is_answered_at_the_next_start(
    server: BotApi, program: Programs
) -> None:
    asked = server.user(42).says(QUESTION)
    with writing(pause=5) as speaker:
        child = program(**asks(speaker))
        server.wait_for(lambda: speaker.requests, timeout=20)
        child.signal(signal.SIGTERM)
        time.sleep(0.1)
        child.signal(signal.SIGTERM)
        ends(child, within=2)
    program()
    server.answer_to(asked, timeout=20)
    assert len(asked.answers) == 1


@pytest.mark.parametrize("kind", ["502", "429"])
def test_a_signal_ends_it_in_ten_seconds_while_telegram_takes_nothing_and_loses_nothing(
    server: BotApi, program: Programs, kind: Any
) -> None:
    outage = server.fault(kind, "sendMessage", retry_after=3_600)
    asked = server.user(42).says(QUESTION)
    child = program()
    server.wait_for(lambda: outage.hits > 0, timeout=20)
    child.signal(signal.SIGTERM)
    ends(child, within=10)
    server.clear_faults()
    program()
    server.answer_to(asked, timeout=20)
    assert len(asked.answers) == 1


def test_a_signal_ends_it_while_it_waits_for_telegram_to_be_there_at_all(server: BotApi, program: Programs) -> None:
    outage = server.fault("502")
    child = program()
    server.wait_for(lambda: outage.hits, timeout=20)
    child.signal(signal.SIGTERM)
    ends(child, within=2)


def test_a_second_bot_of_the_same_home_ends_in_two_seconds_and_names_the_first(
    server: BotApi, program: Programs
) -> None:
    first = program()
    server.polled(timeout=20)
    began = time.monotonic()
    second = program()
    assert second.wait() == 1
    assert time.monotonic() - began <= 2
    assert f"the Telegram bot of this folder is run by process {first.pid} (kildebot telegram)" in second.said
    first.signal(signal.SIGTERM)
    assert first.wait() == 0


# Telegram


def test_a_token_that_is_no_good_is_told_in_a_line_and_a_hint(server: BotApi, program: Programs) -> None:
    server.fault("401")
    child = program()
    assert child.wait() == 1
    error, hint = child.said.splitlines()
    assert error == "error: Telegram does not know the bot's token"
    assert hint.startswith("hint: ")


def test_a_token_that_is_withdrawn_ends_the_bot_and_loses_no_question(server: BotApi, program: Programs) -> None:
    child = program()
    server.polled(timeout=20)
    server.fault("401")
    asked = server.user(42).says(QUESTION)
    assert child.wait() == 1
    assert "error: Telegram does not know the bot's token\nhint: " in child.said
    server.clear_faults()
    program()
    server.answer_to(asked, timeout=20)


def test_questions_of_an_outage_at_the_start_are_answered_in_order(server: BotApi, start: Start) -> None:
    server.down()
    start()
    said = [user.says(QUESTION) for _ in range(2) for user in (server.user(42), server.user(43, "Bob"))]
    server.up()
    answers = [server.answer_to(each, timeout=10) for each in said]
    for mine in (answers[0::2], answers[1::2]):
        assert mine == sorted(mine, key=lambda each: each.id)


def test_questions_of_an_outage_in_the_middle_are_answered_in_order(server: BotApi, start: Start) -> None:
    start()
    server.polled()
    server.down()
    alice = server.user(42)
    said = [alice.says(QUESTION) for _ in range(3)]
    server.up()
    answers = [server.answer_to(each, timeout=10) for each in said]
    assert [each.id for each in answers] == sorted(each.id for each in answers)
    assert all(len(each.answers) == 1 for each in said)


@pytest.mark.parametrize("kind", ["502", "500", "reset_before", "garbage", "empty", "delay", "drip"])
def test_whatever_is_wrong_on_the_way_the_question_is_answered_in_the_end(
    server: BotApi, start: Start, kind: Any
) -> None:
    server.fault(kind, times=3, seconds=0.01 if kind == "drip" else 0.1)
    start()
    asked = server.user(42).says(QUESTION)
    server.answer_to(asked, timeout=20)


def test_what_telegram_may_have_taken_is_sent_once_more_at_most_and_says_so(server: BotApi, start: Start) -> None:
    start()
    server.fault("reset_after", "sendMessage", times=1)
    asked = server.user(42).says(QUESTION)
    server.wait_for(lambda: len(asked.answers) == 2, timeout=20)
    server.settles()
    first, second = asked.answers
    assert second.text.endswith(first.text)
    assert second.text.startswith(say("sent_again", Language.NORWEGIAN))


def test_another_program_with_the_token_is_told_in_a_line_and_a_hint_and_no_question_is_lost(
    server: BotApi, program: Programs
) -> None:
    server.fault("409", "getUpdates")
    child = program()
    assert child.wait() == 1
    asked = server.user(42).says(QUESTION)
    assert "error: another program asks Telegram for this bot's updates\nhint: " in child.said
    assert len(server.calls("getUpdates")) < 20
    server.clear_faults()
    program()
    server.answer_to(asked, timeout=20)


def test_an_outage_costs_few_calls(server: BotApi, start: Start) -> None:
    start()
    server.polled()
    server.fault("502")
    calls = len(server.calls())
    server.user(42).says(QUESTION)
    time.sleep(1.0)
    assert len(server.calls()) - calls <= 10


def test_malformed_updates_are_put_aside_with_an_apology_and_hold_up_nobody(server: BotApi, start: Start) -> None:
    alice, mallory = server.user(42), server.user(43, "Mallory")
    bot = start()
    server.polled()
    before = alice.says(QUESTION)
    for kind in MALFORMED:
        server.malformed(kind, mallory)
    server.inject({"message": {"text": "x" * 10_000_000, "chat": mallory.chat.json(), "from": mallory.account.json()}})
    after = alice.says(QUESTION)
    server.answer_to(before)
    server.answer_to(after)
    server.wait_for(lambda: not bot.store.inbox.depth(), timeout=30)
    assert bot.store.inbox.quarantined() > 0
    apology = say("could_not_answer", Language.NORWEGIAN)
    told = [each.text for each in server.messages(mallory, by_bot=True)]
    assert told.count(apology) == bot.store.inbox.quarantined() - 2  # but for those without a chat
    assert len(server.messages(alice, by_bot=True)) == 2


def test_a_lone_surrogate_is_answered(server: BotApi, start: Start) -> None:
    start()
    server.answer_to(server.user(42).says(f"{QUESTION} \ud83d"))


# The disk


def test_with_a_full_disk_nothing_is_confirmed_and_it_goes_on_when_there_is_room(
    server: BotApi, program: Programs
) -> None:
    child = program()
    server.polled(timeout=20)
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
    asked = server.user(42).says(QUESTION)
    polls = len(server.calls("getUpdates"))
    server.wait_for(lambda: len(server.calls("getUpdates")) >= polls + 2, timeout=10)
    assert server.pending == 1
    assert not asked.answers
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    server.answer_to(asked, timeout=20)
    assert len(asked.answers) == 1


# One and the others


def test_a_question_that_takes_a_minute_holds_up_nobody_else(server: BotApi, start: Start) -> None:
    def script(_: Speaker, body: dict[str, Any]) -> Saying:
        return Saying([ANSWER, ANSWER], pause=60 if "SLOW" in str(body) else 0)

    with Speaker(script) as speaker:
        bot = start(model="openai:speaker", openai_api_key="sk-test", openai_base_url=speaker.address)
        server.user(1).says(f"{QUESTION} SLOW")
        server.wait_for(lambda: speaker.requests, timeout=20)
        for number in range(2, 7):
            server.answer_to(server.user(number).says(QUESTION))
        bot.signal()
        bot.signal()
        bot.ended()


def test_a_chat_with_a_hundred_questions_holds_up_nobody_else(server: BotApi, start: Start) -> None:
    bot = start(user_questions_minute=0, user_questions_day=0)
    server.polled()
    for _ in range(100):
        server.user(1).says(QUESTION)
    for number in range(2, 12):
        server.answer_to(server.user(number).says(QUESTION), timeout=2)
    assert len(server.messages(server.user(1), by_bot=True)) < 100
    bot.signal()
    bot.signal()


# Updates that Telegram sends


def test_what_telegram_sends_is_answered_once_however_often_it_is_sent(server: BotApi, start: Start) -> None:
    port = free_port()
    behind_a_proxy(server, port)
    bot = start(webhook_url=PUBLIC, webhook_secret=SECRET, listen=f"127.0.0.1:{port}")
    alice = server.user(42)
    server.fault("duplicate", WEBHOOK, times=1)
    server.fault("ack_lost", WEBHOOK, times=1)
    said = [alice.says(QUESTION), alice.says("Og hva spiste de?")]
    for each in said:
        server.answer_to(each)
    server.settles()
    assert [len(each.answers) for each in said] == [1, 1]
    assert all(len(server.delivery(each).delivered_at) > 1 for each in said)
    assert bot.store.inbox.depth() == 0


def test_what_comes_with_a_wrong_secret_is_nothing(server: BotApi, start: Start) -> None:
    port = free_port()
    behind_a_proxy(server, port)
    bot = start(webhook_url=PUBLIC, webhook_secret=SECRET, listen=f"127.0.0.1:{port}")
    server.wait_for(lambda: server.webhook.url)
    server.webhook.secret = "another"
    asked = server.user(42).says(QUESTION)
    server.wait_for(lambda: any(push.status == 403 for push in server.webhook.pushes))
    assert bot.store.inbox.depth() == 0
    assert not server.calls("sendMessage")
    server.webhook.secret = SECRET
    server.answer_to(asked)


def test_a_webhook_that_telegram_refuses_ends_the_bot_with_what_telegram_says(
    server: BotApi, program: Programs
) -> None:
    server.fault("error", "setWebhook", description="Bad Request: bad webhook: only ports 80, 88, 443 or 8443")
    child = program(
        KILDEBOT_WEBHOOK_URL=PUBLIC, KILDEBOT_WEBHOOK_SECRET=SECRET, KILDEBOT_LISTEN=f"127.0.0.1:{free_port()}"
    )
    assert child.wait() == 1
    assert "only ports 80, 88, 443 or 8443\nhint: " in child.said
    assert len(server.calls("setWebhook")) == 1


def test_the_webhook_stays_with_telegram_when_the_bot_ends_and_what_comes_meanwhile_is_answered(
    server: BotApi, start: Start
) -> None:
    port = free_port()
    behind_a_proxy(server, port)
    chosen = {"webhook_url": PUBLIC, "webhook_secret": SECRET, "listen": f"127.0.0.1:{port}"}
    bot = start(**chosen)
    server.wait_for(lambda: server.webhook.url)
    bot.stop()
    asked = server.user(42).says(QUESTION)
    server.wait_for(lambda: any(push.error for push in server.webhook.pushes))
    start(**chosen)
    server.answer_to(asked, timeout=10)


# What an operator sees


def test_the_metrics_tell_of_a_question_and_of_each_request_that_it_took(server: BotApi, start: Start) -> None:
    port = free_port()
    start(listen=f"127.0.0.1:{port}")
    server.fault("429", "sendMessage", times=1, retry_after=1)
    asked = server.user(42).says(QUESTION)
    server.answer_to(asked)

    def told() -> dict[str, float]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        samples = [each for family in families if family.name.startswith("kildebot") for each in family.samples]
        return {" ".join((each.name, *each.labels.values())).removeprefix("kildebot_"): each.value for each in samples}

    server.wait_for(lambda: told()["answer_seconds_count"])
    counted = told()

    for name in (
        "updates_received_total message",
        "questions_total answered",
        "first_sign_seconds_count",
        "answer_seconds_count",
        "messages_total sent",
        "telegram_calls_total sendMessage 429",
        "telegram_calls_total sendMessage 200",
    ):
        assert counted[name] == 1, name
    assert 0 < counted["first_sign_seconds_sum"] <= counted["answer_seconds_sum"]
    assert counted["telegram_calls_total getUpdates 200"] > 0
    assert counted["telegram_calls_total getMe 200"] > 0
