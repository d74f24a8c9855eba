"""The promise: a question that was asked is answered, whatever ends the program. Ten kills (F3); `benchmarks.telegram.kills` has hundreds."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.telegram.kills import Plan, behind_a_proxy, run, sample_questions, variables
from bot.messages import Language, say
from bot.telegram.store import open_store
from tests.telegram.forking import Nursery
from tests.telegram.poisoned import POISON
from tests.telegram_server import BotApi

QUESTION = "Hvilken gave hadde Kim med til Putin?"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_five_kills_lose_no_question_and_repeat_only_what_was_under_way(
    server: BotApi, telegram_home: Path, tmp_path: Path, nursery: Nursery, mode: str
) -> None:
    port = free_port() if mode == "webhook" else None
    if port:
        behind_a_proxy(server, port)
    chosen = variables(server, telegram_home, port)
    plan = Plan(5, asked=6, chats=6, window=0.6, slow=0.2)
    came = run(server, lambda: nursery.spawn(chosen, tmp_path / "said"), plan, sample_questions())
    assert len(came.asked) == 30
    assert not came.lost
    assert not came.not_in_flight
    assert not came.out_of_order
    assert len(came.twice) <= sum(each.in_flight for each in came.kills)
    assert not server.problems
    assert not (tmp_path / "said").read_text()


def test_a_question_that_ends_the_program_is_given_up_in_the_end_and_all_others_are_answered(
    server: BotApi, telegram_home: Path, tmp_path: Path
) -> None:
    mallory, alice = server.user(43, "Mallory"), server.user(42)
    poison = mallory.says(f"Hva er {POISON}?")
    after = mallory.says(QUESTION)
    with Nursery("tests.telegram.poisoned") as nursery:
        chosen = variables(server, telegram_home, None)
        for _ in range(3):
            alice.says(QUESTION)
            assert nursery.spawn(chosen, tmp_path / "said").wait() == 9
        living = nursery.spawn(chosen, tmp_path / "said")
        assert mallory.hears(60).text == say("could_not_answer", Language.NORWEGIAN)
        server.answer_to(after)
        for _ in range(3):
            alice.hears()
        living.signal(signal.SIGTERM)
        assert living.wait() == 0
    assert len(poison.answers) <= 1
    with open_store(telegram_home) as store:
        assert store.inbox.depth() == 0
        assert store.inbox.quarantined() == 1
