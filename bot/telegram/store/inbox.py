"""Updates on disk: taken in before they are confirmed to Telegram, and kept until they are done."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.telegram.store.schema import IS_WAITING
from vectorstore.database import Connection, Database

_REMEMBERED = 3 * 86_400.0  # seconds that a done update's number is kept; Telegram forgets updates after 24 hours

_KINDS_OF_MESSAGE = ("message", "edited_message", "channel_post", "edited_channel_post")
_NUMBER = re.compile(rb'\s*\{\s*"update_id"\s*:\s*(\d{1,18})\s*[,}]')
_TIMELESS = {"inline_query": "inline", "callback_query": "button"}  # they wait for nothing that was said before them


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that is not done. `begun` counts the times that the program ended while an answer to it was sought."""

    key: int
    update_id: int | None
    lane: str
    raw: bytes
    begun: int = 0
    failed: int = 0

    @property
    def number(self) -> int:
        """Names it in the outbox: Telegram's number, or for what has none one of ours, below zero."""
        return self.update_id if self.update_id is not None else -self.key


@dataclass(frozen=True, slots=True)
class Sender:
    """Where an update comes from, as far as it can be read; `language` is that of the user's app (BCP 47)."""

    chat: int | None = None
    thread: int = 0
    user: int | None = None
    message: int | None = None
    language: str = ""


class Inbox:
    """The updates of one bot, in the order in which they came. Each call is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def receive(self, updates: Iterable[bytes]) -> list[Waiting]:
        """Put them on the disk; gives those that are new. When this returns, they outlive the process."""
        fresh = []
        with self._database.writing() as connection:
            for raw in updates:
                update_id, lane, chat, user = _whereabouts(raw)
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO inbox (update_id, lane, state, received, chat, user, raw)"
                    " VALUES (?, ?, 'waiting', ?, ?, ?, ?)",
                    (update_id, lane, self._clock(), chat, user, raw),
                )
                if cursor.rowcount:
                    fresh.append(Waiting(int(cursor.lastrowid or 0), update_id, lane, raw))
        return fresh

    def waiting(self) -> list[Waiting]:
        """What is not done, oldest first. What has its answer, which only is not sent yet, has ended no program."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT key, update_id, lane, raw, failed, CASE WHEN EXISTS (SELECT 1 FROM outbox"
                " WHERE outbox.update_id = coalesce(inbox.update_id, -inbox.key) AND outbox.state <> 'preview')"
                " THEN 0 ELSE begun END AS begun FROM inbox WHERE state = 'waiting' ORDER BY key"
            )
            return [Waiting(**dict(row)) for row in rows]

    def one(self, key: int) -> Waiting | None:
        """The update with this key, while it is not done."""
        return next((each for each in self.waiting() if each.key == key), None)

    def begin(self, waiting: Waiting) -> bool:
        """Work on it begins, if it still waits. Not undone by an end of the process, so that one that brings it down is found out."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "UPDATE inbox SET begun = begun + 1 WHERE key = ? AND state = 'waiting'", (waiting.key,)
            )
            return cursor.rowcount > 0

    def waits(self, update_id: int) -> bool:
        """Whether an update is still to be done; one may have been forgotten while it was worked on."""
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT {IS_WAITING.format(number=':number')}", {"number": update_id}).fetchone()
            return bool(row[0])

    def release(self, waiting: Waiting) -> None:
        """Work on it was put off, in order, to another time."""
        self._change(waiting, "begun = max(begun - 1, 0)")

    def fail(self, waiting: Waiting) -> int:
        """Work on it raised an error; gives how often it has."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE inbox SET begun = max(begun - 1, 0), failed = failed + 1 WHERE key = ?", (waiting.key,)
            )
            row = connection.execute("SELECT failed FROM inbox WHERE key = ?", (waiting.key,)).fetchone()
        return int(row[0]) if row else 0

    def quarantine(self, waiting: Waiting) -> None:
        """It is not tried again, and kept for whoever looks into it, as long as anything is kept."""
        self._change(waiting, "state = 'quarantined', begun = 0")

    def done(self, waiting: Waiting) -> None:
        """Nothing is left of it but its number, and that for three days."""
        with self._database.writing() as connection:
            finish(connection, waiting)

    def sender(self, waiting: Waiting) -> Sender:
        """Who sent an update, as far as it can be read."""
        _, kind, body = _opened(waiting.raw)
        return _sender(kind, body)

    def depth(self) -> int:
        """How many updates wait."""
        return self._count("waiting")

    def quarantined(self) -> int:
        return self._count("quarantined")

    def forget_old(self, before: float, most: int) -> int:
        """Delete what was done three days ago, and of what was quarantined before then at most so many. Gives how many."""
        with self._database.writing() as connection:
            done = connection.execute(
                "DELETE FROM inbox WHERE state = 'done' AND received < ?", (self._clock() - _REMEMBERED,)
            )
            quarantined = connection.execute(
                "DELETE FROM inbox WHERE key IN (SELECT key FROM inbox WHERE"
                " state = 'quarantined' AND received < ? ORDER BY key LIMIT ?)",
                (before, most),
            )
            return done.rowcount + quarantined.rowcount

    def _change(self, waiting: Waiting, setting: str) -> None:
        with self._database.writing() as connection:
            connection.execute(f"UPDATE inbox SET {setting} WHERE key = ?", (waiting.key,))  # noqa: S608 - constants

    def _count(self, state: str) -> int:
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM inbox WHERE state = ?", (state,)).fetchone()[0])


def finish(connection: Connection, waiting: Waiting) -> None:
    """Mark it done, within a transaction that does more. What was said to it goes, but for an answer, which one may go on from."""
    connection.execute("DELETE FROM outbox WHERE update_id = ? AND answer IS NULL", (waiting.number,))
    connection.execute(
        "UPDATE inbox SET state = 'done', raw = NULL, chat = NULL, user = NULL, lane = '', begun = 0 WHERE key = ?",
        (waiting.key,),
    )


def number_in(raw: bytes) -> int | None:
    """Telegram's number of an update that is no JSON that we can read: it comes first (Bot API, "Update")."""
    found = _NUMBER.match(raw)
    return int(found[1]) if found else None


def _whereabouts(raw: bytes) -> tuple[int | None, str, int | None, int | None]:
    """Number, lane, chat and user of an update."""
    update, kind, body = _opened(raw)
    if not update:
        return _whole(number_in(raw)), "unreadable", None, None
    sender = _sender(kind, body)
    lane = f"chat {sender.chat} {sender.thread}"
    if kind in _TIMELESS:
        lane = f"{_TIMELESS[kind]} {sender.user}"
    return _whole(update.get("update_id")), lane, sender.chat, sender.user


def _sender(kind: str, body: dict[str, Any]) -> Sender:
    message = body if kind in _KINDS_OF_MESSAGE else _part(body, "message")
    user = _part(body, "from")
    thread = _whole(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    code = user.get("language_code")
    return Sender(
        chat=_whole((_part(message, "chat") or _part(body, "chat")).get("id")),
        thread=thread or 0,
        user=_whole(user.get("id")),
        message=_whole(message.get("message_id")),
        language=code if isinstance(code, str) else "",
    )


def kind_of(raw: bytes) -> str:
    """The kind of an update, as Telegram names it; empty where that cannot be read."""
    return _opened(raw)[1]


def _opened(raw: bytes) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """An update, its kind, and what it holds, as far as it can be read: it may be anything."""
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError):
        update = None
    if not isinstance(update, dict):
        return {}, "", {}
    kind, body = next(((name, each) for name, each in update.items() if isinstance(each, dict)), ("", {}))
    return update, kind, body


def _part(body: Any, name: str) -> dict[str, Any]:
    part = body.get(name) if isinstance(body, dict) else None
    return part if isinstance(part, dict) else {}


def _whole(value: object) -> int | None:
    """The value, where it is a number that SQLite holds."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    return int(value) if is_number else None  # type: ignore[call-overload]
