"""Load on Telegram: open loop, every latency counted from the moment the question was due.

    python -m benchmarks.telegram.load [--chats 500] [--rate 20] [--seconds 300] [--warm-up 20] [--quoting] [--abuser 50]
    python -m benchmarks.telegram.load --burst 200
    python -m benchmarks.telegram.load --quoting --unpaced --rate 50

The bot is a process of its own, on one core; the Bot API server of the tests (with Telegram's limits: 1 message a second in a chat, 30 in
all), those who ask and the model, which is simulated (first token after 300 ms, the others at 50 a second), are on the other. The sample
articles are asked about: Norwegian and English, a fifth of the questions leaning on those before, a fifth without an answer. Measured are

    first sign    to "typing", a draft or a message, whichever comes first
    answer        to the whole answer; and what of it is not the model's own time
    lag           of the bot's event loop, from its own /metrics

Say the machine's load beside the numbers.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.writing import BETWEEN, FIRST_TOKEN, model, show
from bot.evaluation.questions import SAMPLE_QUESTIONS, Question, read_questions
from bot.settings import Settings
from bot.wiring import open_articles, take_in_samples
from tests.telegram_server import TOKEN, BotApi, Effect, Limits, Message, User

FOLLOW_UPS = ("Når var det?", "Hvorfor det?", "Og hva sa Putin?", "When was that?", "Hvem var med ham der?")
ABSENT = (
    "Hva koster en billett til Bodø?",
    "Hvem vant Eurovision i 2021?",
    "How tall is the Eiffel Tower?",
    "Hva heter ordføreren i Leka?",
)
_PORT = 18_473
_GRACE = 60.0  # seconds that answers may still come after the last question
_ABUSER = 999_999


@dataclass
class Asked:
    """A question that was put, in a chat, at the moment when it was due (time.monotonic)."""

    chat: int
    due: float
    message: Message


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=500)
    parser.add_argument("--rate", type=float, default=20.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--warm-up", type=float, default=20.0, help="seconds that are not counted")
    parser.add_argument(
        "--burst", type=int, default=0, help="so many questions at once, of as many chats, and nothing else"
    )
    parser.add_argument("--abuser", type=float, default=0.0, help="questions a second of one user more, not counted")
    parser.add_argument("--quoting", action="store_true", help="without a model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--unpaced", action="store_true", help="neither the server nor the bot keeps to Telegram's pace"
    )
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    print(f"{len(cores)} cores, load {os.getloadavg()[0]:.2f}, Python {sys.version.split()[0]}, seed {given.seed}")
    limits = Limits() if given.unpaced else Limits("enforce", slack=0.0)
    with tempfile.TemporaryDirectory() as folder, model(clocks=False) as address, BotApi(limits=limits) as server:
        home = Path(folder)
        with open_articles(Settings(home=home, model="none")) as archive:
            take_in_samples(archive)
        os.sched_setaffinity(0, {cores[-1]})
        module = ["benchmarks.telegram.unpaced"] if given.unpaced else ["bot", "telegram"]
        with bot(server, home, "" if given.quoting else address, module, cores[0]) as process:
            server.wait_for(lambda: server.calls("getUpdates"), 60)
            random.seed(given.seed)
            if given.burst:
                asked = burst(server, given.burst)
            else:
                asked = steady(server, given.chats, given.rate, given.seconds, given.warm_up, given.abuser)
            report(server, asked, process, is_written=not given.quoting)


@contextmanager
def bot(server: BotApi, home: Path, address: str, module: list[str], core: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The bot, as a process on a core."""
    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "KILDEBOT_TELEGRAM_API": server.url,
        "KILDEBOT_HOME": str(home),
        "KILDEBOT_LISTEN": f"127.0.0.1:{_PORT}",
        "KILDEBOT_DAILY_TOKENS": "0",
        "KILDEBOT_USER_QUESTIONS_DAY": "0",
        "KILDEBOT_MODEL": "openai:simulated" if address else "none",
        "OPENAI_BASE_URL": address,
    }
    process = subprocess.Popen([sys.executable, "-m", *module], env=environment)
    os.sched_setaffinity(process.pid, {core})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def steady(server: BotApi, chats: int, rate: float, seconds: float, warm_up: float, abuser: float) -> list[Asked]:
    """Questions at a fixed pace, whatever becomes of them. What is due in the warm-up is not among those that are given."""
    people = [server.user(1000 + number, "Kari") for number in range(chats)]
    texts = questions()
    began, asked, number, shouted = time.monotonic(), [], 0, 0
    while number < (warm_up + seconds) * rate:
        due = began + number / rate
        if (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        put = Asked(0, due, people[number % chats].says(next(texts)))
        put.chat = people[number % chats].id
        if due - began >= warm_up:
            asked.append(put)
        number += 1
        while abuser and shouted < (time.monotonic() - began) * abuser:
            server.user(_ABUSER, "Ola").says(next(texts))
            shouted += 1
    return asked


def burst(server: BotApi, number: int) -> list[Asked]:
    """Everything at once, after one question that warms up."""
    texts = questions()
    first = server.user(1, "Kari")
    first.says(next(texts))
    first.hears(timeout=60)
    server.forget()
    people: list[User] = [server.user(1000 + each, "Kari") for each in range(number)]
    due = time.monotonic()
    return [Asked(person.id, due, person.says(next(texts))) for person in people]


def questions() -> Iterator[str]:
    """Questions without end: a fifth lean on those before, a fifth have no answer."""
    plain = [each.text for each in read_questions(SAMPLE_QUESTIONS) if isinstance(each, Question)]
    while True:
        yield random.choice(random.choices([plain, FOLLOW_UPS, ABSENT], [3, 1, 1])[0])


def report(server: BotApi, asked: list[Asked], process: "subprocess.Popen[bytes]", *, is_written: bool) -> None:
    wanted = {(each.chat, each.message.id): each for each in asked}
    until = time.monotonic() + _GRACE
    while time.monotonic() < until and not wanted.keys() <= _answers(server).keys():
        time.sleep(0.5)
    answers, signs = _answers(server), _signs(server)
    came = {key: answers[key] for key in wanted if key in answers}
    span = max(each.at for each in came.values()) - asked[0].due
    print(
        f"{len(asked)} questions in {len({each.chat for each in asked})} chats, {len(came)} answered, {len(asked) - len(came)} lost; {span:.1f} s"
    )
    show("first sign", [_after(signs[each.chat], each.due) for each in asked if each.chat in signs])
    show("answer", [each.at - wanted[key].due for key, each in came.items()])
    own = [each.at - wanted[key].due - _models_own(each.text) for key, each in came.items() if _spoke(each.text)]
    if own and is_written:
        show(f"answer, beyond the model ({len(own)})", own)
    calls = {f"{method} {status}": number for (method, status), number in sorted(server.api.ledger.statuses.items())}
    print(f"429: {server.count(429)}; most messages in a second: {server.api.pace.highest_in_a_second}; calls: {calls}")
    print(f"bot: {_lag()}; {_used(process.pid)}")
    for problem in server.problems[:3]:
        print("PROBLEM", problem)
    print(f"load {os.getloadavg()[0]:.2f}")


def _answers(server: BotApi) -> dict[tuple[int, int], Effect]:
    """The first whole answer to each message, by chat and message."""
    found: dict[tuple[int, int], Effect] = {}
    for effect in [*server.effects]:
        if effect.kind == "send" and effect.chat is not None and effect.reply_to is not None:
            found.setdefault((effect.chat, effect.reply_to), effect)
    return found


def _signs(server: BotApi) -> dict[int, list[float]]:
    """When each chat saw something."""
    found: dict[int, list[float]] = {}
    for effect in [*server.effects]:
        if effect.chat is not None:
            found.setdefault(effect.chat, []).append(effect.at)
    return found


def _after(times: list[float], due: float) -> float:
    return next((at - due for at in times if at >= due), _GRACE)


def _spoke(text: str) -> bool:
    return bool(re.match(r"[^\n]* \[\d+\][.!?]?(?: [^\n]*)?\n\n", text))


def _models_own(text: str) -> float:
    """How long the simulated model took to say it: one word after the other."""
    words = text.partition("\n\n")[0].split()
    return FIRST_TOKEN + BETWEEN * max(len(words) - 1, 0)


def _lag() -> str:
    """What /metrics says of the event loop: the bucket in which 99 % of all measurements are."""
    with urllib.request.urlopen(f"http://127.0.0.1:{_PORT}/metrics") as response:
        lines = response.read().decode()
    buckets = [
        (each[1], float(each[2]))
        for each in re.finditer(r'kildebot_event_loop_lag_seconds_bucket{le="([^"]+)"} (\S+)', lines)
    ]
    total = buckets[-1][1]
    at99 = next(upper for upper, number in buckets if number >= 0.99 * total)
    over = total - next(number for upper, number in buckets if upper == "0.05")
    return f"event loop lag p99 <= {at99} s, over 50 ms {over:.0f} of {total:.0f}"


def _used(pid: int) -> str:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    resident = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM"))
    return f"CPU {ticks / os.sysconf('SC_CLK_TCK'):.1f} s, {resident.split()[1]} kB at most"


if __name__ == "__main__":
    main()
