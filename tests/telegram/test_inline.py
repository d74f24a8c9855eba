"""What one may rely on when one types `@bot question` in any chat."""

import time
from pathlib import Path
from typing import Any

from tests.telegram.conftest import Start
from tests.telegram.test_conversation import GIFT, SWORD, ask, at_rest, soon
from tests.telegram_server import BotApi, Typed


def results(server: BotApi, typed: Typed) -> list[dict[str, Any]]:
    soon(server, lambda: typed.results is not None)
    assert typed.results is not None
    return typed.results


def button(server: BotApi, typed: Typed) -> dict[str, str]:
    """What is shown where there is no result, and what /start is told when it is pressed."""
    assert results(server, typed) == []
    assert typed.answer is not None
    given: dict[str, str] = typed.answer["button"]
    return given


def test_the_answer_and_each_of_its_sources_can_be_sent_with_their_links(server: BotApi, start: Start) -> None:
    start()
    alice, bob = server.user(42), server.user(43, "Bob")
    typed = alice.types_inline("Hvor mange soldater sendte Nord-Korea?")

    offered = results(server, typed)
    sent = [alice.chooses(typed, at, bob.chat) for at in range(len(offered))]

    assert offered[0]["title"] == "Hvor mange soldater sendte Nord-Korea?"
    assert "10 000 soldater" in offered[0]["description"]
    assert len(offered) >= 2
    for each in sent:
        link = each.link_of("[1]") or each.link_of("[2]")
        assert link is not None
        assert link.startswith("https://t.me/kilde_bot?start=p")
    assert all(each["input_message_content"]["link_preview_options"]["is_disabled"] for each in offered)
    assert "10 000 soldater" in sent[1].text
    assert typed.answer is not None
    assert typed.answer["is_personal"]
    assert not server.problems


def test_too_little_shows_how_to_ask_and_leads_to_the_bot(server: BotApi, start: Start) -> None:
    start()
    alice = server.user(42)

    for little in ("", "  ", "Ki"):
        shown = button(server, alice.types_inline(little))
        assert shown["text"] == "Skriv et spørsmål til artiklene"

    assert ask(alice, f"/start {shown['start_parameter']}").text.startswith("Hei!")


def test_nothing_found_says_so(server: BotApi, start: Start) -> None:
    start()
    alice, john = server.user(42), server.user(43, "John", language_code="en")

    assert button(server, alice.types_inline("Hva heter hovedstaden i Peru?"))["text"].startswith(
        "Artiklene sier ingen"
    )
    assert button(server, john.types_inline("What is the capital of Peru?"))["text"].startswith("The articles say noth")


def test_who_is_not_admitted_gets_nothing_but_the_way_to_ask_for_it(server: BotApi, start: Start) -> None:
    start(allowed="43")
    alice, bob = server.user(42), server.user(43, "Bob")

    shown = button(server, alice.types_inline(GIFT))

    assert shown["text"] == "Denne boten er bare for noen"
    assert "Nummeret ditt er 42" in ask(alice, f"/start {shown['start_parameter']}").text
    assert SWORD in results(server, bob.types_inline(GIFT))[0]["description"]


def test_no_model_is_asked_for_what_is_typed(server: BotApi, start: Start) -> None:
    nobody = "http://127.0.0.1:9/v1"  # where nothing listens: a model that was asked would not answer
    running = start(model="openai:gpt-6-luna", openai_base_url=nobody, openai_api_key="key")

    offered = results(server, server.user(42).types_inline(GIFT))

    assert SWORD in offered[0]["input_message_content"]["message_text"]
    assert "språkmodellen" not in offered[0]["input_message_content"]["message_text"]
    assert running.store.figures()["answers"] == 0


def test_while_one_types_the_latest_counts_and_comes_soon(server: BotApi, start: Start) -> None:
    running = start()
    alice = server.user(42)
    results(server, alice.types_inline(GIFT))

    began = time.monotonic()
    typed = [alice.types_inline(GIFT[:length]) for length in range(3, len(GIFT) + 1)]
    offered = results(server, typed[-1])

    assert SWORD in offered[0]["description"]
    assert time.monotonic() - began < 5
    at_rest(server, running)
    assert sum(each.results is not None for each in typed) < len(typed)  # those that are outdated are left


def test_a_question_typed_inline_is_nowhere_afterwards(server: BotApi, start: Start, telegram_home: Path) -> None:
    running = start()
    alice = server.user(42, "KANARIFUGL")

    results(server, alice.types_inline("Hva vet du om KANARIFUGLEN?"))
    at_rest(server, running)

    assert running.store.empty_log()
    assert b"KANARIFUGL" not in b"".join(file.read_bytes() for file in telegram_home.glob("telegram.sqlite3*"))
