"""What one may rely on about what is known of one: what is kept, for how long, who is told of it, and who can read it (faults.md, P1-P9)."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.telegram.intake import find
from bot.telegram.program import Program
from bot.telegram.store import FILE, Address, Part, open_store
from bot.wiring import chain_over, open_articles
from tests.telegram.conftest import ROOT, Running, Start
from tests.telegram.test_conversation import GIFT, WHEN, answer_to, ask, at_rest, toast
from tests.telegram_server import TOKEN, BotApi, User
from tests.written.speaker import Saying, Speaker

DAY = 86_400.0
GROUP = -1_007_001
PATIENCE = 30.0

ALICE, BOB = 4_200_000_042, 4_300_000_043
NAMES = (
    "Kanarina",
    "Gulfjærsen",
    "kanarina_gul",
    "Bobokanari",
    "Sanglag for kanarier",
    "Kanaripost",
    "Tante Kanariane",
)
PHONE = "+4799887766"
NOT_KEPT = (*NAMES, PHONE, PHONE[1:], "kanaribilde", "kanariavstemning", "kanarifil")
QUESTIONS = tuple(f"Hva sa stortingskanari{number:02d} om saken?" for number in range(16))
ANSWERED = (*QUESTIONS, GIFT, WHEN)


def files(home: Path) -> dict[str, bytes]:
    """Everything under a home, byte by byte."""
    return {str(each.relative_to(home)): each.read_bytes() for each in sorted(home.rglob("*")) if each.is_file()}


def holders(words: Iterable[str], home: Path) -> dict[str, list[str]]:
    """Which files hold which of the words, in any of three encodings."""
    found: dict[str, list[str]] = {}
    for name, content in files(home).items():
        for word in words:
            if any(word.encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
                found.setdefault(name, []).append(word)
    return found


def until(ready: Callable[[], object]) -> None:
    """Wait for what no message tells."""
    begun = time.monotonic()
    while not ready():
        assert time.monotonic() < begun + PATIENCE, "it never came to that"
        time.sleep(0.02)


def forms(words: Iterable[str]) -> list[str]:
    """Words, and how JSON and Python write those with letters beyond ASCII."""
    return [form for each in words for form in {each, json.dumps(each)[1:-1], repr(each.encode())[2:-1]}]


def a_day(server: BotApi, home: Path) -> None:
    """What people do with the bot in a day, with names, pictures, a telephone number and a vote in it. Returns when all is done."""
    alice = server.user(ALICE, NAMES[0], last_name=NAMES[1], username=NAMES[2])
    bob = server.user(BOB, NAMES[3])
    others = [server.user(BOB + 1 + number, NAMES[6], username=NAMES[2] * 2) for number in range(len(QUESTIONS) // 2)]
    asked = []
    for number, (who, question) in enumerate(zip(others * 2, QUESTIONS, strict=True)):
        if number < len(others):
            asked.append(who.says(question))
        else:
            group = server.group(GROUP - number, NAMES[4], members=[alice, who], forum=True)
            asked.append(who.says(f"@kilde_bot {question}", group, thread=group.topic(NAMES[5])))
    answer = ask(alice, GIFT)
    assert "Takk" in toast(server, alice.presses(answer, "👍"))
    ask(alice, WHEN, reply_to=answer)
    bob.forwards("Hei", NAMES[6])
    bob.sends_contact(PHONE, NAMES[6])
    bob.sends_photo(b"kanaribilde", caption="Hei")
    bob.sends_poll("kanariavstemning?", ["ja", "nei"])
    bob.sends_document("kanarifil.txt", b"kanarifil")
    alice.says("/language nb")
    others[0].says("/start")
    others[1].says("/sources")
    typed = alice.types_inline("Hvem møtte Putin?")
    server.wait_for(lambda: typed.results and all(each.answers for each in asked), PATIENCE)
    until(lambda: not server.pending and not any(columns(home)["inbox.raw"]))


# What is kept: P1

README = (ROOT / "README.md").read_text("utf-8")
KEPT = {
    "number of user and chat": {
        "answers.chat", "answers.thread", "answers.user", "outbox.chat", "outbox.thread", "outbox.user",
        "conversations.chat", "conversations.thread", "conversations.user", "people.user",
    },
    "questions": {"answers.question", "answers.language", "answers.question_message", "answers.parent"},
    "answers": {
        "answers.text", "answers.status", "answers.writer", "answers.confidence", "answers.citations", "answers.token",
        "outbox.answer", "outbox.message", "outbox.payload", "conversations.answer",
    },
    "thumbs": {"answers.feedback"},
    "the chosen language": {"people.language"},
    "the update as Telegram sent it, names included": {"inbox.raw", "inbox.chat", "inbox.user", "inbox.lane"},
    "what was asked today, in counts, by a salted hash": {
        "counts.who", "counts.day", "counts.questions", "counts.tokens", "counts.dollars",
    },
}  # fmt: skip
"""The columns of the store, by the words of README's table that tell of them."""

OF_NOBODY = {
    "inbox.key", "inbox.update_id", "inbox.state", "inbox.begun", "inbox.failed", "outbox.update_id", "outbox.part", "outbox.state",
    "answers.key", "answers.update_id", "places.token", "places.article", "places.start", "places.end", "places.quote",
    "meta.name", "meta.value",
}  # fmt: skip
WHEN_IT_WAS = {"inbox.received", "outbox.written", "answers.asked", "people.seen"}


def columns(home: Path) -> dict[str, list[Any]]:
    """What stands in each column of the store."""
    with closing(sqlite3.connect(f"file:{home / FILE}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        names = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for table in tables
            if not table.startswith("sqlite_")
        }
        return {
            f"{table}.{name}": [row[0] for row in connection.execute(f'SELECT "{name}" FROM {table}')]  # noqa: S608
            for table, here in names.items()
            for name in here
        }


def test_nothing_is_kept_that_readme_does_not_tell_of(server: BotApi, start: Start, telegram_home: Path) -> None:
    running = start()
    a_day(server, telegram_home)

    assert running.store.empty_log()  # as happens every 20 seconds
    table = " ".join(
        re.findall(r"^\|(.*)\|$", README.partition("| kept about a user")[2].partition("\n\n")[0], re.MULTILINE)
    )
    kept = columns(telegram_home)
    told = set().union(*KEPT.values())

    assert set(kept) == told | OF_NOBODY | WHEN_IT_WAS
    assert [each for each in KEPT if each not in table] == []
    assert len([each for each in kept["answers.question"] if each in ANSWERED]) == len(ANSWERED)
    # Of the update itself, nothing once it is answered; nor of what was sent, once it is sent.
    assert {each for name in ("raw", "chat", "user") for each in kept[f"inbox.{name}"]} == {None}
    assert {*kept["inbox.lane"]} == {""}
    assert {*kept["outbox.payload"]} == {None}
    assert not {str(ALICE), str(BOB)} & {str(each) for each in kept["counts.who"]}
    assert holders(forms(NOT_KEPT), telegram_home) == {}
    assert set(holders(QUESTIONS, telegram_home)) == {FILE}  # and this is how one would have found them


# How long: P2


class Then(Running):
    """A bot whose store has a clock that is so many days behind."""

    def __init__(self, settings: Settings, days: float) -> None:
        self._days = days
        super().__init__(settings, paced=False)

    async def _serve(self) -> None:
        self._loop, self._signalled = asyncio.get_running_loop(), asyncio.Queue()
        with ExitStack() as stack:
            archive = stack.enter_context(open_articles(self.settings))
            store = stack.enter_context(open_store(self.settings.home, lambda: time.time() - self._days * DAY))
            chain = chain_over(archive, self.settings)
            stack.callback(chain.close)
            self._begun.set_result(store)
            await Program(self.settings, archive, chain, store).run(self._signalled)


def stumbling(user: User, text: str) -> dict[str, Any]:
    """A message over which a handler stumbles: its text is none."""
    shape = {"message_id": 9, "date": 1, "chat": user.chat.json(), "from": user.account.json()}
    return {"message": shape | {"text": {"words": text}}}


def test_after_the_days_that_were_said_nothing_is_left_of_questions_answers_and_what_was_put_aside(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    alice, bob, carol = server.user(ALICE, NAMES[0]), server.user(BOB, NAMES[3]), server.user(7)
    chosen: dict[str, Any] = {"telegram_bot_token": TOKEN, "telegram_api": server.url, "listen": "none"}
    canaries = {31: [QUESTIONS[0], "kanarigift", NAMES[0]], 29: [QUESTIONS[1]]}
    for days, who in ((29, bob), (31, alice)):
        then = Then(Settings(home=telegram_home, **chosen), days)
        ask(who, canaries[days][0])
        who.says("/language nb")
        if who is alice:
            server.inject(stumbling(alice, "kanarigift"))
            assert "Beklager" in alice.hears(timeout=PATIENCE, that=lambda each: "Beklager" in each.text).text
        server.settles()
        then.stop()
    assert holders(canaries[31] + canaries[29], telegram_home) == {FILE: canaries[31] + canaries[29]}

    running = start()  # 30 days are the default
    ask(carol, "/help")
    server.settles()
    assert running.store.empty_log()

    assert holders([*canaries[31], *canaries[29], "Beklager"], telegram_home) == {FILE: canaries[29]}
    kept = columns(telegram_home)
    assert kept["answers.user"] == kept["people.user"] == kept["conversations.user"] == [BOB]
    assert {*kept["inbox.state"]} == {"done"}
    times = [when for each in WHEN_IT_WAS for when in kept[each]]
    assert min(times) > time.time() - 30 * DAY


def test_where_nothing_is_to_be_kept_nothing_is(server: BotApi, start: Start, telegram_home: Path) -> None:
    alice = server.user(ALICE, NAMES[0])
    first = start(retention_days=0)
    ask(alice, QUESTIONS[0])
    ask(alice, GIFT)
    first.stop()

    running = start(retention_days=0)  # what is done at the start is done every 20 seconds
    assert "ikke spørsmål, svar eller navn lenger" in ask(alice, "/privacy").text
    server.settles()
    assert running.store.empty_log()

    kept = columns(telegram_home)
    assert holders([QUESTIONS[0], GIFT, NAMES[0]], telegram_home) == {}
    assert kept["answers.key"] == kept["conversations.answer"] == []


def test_where_nothing_is_to_be_kept_an_answer_that_is_being_made_still_comes_once(tmp_path: Path) -> None:
    alice = Address(ALICE, 0, ALICE)
    with open_store(tmp_path) as store:
        shape: dict[str, Any] = {
            "update_id": 5,
            "message": {"message_id": 1, "chat": {"id": ALICE}, "from": {"id": ALICE}},
        }
        numbered, unnumbered = store.inbox.receive([json.dumps(shape).encode(), b'{"message": {}}'])
        store.outbox.show(numbered.number, alice, 70)  # a preview, which the answer is to take the place of
        store.outbox.put([part := Part(unnumbered.number, 0, alice, {"text": "Nei."})])
        store.outbox.sent(part, 71)  # sent, but a second try may look for it

        store.people.forget_old(time.time() + 1, "2026-11-23", 100)

        assert sorted(columns(tmp_path)["outbox.message"]) == [70, 71]
        for waiting in (numbered, unnumbered):
            store.inbox.done(waiting)
        store.people.forget_old(time.time() + 1, "2026-11-23", 100)
        assert columns(tmp_path)["outbox.message"] == []


# Until it is to be forgotten: P3


def test_a_kill_between_forgetting_and_overwriting_leaves_nothing_after_the_next_start(
    server: BotApi, start: Start, telegram_home: Path, tmp_path: Path
) -> None:
    alice = server.user(ALICE, NAMES[0])
    with watched(server, telegram_home, tmp_path) as bot:
        for question in QUESTIONS[:3]:
            alice.says(question)
        assert [alice.hears(timeout=PATIENCE) for _ in range(3)]
        with closing(sqlite3.connect(f"file:{telegram_home / FILE}?mode=ro", uri=True)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM answers").fetchone()  # while this is read, nothing is overwritten
            alice.says("/forget")
            until(lambda: not columns(telegram_home)["answers.key"])
            bot.process.kill()
            bot.process.wait()
    assert [each for each in server.messages(alice, by_bot=True) if "slettet" in each.text] == []
    assert holders(QUESTIONS, telegram_home)

    running = start()
    assert "Alt som var lagret om deg, er slettet" in alice.hears(timeout=PATIENCE).text
    server.settles()
    assert running.store.empty_log()
    assert holders([*QUESTIONS, NAMES[0]], telegram_home) == {}


def test_nor_is_anything_left_of_what_was_being_answered_meanwhile(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    alice = server.user(ALICE)
    group = server.group(GROUP, members=[alice])
    forgotten = threading.Event()

    def late(_: Speaker, __: dict[str, Any]) -> Saying:
        forgotten.wait(PATIENCE)
        return Saying(["Kim fikk et sverd [1]."])

    with Speaker(late) as model:
        running = start(model="openai:speaker", openai_api_key="sk-test", openai_base_url=model.address)
        alice.says(f"@kilde_bot {GIFT}", group)
        until(lambda: model.requests)
        assert "Alt som var lagret om deg, er slettet" in ask(alice, "/forget").text
        forgotten.set()
        server.settles(idle=1.0)

        assert running.store.empty_log()
        assert holders([GIFT], telegram_home) == {}


def test_what_was_shown_of_an_answer_that_nobody_is_to_get_is_taken_away(server: BotApi, start: Start) -> None:
    alice = server.user(ALICE)
    group = server.group(GROUP, members=[alice])
    with Speaker(lambda *_: Saying(["Kim fikk et sverd i gave fra Putin da de møttes. ", "Og så"], pause=1)) as model:
        start(model="openai:speaker", openai_api_key="sk-test", openai_base_url=model.address)
        alice.says(f"@kilde_bot {GIFT}", group)
        shown = alice.hears(PATIENCE, chat=group)
        assert "Alt som var lagret om deg, er slettet" in ask(alice, "/forget").text
        until(lambda: shown.deleted)
        assert server.messages(group, by_bot=True) == []


# What is removed: P5

ARTICLE = "Første møte mellom Kim og Putin ble langt lengre enn planlagt"
OF_ARTICLE = ("hadde tatt med et sverd som gave til Putin", "middag som omtales som en gallamiddag", ARTICLE)


def indexes(home: Path) -> set[str]:
    """The files that hold vectors, and words with their places."""
    return {name for name in files(home) if name.endswith((".term", ".idx", ".pos", ".store", "data_level0.bin"))}


def test_of_an_article_that_is_removed_no_byte_is_left(server: BotApi, start: Start, telegram_home: Path) -> None:
    running = start(admins="1")
    kari = server.user(1, "Kari")
    assert holders(OF_ARTICLE, telegram_home)
    before = indexes(telegram_home)

    assert "også fra disken" in ask(kari, f"/remove {ARTICLE}").text
    server.settles()
    assert running.store.empty_log()

    assert holders(OF_ARTICLE, telegram_home) == {}
    assert len(before) > 2
    assert not before & indexes(telegram_home)  # they are made anew, for in them one would not find it by its bytes


def test_nor_in_answers_that_quoted_it(server: BotApi, start: Start, telegram_home: Path) -> None:
    running = start(admins="1")
    kari, alice = server.user(1, "Kari"), server.user(ALICE)
    assert OF_ARTICLE[0] in ask(alice, GIFT).text

    ask(kari, f"/remove {ARTICLE}")
    server.settles()
    assert running.store.empty_log()

    assert holders(OF_ARTICLE, telegram_home) == {}


@pytest.mark.parametrize("restarts", [False, True], ids=["while it waits", "over a restart"])
@pytest.mark.parametrize("is_edited", [False, True], ids=["a question", "an edited question"])
def test_an_answer_that_waits_when_its_article_is_removed_is_made_anew(
    restarts: bool, is_edited: bool, server: BotApi, start: Start, telegram_home: Path
) -> None:
    running = start()
    alice = server.user(ALICE)
    asked = alice.says("Hvem er Kim Jong-un?") if is_edited else None
    if asked:
        answer_to(server, asked)
    rule = server.fault("reset_before", "editMessageText" if asked else "sendMessage")
    alice.edits(asked, GIFT) if asked else alice.says(GIFT)
    until(lambda: any(OF_ARTICLE[0] in (each or "") for each in columns(telegram_home)["outbox.payload"]))
    if restarts:
        running.signal()
        running.signal()
        running.ended()
    with open_articles(Settings(home=telegram_home)) as archive:
        (article,) = find(archive, ARTICLE)
        archive.remove([article.id])
    if restarts:
        running = start()
    else:
        running.store.answers.withdraw(article.id)  # as /remove does, and the hour
        assert running.store.empty_log()
        assert holders(OF_ARTICLE, telegram_home) == {}

    rule.clear()
    at_rest(server, running)

    (shown,) = server.messages(alice, by_bot=True)
    assert shown.text
    assert OF_ARTICLE[0] not in shown.text
    assert not any(columns(telegram_home)["outbox.payload"])


# Who can read it, who is told of it, and what is logged: P6, P7, P1 and P9

WATCHING = """
import os, socket, sys

seen = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

def note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family in (socket.AF_INET, socket.AF_INET6) and arguments[-1] is not None:
            os.write(seen, ("%s:%s\\n" % arguments[-1][:2]).encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        os.write(seen, ("%s:%s\\n" % (arguments[0], arguments[1] if len(arguments) > 1 else "")).encode())
    elif event in ("subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system"):
        os.write(seen, ("process %s\\n" % (arguments[:1] or event,)).encode())

sys.addaudithook(note)
from bot.cli import main
main()
"""
"""The program, with all that it asks of the network written down before it is asked (PEP 578), whoever catches what comes of it."""


@dataclass(frozen=True)
class Watched:
    """The program as a process: what it has said, and whom it has called."""

    process: "subprocess.Popen[bytes]"
    output: Path
    network: Path

    def ends(self) -> int:
        """End it as systemd would; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    @property
    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    @property
    def called(self) -> set[str]:
        """`host:port` of each connection and each name that was looked up; which processes it began."""
        return {*self.network.read_text().splitlines()}


@contextmanager
def watched(server: BotApi, home: Path, at: Path, *, umask: int = 0o022, **variables: str) -> Iterator[Watched]:
    """The bot as an operator starts it, at the level that logs most; killed in the end if it still runs."""
    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "KILDEBOT_TELEGRAM_API": server.url,
        "KILDEBOT_HOME": str(home),
        "KILDEBOT_LISTEN": "none",
        "KILDEBOT_LOG_LEVEL": "debug",
        **variables,
    }
    command = [sys.executable, "-c", WATCHING, str(at / "network"), "telegram"]
    with (at / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said, umask=umask)
    try:
        yield Watched(process, at / "said", at / "network")
    finally:
        process.kill()
        process.wait()


NOTHING_OF_PEOPLE = {"samples.txt", "telegram.holder", "archive.holder"}  # which samples there are; who writes


def open_to_others(home: Path) -> set[str]:
    """What others on this machine could read or change in a home if they came into it."""
    found = set()
    for folder, folders, names in os.walk(home):
        folders[:] = [each for each in folders if (Path(folder) / each).stat().st_mode & 0o077]
        for each in [*folders, *names]:
            path = Path(folder) / each
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                found.add(str(path.relative_to(home)))
    return found


def test_whoever_else_is_on_the_machine_reads_nothing_and_nobody_but_telegram_is_called_and_logs_tell_of_nobody(
    server: BotApi, tmp_path: Path
) -> None:
    home = tmp_path / "home" / "kildebot"
    with watched(server, home, tmp_path, umask=0) as bot:
        a_day(server, home)
        server.inject(stumbling(per := server.user(4_400_000_044, "Per"), "kanarigift"))
        while_it_runs = open_to_others(home)
        assert "Beklager" in per.hears(timeout=PATIENCE).text
        assert bot.ends() == 0

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert while_it_runs | open_to_others(home) <= NOTHING_OF_PEOPLE
    assert FILE in files(home)
    assert bot.called == {f"127.0.0.1:{server.port}"}
    assert "an update could not be handled: TypeError" in bot.said
    known = [*NOT_KEPT, *ANSWERED, "kanarigift", str(ALICE), str(BOB), str(GROUP), str(per.id), TOKEN]
    assert [each for each in forms(known) if each in bot.said] == []
    assert holders(forms(NOT_KEPT), home) == {}


def test_in_a_folder_that_others_may_enter_what_people_wrote_is_still_for_its_owner_alone(
    start: Start, server: BotApi, telegram_home: Path
) -> None:
    telegram_home.chmod(0o755)
    before = os.umask(0)
    try:
        start()
        ask(server.user(ALICE), GIFT)
    finally:
        os.umask(before)

    assert stat.S_IMODE((telegram_home / FILE).stat().st_mode) == 0o600
    assert [
        each for each in open_to_others(telegram_home) if each.startswith(("telegram", "archive", "spending"))
    ] == []
