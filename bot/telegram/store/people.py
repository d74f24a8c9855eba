"""What is kept about people: their choice, what they spent today, and how all of it is handed out and erased."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.telegram.store.schema import IS_WAITING
from vectorstore.database import Connection, Database, Row

CHOICES = ("auto", "nb", "en")
"""The languages that can be chosen; `auto` is that of the question."""

_AUTO = "auto"
_OF_USER = ("answers", "outbox", "inbox", "conversations")  # tables with a row for what somebody did
_KEPT_DAYS = 2  # that counts of a day are kept
_CHOICE_KEPT = 30 * 86_400.0  # seconds, at least

_SPARED = IS_WAITING.format(number="{}.update_id")  # what is still to be sent, or may be looked for by a second try
_OLD = {  # what is older than the retention allows, by table; the longest kept first
    "answers": "SELECT key FROM answers WHERE asked < ? AND NOT "  # noqa: S608 - constants
    + _SPARED.format("answers", "answers")
    + " ORDER BY asked LIMIT max(?, (SELECT count(*) / 10 FROM answers))",
    "people": "SELECT user FROM people WHERE seen < ? ORDER BY seen LIMIT max(?, (SELECT count(*) / 10 FROM people))",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What somebody asked for in a day."""

    questions: int = 0
    tokens: int = 0
    dollars: float = 0.0


class People:
    """What is kept about the users of one bot. Each call is one transaction."""

    def __init__(self, database: Database, salt: bytes, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._salt = salt
        self._clock = clock

    def language(self, user: int) -> str:
        """The language that somebody chose; `auto` where they chose none."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT language FROM people WHERE user = ?", (user,)).fetchone()
        return str(row[0]) if row else _AUTO

    def choose(self, user: int, language: str) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?)", (user, language, self._clock()))

    def spent(self, user: int, day: str) -> Spent:
        """What somebody asked for on a day, as 2026-11-23."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT questions, tokens, dollars FROM counts WHERE who = ? AND day = ?", (self._masked(user), day)
            ).fetchone()
        return Spent(*row) if row else Spent()

    def book(self, user: int, day: str, spent: Spent) -> None:
        """Add to what somebody asked for on a day, and note that they were here."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO counts VALUES (?, ?, ?, ?, ?) ON CONFLICT (who, day) DO UPDATE SET"
                " questions = questions + excluded.questions, tokens = tokens + excluded.tokens,"
                " dollars = dollars + excluded.dollars",
                (self._masked(user), day, spent.questions, spent.tokens, spent.dollars),
            )
            connection.execute("UPDATE people SET seen = ? WHERE user = ?", (self._clock(), user))

    def export(self, user: int) -> dict[str, Any]:
        """All that is kept about somebody, as it is kept, but for what is only a hash of them."""
        kept: dict[str, Any] = {}
        with self._database.reading() as connection:
            for table in ("people", *_OF_USER):
                rows = connection.execute(f"SELECT * FROM {table} WHERE user = ?", (user,))  # noqa: S608 - constants
                kept[table] = [_readable(row) for row in rows]
        return kept

    def forget(self, user: int, *, but: int | None = None) -> dict[str, int]:
        """Erase all that is kept about somebody, but for the update with this number; gives how much there was.

        The bytes are gone from the file when this returns, and from its log once that is emptied.
        """
        gone: dict[str, int] = {}
        with self._database.writing() as connection:
            gone["answers"] = _count(connection, "answers", user)
            for table in _OF_USER:
                spared = " AND update_id <> ?" if table == "inbox" and but is not None else ""
                values = (user, but) if spared else (user,)
                cursor = connection.execute(f"DELETE FROM {table} WHERE user = ?{spared}", values)  # noqa: S608
                gone.setdefault(table, cursor.rowcount)
            gone["people"] = connection.execute("DELETE FROM people WHERE user = ?", (user,)).rowcount
        return gone

    def forget_old(self, before: float, today: str, most: int) -> int:
        """Erase what is older than may be kept, the oldest first: at most so many rows of a sort, or a tenth of it. Gives how many.

        The limit is there for a clock that runs away: then it is hours, not a moment, until everything is gone. Where nothing is kept,
        the language that somebody chose is, for thirty days after they were last here: that they asked for.
        """
        number = 0
        with self._database.writing() as connection:
            for table, old in _OLD.items():
                key = "user" if table == "people" else "key"
                oldest = min(before, self._clock() - _CHOICE_KEPT) if table == "people" else before
                number += connection.execute(
                    f"DELETE FROM {table} WHERE {key} IN ({old})",  # noqa: S608 - constants
                    (oldest, most),
                ).rowcount
            number += connection.execute(
                "DELETE FROM outbox WHERE (update_id, part) IN"  # noqa: S608 - constants
                " (SELECT update_id, part FROM outbox WHERE answer IS NULL AND written < ? AND NOT "
                + _SPARED.format("outbox", "outbox")
                + " LIMIT max(?, (SELECT count(*) / 10 FROM outbox)))",
                (before, most),
            ).rowcount
            connection.execute("DELETE FROM counts WHERE day <= date(?, ?)", (today, f"-{_KEPT_DAYS} days"))
        return number

    def _masked(self, user: int) -> str:
        return hashlib.blake2b(str(user).encode(), key=self._salt, digest_size=16).hexdigest()


def _count(connection: Connection, table: str, user: int) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE user = ?", (user,)).fetchone()[0])  # noqa: S608


def _readable(row: Row) -> dict[str, Any]:
    values = zip(row.keys(), row, strict=True)
    return {name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value for name, value in values}
