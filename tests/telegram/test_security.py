"""What one may rely on when somebody means harm: by markup, forged requests, floods and faults (faults.md, S4, S5, S7, S11, S12, P7, P9)."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from benchmarks.telegram.kills import behind_a_proxy
from bot.telegram.addressing import COMMANDS, FOR_ADMINS
from bot.web.exchange import SECRET_HEADER
from tests.telegram.conftest import Start
from tests.telegram.test_conversation import GIFT, SOLDIERS, SWORD, TEN_THOUSAND, ask
from tests.telegram.test_privacy import GROUP, PATIENCE, columns, forms, holders, stumbling, until, watched
from tests.telegram_server import TOKEN, BotApi, Message, User
from tests.telegram_server.entities import found_entities
from tests.telegram_server.shapes import Json, cut
from tests.web.visitors import request
from tests.written.speaker import Speaker, failing, saying

JOINER = "\u2060"


# Markup, S4

TITLE = "Ny bru <b>til</b> [Fogn](tg://user?id=666) @tittelspam https://evil.example/a #merkelapp"
ARTICLE = f"""---
title: "{TITLE}"
outlet: "**Bladet** @avisspam <a href='http://evil.example/b'>b</a>"
---
Brua til Fogn heter Hestebrua, sier ordfører @tekstspam [x](tg://user?id=666) til evil.example og /kommandospam. Den kostet 90 millioner.
"""
FILE_NAME = "@filspam _x_ https://evil.example.md"
BRIDGE = "Hva heter brua til Fogn? @spørsmålspam <a href='tg://user?id=666'>du</a> [du](https://evil.example/c) `x` /kommandospam"
MEANT = {"bold", "italic", "text_link", "expandable_blockquote"}
OURS = {*(f"/{each}" for each in COMMANDS + FOR_ADMINS), "@kilde_bot"}


def shown(server: BotApi) -> Iterator[tuple[str, list[Json], Json]]:
    """Every text that the bot has sent or offered, its entities, and what was said of previews."""
    for chat in server.world.chats.values():
        for each in server.messages(chat, by_bot=True):
            yield each.text, each.entities, each.link_preview or {}
    for typed in server.queries.typed.values():
        for result in typed.results or []:
            content = result["input_message_content"]
            yield content["message_text"], content.get("entities", []), content.get("link_preview_options", {})


def test_nothing_that_somebody_wrote_becomes_a_link_a_mention_or_markup(server: BotApi, start: Start) -> None:
    start(admins="1, 2, 3, 4, 5, 6, 7, 8")
    name = "@navnspam <b>Kari</b>"
    kari, *others = (server.user(number, name, last_name=f"[{name}](tg://user?id=666)") for number in range(1, 9))
    group = server.group(GROUP, "@gruppespam <a href='tg://user?id=666'>g</a>", members=[kari])
    kari.sends_document(FILE_NAME, ARTICLE.encode())
    assert TITLE in kari.hears(timeout=PATIENCE).text.replace(JOINER, "")

    in_group = kari.says(f"@kilde_bot {BRIDGE}", group)
    typed = kari.types_inline(BRIDGE)
    for who, said in zip(others, ("/start", "/help", "/articles", "/remove spam>", "/language @x <b>"), strict=False):
        who.says(said)
    answer = ask(kari, BRIDGE)
    pressed = [kari.presses(answer, button) for button in ("Kilde 1", "Mer")]
    others[5].says(f"/start {answer.entities[0]['url'].rpartition('=')[2]}")
    others[6].says(BRIDGE)
    others[6].says("/sources")
    awaited = {kari: 4, others[5]: 1, others[6]: 2}
    server.wait_for(
        lambda: typed.results and all(len(server.messages(who, by_bot=True)) == most for who, most in awaited.items()),
        10,
    )
    assert all(each.answer is not None for each in pressed)
    assert "Hestebrua" in answer.text
    assert "Hestebrua" in server.answer_to(in_group).text
    assert TITLE in ask(kari, "/remove @tittelspam").text.replace(JOINER, "")
    server.settles()

    texts = [*shown(server)]
    assert len(texts) > 12
    assert sum("@tittelspam" in text.replace(JOINER, "") for text, _, _ in texts) > 4  # it can be read, word for word
    assert sum("@tekstspam" in text.replace(JOINER, "") for text, _, _ in texts) > 2
    for text, entities, preview in texts:
        by_itself = {cut(text, each["offset"], each["length"]) for each in found_entities(text, entities)}
        assert by_itself <= OURS
        assert {each["type"] for each in entities} <= MEANT
        addresses = [each["url"] for each in entities if each["type"] == "text_link"]
        assert all(each.startswith("https://t.me/kilde_bot?start=p") for each in addresses)
        assert preview.get("is_disabled") or not addresses
    assert not server.problems


# Who may: S7


def test_a_stranger_who_has_the_name_of_somebody_on_the_list_is_a_stranger_and_hears_it_once(
    server: BotApi, start: Start
) -> None:
    running = start(allowed="42", admins="1")
    alice, kari = server.user(42, username="alice"), server.user(1, username="kari")
    stranger = server.user(43, "Alice", username="alice")
    thief = server.user(44, "Kari", username="kari")
    number = "Denne boten er bare for noen. Nummeret ditt er {}"

    assert SWORD in ask(alice, GIFT).text
    assert "Lagrede svar" in ask(kari, "/stats").text
    assert ask(stranger, GIFT).text.startswith(number.format(43))
    assert ask(thief, "/stats").text.startswith(number.format(44))
    for _ in range(5):
        stranger.says(GIFT)
        thief.sends_document("a.txt", b"A\n\nB er her.")
    server.settles(idle=1.2)

    assert [len(server.messages(each, by_bot=True)) for each in (stranger, thief)] == [1, 1]
    assert running.store.figures()["users"] == 1
    assert not server.calls("getFile")


def test_whoever_is_off_the_list_can_still_see_and_erase_what_is_kept_about_them(server: BotApi, start: Start) -> None:
    start(allowed="42")
    stranger = server.user(43)

    assert "/forget sletter det" in ask(stranger, "/privacy").text
    assert "slettet" in ask(stranger, "/forget").text
    assert ask(stranger, "/articles").text.startswith("Denne boten er bare for noen.")


def test_what_another_bot_has_written_is_no_question_however_often_it_is_changed(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)
    other = {"id": 99, "is_bot": True, "first_name": "Annen", "username": "annen_bot"}
    said = alice.says("Hei", via_bot=other)
    assert "skrevet som tekst" in alice.hears(PATIENCE).text
    for text in (GIFT, f"{GIFT} Nå?"):
        alice.edits(said, text)
    server.settles(idle=1.2)

    assert len(server.messages(alice, by_bot=True)) == 1


def test_a_channel_is_not_written_to(server: BotApi, start: Start) -> None:
    running = start()
    kari = server.user(1, "Kari")
    channel = server.channel(-100500, "Nytt")
    kari.adds_the_bot(channel, "administrator")
    server.wait_for(lambda: not server.pending and not running.store.inbox.depth(), timeout=10)
    server.settles()

    assert server.messages(channel, by_bot=True) == []


# Floods and budgets: S12


def test_one_who_floods_hears_it_once_wherever_they_write_and_nobody_else_notices(server: BotApi, start: Start) -> None:
    running = start(user_questions_minute=2)
    mallory, bob = server.user(666, "Mallory"), server.user(43, "Bob")
    groups = [server.group(GROUP - number, members=[mallory, bob]) for number in range(10)]
    for _ in range(3):
        for group in groups:
            mallory.says(f"@kilde_bot {GIFT}", group)
        mallory.says(GIFT)
    begun = time.monotonic()

    assert SWORD in ask(bob, GIFT).text
    assert time.monotonic() - begun < 3.0
    assert SWORD in server.answer_to(bob.says(f"@kilde_bot {GIFT}", groups[0])).text
    server.settles(idle=1.2)

    heard = [each.text for chat in (*groups, mallory.chat) for each in server.messages(chat, by_bot=True)]
    assert sum("gikk litt fort" in each for each in heard) == 1
    assert sum(SWORD in each for each in heard) == 2 + 1  # and what Bob asked there
    assert running.store.inbox.depth() == 0


def test_who_has_asked_for_a_day_is_told_so_once_and_others_are_answered(server: BotApi, start: Start) -> None:
    start(user_questions_day=1)
    alice, bob = server.user(42), server.user(43, "Bob")

    assert SWORD in ask(alice, GIFT).text
    assert "så mange spørsmål som du kan på én dag" in ask(alice, GIFT).text
    alice.says(GIFT)
    assert SWORD in ask(bob, GIFT).text
    server.settles()

    assert len(server.messages(alice, by_bot=True)) == 2


LONG = {
    "one letter": "å" * 4096,
    "words that are everywhere": "og det er i på som av " * 186,
    "no letter": "?" * 4096,
    "signs of a query language": '" NEAR( * -' * 372,
    "combined signs": "e\u0301\u0302\u0303\u0304" * 819,
    "pictures": "👨\u200d👩\u200d👧" * 512,
    "a question at its end": "Hei. " * 800 + GIFT,
}


def test_a_question_as_long_as_telegram_takes_is_answered_soon_whatever_it_says(server: BotApi, start: Start) -> None:
    running = start()
    people = {what: server.user(100 + number) for number, what in enumerate(LONG)}
    begun = time.monotonic()
    for what, who in people.items():
        who.says(LONG[what][:4096])

    heard = {what: who.hears(timeout=PATIENCE).text for what, who in people.items()}

    assert time.monotonic() - begun < 10.0
    assert [what for what, text in heard.items() if "Beklager" in text] == []
    assert running.store.inbox.quarantined() == 0
    assert not server.problems


WRITTEN = "Kim hadde tatt med et sverd som gave til Putin [1]."
USAGE = {"prompt_tokens": 900, "completion_tokens": 12, "total_tokens": 912}


def by_model(speaker: Speaker, **chosen: Any) -> dict[str, Any]:
    asked = {"model": "openai:speaker", "openai_api_key": "sk-test", "openai_base_url": speaker.address}
    return {**asked, "prices": "speaker=1000/1000", **chosen}


@pytest.mark.parametrize("limit", [{"daily_tokens": 1}, {"daily_dollars": 0.001}], ids=["tokens", "dollars"])
def test_where_the_money_of_the_day_is_spent_there_are_quotes_and_it_is_said(
    server: BotApi, start: Start, limit: dict[str, float]
) -> None:
    with Speaker(saying(WRITTEN, usage=USAGE)) as speaker:
        start(**by_model(speaker, **limit))

        answer = ask(server.user(42), GIFT).text

        assert SWORD in answer
        assert "grense for språkmodellen er nådd; svaret er sitert." in answer
        assert speaker.requests == []


@pytest.mark.parametrize("limit", [{"user_daily_tokens": 900}, {"user_daily_dollars": 0.5}], ids=["tokens", "dollars"])
def test_who_has_spent_their_money_gets_quotes_and_others_get_what_the_model_writes(
    server: BotApi, start: Start, limit: dict[str, float]
) -> None:
    with Speaker(saying(WRITTEN, usage=USAGE)) as speaker:
        start(**by_model(speaker, daily_dollars=0, daily_tokens=0, **limit))
        alice, bob = server.user(42), server.user(43, "Bob")

        answers = [ask(each, GIFT).text for each in (alice, alice, bob)]

        assert [each.startswith(WRITTEN[:40]) for each in answers] == [True, False, True]
        assert SWORD in answers[1]
        assert len(speaker.requests) == 2


def test_who_has_spent_their_money_is_told_so(server: BotApi, start: Start) -> None:
    with Speaker(saying(WRITTEN, usage=USAGE)) as speaker:
        start(**by_model(speaker, daily_dollars=0, user_daily_tokens=900))
        alice = server.user(42)

        written, quoted = ask(alice, GIFT).text, ask(alice, GIFT).text

        said = ("er brukt opp", "grense for språkmodellen er nådd")
        assert [any(each in text for each in said) for text in (written, quoted)] == [False, True]


# Secrets, and what is sent on: S5, S11, P7 and P9

KEY = "sk-kanariKEYkanariKEY-0123456789"
SECRET = "kanari_hemmelighet-0123456789abcdef"
PATH = "/telegram"
EVE = 4_600_000_046
OTHERS = "Kanarisladder som ikke angår boten"
FORGED = "Hva sa forfalskerkanarien?"


def encoded(secret: str) -> list[str]:
    """A secret in the ways in which it may get out."""
    raw = secret.encode()
    written = [secret, quote(secret, safe=""), json.dumps(secret)[1:-1], raw.hex(), base64.b64encode(raw).decode()]
    return list(dict.fromkeys(written))


def push(port: int, body: bytes, secret: str, method: str = "POST") -> int:
    """What the webhook answers to somebody who found it."""
    headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret else {})
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(request(method, PATH, headers, body))
        return int(connection.recv(65_536).split()[1])


def told(user: User, question: str) -> Message:
    """The answer of a bot that is a process of its own, which may have to import what it answers with."""
    user.says(question)
    return user.hears(PATIENCE)


def update(number: int, who: User, text: str) -> bytes:
    message = {"message_id": number, "date": 1, "chat": who.chat.json(), "from": who.account.json(), "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_whatever_goes_wrong_no_secret_and_nothing_of_people_gets_out_and_the_model_is_told_no_more_than_it_needs(
    server: BotApi, telegram_home: Path, tmp_path: Path
) -> None:
    port = free_port()
    behind_a_proxy(server, port)
    server.world.privacy = False
    alice = server.user(4_500_000_045, "Kanarina", last_name="Gulfjærsen", username="kanarina_gul")
    bob, eve = server.user(4_500_000_047, "Bobokanari"), server.user(EVE, "Evakanari")
    group = server.group(GROUP, "Kanarigruppe", members=[alice, bob])
    with (
        Speaker(saying(WRITTEN, usage=USAGE)) as model,
        watched(
            server,
            telegram_home,
            tmp_path,
            KILDEBOT_LISTEN=f"127.0.0.1:{port}",
            KILDEBOT_WEBHOOK_URL=f"https://kildebot.example{PATH}",
            KILDEBOT_WEBHOOK_SECRET=SECRET,
            KILDEBOT_MODEL="openai:speaker",
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=model.address,
            OPENAI_LOG="debug",
        ) as bot,
    ):
        until(lambda: listens(port))

        # All is well.
        bob.says(OTHERS, group)
        assert SWORD in told(alice, GIFT).text
        assert told(alice, "Når var det, spør alicekanarien?").text
        assert server.answer_to(bob.says("@kilde_bot Hva sa bobkanarien i gruppa?", group), PATIENCE).text

        # Somebody else than Telegram, and Telegram twice.
        forged = [push(port, update(9_000_001, eve, FORGED), secret) for secret in ("", SECRET[:-1], "x" * 999)]
        assert forged == [403] * 3
        assert push(port, b"", SECRET, "GET") == 405
        assert [push(port, update(9_000_002, eve, SOLDIERS), SECRET) for _ in range(3)] == [200] * 3
        assert push(port, b'{"kanarirot', SECRET) == 200

        # The model, Telegram and a handler fail.
        model.script = failing(401, message=f"Incorrect API key provided: {KEY}, user kanarimodell")
        server.inject(stumbling(eve, "kanarigift"))
        server.fault("error", "sendMessage", description=f"Bad Request: kanarifeil {TOKEN}", times=1, chat=alice)
        assert SWORD in told(alice, GIFT).text
        server.fault("reset_after", "sendMessage", times=1, chat=bob)
        server.down()
        begun = bob.says(SOLDIERS)
        until(lambda: "cannot be reached" in bot.said)
        server.up()
        server.wait_for(lambda: begun.answers, PATIENCE)
        server.wait_for(lambda: any("Beklager" in each.text for each in server.messages(eve, by_bot=True)), PATIENCE)

        # And in the end the token is no good.
        server.fault("401", "*")
        alice.says("Hva vet du nå, kanarifugl?")
        until(lambda: "does not know the bot's token" in bot.said)
        bot.process.kill()
        requests = [json.dumps(each, ensure_ascii=False) for each in model.requests]
        called = {f"127.0.0.1:{server.port}", model.address.removeprefix("http://").removesuffix("/v1")}

    said = bot.said
    people = ["anari", "Gulfjær", *(str(each.id) for each in (alice, bob, eve)), str(GROUP), GIFT, SOLDIERS]
    assert [
        each for secret in (TOKEN, TOKEN.partition(":")[2], KEY, SECRET) for each in encoded(secret) if each in said
    ] == []
    assert [each for each in forms(people) if each in said] == []
    assert holders([each for secret in (TOKEN, KEY, SECRET) for each in encoded(secret)], telegram_home) == {}
    for proof in (
        "does not know the bot's token",
        "TypeError",
        "cannot be reached",
    ):
        assert proof in said, proof

    # What was forged is nowhere; what came three times is answered once; what nobody can read is put aside.
    heard = [each.text for each in server.messages(eve, by_bot=True)]
    assert (len(heard), sum(TEN_THOUSAND in each for each in heard)) == (2, 1)
    assert holders([FORGED, OTHERS], telegram_home) == {}
    kept = columns(telegram_home)
    assert (kept["inbox.state"].count("quarantined"), kept["inbox.update_id"].count(9_000_002)) == (2, 1)

    assert bot.called <= called | {"process ('uname',)"}  # openai asks what machine it runs on
    asked = ("alicekanarien", "bobkanarien")
    assert [sum(each in request for request in requests) > 0 for each in asked] == [True, True]
    assert not [each for each in requests if all(one in each for one in asked)]
    known = [*people[1:-2], "Kanari", "Bobo", "kanarina", OTHERS, KEY, SECRET, TOKEN, FORGED]
    assert [each for request in requests for each in known if each in request] == []
