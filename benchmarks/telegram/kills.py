"""Kills on Telegram: questions queue up, the bot is killed at random moments and started again, and in the end every answer is counted.

    python -m benchmarks.telegram.kills [--kills 100] [--mode polling|webhook] [--seed 1] [--csv ROWS.csv] [--control]

The bot is a process of its own, against the Bot API server of the tests. Before each life some questions are asked, in chats chosen by
chance. A life ends by SIGKILL, up to `--window` seconds after its first call; in every third one Telegram takes its time for the reply to
a message, and the kill falls while some are under way. After the last kill one more life answers what is left.

    lost             questions that were never answered
    twice            answered more than once; "not in flight" are those of them whose first answer was not on its way at any kill
    most by a kill   the most that one kill had answered twice: where Telegram is quick, and where it is slow
    marked           answers that say that they may have come before; "in vain" where they had not
    out of order     answered before an earlier question of the same chat

`--control` runs python-telegram-bot as its manual has it (`run_polling`, `run_webhook`; each question takes 50 ms) through the same.
"""

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from bot.evaluation.questions import SAMPLE_QUESTIONS, Question, read_questions
from bot.messages import Language, say
from bot.settings import Settings
from bot.wiring import open_articles, take_in_samples
from tests.telegram_server import TOKEN, BotApi, Call, Effect, Message
from tests.telegram_server.given import Given

ROOT = Path(__file__).parents[2]
PUBLIC = "https://kildebot.example/telegram"
SECRET = "a-secret-of-the-webhook"  # noqa: S105 - it opens nothing

_AFTERWARDS = 0.3  # seconds in which a request that is out is not heard yet, or a reply that came not noted
_IDLE = 5.0  # seconds without a call after which nothing more is expected
_PATIENCE = 60.0


class Process(Protocol):
    """What is started and killed."""

    pid: int

    def wait(self) -> int: ...


Spawn = Callable[[], Process]


@dataclass(frozen=True)
class Plan:
    """How a run goes."""

    kills: int
    seed: int = 1
    chats: int = 12
    asked: int = 8
    window: float = 1.6
    slow: float = 0.6

    def is_slow(self, life: int) -> bool:
        return life % 3 == 2


@dataclass(frozen=True)
class Kill:
    """One life that was ended. `up` are the seconds from its first call to its end, `in_flight` the messages that were under way then."""

    number: int
    at: float
    up: float
    slow: bool
    asked: int
    in_flight: int
    load: float


@dataclass
class Run:
    """What came of it."""

    kills: list[Kill] = field(default_factory=list)
    asked: list[Message] = field(default_factory=list)
    sends: list[Effect] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    slow: float = 0.0
    seconds: float = 0.0

    def answers(self, question: Message) -> list[Effect]:
        return [each for each in self.sends if (each.chat, each.reply_to) == (question.chat.id, question.id)]

    @property
    def lost(self) -> list[Message]:
        return [each for each in self.asked if not self.answers(each)]

    @property
    def twice(self) -> list[Message]:
        return [each for each in self.asked if len(self.answers(each)) > 1]

    @property
    def not_in_flight(self) -> list[Message]:
        """Answered twice though the first answer had been seen off."""
        return [each for each in self.twice if not any(self._was_in_flight(each, kill) for kill in self.kills)]

    @property
    def out_of_order(self) -> list[Message]:
        """Answered before a question that had been asked before it in the same chat."""
        late: list[Message] = []
        latest: dict[int, int] = {}
        for question in self.asked:
            first = min((each.number for each in self.answers(question)), default=None)
            if first is not None and first < latest.get(question.chat.id, 0):
                late.append(question)
            latest[question.chat.id] = max(latest.get(question.chat.id, 0), first or 0)
        return late

    def most_by_a_kill(self, *, slow: bool) -> int:
        """The most answers that came again because of a single kill."""
        kills = [kill for kill in self.kills if kill.slow == slow]
        return max((sum(self._was_in_flight(each, kill) for each in self.twice) for kill in kills), default=0)

    @property
    def marked(self) -> list[Effect]:
        """Answers that say that they may have come before."""
        words = tuple(say("sent_again", language) for language in Language)
        return [each for each in self.sends if each.text.startswith(words)]

    @property
    def marked_in_vain(self) -> list[Effect]:
        repeats = {each.number for question in self.twice for each in self.answers(question)[1:]}
        return [each for each in self.marked if each.number not in repeats]

    def story(self, question: Message) -> str:
        """When a question was answered, and the kills between, in seconds from the first answer."""
        answers = self.answers(question)
        began, ended = answers[0].at, answers[-1].at
        kills = [f"kill {each.number} at {each.at - began:.3f}" for each in self.kills if began <= each.at <= ended]
        return ", ".join([*(f"answer at {each.at - began:.3f}" for each in answers), *kills])

    def _was_in_flight(self, question: Message, kill: Kill) -> bool:
        calls = (self.calls[each.call - 1] for each in self.answers(question)[:-1] if each.call)
        return any(was_under_way(each, kill.at, self.slow) for each in calls)


def run(server: BotApi, spawn: Spawn, plan: Plan, questions: list[str]) -> Run:
    """Ask and kill, then let what is left be answered."""
    dice = random.Random(plan.seed)
    came, began = Run(slow=plan.slow), time.monotonic()
    users = [server.user(1_000 + number, f"U{number}") for number in range(plan.chats)]
    for number in range(1, plan.kills + 1):
        came.asked += [dice.choice(users).says(dice.choice(questions)) for _ in range(plan.asked)]
        if plan.is_slow(number):
            server.fault("delay_after", "sendmessage", seconds=plan.slow)
        came.kills.append(_one_life(server, spawn, number, plan, dice.random(), len(came.asked)))
        server.clear_faults()
    process = spawn()
    try:
        _settle(server, came)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait()
    came.sends = [each for each in server.effects if each.kind == "send"]
    came.calls = server.calls()
    came.seconds = time.monotonic() - began
    return came


def _one_life(server: BotApi, spawn: Spawn, number: int, plan: Plan, chance: float, asked: int) -> Kill:
    calls, sends, slow = len(server.calls()), len(server.calls("sendMessage")), plan.is_slow(number)
    process = spawn()
    server.wait_for(lambda: len(server.calls()) > calls, _PATIENCE)
    up = time.monotonic()
    with suppress(TimeoutError):
        if slow:
            server.wait_for(lambda: len(server.calls("sendMessage")) > sends, _IDLE)
    time.sleep(chance * (plan.slow if slow else plan.window))
    os.kill(process.pid, signal.SIGKILL)
    at = time.monotonic()
    process.wait()
    in_flight = sum(was_under_way(each, at, plan.slow) for each in server.calls("sendMessage")[sends:])
    return Kill(number, at, at - up, slow, asked, in_flight, os.getloadavg()[0])


def was_under_way(call: Call, at: float, slow: float) -> bool:
    """Whether the bot could not know yet at this time that a call had been heard."""
    known = (call.done_at or at) + (slow if call.fault else 0.0) + _AFTERWARDS
    return call.at - _AFTERWARDS <= at <= known


def _settle(server: BotApi, came: Run) -> None:
    """Until everything is answered, or nothing happens any more."""
    wanted = {(each.chat.id, each.id) for each in came.asked}

    def all_answered() -> bool:
        return wanted <= {(each.chat, each.reply_to) for each in server.effects if each.kind == "send"}

    with suppress(TimeoutError):
        while not all_answered():
            seen = len(server.effects)
            server.wait_for(lambda seen=seen: len(server.effects) > seen, _IDLE)  # type: ignore[misc]


def behind_a_proxy(server: BotApi, port: int) -> None:
    """What Telegram sends to the public address comes to the bot's own, as a proxy with a certificate has it."""
    set_it = server.api.set_webhook

    def set_webhook(given: Given) -> bool:
        own = {"url": f"http://127.0.0.1:{port}/telegram"} if given.text("url") else {}
        return set_it(Given(given.values | own, given.files))

    server.api.set_webhook = set_webhook


def variables(server: BotApi, home: Path, port: int | None) -> dict[str, str]:
    """The environment of a bot; with a port it is sent its updates, else it asks for them."""
    chosen = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "KILDEBOT_TELEGRAM_API": server.url,
        "KILDEBOT_HOME": str(home),
        "KILDEBOT_LISTEN": f"127.0.0.1:{port}" if port else "none",
        "KILDEBOT_MODEL": "none",
        "KILDEBOT_LOG_LEVEL": "critical",
        "KILDEBOT_USER_QUESTIONS_MINUTE": "0",
        "KILDEBOT_USER_QUESTIONS_DAY": "0",
    }
    return chosen | ({"KILDEBOT_WEBHOOK_URL": PUBLIC, "KILDEBOT_WEBHOOK_SECRET": SECRET} if port else {})


def sample_questions() -> list[str]:
    return [each.text for each in read_questions(SAMPLE_QUESTIONS) if isinstance(each, Question)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--window", type=float, default=Plan.window)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--port", type=int, default=18_474)
    parser.add_argument("--control", action="store_true")
    given = parser.parse_args()
    program = ["-m", "benchmarks.telegram.control"] if given.control else ["-m", "bot", "telegram"]
    with BotApi() as server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "kildebot"
        with open_articles(Settings(home=home, model="none")) as archive:
            take_in_samples(archive)
        port = given.port if given.mode == "webhook" else None
        if port:
            behind_a_proxy(server, port)
        environment = os.environ | variables(server, home, port)

        def spawn() -> Process:
            return subprocess.Popen([sys.executable, *program], cwd=ROOT, env=environment)

        plan = Plan(given.kills, given.seed, window=given.window)
        came = run(server, spawn, plan, sample_questions())
    show("control" if given.control else "kildebot", given.mode, came)
    if given.csv:
        write(given.csv, came)


def show(name: str, mode: str, came: Run) -> None:
    loads = [each.load for each in came.kills]
    figures: dict[str, object] = {
        "kills": len(came.kills),
        "of them with a message under way": sum(each.in_flight > 0 for each in came.kills),
        "questions": len(came.asked),
        "lost": len(came.lost),
        "twice": len(came.twice),
        "  not in flight": len(came.not_in_flight),
        "  most by a kill, quick": came.most_by_a_kill(slow=False),
        "  most by a kill, slow": came.most_by_a_kill(slow=True),
        "marked": len(came.marked),
        "  in vain": len(came.marked_in_vain),
        "out of order": len(came.out_of_order),
        "seconds": f"{came.seconds:.0f}",
        "load": f"{min(loads):.1f}-{max(loads):.1f} on {os.cpu_count()} cores",
    }
    print(f"{name}, {mode}")
    for what, value in figures.items():
        print(f"  {what:34} {value}")
    for question in came.not_in_flight:
        print(f"  {question}: {came.story(question)}")


def write(path: Path, came: Run) -> None:
    """One row for each kill."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, [*asdict(came.kills[0])])
        rows.writeheader()
        rows.writerows(asdict(each) for each in came.kills)


if __name__ == "__main__":
    main()
