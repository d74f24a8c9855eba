"""What one may rely on about what only admins may: taking articles in, removing them, figures."""

from pathlib import Path
from typing import Any

from bot.settings import Settings
from bot.wiring import open_articles
from tests.telegram.conftest import Running, Start
from tests.telegram.test_conversation import ANOTHER, GIFT, PATIENCE, answer_to, origin
from tests.telegram_server import BotApi, Message, User

ARTICLE = b"Ny ferge til Fogn\n\nFergen til Fogn heter Sjernar\xc3\xb8y og kom i drift i mai. Den tar 50 biler.\n"
FERRY = "Hva heter fergen til Fogn?"
GROUP = -1001


def admin(server: BotApi) -> User:
    return server.user(1, "Kari")


def ask(user: User, text: str, **more: Any) -> Message:
    user.says(text, **more)
    return user.hears(PATIENCE)


def titles(home: Path) -> list[str]:
    with open_articles(Settings(home=home, model="none")) as archive:
        return [each.title for each in archive.newest()]


def test_a_document_of_an_admins_is_taken_in_and_reported_on_and_answers_come_from_it(
    server: BotApi, start: Start
) -> None:
    start(admins="1")
    kari, alice = admin(server), server.user(42)

    kari.sends_document("ferge.txt", ARTICLE)
    report = kari.hears(PATIENCE).text

    assert report.startswith("Lagt inn: Ny ferge til Fogn\n")
    assert "Sjernarøy" in ask(alice, FERRY).text
    assert "Ny ferge til Fogn (telegram:" in ask(kari, "/remove ferge Fogn").text  # words may be a slip
    assert ask(kari, "/remove Ny ferge til Fogn").text == "Fjernet «Ny ferge til Fogn», også fra disken."
    assert "Sjernarøy" not in ask(alice, FERRY).text
    assert not server.problems


def test_in_a_group_an_admin_takes_in_a_document_by_its_caption_or_by_a_reply(server: BotApi, start: Start) -> None:
    start(admins="1")
    kari, alice = admin(server), server.user(42)
    group = server.group(GROUP, members=[kari, alice])
    quiet = alice.sends_document("ferge.txt", ARTICLE, group)

    by_caption = kari.sends_document("annen.txt", ARTICLE + b"Og den er ny.", group, caption="/ingest@kilde_bot")
    by_reply = kari.says("/ingest", group, reply_to=quiet)

    assert "Lagt inn: Ny ferge" in answer_to(server, by_caption).text
    assert "Lagt inn: Ny ferge" in answer_to(server, by_reply).text
    assert not quiet.answers


NO = "Det kan bare administratorer gjøre."
HIDDEN = "Det kan bare administratorer av boten gjøre, og her ser jeg ikke hvem du er."
PASSED_ON = "Videresendte kommandoer og dokumenter gjør jeg ingenting med."


def test_what_only_admins_may_is_not_done_for_others_nor_for_what_an_admin_passes_on(
    server: BotApi, start: Start
) -> None:
    admins = [server.user(1 + number, "Kari") for number in range(4)]
    running = start(admins="1,2,3,4")
    before = titles_of(running)

    for number, command in enumerate(["/ingest", "/remove ferge", "/stats", "/ingest https://x.example/a"]):
        kari, alice = admins[number], server.user(42 + number)
        group = server.group(GROUP - number, admins=[kari])
        kari.forwards(command, ANOTHER)
        assert answer_to(server, kari.says(command, group, anonymous=True)).text.startswith(HIDDEN)
        assert kari.hears(PATIENCE).text.startswith(PASSED_ON)
        assert ask(alice, command).text == NO

    assert titles_of(running) == before


def test_a_document_is_not_taken_in_from_others_nor_when_an_admin_passes_it_on(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    running = start(admins="1")
    kari, alice, bob = admin(server), server.user(42), server.user(43, "Bob")

    alice.sends_document("ferge.txt", ARTICLE)
    bob.sends_document("ferge.txt", ARTICLE, caption="/ingest")
    kari.sends_document("ferge.txt", ARTICLE, **origin(ANOTHER))

    assert alice.hears(PATIENCE).text.startswith("Jeg svarer på spørsmål som er skrevet som tekst.")
    assert bob.hears(PATIENCE).text == NO
    assert kari.hears(PATIENCE).text.startswith(PASSED_ON)
    running.stop()
    assert "Ny ferge til Fogn" not in titles(telegram_home)
    assert not server.calls("getFile")


MISSING = {
    "/ingest": "Send et dokument (.txt .md .html .json .jsonl), gjerne med /ingest som tekst, eller /ingest og en lenke.",
    "/ingest https://example.com/sak": "Lenker hentes ikke her. KILDEBOT_FETCH_LINKS=true slår det på; eller lagre siden og send filen.",
    "/remove": "Skriv /remove og id-en eller ord fra overskriften.",
    "/remove finnes ikke": "Ingen artikkel heter det.",
}


def test_an_admin_is_told_what_is_missing(server: BotApi, start: Start) -> None:
    start(admins="1,2,3,4")

    for number, (command, told) in enumerate(MISSING.items(), start=1):
        assert ask(server.user(number, "Kari"), command).text == told


def test_of_several_articles_nothing_is_removed_and_each_is_named(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    running = start(admins="1")
    before = titles_of(running)

    said = ask(admin(server), "/remove Putin").text.splitlines()

    assert said[0] == "Dette passer. Skriv /remove og id-en for å fjerne artikkelen, også fra disken:"
    assert len(said) == 5
    assert titles_of(running) == before


def titles_of(running: Running) -> bytes:
    return (running.settings.home / "archive.sqlite3").read_bytes()


def test_a_document_that_telegram_does_not_give_out_is_asked_for_again(server: BotApi, start: Start) -> None:
    start(admins="1")
    kari = admin(server)

    kari.sends_document("stor.txt", b"x", size=25_000_000)
    assert kari.hears(PATIENCE).text.startswith("Telegram gir boter bare filer på inntil 20 MB.")
    server.fault("error", "getFile")
    kari.sends_document("ferge.txt", ARTICLE)

    assert kari.hears(PATIENCE).text == "Dokumentet kunne ikke hentes fra Telegram. Send det en gang til."


def test_figures_say_what_there_is_and_what_was_asked(server: BotApi, start: Start) -> None:
    start(admins="1")
    kari, alice = admin(server), server.user(42)
    alice.presses(ask(alice, GIFT), "👍")
    ask(alice, "Hva heter hovedstaden i Peru?")

    figures = ask(kari, "/stats").text

    assert figures.splitlines() == [
        "5 artikler",
        "Lagrede svar: 2. Personer: 1. Uten svar i artiklene: 1. 👍 1 👎 0",
        "Venter: 0. Lagt til side: 0.",
        "I dag: 0 tokens, 0,00 dollar.",
    ]
