"""What models cost in a day: counted before they are asked, in a SQLite file that all processes of a home share; sqlite3's home in bot.

    reserve: the most that a call may take is counted ─→ settle: what it took is counted instead
                                                      └→ release: it was never made, and counts nothing

A day is one of UTC. The count is in tokens; what they cost follows from the prices of whoever asks. Where the file cannot be used,
the count goes on in memory, from what the file last said, and is written once it can be.
"""

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.answer import Usage
from bot.prices import Prices

_PATIENCE = 0.5  # seconds that one booking waits for another process's; each takes a millisecond
_REST = 30.0  # seconds that a file that could not be used is left alone, so that not every question waits for it
_DAYS_KEPT = 400  # the latest that anything was booked on; counted, not reckoned, so that no wrong clock removes any
_MOST_TOKENS = (
    10**9
)  # of one call; whatever a server reports beyond that is not true, and would not fit in 64 bits for ever
_ROUNDING = 1e-9  # dollars; sums of floats are off by less

_FAULTS = (OSError, sqlite3.Error, UnicodeDecodeError)
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}  # the last: its tables are not ours

_TABLE = """CREATE TABLE IF NOT EXISTS spent (
    day TEXT NOT NULL,  -- 2026-11-23
    model TEXT NOT NULL,
    sent INTEGER NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (day, model)
) WITHOUT ROWID"""
# What was counted and is taken back may have been lost with a damaged file; a count never falls below nothing.
_ADD = """INSERT INTO spent VALUES (:day, :model, max(0, :sent), max(0, :received))
    ON CONFLICT (day, model) DO UPDATE SET sent = max(0, sent + :sent), received = max(0, received + :received)"""
_FORGET = """DELETE FROM spent WHERE day <> :day
    AND day NOT IN (SELECT day FROM spent GROUP BY day ORDER BY day DESC LIMIT :kept)"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent in a day, where prices are known and in all; 0 for no limit."""

    dollars: float = 0.0
    tokens: int = 0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Budget:
    """What models may still cost today. For any number of threads, and for other processes at the same time.

    No method raises for the sake of the file, nor waits for it longer than a moment; what is wrong with it is logged, once a day.
    """

    def __init__(
        self,
        file: Path,
        prices: Prices,
        limits: Limits,
        now: Callable[[], datetime] = _utc_now,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = _PATIENCE,
    ) -> None:
        """Nothing is opened yet. `now` has a time zone, `clock` and `patience` count seconds."""
        self._prices = prices
        self._limits = limits
        self._now = now
        self._ledger = _Ledger(file, clock, patience)

    def reserve(self, model: str, input_tokens: int, output_tokens: int) -> "Reservation | None":
        """Count the most that a call may take, before it is made; None where that is more than may be spent today.

        It stays counted, on this day, until it is settled or released: a process that is killed has spent it.
        """
        day, most = self._today(), _tokens(input_tokens, output_tokens)
        # A setting may hold bytes that are no text, which the file does not take.
        model = model.encode(errors="replace").decode()
        if not self._ledger.book(day, model, most, lambda spent: self._fits(spent, model, most)):
            return None
        return Reservation(
            most, lambda usage: self._ledger.book(day, model, usage), lambda usage: self._priced(model, usage)
        )

    def spent(self) -> Usage:
        """What is counted today, reservations included. `dollars` are those of known prices; None where there are none."""
        spent = self.spent_by_model().values()
        known = [each.dollars for each in spent if each.dollars is not None]
        total = sum(spent, Usage())
        return Usage(total.input_tokens, total.output_tokens, sum(known) if known or not spent else None)

    def spent_by_model(self) -> dict[str, Usage]:
        """What is counted today, for each model that was asked, by the name that it was asked by."""
        spent = self._ledger.read(self._today()).items()
        return {model: self._priced(model, usage) for model, usage in spent if usage.tokens}

    def close(self) -> None:
        """Write what is yet to be written, and let go of the file; it is opened again when it is needed."""
        self._ledger.close()

    def _today(self) -> str:
        return self._now().astimezone(UTC).date().isoformat()

    def _priced(self, model: str, usage: Usage) -> Usage:
        sent, received = usage.input_tokens, usage.output_tokens
        return Usage(sent, received, self._prices.dollars(model, sent, received))

    def _fits(self, spent: dict[str, Usage], model: str, more: Usage) -> bool:
        tokens = more.tokens + sum(each.tokens for each in spent.values())
        if self._limits.tokens and tokens > self._limits.tokens:
            return False
        dollars = self._priced(model, more).dollars
        if dollars is None or not self._limits.dollars:
            return True
        dollars += sum(self._priced(each, usage).dollars or 0.0 for each, usage in spent.items())
        return dollars <= self._limits.dollars + _ROUNDING


class Reservation:
    """The most that one call may take, counted as spent until it is told what became of the call. What is told first counts."""

    def __init__(self, most: Usage, book: Callable[[Usage], object], priced: Callable[[Usage], Usage]) -> None:
        self._most = most
        self._book = book
        self._priced = priced
        self._telling = threading.Lock()
        self._took: Usage | None = None

    def settle(self, input_tokens: int, output_tokens: int) -> Usage:
        """Count what the call took, which may be less or more than was reserved; gives what is counted, with its price."""
        with self._telling:
            if self._took is None:
                took = _tokens(input_tokens, output_tokens)
                self._book(_difference(took, self._most))
                self._took = self._priced(took)
            return self._took

    def release(self) -> None:
        """Count nothing: the call never reached the model."""
        self.settle(0, 0)


def _tokens(sent: int, received: int) -> Usage:
    return Usage(min(max(sent, 0), _MOST_TOKENS), min(max(received, 0), _MOST_TOKENS))


def _difference(new: Usage, old: Usage) -> Usage:
    return Usage(new.input_tokens - old.input_tokens, new.output_tokens - old.output_tokens)


class _Ledger:
    """Tokens by day and model: in the file, and in memory what the file last said and what is not in it yet."""

    def __init__(self, file: Path, clock: Callable[[], float], patience: float) -> None:
        self._file = file
        self._clock = clock
        self._patience = patience
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._rests_until = float("-inf")
        self._warned_on = ""
        self._known: dict[str, dict[str, Usage]] = {}
        self._unwritten: dict[tuple[str, str], Usage] = {}

    def book(self, day: str, model: str, usage: Usage, fits: Callable[[dict[str, Usage]], bool] | None = None) -> bool:
        """Add to a day, if what is there already lets it; nobody adds anything in between. Whether it was added."""
        with self._transaction(day):
            if fits and not fits(self._on(day)):
                return False
            self._add(day, model, usage)
            return True

    def read(self, day: str) -> dict[str, Usage]:
        """What there is of a day, by model. A file that is not there is not made."""
        with self._lock:
            if not self._unwritten and _identity(self._file) is None:
                return {}
            with self._transaction(day):
                return self._on(day)

    def close(self) -> None:
        with self._lock:
            if self._unwritten:
                self._rests_until = float("-inf")
                with self._transaction(next(iter(self._unwritten))[0]):
                    pass
            self._let_go()

    def _on(self, day: str) -> dict[str, Usage]:
        spent = dict(self._known.get(day, {}))
        for (other, model), usage in self._unwritten.items():
            if other == day:
                spent[model] = spent.get(model, Usage()) + usage
        return spent

    def _add(self, day: str, model: str, usage: Usage) -> None:
        self._unwritten[day, model] = self._unwritten.get((day, model), Usage()) + usage

    @contextmanager
    def _transaction(self, day: str) -> Iterator[None]:
        """Know what the file says of a day; at the end, all that is unwritten is in it. Without a file that can be used: neither."""
        with self._lock:
            try:
                connection = self._begin(day)
                yield
                if connection:
                    self._write(connection, day)
            finally:
                if self._connection and self._connection.in_transaction:
                    self._let_go()  # which undoes what was begun

    def _begin(self, day: str) -> sqlite3.Connection | None:
        if self._clock() < self._rests_until:
            return None
        for _ in range(2):
            try:
                return self._look(day)
            except _FAULTS as error:
                if not self._mend(error, day):
                    return None
        return None

    def _look(self, day: str) -> sqlite3.Connection:
        """Begin a transaction, and learn what the file says of a day."""
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        rows = connection.execute("SELECT model, sent, received FROM spent WHERE day = ?", (day,)).fetchall()
        if not all(isinstance(count, int) and count >= 0 for _, *counts in rows for count in counts):
            raise _Damaged(f"it holds what is no count on {day}")
        self._known[day] = {model: Usage(sent, received) for model, sent, received in rows}
        if not rows:
            connection.execute(_FORGET, {"day": day, "kept": _DAYS_KEPT})
        return connection

    def _write(self, connection: sqlite3.Connection, day: str) -> None:
        try:
            for (on, model), usage in self._unwritten.items():
                values = {"day": on, "model": model, "sent": usage.input_tokens, "received": usage.output_tokens}
                connection.execute(_ADD, values)
            connection.execute("COMMIT")
        except _FAULTS as error:
            self._mend(error, day)
            return
        self._known = {on: self._on(on) for on in self._known}
        self._unwritten.clear()

    def _opened(self) -> sqlite3.Connection:
        """The connection, to the file that is there now: one that was put aside by another process is not counted in."""
        if self._connection is None or _identity(self._file) != self._identity:
            self._let_go()
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        # Never opened where it exists: to close it would end SQLite's locks on it ("How To Corrupt An SQLite Database", 2.2).
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._identity = _identity(self._file)
        connection = sqlite3.connect(self._file, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA trusted_schema = OFF")
            self._make_wal(connection)
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):  # a millisecond, for a year of days
                raise _Damaged("SQLite's own check fails")
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_wal(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # SQLite does not wait here. Another process is making it so, or is booking: that goes on in either mode.
            if _code(error) != sqlite3.SQLITE_BUSY:
                raise

    def _let_go(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _mend(self, error: Exception, day: str) -> bool:
        """After an error: put a damaged file aside, or leave the file alone for a while. Whether it may be tried again at once."""
        self._let_go()
        try:
            if _is_damage(error):
                self._put_aside(day, error)
                return True
        except OSError as reason:
            error = reason
        self._rests_until = self._clock() + _REST
        self._warn(
            day, "%s cannot be used (%s); what models cost is counted in memory meanwhile", self._file, _reason(error)
        )
        return False

    def _put_aside(self, day: str, error: Exception) -> None:
        if _identity(self._file) != self._identity:
            return  # another process has done it
        aside = self._file.with_name(self._file.name + ".damaged")
        for end in ("-wal", "-shm", ""):  # the log first: SQLite takes one that it finds beside a new file for its own
            part, place = (path.with_name(path.name + end) for path in (self._file, aside))
            try:
                part.replace(place)
            except FileNotFoundError:
                place.unlink(missing_ok=True)
        known, self._known = self._known, {}
        for on, spent in known.items():
            for model, usage in spent.items():
                self._add(on, model, usage)
        self._warn(
            day, "%s is damaged (%s) and was put aside; what models cost is counted anew", self._file, _reason(error)
        )

    def _warn(self, day: str, message: str, *arguments: object) -> None:
        if self._warned_on != day:
            self._warned_on = day
            _log.warning(message, *arguments)


class _Damaged(sqlite3.DatabaseError):
    """The file is a database, and what is in it cannot be what was written."""


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _code(error: Exception) -> int | None:
    """SQLite's own; None where Python could not read what SQLite gave it."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _is_damage(error: Exception) -> bool:
    unreadable = isinstance(error, (_Damaged, UnicodeDecodeError, sqlite3.OperationalError)) and _code(error) is None
    return unreadable or _code(error) in _DAMAGE


def _reason(error: Exception) -> str:
    """A word for the log. The error's own text may hold bytes of a damaged file."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
