"""What people may rely on about what models may cost in a day: it is counted before they are asked, by everyone together, whatever happens."""

import contextlib
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.answer import Usage
from bot.prices import Price, Prices
from bot.spending import Budget, Limits

ROOT = Path(__file__).parent.parent
MODEL = "openai:cheap"
PRICES = Prices({"cheap": Price(sent=1, received=2), "dear": Price(sent=100, received=200)})
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

posix = pytest.mark.skipif(os.name != "posix", reason="kills and rights as POSIX has them")


class Clock:
    """The time of day, and the seconds since the start, as the test has them."""

    def __init__(self) -> None:
        self.now = NOON
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spending.sqlite3"


Opening = Callable[..., Budget]


@pytest.fixture
def budget_of(file: Path, clock: Clock) -> Iterator[Opening]:
    """Budgets over one file, closed at the end."""
    with contextlib.ExitStack() as stack:

        def open_budget(dollars: float = 0.0, tokens: int = 0, *, place: Path = file, patience: float = 0.05) -> Budget:
            limits = Limits(dollars, tokens)
            budget = Budget(place, PRICES, limits, clock, clock=lambda: clock.seconds, patience=patience)
            stack.callback(budget.close)
            return budget

        yield open_budget


def spend(budget: Budget, sent: int, received: int = 0, model: str = MODEL) -> bool:
    """Whether a call could be made that takes exactly this."""
    reservation = budget.reserve(model, sent, received)
    if reservation is not None:
        reservation.settle(sent, received)
    return reservation is not None


def in_file(file: Path) -> dict[str, int]:
    """The tokens of each day that are in the file, whoever counted them."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT day, sum(sent + received) FROM spent GROUP BY day ORDER BY day"))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "bot.spending"]


# Counting


def test_the_most_that_a_call_may_take_is_counted_before_it_is_made(budget_of: Opening) -> None:
    budget = budget_of(tokens=100)

    assert budget.reserve(MODEL, 60, 20)
    assert budget.spent().tokens == 80
    assert budget.reserve(MODEL, 20, 1) is None
    assert budget.reserve(MODEL, 20, 0)


@pytest.mark.parametrize(("sent", "received"), [(10, 5), (90, 40), (0, 0)])
def test_what_a_call_took_is_counted_instead_be_it_less_or_more(budget_of: Opening, sent: int, received: int) -> None:
    budget = budget_of()
    reservation = budget.reserve(MODEL, 50, 30)
    assert reservation

    took = reservation.settle(sent, received)

    assert took == budget.spent() == Usage(sent, received, (sent + 2 * received) / 1e6)


def test_a_call_that_never_reached_the_model_counts_nothing(budget_of: Opening) -> None:
    budget = budget_of(tokens=100)
    reservation = budget.reserve(MODEL, 100, 0)
    assert reservation

    reservation.release()

    assert budget.spent() == Usage()
    assert spend(budget, 100)


def test_what_is_told_first_about_a_call_counts_and_counts_once(budget_of: Opening) -> None:
    budget = budget_of()
    settled, released = budget.reserve(MODEL, 50, 50), budget.reserve(MODEL, 50, 50)
    assert settled
    assert released

    first = settled.settle(10, 5)
    released.release()

    assert settled.settle(40, 40) == settled.settle(10, 5) == first
    settled.release()
    released.settle(50, 50)
    assert budget.spent().tokens == 15


def test_a_call_that_is_settled_by_many_threads_at_once_counts_once(budget_of: Opening) -> None:
    budget = budget_of()
    spend(budget, 1_000)
    reservation = budget.reserve(MODEL, 100, 0)
    assert reservation

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: reservation.settle(10, 0), range(32)))

    assert budget.spent().tokens == 1_010


def test_counts_that_no_model_can_have_taken_are_not_believed(budget_of: Opening, file: Path) -> None:
    budget = budget_of()
    for sent, received in [(-5, -(10**30)), (10**30, 0), (10**30, 10**30)]:
        reservation = budget.reserve(MODEL, 10, 10)
        assert reservation
        took = reservation.settle(sent, received)
        assert 0 <= took.input_tokens <= 10**9
        assert 0 <= took.output_tokens <= 10**9

    assert budget.spent().tokens == in_file(file)["2026-11-23"] == 3 * 10**9


def test_a_model_whose_name_is_no_text_is_counted_like_any_other(budget_of: Opening) -> None:
    budget = budget_of(tokens=100)

    assert spend(budget, 60, 0, "openai:\udcff")
    assert spend(budget, 40)
    assert not spend(budget, 1)


# Limits


def test_a_limit_may_be_reached_and_not_passed(budget_of: Opening) -> None:
    assert spend(budget_of(tokens=100), 60, 40)
    assert not spend(budget_of(tokens=100), 0, 1)
    assert spend(budget_of(dollars=1.00014), 1_000_000)
    assert not spend(budget_of(dollars=1.00014), 1)


def test_a_limit_in_dollars_is_reached_to_the_cent_whatever_floats_make_of_it(budget_of: Opening) -> None:
    budget = budget_of(dollars=0.3)

    assert [spend(budget, 100_000) for _ in range(4)] == [True, True, True, False]


def test_without_limits_nothing_is_refused(budget_of: Opening) -> None:
    assert all(spend(budget_of(), 10**9, 10**9, "openai:dear") for _ in range(10))


def test_the_models_share_one_limit(budget_of: Opening) -> None:
    budget = budget_of(dollars=1)

    assert spend(budget, 9_000, 0, "openai:dear")
    assert not spend(budget, 100_001)
    assert spend(budget, 100_000)


def test_a_model_without_a_price_counts_in_tokens_alone(budget_of: Opening) -> None:
    budget = budget_of(dollars=1, tokens=2_000_000)
    assert spend(budget, 1_000_000)

    reservation = budget.reserve("ollama:mine", 600_000, 0)

    assert reservation
    assert reservation.settle(600_000, 0).dollars is None
    assert not spend(budget, 1), "a model with a price is held to the dollars all the same"
    assert budget.reserve("ollama:mine", 500_000, 0) is None


def test_one_is_told_what_was_spent_today_in_all_and_on_each_model(budget_of: Opening) -> None:
    budget = budget_of()
    assert budget.spent() == Usage(0, 0, 0.0)
    assert budget.spent_by_model() == {}

    spend(budget, 100, 0, "ollama:mine")
    assert budget.spent() == Usage(100, 0, None)
    spend(budget, 1_000_000, 500_000)

    assert budget.spent() == Usage(1_000_100, 500_000, 2.0)
    assert budget.spent_by_model() == {"ollama:mine": Usage(100, 0, None), MODEL: Usage(1_000_000, 500_000, 2.0)}


# Days


def test_a_day_begins_at_midnight_in_greenwich_with_nothing_spent(budget_of: Opening, clock: Clock) -> None:
    budget = budget_of(tokens=100)
    clock.now = datetime(2026, 11, 24, 0, 59, tzinfo=timezone(timedelta(hours=1)))
    assert spend(budget, 100)
    assert not spend(budget, 1)

    clock.now += timedelta(minutes=1)

    assert budget.spent() == Usage()
    assert spend(budget, 100)


def test_a_call_belongs_to_the_day_on_which_it_was_begun(budget_of: Opening, clock: Clock, file: Path) -> None:
    budget = budget_of(tokens=100)
    reservation = budget.reserve(MODEL, 100, 0)
    assert reservation
    clock.now += timedelta(days=1)
    assert spend(budget, 30)

    reservation.settle(70, 0)

    assert budget.spent().tokens == 30
    assert in_file(file) == {"2026-11-23": 70, "2026-11-24": 30}


@pytest.mark.parametrize("days", [-1, 1, -20_000, 20_000])
def test_a_clock_that_was_wrong_for_a_while_loses_nothing_and_blocks_nothing(
    budget_of: Opening, clock: Clock, days: int
) -> None:
    budget = budget_of(tokens=100)
    assert spend(budget, 60)

    clock.now += timedelta(days=days)
    assert spend(budget, 100)
    assert not spend(budget, 1)

    clock.now = NOON
    assert budget.spent().tokens == 60
    assert spend(budget, 40)
    assert not spend(budget, 1)


def test_days_that_are_long_past_are_forgotten(budget_of: Opening, clock: Clock, file: Path) -> None:
    spend(budget_of(), 1)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        days = [(str((NOON - timedelta(days=number)).date()),) for number in range(1, 500)]
        connection.executemany("INSERT INTO spent VALUES (?, 'openai:cheap', 7, 0)", days)
        connection.commit()
    clock.now += timedelta(days=1)

    spend(budget_of(), 2)

    kept = in_file(file)
    assert kept["2026-11-24"] == 2
    assert kept["2026-11-23"] == 1
    assert min(kept) == "2025-10-20"
    assert len(kept) == 401


# Everyone together


def test_many_questions_at_once_cannot_spend_more_than_there_is(budget_of: Opening, file: Path) -> None:
    budgets = [budget_of(tokens=1_000, patience=10), budget_of(tokens=1_000, patience=10)]
    together = threading.Barrier(16)

    def ask(number: int) -> int:
        together.wait()
        return sum(budgets[number % 2].reserve(MODEL, 10, 5) is not None for _ in range(20))

    with ThreadPoolExecutor(16) as pool:
        granted = sum(pool.map(ask, range(16)))

    assert granted == 66
    assert in_file(file) == {"2026-11-23": 66 * 15}


_PROCESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.prices import Prices
from bot.spending import Budget, Limits

now = lambda: datetime(2026, 11, 23, 12, tzinfo=UTC)
budget = Budget(Path(sys.argv[1]), Prices({}), Limits(0, 1_000), now, patience=10.0)
"""

_SPENDING = """
print("ready", flush=True)
sys.stdin.readline()
reservations = [budget.reserve("m", 10, 5) for _ in range(50)]
granted = [each for each in reservations if each is not None]
for each in granted[:20]:
    each.settle(1, 0)
print(len(granted), len(granted[:20]))
budget.close()
"""

_RESERVING = """
kept, settled = budget.reserve("m", 500, 100), budget.reserve("m", 300, 0)
settled.settle(200, 0)
print("ready", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def process(program: str, file: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", _PROCESS + program, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout
        assert started.stdout.readline() == "ready\n"
        yield started


def said_by(started: "subprocess.Popen[str]") -> str:
    """What it still prints until it ends. Not `communicate`, which does not know what the first line was buffered with."""
    assert started.stdout
    return started.stdout.read()


def test_processes_count_together_from_the_first_moment_on(file: Path) -> None:
    with process(_SPENDING, file) as one, process(_SPENDING, file) as other:
        for each in (one, other):
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        counts = [[int(number) for number in said_by(each).split()] for each in (one, other)]

    granted, settled = (sum(column) for column in zip(*counts, strict=True))
    # Sixty-six fit; where one process settles before the other has asked, more do.
    assert 66 <= granted <= 100
    assert in_file(file) == {"2026-11-23": 15 * (granted - settled) + settled}


@posix
def test_what_a_killed_process_had_reserved_stays_spent(file: Path, budget_of: Opening) -> None:
    with process(_RESERVING, file) as killed:
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL

    budget = budget_of(tokens=1_000)
    assert budget.spent().tokens == 800
    assert budget.reserve(MODEL, 201, 0) is None
    assert budget.reserve(MODEL, 200, 0)


@posix
def test_a_process_that_is_killed_at_any_moment_holds_up_nobody_and_harms_nothing(
    file: Path, budget_of: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    spending = """
print("ready", flush=True)
budget = Budget(Path(sys.argv[1]), Prices({}), Limits(), now, patience=10.0)
while True:
    budget.reserve("m", 10, 5)
"""
    budget = budget_of()
    spend(budget, 1)
    for delay in (0.01, 0.033, 0.05):
        with process(spending, file) as killed:
            time.sleep(delay)
            killed.kill()
        before = budget.spent().tokens
        assert spend(budget, 1_500)
        assert budget.spent().tokens == before + 1_500
        assert before % 15 == 1
    assert warnings(caplog) == []


# The file


def test_no_file_is_made_before_something_is_spent(budget_of: Opening, file: Path) -> None:
    budget = budget_of()

    assert budget.spent() == Usage()
    assert not file.exists()
    spend(budget, 1)
    assert file.exists()


@posix
def test_only_its_owner_may_read_what_was_spent(budget_of: Opening, file: Path) -> None:
    spend(budget_of(), 1)

    files = sorted(file.parent.iterdir())
    assert [each.name for each in files] == ["spending.sqlite3", "spending.sqlite3-shm", "spending.sqlite3-wal"]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}


@posix
def test_a_process_that_ends_takes_no_log_away_from_those_that_go_on(budget_of: Opening, file: Path) -> None:
    one, other = budget_of(), budget_of()
    spend(one, 1)
    spend(other, 2)
    with process('print("ready")\nbudget.reserve("m", 4, 0)\nbudget.close()', file) as ending:
        assert ending.wait() == 0

    assert file.with_name("spending.sqlite3-wal").exists()
    spend(one, 8)
    assert other.spent().tokens == 15


def test_what_is_counted_is_on_the_disk_before_the_model_is_asked(budget_of: Opening, file: Path) -> None:
    budget = budget_of()
    spend(budget, 1)

    connection = budget._ledger._connection
    assert connection
    assert [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")] == [
        "wal",
        2,  # FULL
    ]


def test_a_closed_budget_has_let_go_of_its_files_and_opens_them_again_when_needed(
    budget_of: Opening, file: Path
) -> None:
    budget = budget_of()
    spend(budget, 1)

    budget.close()

    assert list(file.parent.iterdir()) == [file]
    spend(budget, 2)
    assert budget.spent().tokens == 3


def _garbage(file: Path) -> None:
    file.write_bytes(b"what was spent " * 1_000)


def _a_broken_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-3_000:] = b"\xff" * 3_000
    file.write_bytes(content)


def _a_broken_schema(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE", b"CREATE T\xc3BLE"))


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5_000])


def _tables_of_another(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE spent RENAME COLUMN sent TO something")


def _no_counts(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE spent SET sent = 'many'")
        connection.commit()


def _a_model_that_is_no_text(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(MODEL.encode(), b"\xff" * len(MODEL)))


damaged = pytest.mark.parametrize(
    "damage",
    [_garbage, _a_broken_page, _a_broken_schema, _cut_off, _tables_of_another, _no_counts, _a_model_that_is_no_text],
)


@damaged
def test_a_damaged_file_is_put_aside_and_begun_anew(
    budget_of: Opening, file: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    before = budget_of()
    spend(before, 5)
    before.close()
    damage(file)
    broken = file.read_bytes()
    budget = budget_of(tokens=100)

    assert spend(budget, 60)

    assert (file.parent / "spending.sqlite3.damaged").read_bytes() == broken
    assert budget_of().spent().tokens == in_file(file)["2026-11-23"] == 60
    assert not spend(budget_of(tokens=100), 41)
    assert len(warnings(caplog)) == 1
    assert "was put aside" in warnings(caplog)[0]


def test_a_file_that_is_damaged_while_it_is_in_use_costs_nothing_that_was_counted(
    budget_of: Opening, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = budget_of(tokens=100), budget_of(tokens=100)
    spend(other, 10)
    reservation = one.reserve(MODEL, 50, 0)
    assert reservation
    for each in file.parent.iterdir():
        each.write_bytes(b"\xff" * each.stat().st_size)

    reservation.settle(30, 0)

    ends = ("", "-shm", "-wal")
    assert {each.name for each in file.parent.iterdir()} == {
        "spending.sqlite3" + aside + end for aside in ("", ".damaged") for end in ends
    }
    assert spend(other, 20)
    for budget in (one, other, budget_of(tokens=100)):
        assert budget.spent().tokens == 60
    assert not spend(one, 41)
    assert in_file(file) == {"2026-11-23": 60}
    assert len(warnings(caplog)) == 1


def test_a_second_damaged_file_takes_the_place_of_the_first(budget_of: Opening, file: Path) -> None:
    for text in ("first", "second"):
        file.write_text(text * 100)
        budget = budget_of()
        spend(budget, 1)
        budget.close()

    aside = sorted(each.name for each in file.parent.iterdir() if "damaged" in each.name)
    assert aside == ["spending.sqlite3.damaged"]
    assert (file.parent / aside[0]).read_text().startswith("second")


@posix
def test_a_damaged_file_whose_log_is_whole_is_made_whole_by_it(
    budget_of: Opening, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with process(_RESERVING, file) as killed:
        killed.kill()
    file.write_bytes(b"?" * file.stat().st_size)

    assert spend(budget_of(), 60)

    assert in_file(file) == {"2026-11-23": 860}
    assert warnings(caplog) == []


def test_a_damaged_file_is_not_put_beside_the_log_of_an_earlier_one(budget_of: Opening, file: Path) -> None:
    earlier = file.with_name("spending.sqlite3.damaged-wal")
    earlier.touch()
    file.write_bytes(b"?" * 4096)

    assert spend(budget_of(), 60)

    assert not earlier.exists()


@posix
def test_what_was_reserved_in_a_file_that_is_gone_takes_nothing_from_the_next(
    budget_of: Opening, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    budget = budget_of(tokens=100)
    reservation = budget.reserve(MODEL, 60, 20)
    assert reservation
    for each in file.parent.iterdir():
        each.unlink()
    assert spend(budget, 0, 90)

    reservation.settle(10, 0)

    assert budget.spent() == Usage(0, 70, 140 / 1e6)
    assert spend(budget, 30)
    assert not spend(budget, 1)
    assert warnings(caplog) == []


@posix
def test_a_file_that_was_removed_is_begun_anew_by_everyone_who_has_it_open(budget_of: Opening, file: Path) -> None:
    one, other = budget_of(tokens=100), budget_of(tokens=100)
    assert spend(one, 90)
    assert not spend(other, 20)
    for each in file.parent.iterdir():
        each.unlink()

    assert spend(other, 60)

    assert one.spent().tokens == 60
    assert not spend(one, 41)


_UNWRITABLE = """
import logging, os
if os.geteuid() == 0:
    os.setegid(65534), os.seteuid(65534)
logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stdout)
print("ready", flush=True)
print([budget.reserve("m", 300, 100) is not None for _ in range(4)], budget.spent().tokens)
budget.close()
"""


@posix
@pytest.mark.parametrize("existing", [False, True])
def test_in_a_folder_that_cannot_be_written_the_limit_holds_in_memory(existing: bool) -> None:
    place = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    file = place / "spending.sqlite3"
    if existing:
        first = Budget(file, PRICES, Limits(), lambda: NOON)
        spend(first, 1)
        first.close()
        file.chmod(0o444)
    place.chmod(0o555)
    try:
        with process(_UNWRITABLE, file) as started:
            lines = said_by(started).splitlines()
    finally:
        place.chmod(0o700)
        shutil.rmtree(place)

    assert lines[-1] == "[True, True, False, False] 800"
    assert len(lines) == 2, "one warning, however many questions"
    assert lines[0].startswith(f"WARNING {file} cannot be used")


@pytest.mark.parametrize("place", ["no/such/folder/spending.sqlite3", "a_file/spending.sqlite3", "a_folder"])
def test_where_no_file_can_be_the_limit_holds_in_memory(
    budget_of: Opening, tmp_path: Path, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    (tmp_path / "a_file").touch()
    (tmp_path / "a_folder").mkdir()
    budget = budget_of(tokens=100, place=tmp_path / place)

    assert budget.spent() == Usage()
    assert [spend(budget, 50) for _ in range(3)] == [True, True, False]
    assert budget.spent().tokens == 100
    assert len(warnings(caplog)) == 1


@posix
def test_on_a_full_disk_the_limit_holds_and_counts_from_what_the_file_says(file: Path, budget_of: Opening) -> None:
    first = budget_of()
    spend(first, 500)
    full = """
import resource
print("ready", flush=True)
size = sum(each.stat().st_size for each in Path(sys.argv[1]).parent.glob("*-wal"))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
print([budget.reserve("m", 300, 100) is not None for _ in range(2)], budget.spent().tokens)
"""
    with process(full, file) as started:
        assert said_by(started) == "[True, False] 900\n"


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def test_a_locked_file_holds_up_no_question_and_is_written_when_it_is_free(
    budget_of: Opening, clock: Clock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    budget = budget_of(tokens=100)
    spend(budget, 30)
    reservation = budget.reserve(MODEL, 20, 0)
    assert reservation
    with locked(file):
        began = time.perf_counter()
        reservation.settle(10, 0)
        assert [spend(budget, 1) for _ in range(70)] == [True] * 60 + [False] * 10
        assert time.perf_counter() - began < 1.0, "waits once, not 131 times"
        assert budget.spent().tokens == 100
        assert len(warnings(caplog)) == 1
    assert in_file(file) == {"2026-11-23": 50}
    clock.seconds += 30

    assert not spend(budget, 1)

    assert in_file(file) == {"2026-11-23": 100}
    assert budget_of(tokens=100).reserve(MODEL, 1, 0) is None
    assert len(warnings(caplog)) == 1


def test_what_was_counted_while_the_file_was_locked_is_written_at_the_end(budget_of: Opening, file: Path) -> None:
    budget = budget_of()
    spend(budget, 1)
    with locked(file):
        spend(budget, 41)

    budget.close()

    assert in_file(file) == {"2026-11-23": 42}


def test_what_was_counted_over_midnight_in_memory_goes_to_its_days(
    budget_of: Opening, clock: Clock, file: Path
) -> None:
    budget = budget_of(tokens=100)
    spend(budget, 1)
    with locked(file):
        reservation = budget.reserve(MODEL, 60, 0)
        assert reservation
        clock.now += timedelta(days=1)
        assert spend(budget, 90)
        assert not spend(budget, 11)
        reservation.settle(20, 0)

    budget.close()

    assert in_file(file) == {"2026-11-23": 21, "2026-11-24": 90}


def test_the_limit_holds_in_memory_also_after_a_call_of_the_day_before_was_settled(
    budget_of: Opening, clock: Clock, file: Path
) -> None:
    budget = budget_of(tokens=100)
    reservation = budget.reserve(MODEL, 60, 0)
    assert reservation
    clock.now += timedelta(days=1)
    assert spend(budget, 90)
    reservation.settle(20, 0)

    with locked(file):
        assert not spend(budget, 11)
        assert spend(budget, 10)


def test_a_booking_of_another_process_is_waited_for_a_moment(
    budget_of: Opening, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    budget = budget_of(patience=20)
    spend(budget, 1)
    holding, held = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(file):
            held.set()
            holding.wait(0.1)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    spend(budget, 2)
    thread.join()

    assert in_file(file) == {"2026-11-23": 3}
    assert warnings(caplog) == []


def test_a_file_that_another_process_is_just_making_is_waited_for_too(
    budget_of: Opening, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    making = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    making.execute("BEGIN IMMEDIATE")
    thread = threading.Timer(0.1, lambda: making.execute("COMMIT"))
    thread.start()

    assert spend(budget_of(patience=20), 2)

    thread.join()
    making.close()
    assert in_file(file) == {"2026-11-23": 2}
    assert warnings(caplog) == []


def test_a_file_that_stays_unusable_is_told_of_once_a_day(
    budget_of: Opening, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    budget = budget_of(place=tmp_path / "none" / "spending.sqlite3")

    for _ in range(3):
        for _ in range(10):
            spend(budget, 1)
            clock.seconds += 60
        clock.now += timedelta(days=1)

    assert len(warnings(caplog)) == 3


def test_an_interrupted_booking_leaves_the_file_free_for_others(budget_of: Opening, clock: Clock, file: Path) -> None:
    class Interrupting(Prices):
        def dollars(self, model: str, sent: int, received: int = 0) -> float | None:
            raise KeyboardInterrupt

    one = budget_of()
    spend(one, 1)
    interrupted = Budget(file, Interrupting({}), Limits(1, 0), clock)
    with pytest.raises(KeyboardInterrupt):
        interrupted.reserve(MODEL, 5, 0)

    assert spend(one, 2)

    assert in_file(file) == {"2026-11-23": 3}
    interrupted.close()
