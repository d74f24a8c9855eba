"""What one may rely on about the thumbs: `kildebot feedback` prints them as `kildebot eval` reads them."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.cli import program
from bot.evaluation.questions import Expected, Faulty, Question, read_questions
from tests.telegram.conftest import Start
from tests.telegram.test_conversation import GIFT, SWORD, WHEN, ask, toast
from tests.telegram_server import BotApi, User

PERU = "Hva heter hovedstaden i Peru?"


def kildebot(home: Path, *arguments: object) -> str:
    done = CliRunner().invoke(program, ["--home", str(home), *map(str, arguments)], prog_name="kildebot")
    assert done.exit_code == 0, done.output
    return done.stdout


def judge(server: BotApi, user: User, question: str, thumb: str) -> None:
    toast(server, user.presses(ask(user, question), thumb))


def judged(server: BotApi, start: Start) -> None:
    """Four answers, three of them judged, by two people."""
    running = start()
    alice, bob = server.user(42, "KANARIFUGL", username="kanarifugl"), server.user(43, "Bob")
    judge(server, alice, GIFT, "👍")
    judge(server, alice, WHEN, "👎")
    judge(server, bob, PERU, "👍")
    ask(bob, "Hvor mange soldater sendte Nord-Korea?")
    running.stop()


def test_what_was_judged_is_printed_without_names_and_nothing_else(
    server: BotApi, start: Start, telegram_home: Path
) -> None:
    judged(server, start)

    printed = kildebot(telegram_home, "feedback")
    questions: list[dict[str, Any]] = [json.loads(line) for line in printed.splitlines()]

    assert [(each["question"], each["sort"]) for each in questions] == [(GIFT, "up"), (WHEN, "down"), (PERU, "up")]
    gift, when, peru = questions
    assert any(SWORD in quote for quote in gift["answer"])
    assert gift["citations"][0]["quote"] in gift["answer"]
    assert "answer" not in when
    assert [each["question"] for each in when["history"]] == [GIFT]
    assert peru["answer"] is None
    assert not any(each in printed.lower() for each in ("kanarifugl", "bob", '"42"', " 42,", "43,"))


def test_what_feedback_prints_eval_reads_and_asks_anew(server: BotApi, start: Start, telegram_home: Path) -> None:
    judged(server, start)
    file = telegram_home / "questions.jsonl"
    file.write_text(kildebot(telegram_home, "feedback"))

    gift, when, peru = read_questions(file)
    assert isinstance(gift, Question)
    assert isinstance(gift.expected, Expected)
    assert any(SWORD in text for text in gift.expected.texts)
    assert isinstance(peru, Question)
    assert peru.expected is None
    assert isinstance(when, Faulty)  # whoever knows the answer writes it in
    assert when.error.startswith("it has no answer")

    made = json.loads(kildebot(telegram_home, "eval", file, "--json"))
    assert (made["planned"], made["skipped"], made["unfit"]) == (2, 1, 0)
    assert [each["question"] for each in made["questions"]] == [GIFT, PERU]
    assert made["sums"]["quotes_exact"]["value"] == 1


def test_without_a_bot_there_is_nothing_to_print(telegram_home: Path) -> None:
    assert kildebot(telegram_home, "feedback") == ""
