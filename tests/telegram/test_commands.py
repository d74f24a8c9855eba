"""What one may rely on when one writes a command."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.telegram.store import FILE, Address, Part, open_store
from bot.wiring import open_articles
from tests.telegram.conftest import Start
from tests.telegram.test_conversation import GIFT, NOTHING, PATIENCE, answer_to, ask, at_rest, soon, toast
from tests.telegram_server import BotApi, Message
from tests.telegram_server.keyboards import buttons_of
from vectorstore.article import Article

ALL = ["start", "help", "new", "sources", "articles", "language", "privacy", "forget", "export"]
FOR_ADMINS = ["stats", "ingest", "remove"]
GROUP = -1001
LINK = "https://t.me/kilde_bot?start="


def buttons(message: Message) -> list[str]:
    return [each["text"] for each in buttons_of(message.markup)]


def links(message: Message) -> list[str]:
    """Where the text leads, each once, in order."""
    return list(dict.fromkeys(each["url"] for each in message.entities if each["type"] == "text_link"))


# What Telegram shows of the commands


def test_commands_are_registered_in_both_languages_and_for_admins_those_of_admins_too(
    server: BotApi, start: Start
) -> None:
    kari = server.user(1, "Kari")
    start(admins=str(kari.id))
    registered = server.api.commands
    soon(server, lambda: len(registered) == 10)

    by_language = {
        (audience, language): {each["command"]: each["description"] for each in commands}
        for (audience, language), commands in registered.items()
    }
    for (audience, language), commands in by_language.items():
        assert list(commands) == ALL + (FOR_ADMINS if str(kari.id) in audience else [])
        assert commands["forget"] == (
            "erase all that is kept about you" if language == "en" else "slett alt som er lagret om deg"
        )


def test_an_admin_who_could_not_be_reached_at_the_start_gets_the_commands_of_admins_with_start(
    server: BotApi, start: Start
) -> None:
    kari, bob = server.user(1, "Kari"), server.user(43, "Bob")
    unreachable = server.fault("error", "setMyCommands", description="Bad Request: chat not found")
    start(admins=str(kari.id))
    soon(server, lambda: unreachable.hits)
    unreachable.clear()

    ask(bob, "/start")
    ask(kari, "/start")

    soon(server, lambda: len(server.api.commands) == 5)
    assert all(str(kari.id) in audience for audience, _ in server.api.commands)


def test_start_tells_the_number_that_settings_know_one_by(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    group = server.group(-100200300, members=[alice])

    assert "42" in ask(alice, "/start").text
    alice.says("/start@kilde_bot", group)
    assert "-100200300" in alice.hears(PATIENCE, chat=group).text


def test_every_registered_command_is_answered(server: BotApi, start: Start) -> None:
    start(admins="1")
    kari = server.user(1, "Kari")
    people = [server.user(100 + number, "Alice") for number in range(len(ALL))]

    for person, command in zip(people, ALL, strict=True):
        person.says(f"/{command}")
    answers = [person.hears(PATIENCE).text for person in people]

    assert all(answers)
    assert not any("Den kommandoen har jeg ikke" in each for each in answers)
    assert "/remove" in ask(kari, "/help").text
    assert "/remove" not in answers[ALL.index("help")]
    assert not server.problems


# Deep links


def test_a_link_under_an_answer_has_the_bot_show_the_passage_in_its_context(server: BotApi, start: Start) -> None:
    start()
    alice, bob = server.user(42), server.user(43, "Bob")
    (link,) = links(ask(alice, GIFT))
    assert link.startswith(LINK)

    shown = ask(bob, f"/start {link.removeprefix(LINK)}")

    assert shown.text.startswith("Første møte mellom Kim og Putin ble langt lengre enn planlagt\nnyhet, april 2019\n")
    assert "middag som omtales som en gallamiddag" in shown.text  # stands before the quote
    bold = [shown.text[each["offset"] :][: each["length"]] for each in shown.entities if each["type"] == "bold"]
    assert "Den nordkoreanske diktatoren hadde tatt med et sverd som gave til Putin." in bold


GREETING, NOWHERE = "Hei! Jeg finner svar i 5 artikler", "Lenken fører ikke lenger til noe sted."


PAYLOADS = {
    "": GREETING,
    "inline": GREETING,
    "p" + "0" * 24: NOWHERE,
    "p' OR 1=1--": NOWHERE,
    "p" + "x" * 3000: NOWHERE,
    "../../etc/passwd": GREETING,
}


def test_a_payload_that_leads_to_no_passage_shows_none(server: BotApi, start: Start) -> None:
    start()

    for number, (payload, told) in enumerate(PAYLOADS.items()):
        assert ask(server.user(100 + number), f"/start {payload}").text.startswith(told), payload


def test_a_link_to_what_has_changed_or_is_gone_says_so(server: BotApi, start: Start, telegram_home: Path) -> None:
    running = start(admins="1")
    kari, alice, bob = server.user(1, "Kari"), server.user(42), server.user(43, "Bob")
    text = "Ferge\n\nFergen til Fogn heter Sjernarøy og kom i drift i mai.\n"
    kari.sends_document("ferge.txt", text.encode())
    kari.hears(PATIENCE)
    answer = ask(alice, "Hva heter fergen til Fogn?")
    (link,) = links(answer)

    kari.sends_document("ferge.txt", text.replace("mai", "juni").encode())
    assert "Erstattet" in kari.hears(PATIENCE).text

    assert ask(bob, f"/start {link.removeprefix(LINK)}").text.startswith("Artikkelen er endret")
    assert "Fjernet" in ask(kari, "/remove telegram:ferge.txt").text
    assert ask(bob, f"/start {link.removeprefix(LINK)}").text.startswith("Lenken fører ikke lenger til noe sted.")
    alice.presses(answer, "Kilde 1")
    assert alice.hears(PATIENCE).text == "Artikkelen er ikke lenger i arkivet."
    assert "Sjernarøy" not in ask(alice, "/sources").text
    running.stop()


# The list of articles


def test_thirty_articles_are_listed_ten_a_page_with_buttons_to_the_others(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    with open_articles(Settings(home=telegram_home, model="none")) as archive:
        newest = next(iter(archive.newest()))
        archive.ingest(_numbered(newest, 25), origin="test", seal=False)
    start()
    alice, bob = server.user(42), server.user(43, "Bob")

    listed = ask(alice, "/articles")
    seen = [listed.text]
    assert buttons(listed) == ["›"]
    for button, shown in (("›", ["‹", "›"]), ("›", ["‹"]), ("‹", ["‹", "›"])):
        assert toast(server, alice.presses(listed, button)) == ""
        soon(server, partial(lambda expected: buttons(listed) == expected, shown))
        seen.append(listed.text)
    data = [each["callback_data"] for each in buttons_of(listed.markup)]
    by_another = toast(server, bob.calls_back(data[0], listed))
    toast(server, alice.calls_back(data[1].rpartition(".")[0] + ".999", listed))
    soon(server, lambda: "Side 3 av 3" in listed.text)

    assert [each.count("• ") for each in seen] == [10, 10, 10, 10]
    assert seen[3] == seen[1]
    assert len(set(seen)) == 3
    assert by_another.startswith("Knappen virker bare for den som spurte")
    assert not server.problems


def _numbered(article: Article, number: int) -> Iterable[Article]:
    for each in range(number):
        yield replace(article, id=f"sak-{each}", title=f"Sak nummer {each}", text=f"Dette er sak nummer {each}.")


# Language


WORDS = {
    "en": "I answer in English.",
    "Engelsk": "I answer in English.",
    "norsk": "Jeg svarer på norsk.",
    "nn": "Jeg svarer på norsk.",
    "auto": "Jeg svarer på språket du spør på.",
    "klingon": "Hvilket språk skal jeg svare på?",
}


def test_a_language_is_chosen_by_a_word(server: BotApi, start: Start) -> None:
    start()

    for number, (word, told) in enumerate(WORDS.items()):
        assert ask(server.user(100 + number), f"/language {word}").text == told


def test_a_language_is_chosen_by_a_button_and_by_nobody_else(server: BotApi, start: Start) -> None:
    running = start()
    alice, bob = server.user(42), server.user(43, "Bob")
    group = server.group(GROUP, members=[alice, bob])
    question = answer_to(server, alice.says("/language", group))
    assert buttons(question) == ["Samme som spørsmålet", "Norsk", "Engelsk"]

    assert "bare for den som spurte" in toast(server, bob.presses(question, "Engelsk"))
    assert toast(server, alice.presses(question, "Engelsk")) == "I answer in English."
    soon(server, lambda: question.text == "I answer in English.")

    assert [running.store.people.language(each.id) for each in (alice, bob)] == ["en", "auto"]


def test_what_an_anonymous_admin_chooses_is_the_groups_and_no_other_groups(server: BotApi, start: Start) -> None:
    start()
    kari = server.user(1, "Kari")
    group, other = (server.group(number, admins=[kari]) for number in (GROUP, GROUP - 1))

    answer_to(server, kari.says("/language en", group, anonymous=True))

    assert answer_to(server, kari.says("/new", group, anonymous=True)).text.startswith("New conversation")
    assert answer_to(server, kari.says("/new", other, anonymous=True)).text.startswith("Ny samtale")


# Privacy


@pytest.mark.parametrize(
    ("chosen", "says", "does_not_say"),
    [
        ({}, ["i inntil 30 dager", "sendes ikke videre til noen språkmodell"], ["openai"]),
        ({"retention_days": 7}, ["i inntil 7 dager"], []),
        ({"retention_days": 0}, ["ikke spørsmål, svar eller navn lenger enn det tar å svare"], ["inntil"]),
        (
            {"model": "openai:gpt-6-luna", "openai_base_url": "http://127.0.0.1:9/v1", "openai_api_key": "k"},
            ["sendes til språkmodellen openai:gpt-6-luna"],
            ["sendes ikke videre"],
        ),
    ],
)
def test_privacy_says_what_the_settings_are(
    server: BotApi, start: Start, chosen: dict[str, Any], says: list[str], does_not_say: list[str]
) -> None:
    start(**chosen)

    told = ask(server.user(42), "/privacy").text

    assert all(each in told for each in says)
    assert not any(each in told for each in does_not_say)


# Everything that is kept, and its end

CANARIES = [f"KANARI{number:02d}FUGL" for number in range(50)]


def kept(home: Path) -> bytes:
    """Every byte of the Telegram store, its log included."""
    return b"".join(file.read_bytes() for file in sorted(home.glob("*.sqlite3*")))


def found(canaries: Iterable[str], home: Path) -> list[str]:
    """Those that stand in the files, in any of three encodings."""
    everything = kept(home)
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return [each for each in canaries if any(each.encode(encoding) in everything for encoding in encodings)]


def test_what_was_asked_is_gone_to_the_last_byte_after_forget_and_others_keep_theirs(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    running = start(admins="42,43", user_questions_minute=0)
    alice, bob = server.user(42, CANARIES[0], username=CANARIES[1], last_name=CANARIES[2]), server.user(43, "Bob")
    groups = [server.group(-2000 - number, members=[alice, bob]) for number in range(8)]
    for number, canary in enumerate(CANARIES[3:], start=3):
        alice.says(f"@kilde_bot Hva vet du om {canary}?", groups[number % 8])
    bob.says(f"@kilde_bot Hva vet du om {CANARIES[0]}BOB?", groups[0])
    answer = ask(alice, GIFT)
    alice.presses(answer, "👍")
    ask(bob, GIFT)
    soon(server, lambda: running.store.figures()["answers"] == 50)
    assert len(found(CANARIES, telegram_home)) == 50

    told = ask(alice, "/forget").text
    pressed = toast(server, alice.presses(answer, "Kilde 1"))
    at_rest(server, running)

    assert told.startswith("Alt som var lagret om deg, er slettet: 48 svar med spørsmålene")
    assert running.store.empty_log()  # as happens every 20 seconds
    assert found([each for each in CANARIES if each != CANARIES[0]], telegram_home) == []
    assert (
        kept(telegram_home).count(CANARIES[0].encode()) == kept(telegram_home).count(f"{CANARIES[0]}BOB".encode()) > 0
    )
    assert pressed.startswith("Knappen virker bare for den som spurte")
    assert NOTHING in ask(alice, "Når var det?").text
    assert "Vladivostok" in ask(bob, "Når var det?").text


AS_KILLED = ("before it was begun", "before anything was erased", "before it was told", "while it was told")


@pytest.mark.parametrize("at", AS_KILLED)
def test_forget_is_done_to_the_end_at_the_next_start_wherever_it_was_killed(
    server: BotApi, start: Start, telegram_home: Path, at: str
) -> None:
    alice = server.user(42, CANARIES[0], username=CANARIES[1])
    first = start()
    ask(alice, f"Hva vet du om {CANARIES[2]}?")
    first.stop()
    alice.says("/forget")
    update = server.world.updates.pending.popleft().update
    with open_store(telegram_home) as store:
        (waiting,) = store.inbox.receive([json.dumps(update).encode()])
        reached = AS_KILLED.index(at)
        if reached > 0:
            store.inbox.begin(waiting)
        if reached > 1:
            store.people.forget(42, but=waiting.number)
        if reached > 2:
            part = Part(waiting.number, 0, Address(42, 0, 42), {"text": "Alt som var lagret om deg, er slettet."})
            store.outbox.put([part])
            store.outbox.sending(part)

    running = start()

    told = alice.hears(PATIENCE).text
    assert "Alt som var lagret om deg, er slettet" in told
    assert told.startswith("(Sendt på nytt") == (at == "while it was told")
    at_rest(server, running)
    assert running.store.empty_log()
    assert found(CANARIES[:3], telegram_home) == []


def test_export_is_all_that_is_kept_and_comes_to_nobody_else(server: BotApi, start: Start, telegram_home: Path) -> None:
    running = start()
    alice, bob = server.user(42), server.user(43, "Bob")
    group = server.group(GROUP, members=[alice, bob])
    in_group = answer_to(server, alice.says(f"@kilde_bot {GIFT}", group))
    alice.presses(in_group, "👍")
    ask(alice, "/language en")
    ask(bob, "Hva het den andre?")

    refused = answer_to(server, alice.says("/export", group))
    exported = ask(alice, "/export")
    at_rest(server, running)
    kept_now = running.store.people.export(alice.id)

    assert refused.text == "I do that in a private chat only."
    given = json.loads(server.body_of(exported))
    assert set(given) == {"people", "answers", "outbox", "inbox", "conversations"}
    assert [(each["chat"], each["question"], each["feedback"]) for each in given["answers"]] == [(GROUP, GIFT, 1)]
    assert [given[each] for each in ("people", "answers", "conversations")] == [
        kept_now[each] for each in ("people", "answers", "conversations")
    ]
    assert [json.loads(each["raw"])["message"]["text"] for each in given["inbox"]] == ["/export"]
    assert "Hva het den andre?" not in server.body_of(exported).decode()
    assert rows_of(telegram_home, alice.id) == {name: len(rows) for name, rows in kept_now.items()}


def rows_of(home: Path, user: int) -> dict[str, int]:
    """How many rows each table with a user in it has of theirs."""
    with closing(sqlite3.connect(home / FILE)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            each: connection.execute(f"SELECT count(*) FROM {each} WHERE user = ?", (user,)).fetchone()[0]  # noqa: S608
            for each in tables
            if "user" in {row[1] for row in connection.execute(f"PRAGMA table_info({each})")}
        }
